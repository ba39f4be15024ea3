package org.dmalab.lab.run;

/** Leaves kernel code from inside an event, whatever it catches: every later event of the run throws it again. */
final class Abort extends Error {
    private static final long serialVersionUID = 1L;

    private final boolean interrupted;

    Abort(String message, boolean interrupted) {
        super(message, null, false, false);
        this.interrupted = interrupted;
    }

    boolean interrupted() {
        return interrupted;
    }
}
