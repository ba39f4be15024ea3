package org.dmalab.vtd.patch;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.service.Direction;
import org.dmalab.api.service.Iommu;
import org.dmalab.api.service.Variant;
import org.dmalab.vtd.kernel.ContextMapping;
import org.dmalab.vtd.kernel.Mappings;
import org.osgi.service.component.annotations.Component;

/**
 * Before the patch: the new context entry is written over the copied one, and nothing is flushed.
 */
@Component(property = {
    Variant.ARCH + "=vtd",
    Variant.PATCH + "=no-flush",
    Variant.COMMIT + "=-",
    Variant.SINCE + "=4.2 to 4.9",
    Variant.ORIGIN + "=mainline",
    Variant.LAYOUT + "=copied-bit-67",
    Variant.STEPS + "=return if present and not marked in bit 67",
    Variant.STEPS + "=clear the entry; new domain-id, table, width, type, fault enable, present; clflush "
        + "if ECAP.C=0",
    Variant.STEPS + "=caching mode: flush context (id 0, source-id) and IOTLB (new id); else flush the "
        + "write buffer",
    Variant.DEFECTS + "=what the hardware cached of a copied entry stays: the device uses the old tables",
    "service.description=context mapping before the patch: writes over a copied entry without "
        + "a flush"
})
public final class NoFlush implements Iommu {
    @Override
    public long attach(Cpu cpu, long device, long domain) {
        return ContextMapping.forEachSourceId(cpu, device, domain, NoFlush::contextMappingOne);
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
            ContextMapping.presentCacheFlush(cpu, iommu, domain, sourceId);
        }
        return result;
    }
}
