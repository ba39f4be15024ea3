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
 * Version 1 of the patch, inferred: no posting was found, and the changelog of version 2 says only that it changed
 * to the old domain-id. So this one flushes with the new domain-id, after the mapping.
 */
@Component(property = {
    Variant.ARCH + "=vtd",
    Variant.PATCH + "=flush-new-did",
    Variant.COMMIT + "=-",
    Variant.SINCE + "=2016-11, v1",
    Variant.ORIGIN + "=proposed",
    Variant.LAYOUT + "=copied-bit-67",
    Variant.STEPS + "=return if present and not marked in bit 67",
    Variant.STEPS + "=clear the entry; new domain-id, table, width, type, fault enable, present; clflush "
        + "if ECAP.C=0",
    Variant.STEPS + "=copied: flush context (new id, source-id), then IOTLB (new id)",
    Variant.STEPS + "=caching mode: flush context (id 0, source-id) and IOTLB (new id); else flush the "
        + "write buffer",
    Variant.DEFECTS + "=flushes with an id that the cached entry does not carry: hardware that matches on "
        + "it keeps the entry",
    Variant.DEFECTS + "=the IOTLB of the old id stays",
    "service.description=v1, inferred from the changelog of v2: flushes a copied entry with "
        + "the new domain-id"
})
public final class FlushNewDid implements Iommu {
    @Override
    public long attach(Cpu cpu, long device, long domain) {
        return ContextMapping.forEachSourceId(cpu, device, domain, FlushNewDid::contextMappingOne);
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
        boolean copied = ContextEntry.markedCopied(cpu, entry);
        long result = ContextMapping.program(cpu, iommu, domain, entry, sourceId);
        if (result < 0) {
            return result;
        }
        if (copied) {
            long newId = ContextMapping.domainId(cpu, domain);
            Flush.context(cpu, iommu, newId, sourceId, Scope.SELECTIVE);
            Flush.iotlb(cpu, iommu, newId, 0, 0, Scope.DOMAIN);
        }
        ContextMapping.presentCacheFlush(cpu, iommu, domain, sourceId);
        return 0;
    }
}
