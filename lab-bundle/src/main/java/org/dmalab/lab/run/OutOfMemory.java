package org.dmalab.lab.run;

/**
 * The memory of the JVM ran out while a cell was run. Whose fault it was shows when each of the cells that were in
 * flight is run again alone: only one that comes to this again is broken.
 */
public final class OutOfMemory extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** With what was thrown and where. */
    public OutOfMemory(String message) {
        super(message);
    }
}
