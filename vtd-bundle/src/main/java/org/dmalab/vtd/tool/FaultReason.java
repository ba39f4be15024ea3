package org.dmalab.vtd.tool;

import java.util.ArrayList;
import java.util.List;

/**
 * What fault reasons mean, and where to look next.
 *
 * <p>Specification: Fault Reason Encodings. Those of scalable mode that no second-level translation of a request
 * without PASID has are told by the structure that they are about; the kernel's words give the rest.
 */
final class FaultReason {
    private static final int WRITE_NOT_PERMITTED = 5;
    private static final int READ_NOT_PERMITTED = 6;

    private FaultReason() { }

    /** What the unit found. */
    static String meaning(int reason) {
        return switch (reason) {
            case 0x00 -> "the kernel's own code, not one of the unit";
            case 0x01 -> "the root entry of the device's bus has P=0: no context table for that bus";
            case 0x02 -> "the device's context entry has P=0: the device is in no domain";
            case 0x03 -> "the context entry is invalid: an address width (AW) or translation type (TT) that the unit"
                    + " does not support, or tables that it can't read";
            case 0x04 -> "the address is beyond what the domain can have: 2^min(MGAW, width of AW)";
            case WRITE_NOT_PERMITTED -> "no permission to write: at some level of the second-level tables the entry"
                    + " has W=0, or is not present";
            case READ_NOT_PERMITTED -> "no permission to read: at some level of the second-level tables the entry"
                    + " has R=0, or is not present";
            case 0x07 -> "a pointer to the next second-level table leads where the unit can't read";
            case 0x08 -> "the unit can't read the root table at the address in RTADDR";
            case 0x09 -> "the unit can't read the context table at the address in the root entry";
            case 0x0a -> "reserved bits are set in a root entry";
            case 0x0b -> "reserved bits are set in a context entry";
            case 0x0c -> "reserved bits are set in an entry of the second-level tables";
            case 0x0d -> "a translation request of the device's own TLB, which its context entry blocks";
            case 0x20 -> "interrupt remapping: reserved bits are set in the interrupt request";
            case 0x21 -> "interrupt remapping: the index is beyond the table";
            case 0x22 -> "interrupt remapping: the table's entry has P=0";
            case 0x23 -> "interrupt remapping: the unit can't read the table at the address in IRTA";
            case 0x24 -> "interrupt remapping: reserved bits are set in the table's entry";
            case 0x25 -> "interrupt remapping: a request in compatibility format, which is blocked";
            case 0x26 -> "interrupt remapping: the source-id is not one that the table's entry allows";
            default -> scalable(reason);
        };
    }

    private static String scalable(int reason) {
        String what = switch (reason) {
            case 0x30 -> "RTADDR has a reserved table mode (TTM)";
            case 0x38 -> "the unit can't read the root entry";
            case 0x39 -> "the root entry has P=0 in the half of the device: no context table for devices 00 to 0f of"
                    + " the bus (lower half) or 10 to 1f (upper half)";
            case 0x3a -> "reserved bits are set in a root entry";
            case 0x40 -> "the unit can't read the context entry at the address in the root entry";
            case 0x41 -> "the device's context entry has P=0: the device is in no domain";
            case 0x42 -> "reserved bits are set in a context entry";
            case 0x43 -> "the context entry enables what the unit does not have: DTE, PASIDE or PRE";
            case 0x44 -> "a request of the device's own TLB, which its context entry blocks (DTE=0)";
            case 0x48 -> "RID_PASID of the context entry is beyond its PASID directory (PDTS)";
            case 0x50 -> "the unit can't read the PASID directory entry at the address in the context entry";
            case 0x51 -> "the PASID directory entry has P=0";
            case 0x52 -> "reserved bits are set in a PASID directory entry";
            case 0x58 -> "the unit can't read the PASID table entry at the address in the directory";
            case 0x59 -> "the PASID table entry has P=0";
            case 0x5a -> "reserved bits are set in a PASID table entry";
            case 0x5b -> "the PASID table entry is invalid: a translation type (PGTT) or width (AW) that the unit"
                    + " does not support";
            case 0x78 -> "a pointer to the next second-level table leads where the unit can't read";
            case 0x79 -> "no permission: at some level of the second-level tables the entry has R=0 or W=0, or is not"
                    + " present";
            case 0x7a -> "reserved bits are set in an entry of the second-level tables";
            case 0x7b -> "the unit can't read the second-level table at the address in the PASID table entry";
            case 0x84 -> "the address is beyond what the domain can have: 2^min(MGAW, width of AW)";
            default -> null;
        };
        return what != null ? "scalable mode: " + what : structure(reason);
    }

    private static String structure(int reason) {
        return switch (reason >> 3) {
            case 0x30 >> 3 -> "scalable mode: the root table address or its mode (TTM) does not fit the request";
            case 0x38 >> 3 -> "scalable mode: the root entry is unreadable, not present or invalid";
            case 0x40 >> 3, 0x48 >> 3 -> "scalable mode: the context entry is unreadable, not present or invalid";
            case 0x50 >> 3 -> "scalable mode: the PASID directory entry is unreadable, not present or invalid";
            case 0x58 >> 3 -> "scalable mode: the PASID table entry is unreadable, not present or invalid";
            case 0x70 >> 3 -> "scalable mode: an entry of the first-level tables is unreadable, not present or invalid";
            case 0x78 >> 3 -> "scalable mode: an entry of the second-level tables is unreadable, gives no permission"
                    + " or is invalid";
            case 0x80 >> 3 -> "scalable mode: the address or the kind of access is not allowed";
            case 0x90 >> 3 -> "scalable mode: an accessed or dirty bit can't be set in memory that is not snooped";
            default -> "a code that is not known here; see the specification's table of fault reasons";
        };
    }

    /** What to look at next, the likely first. */
    static List<String> lookAt(Fault fault, boolean kdump) {
        List<String> hints = new ArrayList<>();
        if (kdump && fault.kind() != Fault.Kind.INTERRUPT) {
            hints.add("the kernel copied the tables of a crashed one: entries of the old domain-id, refilled by DMA in"
                    + " flight, stay cached until the context cache and then the IOTLB are flushed with the OLD"
                    + " domain-id (scenario vtd/kdump-stale-context, vtd:flush-matrix)");
        }
        switch (fault.reason()) {
            case WRITE_NOT_PERMITTED, READ_NOT_PERMITTED, 0x71, 0x79 -> permission(fault, kdump, hints);
            case 0x01, 0x02, 0x39, 0x41 -> attachment(fault, kdump, hints);
            case 0x04, 0x84 -> hints.add("the address itself: a descriptor that was overwritten or not initialised, or"
                    + " a device that truncates or extends addresses");
            case 0x0d, 0x44 -> hints.add("TT or DTE in the context entry, and whether ATS was enabled in the device"
                    + " before it");
            case 0x20, 0x21, 0x22, 0x23, 0x24, 0x25, 0x26 -> interrupt(hints);
            default -> structure(fault.reason(), kdump, hints);
        }
        return hints;
    }

    private static void permission(Fault fault, boolean kdump, List<String> hints) {
        boolean read = fault.kind() == Fault.Kind.READ;
        hints.add("whether the address was mapped at that moment and in this direction (tracepoints iommu:map and"
                + " iommu:unmap): a mapping for DMA_" + (read ? "FROM" : "TO") + "_DEVICE gives no permission to "
                + (read ? "read" : "write"));
        hints.add("if it was unmapped before: a device that was not stopped, or a length or descriptor that is wrong");
        hints.add("if it has just been mapped and its PTE is right: a stale entry of the context cache, IOTLB or"
                + " paging-structure cache; which flush came after the change, and with which domain-id"
                + (kdump ? "" : " (common after kdump, where the entry cached last is the crashed kernel's)"));
    }

    private static void attachment(Fault fault, boolean kdump, List<String> hints) {
        if (kdump && fault.reason() == 0x39) {
            hints.add("whether the bus has devices 10 to 1f only: kernels before 2026 copied their context table into"
                    + " the wrong half of the root entry (\"Fix UCTP context table slot when copying root entries\")");
        }
        hints.add("whether a driver has " + fault.device() + " and has mapped anything yet: DMA that firmware or an"
                + " earlier driver left running, without an RMRR for it (dmar:show)");
        hints.add("whether the requests of another device carry this source-id: behind a PCIe-to-PCI bridge, or a"
                + " phantom function (lspci -t)");
    }

    private static void interrupt(List<String> hints) {
        hints.add("the fault's address is the index in the interrupt remapping table; compare it with"
                + " /sys/kernel/debug/iommu/intel/ir_translation_struct");
        hints.add("whether firmware or a device writes MSI messages that the kernel did not hand out");
    }

    private static void structure(int reason, boolean kdump, List<String> hints) {
        if (kdump && (reason == 0x48 || reason >= 0x50 && reason < 0x60)) {
            hints.add("RID_PASID of the context entry: kernels to 5.19 mark a copied entry in bit 67, which in scalable"
                    + " mode makes PASID 0 into 8 (fixed in 6.0, 0c5f6c0d8201)");
        }
        boolean aboutPages = reason < 0x08 || reason == 0x0c || reason >= 0x70 && reason < 0x80;
        hints.add("the entry in memory (/sys/kernel/debug/iommu/intel/" + (aboutPages
                ? "domain_translation_struct" : "dmar_translation_struct") + ") and who wrote it last");
        hints.add("whether it was written back to memory (clflush if ECAP.C=0) and flushed from the unit's caches"
                + " before it was used");
    }
}
