package org.dmalab.pseries;

import java.util.List;

import org.dmalab.api.Parameter;

/** What can be set of a partition's equipment and behaviour. */
final class PseriesParameters {
    private PseriesParameters() { }

    static List<Parameter> all() {
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
                number("defaultMarkStays", "1 if a reused default table stays marked as default"),
                number("defaultComesBack", "1 if the default window comes back when the last other one is removed"),
                number("isolateNeedsUnplug", "1 if the platform must ask for memory before it is given back"));
    }

    private static Parameter size(String name, String summary) {
        return Parameter.optional(name, Parameter.Type.SIZE, summary, "0");
    }

    private static Parameter number(String name, String summary) {
        return Parameter.optional(name, Parameter.Type.NUMBER, summary, "0");
    }
}
