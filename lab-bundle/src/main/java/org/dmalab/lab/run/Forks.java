package org.dmalab.lab.run;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import org.dmalab.api.Failure;
import org.dmalab.api.Machine;
import org.dmalab.api.cpu.Hook;
import org.dmalab.lab.oracle.OracleSet;

/**
 * Marks the machine of one execution at each call that can fail, and remembers what is needed to go on from there: the
 * results that the step's code has had. Code that is not a function of its results, or that an interrupt has come over,
 * begins again with its step.
 */
final class Forks implements Intervention {
    private static final int MAX_POINTS = 100_000;

    private final List<Failure> failures;
    private final Machine machine;
    private final OracleSet oracles;
    private final List<Fork> forks = new ArrayList<>();
    private final List<String> refusals = new ArrayList<>();
    private int turn;
    private boolean pure;
    private boolean fallible;
    private Start stepStart;
    private Calls calls = new Calls();
    private int depth;

    /**
     * Where an execution can go on.
     *
     * @param turn number of the step
     * @param inside whether its code has begun
     * @param mark in the machine's store
     * @param fingerprint of the store
     * @param calls what the step's code has called
     * @param fed how many of these calls lie before
     * @param points number of points before
     * @param oracles what the oracles have reported before
     * @param refusals what was declined before
     */
    record Start(int turn, boolean inside, long mark, long fingerprint, Calls calls, int fed, int points,
            OracleSet.Reported oracles, List<String> refusals) { }

    /** A point and where to go on to reach it. */
    record Fork(FailurePoint point, Start start) { }

    Forks(List<Failure> failures, Machine machine, OracleSet oracles) {
        this.failures = failures;
        this.machine = machine;
        this.oracles = oracles;
    }

    /** The points in the order of the execution. */
    List<Fork> forks() {
        return forks;
    }

    @Override
    public void begins(int newTurn, boolean newPure, boolean newFallible, List<String> refusedBefore) {
        turn = newTurn;
        pure = newPure;
        fallible = newFallible;
        calls = new Calls();
        refusals.clear();
        refusals.addAll(refusedBefore);
        stepStart = start(false);
    }

    private Start start(boolean inside) {
        long mark = machine.store().mark();
        return new Start(turn, inside, mark, machine.store().fingerprint(), calls, calls.count(), forks.size(),
                oracles.reportedSoFar(), List.copyOf(refusals));
    }

    @Override
    public Hook hook(Machine same, Hook observing) {
        return (cpu, kind, a, b, c, d, e) -> {
            Start here = null;
            for (Failure failure : fallible && forks.size() < MAX_POINTS ? failures : List.<Failure>of()) {
                if (failure.fits(machine, kind, a)) {
                    if (here == null) {
                        here = pure && depth == 0 ? start(true) : stepStart;
                    }
                    forks.add(new Fork(new FailurePoint(forks.size() + 1, failure.name(), Caller.line()), here));
                }
            }
            depth++;
            try {
                long result = observing.call(cpu, kind, a, b, c, d, e);
                if (depth == 1 && pure) {
                    calls.add(kind, a, b, c, d, e, result);
                }
                return result;
            } finally {
                depth--;
            }
        };
    }

    /** Calls of one step's code with their results. */
    static final class Calls {
        private static final int WORDS = 6;

        private long[] words = new long[16 * WORDS];
        private long[] results = new long[16];
        private int count;

        int count() {
            return count;
        }

        private void add(int kind, long a, long b, long c, long d, long e, long result) {
            if (count == results.length) {
                words = Arrays.copyOf(words, 2 * words.length);
                results = Arrays.copyOf(results, 2 * count);
            }
            int at = count * WORDS;
            words[at] = kind;
            words[at + 1] = a;
            words[at + 2] = b;
            words[at + 3] = c;
            words[at + 4] = d;
            words[at + 5] = e;
            results[count++] = result;
        }

        /** Tells whether a call is the recorded one. */
        boolean same(int index, int kind, long a, long b, long c, long d, long e) {
            int at = index * WORDS;
            return words[at] == kind && words[at + 1] == a && words[at + 2] == b && words[at + 3] == c
                    && words[at + 4] == d && words[at + 5] == e;
        }

        long result(int index) {
            return results[index];
        }
    }
}
