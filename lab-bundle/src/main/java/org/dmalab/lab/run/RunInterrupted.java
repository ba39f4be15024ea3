package org.dmalab.lab.run;

/** The thread of a run was interrupted; the run has no verdict. The thread's interrupted status is set again. */
public final class RunInterrupted extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Says which run. */
    public RunInterrupted(String message) {
        super(message);
    }
}
