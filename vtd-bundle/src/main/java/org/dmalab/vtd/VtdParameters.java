package org.dmalab.vtd;

import java.util.List;

import org.dmalab.api.Parameter;

/** What can be set of a machine. */
final class VtdParameters {
    /** The file with the machine's ACPI table. */
    static final String DMAR = "dmar";

    /** What is on the machine's buses: a list of a scenario, or a file. */
    static final String DEVICES = "devices";
    /** The file with a boot log, or a part of it: CAP and ECAP of each unit. */
    static final String CAPS = "caps";

    private VtdParameters() { }

    static List<Parameter> parameters() {
        Parameter.Type number = Parameter.Type.NUMBER;
        return List.of(
                Parameter.required("cap", number, "Capability Register"),
                Parameter.required("ecap", number, "Extended Capability Register"),
                Parameter.required("ramBytes", Parameter.Type.SIZE, "bytes of memory"),
                Parameter.required("hostAddressBits", number, "width of physical addresses, 32 to 52"),
                Parameter.required("processors", number, "number of processors, 1 to 8"),
                Parameter.required("invalidation", number, "how the kernel flushes: 0 by register, 1 by queue"),
                Parameter.required("cpuCacheLines", number,
                        "dirty lines that the processors' caches hold; walks do not see them (ECAP.C=0); 0 for none"),
                flag("deferredUnmap", "the kernel flushes in batches what was unmapped (iommu.strict=0)"),
                flag("identity", "the kernel gives devices all memory at its own address (iommu=pt)"),
                flag("scalable", "the kernel uses scalable mode where ECAP.SMTS has it (intel_iommu=sm_on); it needs "
                        + "invalidation 1"),
                flag("ats", "RAID controller and network card have address translation services, and TLBs for them"),
                Parameter.required("hotplugBytes", Parameter.Type.SIZE,
                        "bytes at the end of memory that the kernel does not boot with; a multiple of 128M"),
                flag("contextMatchesDomain", "a device-selective context flush must name the entry's domain-id"),
                flag("contextDomainIsGlobal", "a domain-selective context flush is executed as a global one"),
                flag("iotlbBeforeContext", "the IOTLB is tagged with the source-id and comes before the context cache"),
                flag("permissionMissDropped", "an IOTLB hit without permission is lost without a record"),
                flag("setRootResets", "setting the root table pointer empties the caches"),
                flag("enableResets", "a change of translation enable empties the caches"),
                flag("collapseFaults", "a second fault of a source-id with a pending record is not recorded"),
                flag("reservedContextQualified", "FPD suppresses faults for reserved bits of a context entry"),
                flag("overflowEmpties", "an insertion into a full cache empties it; 0: replaces one entry"),
                flag("cachesNotPresent", "with CAP.CM=1 entries that are not present are cached as such"),
                Parameter.required("entryFetch", number,
                        "how a context entry is read: 0 at once, 1 lower half first, 2 upper half first"),
                flag("queueRestarts", "clearing FSTS.IQE lets the queue go on; 0: the next write of the tail does"),
                flag("queueErrorRecord", "IQERCD tells what was wrong with the queue"),
                flag("unusedQueueStops", "a queue that was never used can be switched off; 0: after a wait only"),
                flag("descriptorsUnchecked", "descriptors for interrupt entries and PASIDs are taken unchecked"),
                flag("deviceTlbTimesOut", "a device-TLB that does not answer is a time-out; 0: taken as done"),
                flag("pageFlushByte", "a page-selective flush compares the low 8 bits of page numbers only"),
                flag("onesUnreadable", "a second-level entry of all ones counts as unreadable"),
                flag("pointersCut", "RTADDR and IQA are used without the bits above the unit's address width"),
                flag("waitMustSignal", "a wait descriptor without status and interrupt is an error"),
                flag("failedTypeCounts", "a descriptor that failed counts as the last one when the queue is switched "
                        + "off"),
                Parameter.required("contextEntries", number, "capacity of the context cache"),
                Parameter.required("iotlbEntries", number, "capacity of the IOTLB"),
                Parameter.required("pagingEntries", number, "capacity of the paging-structure cache; 0 for none"));
    }

    private static Parameter flag(String name, String summary) {
        return Parameter.required(name, Parameter.Type.NUMBER, "1 if " + summary);
    }
}
