package org.dmalab.vtd.patch.mutant;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.service.Direction;
import org.dmalab.api.service.Iommu;
import org.dmalab.api.service.Variant;
import org.dmalab.vtd.kernel.CopiedBitmap;
import org.dmalab.vtd.kernel.Mappings;
import org.dmalab.vtd.patch.ClearPresentFirst;
import org.osgi.service.component.annotations.Component;

/**
 * Clear-present-first whose map lets every device read and write.
 */
@Component(property = {
    Variant.ARCH + "=vtd",
    Variant.PATCH + "=map-read-write",
    Variant.COMMIT + "=-",
    Variant.SINCE + "=-",
    Variant.ORIGIN + "=mutant",
    Variant.LAYOUT + "=copied-bitmap",
    Variant.STEPS + "=attach and unmap as clear-present-first",
    Variant.STEPS + "=map: set the table entries with R and W, whatever the direction",
    Variant.DEFECTS + "=a device can write to a buffer that it was to read",
    "service.description=clear-present-first whose map lets every device read and write"
})
public final class MapReadWrite implements Iommu, CopiedBitmap {
    @Override
    public long attach(Cpu cpu, long device, long domain) {
        return new ClearPresentFirst().attach(cpu, device, domain);
    }

    @Override
    public long map(Cpu cpu, long domain, long busAddress, long physicalAddress, long sizeBytes, Direction direction) {
        return Mappings.map(cpu, domain, busAddress, physicalAddress, sizeBytes, Direction.BIDIRECTIONAL);
    }

    @Override
    public long unmap(Cpu cpu, long domain, long busAddress, long sizeBytes, Direction direction) {
        return Mappings.unmap(cpu, domain, busAddress, sizeBytes);
    }
}
