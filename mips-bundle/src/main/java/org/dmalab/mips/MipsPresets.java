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
                        "boot log of January 2018; TLB size from memory", bmips5000(64)),
                new Preset("BCM7346", "BMIPS5000 of the test machine's kind, 2 processors, 1 GB with a hole",
                        "boot log of November 2014 for memory; caches as of the same core in BCM7425",
                        bmips5000(64)),
                new Preset("BMIPS4380", "2 threads that share a data cache here, lines of 16 bytes, read-ahead cache",
                        "linux-mips, May 2019, for lines and threads; sizes from memory", bmips4380()),
                new Preset("24K", "one processor, 32 kB L1, no L2, 1 GB without a hole",
                        "typical size of the 24K family, from memory; memory map constructed", mips24k()),
                new Preset("34K", "one processor whose data cache has aliases, 256 MB low and 256 MB high",
                        "RTL930x, linux-mips, December 2025; sizes typical of the family, from memory", mips34k()),
                new Preset("MT7621", "1004K, 2 cores, coherence manager, L2 not inclusive, 448 MB and 64 MB high",
                        "MT7621 with 512 MB; sizes from memory", mt7621()),
                new Preset("R10000", "one processor that executes stores speculatively, inclusive S-cache of 1 MB",
                        "probe code of the kernel for L1; size of the S-cache constructed", r10000()),
                new Preset("JZ4780", "XBurst, 2 processors, L2 of 512 kB, 256 MB low and 768 MB high",
                        "commit 1660710cf5d8 for its speculation; sizes from memory", jz4780()),
                new Preset("tiny", "2 processors, L1 of 2 sets and 2 ways with lines of half a page, no L2",
                        "constructed, so that searches of all interleavings stay small", tiny(2, 2)),
                new Preset("exhaustive", "as tiny, with one set and one TLB entry for each processor",
                        "constructed: the smallest machine that has every hazard", tiny(1, 1)));
    }

    private static Map<String, Long> bmips5000(long tlbPairs) {
        Map<String, Long> values = machine(2, 256, 4, 32);
        instruction(values, 128, 4, 64, true);
        secondary(values, 256, 8, 128, true);
        values.put(MipsParameters.WRITE_BUFFER_LINES, 4L);
        values.put(MipsParameters.TLB_PAIRS, tlbPairs);
        ram(values, 256 * MEGABYTE, 768 * MEGABYTE);
        return values;
    }

    private static Map<String, Long> bmips4380() {
        Map<String, Long> values = machine(1, 1024, 2, 16);
        instruction(values, 1024, 2, 16, false);
        values.put(MipsParameters.READ_AHEAD_LINES, 16L);
        values.put(MipsParameters.TLB_PAIRS, 32L);
        values.put(MipsParameters.WRITE_BUFFER_LINES, 1L);
        ram(values, 256 * MEGABYTE, 256 * MEGABYTE);
        return values;
    }

    private static Map<String, Long> mips24k() {
        Map<String, Long> values = machine(1, 256, 4, 32);
        instruction(values, 256, 4, 32, false);
        values.put(MipsParameters.WRITE_BUFFER_LINES, 4L);
        values.put(MipsParameters.TLB_PAIRS, 32L);
        ram(values, 512 * MEGABYTE, 512 * MEGABYTE);
        return values;
    }

    private static Map<String, Long> mips34k() {
        Map<String, Long> values = mips24k();
        values.put(MipsParameters.VIRTUAL_INDEX, 1L);
        ram(values, 256 * MEGABYTE, 256 * MEGABYTE);
        return values;
    }

    private static Map<String, Long> mt7621() {
        Map<String, Long> values = machine(2, 256, 4, 32);
        instruction(values, 256, 4, 32, false);
        secondary(values, 1024, 8, 32, false);
        values.put(MipsParameters.WRITE_BUFFER_LINES, 4L);
        values.put(MipsParameters.TLB_PAIRS, 32L);
        ram(values, 448 * MEGABYTE, 64 * MEGABYTE);
        return values;
    }

    private static Map<String, Long> r10000() {
        Map<String, Long> values = machine(1, 512, 2, 32);
        instruction(values, 256, 2, 64, false);
        secondary(values, 4096, 2, 128, true);
        values.put(MipsParameters.WRITE_BUFFER_LINES, 4L);
        values.put(MipsParameters.TLB_PAIRS, 64L);
        values.put(MipsParameters.SPECULATIVE_STORES, 1L);
        ram(values, 256 * MEGABYTE, 256 * MEGABYTE);
        return values;
    }

    private static Map<String, Long> jz4780() {
        Map<String, Long> values = machine(2, 128, 8, 32);
        instruction(values, 128, 8, 32, false);
        secondary(values, 2048, 8, 32, false);
        values.put(MipsParameters.WRITE_BUFFER_LINES, 4L);
        values.put(MipsParameters.TLB_PAIRS, 32L);
        ram(values, 256 * MEGABYTE, 768 * MEGABYTE);
        return values;
    }

    private static Map<String, Long> tiny(long sets, long pairs) {
        Map<String, Long> values = machine(2, sets, 2, 2048);
        values.put(MipsParameters.WRITE_BUFFER_LINES, 1L);
        values.put(MipsParameters.TLB_PAIRS, pairs);
        values.put(MipsParameters.PKMAP_ENTRIES, 2L);
        ram(values, 256 * MEGABYTE, 768 * MEGABYTE);
        return values;
    }

    /** Processors and data caches; everything else as it is where nothing is said. */
    private static Map<String, Long> machine(long processors, long sets, long ways, long lineBytes) {
        Map<String, Long> values = new LinkedHashMap<>();
        values.put(MipsParameters.PROCESSORS, processors);
        values.put(MipsParameters.L1_SETS, sets);
        values.put(MipsParameters.L1_WAYS, ways);
        values.put(MipsParameters.L1_LINE_BYTES, lineBytes);
        instruction(values, 0, 0, 0, false);
        secondary(values, 0, 0, 0, false);
        for (String none : List.of(MipsParameters.VIRTUAL_INDEX, MipsParameters.L2_BYPASSED,
                MipsParameters.READ_AHEAD_LINES, MipsParameters.COLD_CACHES, MipsParameters.INDEX_OPS_GLOBAL,
                MipsParameters.STRICT_HIT_OPS, MipsParameters.SPECULATIVE_STORES, MipsParameters.NESTED_HARDIRQS)) {
            values.put(none, 0L);
        }
        for (String usual : List.of(MipsParameters.SYNC_AFTER_FLUSH, MipsParameters.EDGE_WRITEBACK,
                MipsParameters.L2_EDGE_WRITEBACK, MipsParameters.HIGHMEM)) {
            values.put(usual, 1L);
        }
        values.put(MipsParameters.PKMAP_ENTRIES, 1024L);
        return values;
    }

    private static void instruction(Map<String, Long> values, long sets, long ways, long lineBytes,
            boolean fromData) {
        values.put(MipsParameters.L1I_SETS, sets);
        values.put(MipsParameters.L1I_WAYS, ways);
        values.put(MipsParameters.L1I_LINE_BYTES, lineBytes);
        values.put(MipsParameters.IC_FILLS_F_DC, flag(fromData));
    }

    private static void secondary(Map<String, Long> values, long sets, long ways, long lineBytes, boolean inclusive) {
        values.put(MipsParameters.L2_SETS, sets);
        values.put(MipsParameters.L2_WAYS, ways);
        values.put(MipsParameters.L2_LINE_BYTES, lineBytes);
        values.put(MipsParameters.L2_INCLUSIVE, flag(inclusive));
    }

    private static void ram(Map<String, Long> values, long lowBytes, long highBytes) {
        values.put(MipsParameters.ramStart(0), 0L);
        values.put(MipsParameters.ramSizeBytes(0), lowBytes);
        values.put(MipsParameters.ramStart(1), 512 * MEGABYTE);
        values.put(MipsParameters.ramSizeBytes(1), highBytes);
        values.put(MipsParameters.ramStart(2), 0L);
        values.put(MipsParameters.ramSizeBytes(2), 0L);
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
