package org.dmalab.shell.machine;

import java.io.PrintStream;
import java.util.function.IntConsumer;

import org.dmalab.shell.command.Terminals;

/** A line that grows on a terminal while a storm runs; silent elsewhere. */
final class StormProgress implements IntConsumer {
    private static final long EVERY_NANOS = 200_000_000L;
    private final PrintStream out;
    private final int total;
    private final boolean terminal = Terminals.error();
    private long next = System.nanoTime() + 5 * EVERY_NANOS;
    private boolean shown;

    StormProgress(int total) {
        this.out = Terminals.errorTerminal();
        this.total = total;
    }

    @Override
    public void accept(int done) {
        if (terminal && System.nanoTime() - next > 0) {
            next = System.nanoTime() + EVERY_NANOS;
            shown = true;
            out.print("\r" + done + " of " + total + " swaps");
            out.flush();
        }
    }

    /** Clears the line. */
    void end() {
        if (shown) {
            out.print("\r\u001b[K");
            out.flush();
        }
    }
}
