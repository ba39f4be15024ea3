package org.dmalab.vtd.patch.mutant;

import org.dmalab.api.cpu.Barrier;
import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.service.CacheFlush.Scope;
import org.dmalab.api.service.Direction;
import org.dmalab.api.service.Iommu;
import org.dmalab.api.service.Variant;
import org.dmalab.vtd.kernel.ContextEntry;
import org.dmalab.vtd.kernel.ContextMapping;
import org.dmalab.vtd.kernel.CopiedBitmap;
import org.dmalab.vtd.kernel.CopiedTables;
import org.dmalab.vtd.kernel.Flush;
import org.dmalab.vtd.kernel.Hw;
import org.dmalab.vtd.kernel.Mappings;
import org.dmalab.vtd.kernel.PasidTables;
import org.dmalab.vtd.patch.ClearPresentFirst;
import org.osgi.service.component.annotations.Component;

/**
 * Clear-present-first that leaves the PASID cache as it is in scalable mode.
 */
@Component(property = {
    Variant.ARCH + "=vtd",
    Variant.PATCH + "=pasid-cache-kept",
    Variant.COMMIT + "=-",
    Variant.SINCE + "=-",
    Variant.ORIGIN + "=mutant",
    Variant.LAYOUT + "=copied-bitmap",
    Variant.STEPS + "=map, unmap, and attach in legacy mode as clear-present-first",
    Variant.STEPS + "=scalable mode, copied: clear only the present bit; write barrier; clflush if ECAP.C=0; flush "
        + "context (source-id), then all of the IOTLB; clear the entry; clear the bit in the bitmap",
    Variant.DEFECTS + "=what the unit cached of the old PASID table stays: the device uses the old tables",
    "service.description=clear-present-first that leaves the PASID cache as it is in scalable mode"
})
public final class PasidCacheKept implements Iommu, CopiedBitmap {
    @Override
    public long attach(Cpu cpu, long device, long domain) {
        return ContextMapping.contextFirst(cpu, device, domain, PasidCacheKept::contextMappingOne);
    }

    @Override
    public long map(Cpu cpu, long domain, long busAddress, long physicalAddress, long sizeBytes, Direction direction) {
        return Mappings.map(cpu, domain, busAddress, physicalAddress, sizeBytes, direction);
    }

    @Override
    public long unmap(Cpu cpu, long domain, long busAddress, long sizeBytes, Direction direction) {
        return Mappings.unmap(cpu, domain, busAddress, sizeBytes);
    }

    /** {@code device_pasid_table_setup}, under its locks; in legacy mode that of clear-present-first. */
    private static long contextMappingOne(Cpu cpu, long iommu, long domain, long entry, long sourceId) {
        if (PasidTables.inUse(cpu, iommu) && CopiedTables.inBitmap(cpu, iommu, sourceId)) {
            ContextEntry.clearPresent(cpu, entry);
            cpu.barrier(Barrier.WRITE);
            Hw.flushCache(cpu, iommu, entry, ContextEntry.BYTES);
            Flush.context(cpu, iommu, 0, sourceId, Scope.SELECTIVE);
            Flush.iotlb(cpu, iommu, 0, 0, 0, Scope.GLOBAL);
            ContextEntry.clear(cpu, entry);
            CopiedTables.clearInBitmap(cpu, iommu, sourceId);
        }
        return ClearPresentFirst.contextMappingOne(cpu, iommu, domain, entry, sourceId);
    }
}
