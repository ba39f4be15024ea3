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
 * Clear-present-first whose unmap flushes before it clears.
 */
@Component(property = {
    Variant.ARCH + "=vtd",
    Variant.PATCH + "=unmap-flush-first",
    Variant.COMMIT + "=-",
    Variant.SINCE + "=-",
    Variant.ORIGIN + "=mutant",
    Variant.LAYOUT + "=copied-bitmap",
    Variant.STEPS + "=attach and map as clear-present-first",
    Variant.STEPS + "=unmap: flush the pages, then clear the table entries",
    Variant.DEFECTS + "=a DMA between flush and clear caches the translation again",
    "service.description=clear-present-first whose unmap flushes before it clears"
})
public final class UnmapFlushFirst implements Iommu, CopiedBitmap {
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
        long count = Mappings.pages(busAddress, sizeBytes);
        Flush.pages(cpu, domain, busAddress >>> 12, count, true);
        Mappings.clearRange(cpu, domain, busAddress >>> 12, count);
        return 0;
    }
}
