package org.dmalab.vtd.patch.mutant;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.service.CacheFlush.Scope;
import org.dmalab.api.service.Direction;
import org.dmalab.api.service.Iommu;
import org.dmalab.api.service.Variant;
import org.dmalab.vtd.kernel.ContextMapping;
import org.dmalab.vtd.kernel.Flush;
import org.dmalab.vtd.kernel.Mappings;
import org.osgi.service.component.annotations.Component;

/**
 * Flush-old-did that flushes with the ids of caching mode, 0 and the new one.
 */
@Component(property = {
    Variant.ARCH + "=vtd",
    Variant.PATCH + "=id-zero-only",
    Variant.COMMIT + "=-",
    Variant.SINCE + "=-",
    Variant.ORIGIN + "=mutant",
    Variant.LAYOUT + "=copied-bit-67",
    Variant.STEPS + "=return if present and not marked in bit 67",
    Variant.STEPS + "=clear the entry; new domain-id, table, width, type, fault enable, present; clflush "
        + "if ECAP.C=0",
    Variant.STEPS + "=always: flush context (id 0, source-id) and IOTLB (new id), as for caching mode",
    Variant.DEFECTS + "=id 0 tags only what was cached as not present",
    "service.description=flush-old-did that flushes with the ids of caching mode, 0 and the new one"
})
public final class IdZeroOnly implements Iommu {
    @Override
    public long attach(Cpu cpu, long device, long domain) {
        return ContextMapping.forEachSourceId(cpu, device, domain, IdZeroOnly::contextMappingOne);
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
        long result = ContextMapping.program(cpu, iommu, domain, entry, sourceId);
        if (result == 0) {
            Flush.context(cpu, iommu, 0, sourceId, Scope.SELECTIVE);
            Flush.iotlb(cpu, iommu, ContextMapping.domainId(cpu, domain), 0, 0, Scope.DOMAIN);
        }
        return result;
    }
}
