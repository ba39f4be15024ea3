package org.dmalab.api.cpu;

/** Byte order, stated at every access to machine memory. */
public enum Endian {
    /** Least significant byte first (VT-d tables). */
    LITTLE,
    /** Most significant byte first (TCEs, RTAS arguments). */
    BIG;

    /** The order with this ordinal. */
    public static Endian of(long ordinal) {
        return ordinal == 0 ? LITTLE : BIG;
    }

    /**
     * Turns a value read least significant byte first into this order, or back.
     *
     * @param value the value
     * @param widthBytes 1, 2, 4 or 8
     */
    public long swap(long value, int widthBytes) {
        return this == LITTLE ? value : Long.reverseBytes(value) >>> (64 - 8 * widthBytes);
    }
}
