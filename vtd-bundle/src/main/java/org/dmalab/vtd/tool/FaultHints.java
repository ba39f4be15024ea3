package org.dmalab.vtd.tool;

import java.util.ArrayList;
import java.util.List;

/**
 * Where to look next after a fault, the likely cause first and none that the reason rules out: P=0 that was read from a
 * root or context entry can't come from a stale entry, as a cached one is present and would translate (caching mode 0).
 */
final class FaultHints {
    private static final int UPPER_HALF = 0x10;

    private final Fault fault;
    private final boolean kdump;
    private final TableDump dump;
    private final String behind;
    private final List<String> hints = new ArrayList<>();

    private FaultHints(Fault fault, FaultLog log) {
        this.fault = fault;
        this.kdump = log.inKdump(fault);
        this.dump = log.dump(fault);
        this.behind = log.bridges().stream().filter(bridge -> bridge.sourceId() == fault.sourceId())
                .map(FaultLog.Bridge::buses).findFirst().orElse(null);
    }

    static List<String> of(Fault fault, FaultLog log) {
        FaultHints hints = new FaultHints(fault, log);
        hints.collect();
        return List.copyOf(hints.hints);
    }

    private void collect() {
        int reason = fault.reason();
        dumped();
        if (fault.kind() == Fault.Kind.INTERRUPT) {
            interrupt();
        } else if (FaultReason.permission(reason)) {
            permission();
        } else if (reason == FaultReason.FL_NOT_PRESENT) {
            notMapped();
        } else if (FaultReason.notAttached(reason)) {
            notAttached();
        } else if (reason == FaultReason.INTERRUPT_ADDRESS) {
            hints.add("a descriptor with an address in the range of interrupts, or an MSI of the wrong size");
        } else if (FaultReason.address(reason)) {
            hints.add("the address itself: a descriptor that was overwritten or not initialised, or a device that"
                    + " truncates or extends addresses");
        } else if (reason == FaultReason.TRANSLATION_REQUEST_BLOCKED
                || reason == FaultReason.SM_TRANSLATION_REQUEST_BLOCKED) {
            hints.add("TT or DTE in the context entry, and whether ATS was enabled in the device before it");
        } else if (FaultReason.words(reason) == null) {
            hints.add("the specification of this unit, for the reason; this program does not know it");
        } else {
            structure();
        }
    }

    /** What the tables that the kernel printed say against the reason. */
    private void dumped() {
        if (dump == null || dump.entries().isEmpty()) {
            return;
        }
        boolean contradicts = switch (fault.reason()) {
            case FaultReason.SM_ROOT_NOT_PRESENT, FaultReason.ROOT_NOT_PRESENT -> dump.shows("context entry", true);
            case FaultReason.CONTEXT_NOT_PRESENT, FaultReason.SM_CONTEXT_NOT_PRESENT ->
                    dump.shows("context entry", true);
            case FaultReason.DIRECTORY_NOT_PRESENT -> dump.shows("pasid dir entry", true);
            default -> FaultReason.permission(fault.reason()) && dump.allows(fault.kind() == Fault.Kind.READ);
        };
        if (contradicts) {
            hints.add("the kernel printed the tables after the fault, and there the entry is present (line "
                    + dump.line() + "): the unit read something else, so the entry was not written back to memory"
                    + " (clflush where ECAP.C=0)" + (FaultReason.permission(fault.reason())
                    ? ", an older one is still cached, or it was written after the fault"
                    : " or was written after the fault"));
        }
    }

    private void permission() {
        if (behind != null) {
            bridge();
        }
        staleAfterCopy();
        boolean read = fault.kind() == Fault.Kind.READ;
        hints.add("whether the address was mapped at that moment and in this direction (tracepoints iommu:map and"
                + " iommu:unmap): a mapping for DMA_" + (read ? "FROM" : "TO") + "_DEVICE gives no permission to "
                + (read ? "read" : "write"));
        unmappedBefore();
        stale();
    }

    private void notMapped() {
        staleAfterCopy();
        hints.add("whether the address was mapped at that moment (tracepoints iommu:map and iommu:unmap)");
        unmappedBefore();
        stale();
    }

    private void staleAfterCopy() {
        if (kdump) {
            hints.add("the kernel copied the tables of a crashed one: entries of the old domain-id, refilled by DMA in"
                    + " flight, stay cached until the context cache and then the IOTLB are flushed with the OLD"
                    + " domain-id (scenario vtd/kdump-stale-context, vtd:flush-matrix)");
        }
    }

    private void unmappedBefore() {
        hints.add("if it was unmapped before: a device that was not stopped, or a length or descriptor that is wrong");
    }

    private void stale() {
        hints.add("if it has just been mapped and its PTE is right: a stale entry of the context cache, IOTLB or"
                + " paging-structure cache; which flush came after the change, and with which domain-id"
                + (kdump ? "" : " (common after kdump, where the entry cached last is the crashed kernel's)"));
    }

    private void notAttached() {
        if (kdump) {
            notCopied();
        }
        if (behind != null) {
            bridge();
        }
        hints.add("whether a driver has " + fault.device() + " and has mapped anything yet: DMA that firmware or an"
                + " earlier driver left running, without an RMRR for it (dmar:show)");
        if (behind == null) {
            hints.add("whether the requests of another device carry this source-id: behind a PCIe-to-PCI bridge, or a"
                    + " phantom function (lspci -t)");
        }
    }

    /** A stale entry would be present: what was read is a table that was not copied, or not written back. */
    private void notCopied() {
        boolean upper = (fault.sourceId() >> 3 & 0x1f) >= UPPER_HALF;
        if (fault.reason() == FaultReason.SM_ROOT_NOT_PRESENT && upper) {
            hints.add("the kernel copied the tables of a crashed one: where a bus has devices 10 to 1f only, kernels"
                    + " before 2026 copied their context table into the wrong half of the root entry (\"Fix UCTP"
                    + " context table slot when copying root entries\")");
        }
        hints.add("the kernel copied the tables of a crashed one: whether the device had an entry there at all, and"
                + " whether the copy was written back to memory before the unit used it (clflush if ECAP.C=0)");
    }

    private void bridge() {
        hints.add("the log says that " + fault.device() + " is a bridge to bus " + behind + ": behind a PCIe-to-PCI"
                + " bridge the requests of all devices carry its source-id, so the one that did it is there");
    }

    private void interrupt() {
        if (fault.reason() == FaultReason.COMPATIBILITY_FORMAT) {
            hints.add("who still sends interrupts in compatibility format: an I/O APIC whose entries were restored"
                    + " before remapping was on again (resume from S3), or firmware");
        } else {
            hints.add("the fault's address is the index in the interrupt remapping table; compare it with"
                    + " /sys/kernel/debug/iommu/intel/ir_translation_struct");
        }
        hints.add("who " + fault.device() + " is: an I/O APIC or HPET sends with a source-id that lspci does not list,"
                + " often f0:1f.0; the scopes of the DMAR table name it (dmar:show)");
        hints.add("whether firmware or a device writes MSI messages that the kernel did not hand out");
    }

    private void structure() {
        int reason = fault.reason();
        if (reason == FaultReason.DIRECTORY_NOT_PRESENT) {
            hints.add("with ECAP.C=0: kernels before 6.3 did not write the PASID directory back to memory (fixed by"
                    + " 194b3348bdbb)");
        }
        if (kdump && (reason == FaultReason.RID_PASID_INVALID || (reason >= 0x50 && reason < 0x60))) {
            hints.add("RID_PASID of the context entry: kernels to 5.19 mark a copied entry in bit 67, which in scalable"
                    + " mode makes PASID 0 into 8 (fixed in 6.0, 0c5f6c0d8201)");
        }
        if (kdump && FaultReason.aboutPages(reason)) {
            staleAfterCopy();
        }
        hints.add("the entry in memory (/sys/kernel/debug/iommu/intel/" + (FaultReason.aboutPages(reason)
                ? "domain_translation_struct" : "dmar_translation_struct") + ") and who wrote it last");
        hints.add("whether it was written back to memory (clflush if ECAP.C=0) and flushed from the unit's caches"
                + " before it was used");
    }
}
