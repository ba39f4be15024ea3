package org.dmalab.vtd.patch.mutant;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.service.Direction;
import org.dmalab.api.service.Iommu;
import org.dmalab.api.service.Variant;
import org.dmalab.vtd.kernel.ContextEntry;
import org.dmalab.vtd.kernel.ContextMapping;
import org.dmalab.vtd.kernel.CopiedBitmap;
import org.dmalab.vtd.kernel.CopiedTables;
import org.dmalab.vtd.kernel.KernelLayout;
import org.dmalab.vtd.kernel.Mappings;
import org.dmalab.vtd.patch.ClearPresentFirst;
import org.osgi.service.component.annotations.Component;

/**
 * Clear-present-first that flushes an alias with the source-id of the device.
 */
@Component(property = {
    Variant.ARCH + "=vtd",
    Variant.PATCH + "=alias-own-id",
    Variant.COMMIT + "=-",
    Variant.SINCE + "=-",
    Variant.ORIGIN + "=mutant",
    Variant.LAYOUT + "=copied-bitmap",
    Variant.STEPS + "=return if present and not in the bitmap of copied entries",
    Variant.STEPS + "=copied: clear only the present bit; write barrier; clflush if ECAP.C=0; flush context "
        + "(old id, the device's own source-id), then IOTLB (old id); clear the entry; clear the bit in the "
        + "bitmap",
    Variant.STEPS + "=clear the entry; new domain-id, table, width, type, fault enable, present; clflush if "
        + "ECAP.C=0",
    Variant.STEPS + "=caching mode: flush context (id 0, source-id) and IOTLB (new id); else flush the write "
        + "buffer",
    Variant.DEFECTS + "=the cached entry of the alias stays, as before c54e4ae971b9",
    "service.description=clear-present-first that flushes an alias with the source-id of the device"
})
public final class AliasOwnId implements Iommu, CopiedBitmap {
    @Override
    public long attach(Cpu cpu, long device, long domain) {
        long sourceId = cpu.load(device, KernelLayout.Device.SOURCE_ID);
        return ContextMapping.contextFirst(cpu, device, domain, (on, iommu, to, entry, alias) ->
                contextMappingOne(on, iommu, to, entry, sourceId, alias));
    }

    @Override
    public long map(Cpu cpu, long domain, long busAddress, long physicalAddress, long sizeBytes, Direction direction) {
        return Mappings.map(cpu, domain, busAddress, physicalAddress, sizeBytes, direction);
    }

    @Override
    public long unmap(Cpu cpu, long domain, long busAddress, long sizeBytes, Direction direction) {
        return Mappings.unmap(cpu, domain, busAddress, sizeBytes);
    }

    /** {@code domain_context_mapping_one}, under its locks. */
    private static long contextMappingOne(Cpu cpu, long iommu, long domain, long entry, long sourceId,
            long alias) {
        boolean copied = CopiedTables.inBitmap(cpu, iommu, alias);
        if (ContextEntry.present(cpu, entry) && !copied) {
            return 0;
        }
        if (copied) {
            ClearPresentFirst.tearDown(cpu, iommu, entry, sourceId);
            CopiedTables.clearInBitmap(cpu, iommu, alias);
        }
        long result = ContextMapping.program(cpu, iommu, domain, entry, alias);
        if (result == 0) {
            ContextMapping.presentCacheFlush(cpu, iommu, domain, alias);
        }
        return result;
    }
}
