package org.dmalab.vtd.patch.mutant;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.service.CacheFlush.Scope;
import org.dmalab.api.service.Direction;
import org.dmalab.api.service.Errno;
import org.dmalab.api.service.Iommu;
import org.dmalab.api.service.Variant;
import org.dmalab.vtd.kernel.ContextEntry;
import org.dmalab.vtd.kernel.ContextMapping;
import org.dmalab.vtd.kernel.Devices;
import org.dmalab.vtd.kernel.Flush;
import org.dmalab.vtd.kernel.KernelLayout;
import org.dmalab.vtd.kernel.Mappings;
import org.osgi.service.component.annotations.Component;

/**
 * Like {@code flush-old-did}, but with domain-id 0, as for a unit in caching mode.
 */
@Component(property = {
    Variant.ARCH + "=vtd",
    Variant.PATCH + "=id-zero-only",
    Variant.COMMIT + "=-",
    Variant.SINCE + "=-",
    Variant.ORIGIN + "=mutant",
    Variant.LAYOUT + "=copied-mark-and-bitmap",
    Variant.STEPS + "=return if present and not copied",
    Variant.STEPS + "=copied: flush context (id 0, source-id), then IOTLB (id 0)",
    Variant.STEPS + "=clear the entry; new domain-id, table, width, type, fault enable, present; clflush if ECAP.C=0",
    Variant.STEPS + "=caching mode: flush context (id 0, source-id) and IOTLB (new id); else flush the write buffer",
    Variant.DEFECTS + "=flushes what only a unit in caching mode tags with 0",
    "service.description=flush-old-did with domain-id 0 instead of the old one"
})
public final class IdZeroOnly implements Iommu {
    @Override
    public long attach(Cpu cpu, long device, long domain) {
        long iommu = cpu.load(device, KernelLayout.Device.IOMMU);
        for (int i = 0; i < Devices.sourceIds(cpu, device); i++) {
            long result = contextMappingOne(cpu, iommu, domain, Devices.sourceId(cpu, device, i));
            if (result < 0) {
                return result;
            }
        }
        return 0;
    }

    @Override
    public long map(Cpu cpu, long domain, long busAddress, long physicalAddress, long sizeBytes, Direction direction) {
        return Mappings.map(cpu, domain, busAddress, physicalAddress, sizeBytes, direction);
    }

    @Override
    public long unmap(Cpu cpu, long domain, long busAddress, long sizeBytes, Direction direction) {
        return Mappings.unmap(cpu, domain, busAddress, sizeBytes);
    }

    /** {@code domain_context_mapping_one}. */
    private static long contextMappingOne(Cpu cpu, long iommu, long domain, long sourceId) {
        long flags = ContextMapping.lock(cpu, iommu);
        try {
            long entry = ContextEntry.get(cpu, iommu, sourceId, true);
            if (entry == 0) {
                return Errno.ENOMEM;
            }
            if (ContextMapping.presentAndNotMarked(cpu, entry)) {
                return 0;
            }
            if (ContextEntry.markedCopied(cpu, entry)) {
                Flush.context(cpu, iommu, 0, sourceId, Scope.SELECTIVE);
                Flush.iotlb(cpu, iommu, 0, 0, 0, Scope.DOMAIN);
            }
            long result = ContextMapping.program(cpu, iommu, domain, entry);
            if (result == 0) {
                ContextMapping.presentCacheFlush(cpu, iommu, domain, sourceId);
            }
            return result;
        } finally {
            ContextMapping.unlock(cpu, iommu, flags);
        }
    }
}
