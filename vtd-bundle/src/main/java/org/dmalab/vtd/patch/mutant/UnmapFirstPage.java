package org.dmalab.vtd.patch.mutant;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.service.Direction;
import org.dmalab.api.service.Iommu;
import org.dmalab.api.service.Variant;
import org.dmalab.vtd.kernel.CopiedBitmap;
import org.dmalab.vtd.kernel.Flush;
import org.dmalab.vtd.kernel.Mappings;
import org.dmalab.vtd.patch.ClearPresentFirst;
import org.osgi.service.component.annotations.Component;

/**
 * Clear-present-first whose unmap flushes one page of the buffer.
 */
@Component(property = {
    Variant.ARCH + "=vtd",
    Variant.PATCH + "=unmap-first-page",
    Variant.COMMIT + "=-",
    Variant.SINCE + "=-",
    Variant.ORIGIN + "=mutant",
    Variant.LAYOUT + "=copied-bitmap",
    Variant.STEPS + "=attach and map as clear-present-first",
    Variant.STEPS + "=unmap: clear the table entries, flush the first page",
    Variant.DEFECTS + "=the other pages stay in the IOTLB",
    "service.description=clear-present-first whose unmap flushes one page of the buffer"
})
public final class UnmapFirstPage implements Iommu, CopiedBitmap {
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
        Flush.pages(cpu, domain, busAddress >>> 12, 1, true);
        return 0;
    }
}
