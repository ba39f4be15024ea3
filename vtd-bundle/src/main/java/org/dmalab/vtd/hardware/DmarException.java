package org.dmalab.vtd.hardware;

/** A DMAR table is wrong; the message says at which offset, in which structure, and what was expected. */
public final class DmarException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    DmarException(String where, int offset, String what) {
        super(String.format("DMAR table, offset 0x%x, %s: %s", offset, where, what));
    }
}
