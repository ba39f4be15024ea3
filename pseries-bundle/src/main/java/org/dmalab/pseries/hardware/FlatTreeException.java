package org.dmalab.pseries.hardware;

/** A blob that is no device tree: says at which offset, what was expected there and what was found. */
public final class FlatTreeException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;
    private final long offset;

    /** Names the place and the two sides of the difference. */
    public FlatTreeException(long offset, String expected, String found) {
        super("device tree, offset 0x" + Long.toHexString(offset) + ": expected " + expected + ", found " + found);
        this.offset = offset;
    }

    /** Where in the blob. */
    public long offset() {
        return offset;
    }
}
