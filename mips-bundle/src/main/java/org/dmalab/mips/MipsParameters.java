package org.dmalab.mips;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.dmalab.api.Parameter;
import org.dmalab.api.Preset;

/** The equipment and behaviour that there is to choose from. */
final class MipsParameters {
    static final String PROCESSORS = "processors";
    static final String L1_SETS = "l1Sets";
    static final String L1_WAYS = "l1Ways";
    static final String L1_LINE_BYTES = "l1LineBytes";
    static final String L2_SETS = "l2Sets";
    static final String L2_WAYS = "l2Ways";
    static final String L2_LINE_BYTES = "l2LineBytes";
    static final String L2_INCLUSIVE = "l2Inclusive";
    static final String L2_BYPASSED = "l2Bypassed";
    static final String WRITE_BUFFER_LINES = "writeBufferLines";
    static final String TLB_PAIRS = "tlbPairs";
    static final String PKMAP_ENTRIES = "pkmapEntries";
    static final String HIT_OPS_GLOBAL = "hitOpsGlobal";
    static final String TLB_BROADCAST = "tlbBroadcast";
    static final String SPECULATES = "speculates";
    static final String PREFETCHES = "prefetches";
    static final String NONCOHERENT_R10000 = "noncoherentR10000";
    static final String SYNC_AFTER_FLUSH = "syncAfterFlush";
    static final String EDGE_WRITEBACK = "edgeWriteback";
    static final String NESTED_HARDIRQS = "nestedHardirqs";
    static final int RAM_RANGES = 3;

    private static final long MEGABYTE = 1L << 20;

    private MipsParameters() { }

    static String ramStart(int range) {
        return "ram" + range + "Start";
    }

    static String ramSizeBytes(int range) {
        return "ram" + range + "SizeBytes";
    }

    static List<Preset> presets() {
        return List.of(
                new Preset("BCM7425", "BMIPS5000, 2 processors, 32 kB L1, 256 kB inclusive L2, 1 GB with a hole",
                        "boot log of January 2018; TLB size from memory", bcm7425()),
                new Preset("24K", "one processor, 32 kB L1, no L2, 1 GB without a hole",
                        "typical size of the 24K family, from memory; memory map constructed", mips24k()),
                new Preset("tiny", "2 processors, L1 of 2 sets and 2 ways with lines of half a page, no L2",
                        "constructed, so that searches of all interleavings stay small", tiny()));
    }

    private static Map<String, Long> bcm7425() {
        Map<String, Long> values = new LinkedHashMap<>();
        put(values, 2, 256, 4, 32);
        values.put(L2_SETS, 256L);
        values.put(L2_WAYS, 8L);
        values.put(L2_LINE_BYTES, 128L);
        values.put(L2_INCLUSIVE, 1L);
        values.put(WRITE_BUFFER_LINES, 4L);
        values.put(TLB_PAIRS, 64L);
        values.put(PKMAP_ENTRIES, 1024L);
        ram(values, 256 * MEGABYTE, 768 * MEGABYTE);
        return values;
    }

    private static Map<String, Long> mips24k() {
        Map<String, Long> values = new LinkedHashMap<>();
        put(values, 1, 256, 4, 32);
        noSecondary(values);
        values.put(WRITE_BUFFER_LINES, 4L);
        values.put(TLB_PAIRS, 32L);
        values.put(PKMAP_ENTRIES, 1024L);
        ram(values, 512 * MEGABYTE, 512 * MEGABYTE);
        return values;
    }

    private static Map<String, Long> tiny() {
        Map<String, Long> values = new LinkedHashMap<>();
        put(values, 2, 2, 2, 2048);
        noSecondary(values);
        values.put(WRITE_BUFFER_LINES, 1L);
        values.put(TLB_PAIRS, 2L);
        values.put(PKMAP_ENTRIES, 2L);
        ram(values, 256 * MEGABYTE, 768 * MEGABYTE);
        return values;
    }

    private static void put(Map<String, Long> values, long processors, long sets, long ways, long lineBytes) {
        values.put(PROCESSORS, processors);
        values.put(L1_SETS, sets);
        values.put(L1_WAYS, ways);
        values.put(L1_LINE_BYTES, lineBytes);
    }

    private static void noSecondary(Map<String, Long> values) {
        values.put(L2_SETS, 0L);
        values.put(L2_WAYS, 0L);
        values.put(L2_LINE_BYTES, 0L);
        values.put(L2_INCLUSIVE, 0L);
    }

    private static void ram(Map<String, Long> values, long lowBytes, long highBytes) {
        values.put(L2_BYPASSED, 0L);
        values.put(ramStart(0), 0L);
        values.put(ramSizeBytes(0), lowBytes);
        values.put(ramStart(1), 512 * MEGABYTE);
        values.put(ramSizeBytes(1), highBytes);
        values.put(ramStart(2), 0L);
        values.put(ramSizeBytes(2), 0L);
        values.put(SYNC_AFTER_FLUSH, 1L);
        values.put(EDGE_WRITEBACK, 1L);
        values.put(NESTED_HARDIRQS, 0L);
    }

    static List<Preset> profiles() {
        return List.of(
                profile("strict", "hit operations reach all processors, TLB operations don't, no speculation",
                        "MIPS coherence manager; classic cores", true, false, Speculation.NONE, false),
                profile("local-hit-ops", "hit operations stay on their processor",
                        "cores without a coherence manager", false, false, Speculation.NONE, false),
                profile("tlb-broadcast", "TLB operations reach all processors",
                        "ARMv7 with inner-shareable maintenance, for comparison", true, true, Speculation.NONE, false),
                profile("speculating", "the core fetches lines of buffers while a device writes them",
                        "BMIPS5000 (commit f86f55d3ad21), XBurst (1660710cf5d8); the kernel does not know", true, false,
                        Speculation.EACH_TRANSFER, false),
                profile("speculating-known", "the same, and the kernel takes the core for a noncoherent R10000",
                        "cpu_is_noncoherent_r10000 of 2010", true, false, Speculation.EACH_TRANSFER, true),
                profile("prefetching", "cores may fetch any line of a page in use, wherever exploring lets them",
                        "as speculating, at any time; the kernel does not know", true, false,
                        Speculation.ANY_TIME, false));
    }

    /** When cores fetch lines that nobody asked for. */
    private enum Speculation { NONE, EACH_TRANSFER, ANY_TIME }

    private static Preset profile(String name, String summary, String source, boolean hitOpsGlobal,
            boolean tlbBroadcast, Speculation speculation, boolean known) {
        Map<String, Long> values = new LinkedHashMap<>();
        values.put(HIT_OPS_GLOBAL, flag(hitOpsGlobal));
        values.put(TLB_BROADCAST, flag(tlbBroadcast));
        values.put(SPECULATES, flag(speculation == Speculation.EACH_TRANSFER));
        values.put(PREFETCHES, flag(speculation == Speculation.ANY_TIME));
        values.put(NONCOHERENT_R10000, flag(known));
        return new Preset(name, summary, source, values);
    }

    private static long flag(boolean value) {
        return value ? 1 : 0;
    }

    static List<Parameter> parameters() {
        return List.of(
                number(PROCESSORS, "processors, 1 to 4", 2),
                number(L1_SETS, "sets of each data cache", 256),
                number(L1_WAYS, "ways of each data cache", 4),
                number(L1_LINE_BYTES, "bytes of a line of it", 32),
                number(L2_SETS, "sets of the shared secondary cache, 0 for none", 256),
                number(L2_WAYS, "ways of the secondary cache", 8),
                number(L2_LINE_BYTES, "bytes of a line of it", 128),
                option(L2_INCLUSIVE, "the secondary cache holds every line of the data caches", true),
                option(L2_BYPASSED, "the secondary cache is switched off (Config2 bit 12)", false),
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
                option(HIT_OPS_GLOBAL, "hit operations reach the data caches of all processors", true),
                option(TLB_BROADCAST, "TLB operations reach all processors", false),
                option(SPECULATES, "the first processor fetches lines of buffers while a device writes them", false),
                option(PREFETCHES, "cores may fetch any line of a page in use at any time; happens in exploring only",
                        false),
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
