package org.dmalab.api.cpu;

/** TLB maintenance on the processor that executes it. */
public enum TlbOp {
    /** Drops the entry that holds the page of the address (on MIPS: its even/odd pair). */
    FLUSH_PAGE,
    /** Drops every entry. */
    FLUSH_ALL;

    private static final TlbOp[] VALUES = values();

    /** The operation with this ordinal. */
    public static TlbOp of(long ordinal) {
        return VALUES[(int) ordinal];
    }
}
