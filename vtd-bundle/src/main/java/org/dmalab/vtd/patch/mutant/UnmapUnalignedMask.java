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
 * Clear-present-first whose unmap takes the mask from the number of pages alone.
 */
@Component(property = {
    Variant.ARCH + "=vtd",
    Variant.PATCH + "=unmap-unaligned-mask",
    Variant.COMMIT + "=-",
    Variant.SINCE + "=-",
    Variant.ORIGIN + "=mutant",
    Variant.LAYOUT + "=copied-bitmap",
    Variant.STEPS + "=attach and map as clear-present-first",
    Variant.STEPS + "=unmap: clear the table entries, flush with the number of pages rounded up to a power of "
        + "two, aligned or not",
    Variant.DEFECTS + "=the pages above an aligned boundary stay in the IOTLB, as before 59bf3557cf2f",
    "service.description=clear-present-first whose unmap takes the mask from the number of pages alone"
})
public final class UnmapUnalignedMask implements Iommu, CopiedBitmap {
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
        Mappings.clearRange(cpu, domain, busAddress >>> 12, count);
        long mask = Mappings.log2RoundedUp(count);
        Flush.pages(cpu, domain, busAddress >>> 12 + mask << mask, 1L << mask, true);
        return 0;
    }
}
