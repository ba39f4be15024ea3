package org.dmalab.mips;

import java.util.List;

import org.dmalab.api.Parameter;

/** The equipment and behaviour that there is to choose from. */
final class MipsParameters {
    static final String PROCESSORS = "processors";
    static final String L1_SETS = "l1Sets";
    static final String L1_WAYS = "l1Ways";
    static final String L1_LINE_BYTES = "l1LineBytes";
    static final String L1I_SETS = "l1iSets";
    static final String L1I_WAYS = "l1iWays";
    static final String L1I_LINE_BYTES = "l1iLineBytes";
    static final String VIRTUAL_INDEX = "virtualIndex";
    static final String IC_FILLS_F_DC = "icFillsFromDc";
    static final String L2_SETS = "l2Sets";
    static final String L2_WAYS = "l2Ways";
    static final String L2_LINE_BYTES = "l2LineBytes";
    static final String L2_INCLUSIVE = "l2Inclusive";
    static final String L2_BYPASSED = "l2Bypassed";
    static final String READ_AHEAD_LINES = "readAheadLines";
    static final String WRITE_BUFFER_LINES = "writeBufferLines";
    static final String TLB_PAIRS = "tlbPairs";
    static final String PKMAP_ENTRIES = "pkmapEntries";
    static final String HIT_OPS_GLOBAL = "hitOpsGlobal";
    static final String INDEX_OPS_GLOBAL = "indexOpsGlobal";
    static final String STRICT_HIT_OPS = "strictHitOps";
    static final String COLD_CACHES = "coldCaches";
    static final String TLB_BROADCAST = "tlbBroadcast";
    static final String SPECULATES = "speculates";
    static final String PREFETCHES = "prefetches";
    static final String SPECULATIVE_STORES = "speculativeStores";
    static final String NONCOHERENT_R10000 = "noncoherentR10000";
    static final String SYNC_AFTER_FLUSH = "syncAfterFlush";
    static final String EDGE_WRITEBACK = "edgeWriteback";
    static final String L2_EDGE_WRITEBACK = "l2EdgeWriteback";
    static final String HIGHMEM = "highmem";
    static final String NESTED_HARDIRQS = "nestedHardirqs";
    static final int RAM_RANGES = 3;

    private MipsParameters() { }

    static String ramStart(int range) {
        return "ram" + range + "Start";
    }

    static String ramSizeBytes(int range) {
        return "ram" + range + "SizeBytes";
    }

    static List<Parameter> parameters() {
        return List.of(
                number(PROCESSORS, "processors, 1 to 4", 2),
                number(L1_SETS, "sets of each data cache", 256),
                number(L1_WAYS, "ways of each data cache", 4),
                number(L1_LINE_BYTES, "bytes of a line of it", 32),
                number(L1I_SETS, "sets of each instruction cache, 0 for none", 0),
                number(L1I_WAYS, "ways of each instruction cache", 4),
                number(L1I_LINE_BYTES, "bytes of a line of it", 32),
                option(VIRTUAL_INDEX, "primary caches with ways larger than a page are indexed by virtual address, so"
                        + " that a line may lie in several colours", false),
                option(IC_FILLS_F_DC, "instruction caches are filled from the data caches", false),
                number(L2_SETS, "sets of the shared secondary cache, 0 for none", 256),
                number(L2_WAYS, "ways of the secondary cache", 8),
                number(L2_LINE_BYTES, "bytes of a line of it", 128),
                option(L2_INCLUSIVE, "the secondary cache holds every line of the data caches", true),
                option(L2_BYPASSED, "the secondary cache is switched off (Config2 bit 12)", false),
                number(READ_AHEAD_LINES, "lines of the read-ahead cache (BMIPS33xx, 43xx), 0 to 16, 0 for none", 0),
                number(WRITE_BUFFER_LINES, "lines that the write buffer holds, 0 for none", 4),
                number(TLB_PAIRS, "entries of each TLB, one for two pages", 64),
                number(PKMAP_ENTRIES, "entries of the kmap pool (LAST_PKMAP), a power of two up to 1024", 1024),
                size(ramStart(0), "first address of the first memory range", "0"),
                size(ramSizeBytes(0), "its size", "256M"),
                size(ramStart(1), "first address of the second memory range", "512M"),
                size(ramSizeBytes(1), "its size", "768M"),
                size(ramStart(2), "first address of the third memory range", "0"),
                size(ramSizeBytes(2), "its size, 0 for none", "0"),
                option(SYNC_AFTER_FLUSH, "range operations of the kernel end with SYNC (patch 2 of the series)", true),
                option(EDGE_WRITEBACK, "an invalidation saves the lines at its edges first (kernels of 2010)", true),
                option(L2_EDGE_WRITEBACK, "so does one of a secondary cache that is not inclusive (up to today)",
                        true),
                option(HIGHMEM, "the kernel is built with CONFIG_HIGHMEM", true),
                option(COLD_CACHES, "at power-on the caches hold anything, and a boot loader comes before the kernel",
                        false),
                option(HIT_OPS_GLOBAL, "hit operations reach the data caches of all processors", true),
                option(INDEX_OPS_GLOBAL, "index operations do, too", false),
                option(STRICT_HIT_OPS, "a hit operation on an address that is not line aligned is an address error"
                        + " (RM5200, RM7000)", false),
                option(TLB_BROADCAST, "TLB operations reach all processors", false),
                option(SPECULATES, "the first processor fetches lines of buffers while a device writes them", false),
                option(PREFETCHES, "cores may fetch any line of a page in use at any time; happens in exploring only",
                        false),
                option(SPECULATIVE_STORES, "what a core fetches speculatively it may leave dirty (R10000)", false),
                option(NONCOHERENT_R10000, "the kernel maintains buffers again at unmap and sync for the processor",
                        false),
                option(NESTED_HARDIRQS, "handlers of hard interrupts run with interrupts on (before 2.6.35)", false));
    }

    private static Parameter number(String name, String summary, long otherwise) {
        return Parameter.optional(name, Parameter.Type.NUMBER, summary, Long.toString(otherwise));
    }

    private static Parameter size(String name, String summary, String otherwise) {
        return Parameter.optional(name, Parameter.Type.SIZE, summary, otherwise);
    }

    private static Parameter option(String name, String summary, boolean otherwise) {
        return Parameter.optional(name, Parameter.Type.FLAG, summary, Boolean.toString(otherwise));
    }
}
