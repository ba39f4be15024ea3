package org.dmalab.pseries;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import org.dmalab.api.Parameter;
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
                profile("powervm", "at most 512 TCEs a call, TCEs must point to memory of the partition",
                        "the limit is from the message of 9d2ccf00bddc; that the first part of a refused range stays,"
                        + " that a count of 0 is taken (Linux asks for it whenever it replaces a single window, and"
                        + " nobody reports the message) and what is checked in a TCE is not public: assumed",
                        512, 1, 2, 64, 0, 0),
                profile("kvm", "a refused range leaves nothing behind, TCEs must be aligned",
                        "read in the source of KVM and QEMU, not measured", 0, 0, 1, 32, 1, 0),
                profile("qemu-7.2", "no limit of a call, nothing is checked in a TCE, entry counts of 32 bits",
                        "measured on QEMU 7.2.22", 0, 1, 0, 32, 1, 1));
    }

    private static Preset profile(String name, String summary, String source, long stuffLimit, long keepsPrefix,
            long tceCheck, long entryCountBits, long defaultMarkStays, long zeroCountRefused) {
        return new Preset(name, summary, source, Map.of("stuffLimitTces", stuffLimit, "rangeKeepsPrefix", keepsPrefix,
                "zeroCountRefused", zeroCountRefused, "stuffRefusesPermission", name.equals("kvm") ? 1L : 0L,
                "tceCheck", tceCheck, "entryCountBits", entryCountBits, "defaultMarkStays", defaultMarkStays));
    }

    static List<Parameter> parameters() {
        return List.of(
                size("ramBytes", "memory at boot, where the device tree is constructed"),
                size("lrdrCapacityBytes", "ibm,lrdr-capacity: end of all memory the partition can get; overrides the"
                        + " blob's"),
                size("lmbBytes", "logical memory block and memory block, where the device tree is constructed"),
                size("pmemStart", "physical address at which persistent memory is bound"),
                size("pmemBytes", "size of persistent memory; 0 for none"),
                number("phbCount", "PCI host bridges, where the device tree is constructed; bridge N has bus N"),
                number("limitedAddressMode", "1 if windows can be asked for below a device's limit, where the device"
                        + " tree is constructed"),
                size("defaultWindowBytes", "default DMA window, where the device tree is constructed"),
                number("pageSizeMask", "page sizes of windows: bits 4K, 64K, 16M, 32M, 64M, 128M, 256M, 16G, 2M"),
                number("largestBlockTces", "largest block that the hypervisor offers, in TCEs"),
                number("windowsPerPe", "DMA windows of a host bridge, the default one included: 2, or 1 for SR-IOV"),
                size("windowBusAddress", "bus address of a window while another is in use"),
                number("createBusyCalls", "so many ibm,create-pe-dma-window calls are first answered with busy"),
                number("processors", "number of processors, 1 to 8"),
                number("multitce", "0 for the kernel's option multitce=off"),
                number("stuffLimitTces", "most TCEs of one H_STUFF_TCE; 0 for no limit"),
                number("rangeKeepsPrefix", "1 if the first part of a refused range of TCEs stays written"),
                number("zeroCountRefused", "1 if a count of 0 is H_PARAMETER"),
                number("stuffRefusesPermission", "1 if H_STUFF_TCE takes no permission bits"),
                number("tceCheck", "what a TCE must satisfy: 0 nothing, 1 alignment, 2 also memory behind it"),
                number("entryCountBits", "width of the hypervisor's count of TCEs in a window, 16 to 64"),
                number("defaultMarkStays", "1 if a reused default table stays marked as default"));
    }

    private static Parameter size(String name, String summary) {
        return Parameter.optional(name, Parameter.Type.SIZE, summary, "0");
    }

    private static Parameter number(String name, String summary) {
        return Parameter.optional(name, Parameter.Type.NUMBER, summary, "0");
    }
}
