package org.dmalab.lab.guard;

import java.util.function.LongSupplier;

/**
 * Counts what a thread does in woven code: each turn of a loop and each call of a method. So many of them without a
 * call on a Cpu between are an endless loop. An interrupt of the thread ends the code, too.
 */
public final class Loops {
    /** Turns between two calls on a Cpu that are too many. */
    public static final int LIMIT = 100_000_000;
    /** Turns after which it is looked whether there was a call; few enough that an interrupt is noticed at once. */
    private static final int LOOK = 1 << 20;
    private static final LongSupplier NO_CALLS = () -> 0;
    private static final ThreadLocal<Loops> HERE = ThreadLocal.withInitial(Loops::new);

    private LongSupplier calls = NO_CALLS;
    private long callsSeen;
    private int untilLook = LOOK;
    private int turns;
    private EndlessLoop over;

    private Loops() { }

    /** One turn; woven into the code of variants, at the head of each method and before each jump backwards. */
    public static void turn() {
        Loops here = HERE.get();
        if (--here.untilLook <= 0) {
            here.look();
        }
    }

    /**
     * This thread begins to run code of a variant.
     *
     * @param calls tells how many calls on a Cpu the thread has made
     */
    public static void begin(LongSupplier calls) {
        HERE.get().reset(calls);
    }

    /** This thread begins to run code of a variant that makes few calls or none; or it has ended to run any. */
    public static void begin() {
        begin(NO_CALLS);
    }

    /** What has ended code of this thread since it began; null if nothing has. The code may have caught it. */
    public static EndlessLoop over() {
        return HERE.get().over;
    }

    private void reset(LongSupplier newCalls) {
        calls = newCalls;
        callsSeen = newCalls.getAsLong();
        untilLook = LOOK;
        turns = 0;
        over = null;
    }

    private void look() {
        if (over != null) {
            throw over;
        }
        untilLook = LOOK;
        turns += LOOK;
        long now = calls.getAsLong();
        if (now != callsSeen) {
            callsSeen = now;
            turns = 0;
        }
        if (Thread.currentThread().isInterrupted()) {
            end("interrupted");
        } else if (turns >= LIMIT) {
            end("no call on the Cpu in " + LIMIT + " turns of loops and calls of methods");
        }
    }

    private void end(String why) {
        untilLook = 0; // code that catches it gets it again
        over = new EndlessLoop(why);
        throw over;
    }
}
