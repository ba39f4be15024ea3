package org.dmalab.vtd.hardware;

/** A DMAR table is wrong; the message says at which offset, in which structure, and what was expected. */
public final class DmarException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    private final String located;

    DmarException(String where, int offset, String what) {
        this(String.format("offset 0x%x, %s: %s", offset, where, what));
    }

    private DmarException(String located) {
        super("DMAR table, " + located);
        this.located = located;
    }

    /** The message from the offset on, for where the table is named already. */
    public String located() {
        return located;
    }
}
