package org.dmalab.vtd.patch;

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
import org.dmalab.vtd.kernel.Mappings;
import org.osgi.service.component.annotations.Component;

/**
 * From 6.0: the mark of a copied entry is in a bitmap and no longer in the entry; the order is that of version 2.
 */
@Component(property = {
    Variant.ARCH + "=vtd",
    Variant.PATCH + "=copied-bitmap",
    Variant.COMMIT + "=0c5f6c0d8201",
    Variant.SINCE + "=6.0 to 6.11",
    Variant.ORIGIN + "=mainline",
    Variant.LAYOUT + "=copied-bitmap",
    Variant.STEPS + "=return if present and not in the bitmap of copied entries",
    Variant.STEPS + "=copied: flush context (old id, source-id), then IOTLB (old id); clear the bit in "
        + "the bitmap",
    Variant.STEPS + "=clear the entry; new domain-id, table, width, type, fault enable, present; clflush "
        + "if ECAP.C=0",
    Variant.STEPS + "=caching mode: flush context (id 0, source-id) and IOTLB (new id); else flush the "
        + "write buffer",
    Variant.DEFECTS + "=scalable mode: the entry has no domain-id to flush with, and the PASID cache is not flushed "
        + "(to 6.8)",
    Variant.DEFECTS + "=flushes before it clears: a DMA between the two caches the old context again, and "
        + "nothing flushes it",
    "service.description=flush-old-did with the mark of copied entries in a bitmap, so that "
        + "scalable-mode entries stay as they are"
})
public final class CopiedBitmapFlush implements Iommu, CopiedBitmap {
    @Override
    public long attach(Cpu cpu, long device, long domain) {
        return ContextMapping.forEachSourceId(cpu, device, domain, CopiedBitmapFlush::contextMappingOne);
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
    private static long contextMappingOne(Cpu cpu, long iommu, long domain, long entry, long sourceId) {
        boolean copied = CopiedTables.inBitmap(cpu, iommu, sourceId);
        if (ContextEntry.present(cpu, entry) && !copied) {
            return 0;
        }
        if (copied) {
            long oldId = ContextEntry.domainId(cpu, entry);
            if (ContextMapping.valid(cpu, iommu, oldId)) {
                Flush.context(cpu, iommu, oldId, sourceId, Scope.SELECTIVE);
                Flush.iotlb(cpu, iommu, oldId, 0, 0, Scope.DOMAIN);
            }
            CopiedTables.clearInBitmap(cpu, iommu, sourceId);
        }
        long result = ContextMapping.program(cpu, iommu, domain, entry, sourceId);
        if (result == 0) {
            ContextMapping.presentCacheFlush(cpu, iommu, domain, sourceId);
        }
        return result;
    }
}
