package org.dmalab.vtd.patch.mutant;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.service.CacheFlush.Scope;
import org.dmalab.api.service.Direction;
import org.dmalab.api.service.Iommu;
import org.dmalab.api.service.Variant;
import org.dmalab.vtd.kernel.ContextMapping;
import org.dmalab.vtd.kernel.CopiedBitmap;
import org.dmalab.vtd.kernel.Flush;
import org.dmalab.vtd.kernel.KernelLayout.DmarDomain;
import org.dmalab.vtd.kernel.Mappings;
import org.dmalab.vtd.patch.ClearPresentFirst;
import org.osgi.service.component.annotations.Component;

/**
 * Clear-present-first whose unmap flushes another domain-id.
 */
@Component(property = {
    Variant.ARCH + "=vtd",
    Variant.PATCH + "=unmap-next-id",
    Variant.COMMIT + "=-",
    Variant.SINCE + "=-",
    Variant.ORIGIN + "=mutant",
    Variant.LAYOUT + "=copied-bitmap",
    Variant.STEPS + "=attach and map as clear-present-first",
    Variant.STEPS + "=unmap: clear the table entries, flush the next domain-id",
    Variant.DEFECTS + "=what the IOTLB has of an unmapped buffer stays",
    "service.description=clear-present-first whose unmap flushes another domain-id"
})
public final class UnmapNextId implements Iommu, CopiedBitmap {
    @Override
    public long attach(Cpu cpu, long device, long domain) {
        return new ClearPresentFirst().attach(cpu, device, domain);
    }

    @Override
    public long map(Cpu cpu, long domain, long busAddress, long physicalAddress, long sizeBytes, Direction direction) {
        return Mappings.map(cpu, domain, busAddress, physicalAddress, sizeBytes, direction);
    }

    @Override
    public long unmap(Cpu cpu, long domain, long busAddress, long sizeBytes, Direction direction) {
        Mappings.clearRange(cpu, domain, busAddress >>> 12, Mappings.pages(busAddress, sizeBytes));
        long iommu = cpu.load(domain, DmarDomain.IOMMU);
        Flush.iotlb(cpu, iommu, ContextMapping.domainId(cpu, domain) + 1, 0, 0, Scope.DOMAIN);
        return 0;
    }
}
