package org.dmalab.vtd.patch.mutant;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.service.Direction;
import org.dmalab.api.service.Iommu;
import org.dmalab.api.service.Variant;
import org.dmalab.vtd.kernel.CopiedBitmap;
import org.dmalab.vtd.kernel.Flush;
import org.dmalab.vtd.kernel.Hw;
import org.dmalab.vtd.kernel.KernelLayout.DmarDomain;
import org.dmalab.vtd.kernel.Mappings;
import org.dmalab.vtd.patch.ClearPresentFirst;
import org.osgi.service.component.annotations.Component;

/**
 * Clear-present-first whose map does not flush in caching mode.
 */
@Component(property = {
    Variant.ARCH + "=vtd",
    Variant.PATCH + "=map-no-flush",
    Variant.COMMIT + "=-",
    Variant.SINCE + "=-",
    Variant.ORIGIN + "=mutant",
    Variant.LAYOUT + "=copied-bitmap",
    Variant.STEPS + "=attach and unmap as clear-present-first",
    Variant.STEPS + "=map: set the table entries; flush the write buffer",
    Variant.DEFECTS + "=with CAP.CM=1 an entry that was not present stays cached",
    "service.description=clear-present-first whose map does not flush in caching mode"
})
public final class MapNoFlush implements Iommu, CopiedBitmap {
    @Override
    public long attach(Cpu cpu, long device, long domain) {
        return new ClearPresentFirst().attach(cpu, device, domain);
    }

    @Override
    public long map(Cpu cpu, long domain, long busAddress, long physicalAddress, long sizeBytes, Direction direction) {
        if (Mappings.makeRoom(cpu, domain, busAddress, physicalAddress, sizeBytes)) {
            Flush.pages(cpu, domain, busAddress >>> 12, Mappings.pages(physicalAddress, sizeBytes), false);
        }
        long result = Mappings.enter(cpu, domain, busAddress, physicalAddress, sizeBytes, direction);
        Hw.flushWriteBuffer(cpu, cpu.load(domain, DmarDomain.IOMMU));
        return result;
    }

    @Override
    public long unmap(Cpu cpu, long domain, long busAddress, long sizeBytes, Direction direction) {
        return Mappings.unmap(cpu, domain, busAddress, sizeBytes);
    }
}
