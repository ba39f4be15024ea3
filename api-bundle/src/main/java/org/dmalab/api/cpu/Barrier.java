package org.dmalab.api.cpu;

/** Memory barriers. */
public enum Barrier {
    /** Earlier stores before later ones. */
    WRITE,
    /** Everything before everything. */
    FULL,
    /** MIPS SYNC: also drains the write buffer. */
    SYNC;

    private static final Barrier[] VALUES = values();

    /** The barrier with this ordinal. */
    public static Barrier of(long ordinal) {
        return VALUES[(int) ordinal];
    }
}
