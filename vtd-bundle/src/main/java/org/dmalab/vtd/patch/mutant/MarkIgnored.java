package org.dmalab.vtd.patch.mutant;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.service.Direction;
import org.dmalab.api.service.Iommu;
import org.dmalab.api.service.Variant;
import org.dmalab.vtd.kernel.ContextEntry;
import org.dmalab.vtd.kernel.ContextMapping;
import org.dmalab.vtd.kernel.Mappings;
import org.osgi.service.component.annotations.Component;

/**
 * No-flush that takes a copied entry for its own.
 */
@Component(property = {
    Variant.ARCH + "=vtd",
    Variant.PATCH + "=mark-ignored",
    Variant.COMMIT + "=-",
    Variant.SINCE + "=-",
    Variant.ORIGIN + "=mutant",
    Variant.LAYOUT + "=copied-bit-67",
    Variant.STEPS + "=return if present",
    Variant.STEPS + "=clear the entry; new domain-id, table, width, type, fault enable, present; clflush "
        + "if ECAP.C=0",
    Variant.STEPS + "=caching mode: flush context (id 0, source-id) and IOTLB (new id); else flush the "
        + "write buffer",
    Variant.DEFECTS + "=a copied entry stays, with the tables of the old kernel",
    "service.description=no-flush that takes a copied entry for its own"
})
public final class MarkIgnored implements Iommu {
    @Override
    public long attach(Cpu cpu, long device, long domain) {
        return ContextMapping.forEachSourceId(cpu, device, domain, MarkIgnored::contextMappingOne);
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
        if (ContextEntry.present(cpu, entry)) {
            return 0;
        }
        long result = ContextMapping.program(cpu, iommu, domain, entry, sourceId);
        if (result == 0) {
            ContextMapping.presentCacheFlush(cpu, iommu, domain, sourceId);
        }
        return result;
    }
}
