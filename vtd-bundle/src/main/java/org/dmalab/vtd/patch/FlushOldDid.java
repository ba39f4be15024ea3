package org.dmalab.vtd.patch;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.service.CacheFlush.Scope;
import org.dmalab.api.service.Direction;
import org.dmalab.api.service.Iommu;
import org.dmalab.api.service.Variant;
import org.dmalab.vtd.kernel.ContextEntry;
import org.dmalab.vtd.kernel.ContextMapping;
import org.dmalab.vtd.kernel.Flush;
import org.dmalab.vtd.kernel.Mappings;
import org.osgi.service.component.annotations.Component;

/**
 * Version 2 of the patch, as merged: flushes with the domain-id that the copied entry carries, before it is
 * cleared.
 */
@Component(property = {
    Variant.ARCH + "=vtd",
    Variant.PATCH + "=flush-old-did",
    Variant.COMMIT + "=aec0e86172a7",
    Variant.SINCE + "=4.10 to 5.19",
    Variant.ORIGIN + "=mainline",
    Variant.LAYOUT + "=copied-bit-67",
    Variant.STEPS + "=return if present and not marked in bit 67",
    Variant.STEPS + "=copied: flush context (old id, source-id), then IOTLB (old id)",
    Variant.STEPS + "=clear the entry; new domain-id, table, width, type, fault enable, present; clflush "
        + "if ECAP.C=0",
    Variant.STEPS + "=caching mode: flush context (id 0, source-id) and IOTLB (new id); else flush the "
        + "write buffer",
    Variant.DEFECTS + "=flushes before it clears: a DMA between the two caches the old context again, and "
        + "nothing flushes it",
    Variant.DEFECTS + "=in a scalable-mode entry bit 67 is part of RID_PASID",
    "service.description=v2, the seed: flushes context cache and IOTLB with the old domain-id "
        + "of a copied entry"
})
public final class FlushOldDid implements Iommu {
    @Override
    public long attach(Cpu cpu, long device, long domain) {
        return ContextMapping.forEachSourceId(cpu, device, domain, FlushOldDid::contextMappingOne);
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
        if (ContextMapping.presentAndNotMarked(cpu, entry)) {
            return 0;
        }
        if (ContextEntry.markedCopied(cpu, entry)) {
            long oldId = ContextEntry.domainId(cpu, entry);
            if (ContextMapping.valid(cpu, iommu, oldId)) {
                Flush.context(cpu, iommu, oldId, sourceId, Scope.SELECTIVE);
                Flush.iotlb(cpu, iommu, oldId, 0, 0, Scope.DOMAIN);
            }
        }
        long result = ContextMapping.program(cpu, iommu, domain, entry, sourceId);
        if (result == 0) {
            ContextMapping.presentCacheFlush(cpu, iommu, domain, sourceId);
        }
        return result;
    }
}
