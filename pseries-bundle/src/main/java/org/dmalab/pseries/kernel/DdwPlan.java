package org.dmalab.pseries.kernel;

/**
 * What enable_ddw has decided to ask for: step 10.
 *
 * @param pageShift binary logarithm of the page size; 0 if there is to be no window
 * @param windowShift binary logarithm of the window's size
 * @param direct memory is to be mapped one to one
 * @param dynamic there is to be a table of entries that are given out
 * @param dynamicOffset bytes from the start of the window to the first of these entries
 */
public record DdwPlan(int pageShift, int windowShift, boolean direct, boolean dynamic, long dynamicOffset) {
    /** No window at all. */
    public static final DdwPlan NONE = new DdwPlan(0, 0, false, false, 0);
    private static final long MIN_DDW_VPMEM_DMA_WINDOW = 2L << 30;

    /** All memory one to one. */
    public static DdwPlan direct(int pageShift, int windowShift) {
        return new DdwPlan(pageShift, windowShift, true, false, 0);
    }

    /** A table and nothing else. */
    public static DdwPlan dynamic(int pageShift, int windowShift) {
        return new DdwPlan(pageShift, windowShift, false, true, 0);
    }

    /** Memory one to one, and a table behind it for what lies elsewhere, if at least 2 GiB are left for that. */
    public static DdwPlan hybrid(int pageShift, int windowShift, int maxRamShift) {
        boolean room = 1L << windowShift >= MIN_DDW_VPMEM_DMA_WINDOW + (1L << maxRamShift);
        return room ? new DdwPlan(pageShift, windowShift, true, true, 1L << maxRamShift)
                : dynamic(pageShift, windowShift);
    }
}
