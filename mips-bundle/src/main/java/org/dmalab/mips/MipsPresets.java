package org.dmalab.mips;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.dmalab.api.Preset;

/** Machines that there are, or that are made up, and ways in which cores behave. */
final class MipsPresets {
    private static final long MEGABYTE = 1L << 20;

    private MipsPresets() { }

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
        values.put(MipsParameters.L2_SETS, 256L);
        values.put(MipsParameters.L2_WAYS, 8L);
        values.put(MipsParameters.L2_LINE_BYTES, 128L);
        values.put(MipsParameters.L2_INCLUSIVE, 1L);
        values.put(MipsParameters.WRITE_BUFFER_LINES, 4L);
        values.put(MipsParameters.TLB_PAIRS, 64L);
        values.put(MipsParameters.PKMAP_ENTRIES, 1024L);
        ram(values, 256 * MEGABYTE, 768 * MEGABYTE);
        return values;
    }

    private static Map<String, Long> mips24k() {
        Map<String, Long> values = new LinkedHashMap<>();
        put(values, 1, 256, 4, 32);
        noSecondary(values);
        values.put(MipsParameters.WRITE_BUFFER_LINES, 4L);
        values.put(MipsParameters.TLB_PAIRS, 32L);
        values.put(MipsParameters.PKMAP_ENTRIES, 1024L);
        ram(values, 512 * MEGABYTE, 512 * MEGABYTE);
        return values;
    }

    private static Map<String, Long> tiny() {
        Map<String, Long> values = new LinkedHashMap<>();
        put(values, 2, 2, 2, 2048);
        noSecondary(values);
        values.put(MipsParameters.WRITE_BUFFER_LINES, 1L);
        values.put(MipsParameters.TLB_PAIRS, 2L);
        values.put(MipsParameters.PKMAP_ENTRIES, 2L);
        ram(values, 256 * MEGABYTE, 768 * MEGABYTE);
        return values;
    }

    private static void put(Map<String, Long> values, long processors, long sets, long ways, long lineBytes) {
        values.put(MipsParameters.PROCESSORS, processors);
        values.put(MipsParameters.L1_SETS, sets);
        values.put(MipsParameters.L1_WAYS, ways);
        values.put(MipsParameters.L1_LINE_BYTES, lineBytes);
    }

    private static void noSecondary(Map<String, Long> values) {
        values.put(MipsParameters.L2_SETS, 0L);
        values.put(MipsParameters.L2_WAYS, 0L);
        values.put(MipsParameters.L2_LINE_BYTES, 0L);
        values.put(MipsParameters.L2_INCLUSIVE, 0L);
    }

    private static void ram(Map<String, Long> values, long lowBytes, long highBytes) {
        values.put(MipsParameters.L2_BYPASSED, 0L);
        values.put(MipsParameters.ramStart(0), 0L);
        values.put(MipsParameters.ramSizeBytes(0), lowBytes);
        values.put(MipsParameters.ramStart(1), 512 * MEGABYTE);
        values.put(MipsParameters.ramSizeBytes(1), highBytes);
        values.put(MipsParameters.ramStart(2), 0L);
        values.put(MipsParameters.ramSizeBytes(2), 0L);
        values.put(MipsParameters.SYNC_AFTER_FLUSH, 1L);
        values.put(MipsParameters.EDGE_WRITEBACK, 1L);
        values.put(MipsParameters.NESTED_HARDIRQS, 0L);
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
        values.put(MipsParameters.HIT_OPS_GLOBAL, flag(hitOpsGlobal));
        values.put(MipsParameters.TLB_BROADCAST, flag(tlbBroadcast));
        values.put(MipsParameters.SPECULATES, flag(speculation == Speculation.EACH_TRANSFER));
        values.put(MipsParameters.PREFETCHES, flag(speculation == Speculation.ANY_TIME));
        values.put(MipsParameters.NONCOHERENT_R10000, flag(known));
        return new Preset(name, summary, source, values);
    }

    private static long flag(boolean value) {
        return value ? 1 : 0;
    }
}
