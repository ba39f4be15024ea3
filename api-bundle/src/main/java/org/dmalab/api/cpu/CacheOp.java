package org.dmalab.api.cpu;

/** Cache maintenance by address or index, as the instruction set has it. The line size is the cache's. */
public enum CacheOp {
    /** Hit write-back and invalidate, primary data cache. */
    HIT_WRITEBACK_INVALIDATE_D,
    /** Hit invalidate, primary data cache: dirty data is lost. */
    HIT_INVALIDATE_D,
    /** Hit write-back and invalidate, secondary cache. */
    HIT_WRITEBACK_INVALIDATE_S,
    /** Hit invalidate, secondary cache. */
    HIT_INVALIDATE_S,
    /** Index write-back and invalidate, primary data cache: the address names set and way. */
    INDEX_WRITEBACK_INVALIDATE_D,
    /** Index write-back and invalidate, secondary cache. */
    INDEX_WRITEBACK_INVALIDATE_S,
    /** Write back and invalidate one line wherever it is cached (clflush on x86). */
    FLUSH_LINE,
    /** Hit invalidate, instruction cache. */
    HIT_INVALIDATE_I,
    /** Index invalidate, instruction cache. */
    INDEX_INVALIDATE_I,
    /** Index store tag of an invalid line, primary data cache: whatever was there is lost. */
    INDEX_STORE_TAG_D,
    /** Index store tag of an invalid line, secondary cache. */
    INDEX_STORE_TAG_S,
    /** Flush of the whole read-ahead cache of BMIPS33xx and 43xx (a register there); takes no address. */
    FLUSH_READ_AHEAD;

    private static final CacheOp[] VALUES = values();

    /** The operation with this ordinal. */
    public static CacheOp of(long ordinal) {
        return VALUES[(int) ordinal];
    }
}
