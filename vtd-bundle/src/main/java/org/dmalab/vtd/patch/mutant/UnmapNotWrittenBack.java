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
 * Clear-present-first whose unmap flushes before its writes reach memory.
 */
@Component(property = {
    Variant.ARCH + "=vtd",
    Variant.PATCH + "=unmap-not-written-back",
    Variant.COMMIT + "=-",
    Variant.SINCE + "=-",
    Variant.ORIGIN + "=mutant",
    Variant.LAYOUT + "=copied-bitmap",
    Variant.STEPS + "=attach and map as clear-present-first",
    Variant.STEPS + "=unmap: clear the table entries without clflush, flush the pages",
    Variant.DEFECTS + "=with ECAP.C=0 the unit reads the old entry again from memory",
    "service.description=clear-present-first whose unmap flushes before its writes reach memory"
})
public final class UnmapNotWrittenBack implements Iommu, CopiedBitmap {
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
        long first = busAddress >>> 12;
        long count = Mappings.pages(busAddress, sizeBytes);
        Mappings.clearInCache(cpu, domain, first, count);
        Flush.pages(cpu, domain, first, count, true);
        return 0;
    }
}
