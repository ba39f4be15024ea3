package org.dmalab.pseries;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import org.dmalab.api.Preset;

/** Equipment and behaviour that a partition can have. */
final class PseriesPresets {
    private static final long GIB = 1L << 30;

    private PseriesPresets() { }

    static List<Preset> presets() {
        return List.of(lpar(), qemu("qemu-1G-maxmem8G", "QEMU: 1 GiB of memory, 8 GiB at most, an xhci controller",
                "blob of QEMU 7.2 for -m 1G,maxmem=4G with ibm,lrdr-capacity set to what maxmem=8G gives",
                "pseries-1G-maxmem4G.dtb", Map.of("lrdrCapacityBytes", 8 * GIB)),
                qemu("qemu-512M", "QEMU without maxmem: 512 MiB of memory, ibm,lrdr-capacity of 0",
                        "blob of QEMU 7.2 for -m 512", "pseries-512M-no-maxmem.dtb", Map.of()),
                qemu("qemu-2G-nvdimm", "QEMU: 2 GiB of memory, 8 GiB at most, an NVDIMM below that",
                        "blob of QEMU 7.2 for -m 2G,maxmem=8G with an nvdimm; its address is a free one below 8 GiB",
                        "pseries-2G-maxmem8G-nvdimm.dtb", Map.of("pmemStart", 4 * GIB, "pmemBytes", GIB)));
    }

    private static Preset lpar() {
        Map<String, Long> values = new TreeMap<>(common());
        values.put("ramBytes", 0x6980000000L);
        values.put("lrdrCapacityBytes", 0x6980000000L);
        values.put("lmbBytes", GIB);
        values.put("pmemStart", 0x40340000000L);
        values.put("pmemBytes", 5 * GIB);
        values.put("phbCount", 1L);
        values.put("limitedAddressMode", 1L);
        values.put("defaultWindowBytes", GIB);
        values.put("pageSizeMask", 0x103L);
        values.put("largestBlockTces", 1L << 19);
        return new Preset("lpar-422G", "a logical partition: 422 GiB of memory, 1 GiB blocks, 5 GiB of pmem far above",
                "figures of a test report on linuxppc-dev (2025-02-05); the device tree is constructed from them;"
                + " page sizes, default window and largest block (1 TiB) are assumed", values);
    }

    private static Preset qemu(String name, String summary, String source, String blob, Map<String, Long> more) {
        Map<String, Long> values = new TreeMap<>(common());
        values.put("pageSizeMask", 0x107L);
        values.put("largestBlockTces", 1L << 37);
        values.putAll(more);
        return new Preset(name, summary, source, values, Map.of("deviceTree", "/devicetree/" + blob));
    }

    private static Map<String, Long> common() {
        return Map.of("windowsPerPe", 2L, "windowBusAddress", 0x800000000000000L, "createBusyCalls", 0L,
                "processors", 2L, "multitce", 1L);
    }

    static List<Preset> profiles() {
        return List.of(
                new Preset("powervm", "at most 512 TCEs a call, TCEs must point to memory of the partition",
                        "the limit is from the message of 9d2ccf00bddc; that the first part of a refused range stays,"
                        + " that a count of 0 is taken (Linux asks for it whenever it replaces a single window, and"
                        + " nobody reports the message) and what is checked in a TCE is not public: assumed",
                        behaviour(Map.of("stuffLimitTces", 512L, "rangeKeepsPrefix", 1L, "tceCheck", 2L,
                                "entryCountBits", 64L))),
                new Preset("kvm", "a refused range leaves nothing behind, TCEs must be aligned",
                        "read in the source of KVM and QEMU, not measured",
                        behaviour(Map.of("stuffRefusesPermission", 1L, "tceCheck", 1L, "entryCountBits", 32L,
                                "defaultMarkStays", 1L, "isolateNeedsUnplug", 1L))),
                qemu("qemu-7.0", "qemu-7.2 as it was before 7.1: the default window does not come back when the last"
                        + " other one is removed", "the message of QEMU commit 31cc81f72801; all else as qemu-7.2",
                        Map.of("defaultComesBack", 0L)),
                qemu("qemu-7.2", "no limit of a call, nothing is checked in a TCE, entry counts of 32 bits",
                        "measured on QEMU 7.2.22", Map.of()));
    }

    private static Preset qemu(String name, String summary, String source, Map<String, Long> more) {
        Map<String, Long> values = new TreeMap<>(behaviour(Map.of("rangeKeepsPrefix", 1L, "zeroCountRefused", 1L,
                "entryCountBits", 32L, "defaultMarkStays", 1L, "isolateNeedsUnplug", 1L)));
        values.putAll(more);
        return new Preset(name, summary, source, values);
    }

    /** Values of a profile; the default window comes back, and all else is 0, unless it is said otherwise. */
    private static Map<String, Long> behaviour(Map<String, Long> more) {
        Map<String, Long> values = new TreeMap<>(Map.of("stuffLimitTces", 0L, "rangeKeepsPrefix", 0L,
                "zeroCountRefused", 0L, "stuffRefusesPermission", 0L, "tceCheck", 0L, "entryCountBits", 64L,
                "defaultMarkStays", 0L, "defaultComesBack", 1L, "isolateNeedsUnplug", 0L));
        values.putAll(more);
        return values;
    }
}
