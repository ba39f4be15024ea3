package org.dmalab.vtd.patch.mutant;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.service.Direction;
import org.dmalab.api.service.Iommu;
import org.dmalab.api.service.Variant;
import org.dmalab.vtd.kernel.ContextMapping;
import org.dmalab.vtd.kernel.CopiedBitmap;
import org.dmalab.vtd.kernel.KernelLayout;
import org.dmalab.vtd.kernel.Mappings;
import org.dmalab.vtd.patch.ClearPresentFirst;
import org.osgi.service.component.annotations.Component;

/**
 * Clear-present-first that maps a device's own source-id only.
 */
@Component(property = {
    Variant.ARCH + "=vtd",
    Variant.PATCH + "=alias-left-out",
    Variant.COMMIT + "=-",
    Variant.SINCE + "=-",
    Variant.ORIGIN + "=mutant",
    Variant.LAYOUT + "=copied-bitmap",
    Variant.STEPS + "=for the device's own source-id only: as clear-present-first",
    Variant.DEFECTS + "=requests that carry the alias fault, or use the tables of an old kernel",
    "service.description=clear-present-first that maps a device's own source-id only"
})
public final class AliasLeftOut implements Iommu, CopiedBitmap {
    @Override
    public long attach(Cpu cpu, long device, long domain) {
        long own = cpu.load(device, KernelLayout.Device.SOURCE_ID);
        return ContextMapping.contextFirst(cpu, device, domain, (on, iommu, to, entry, sourceId) ->
                sourceId == own ? ClearPresentFirst.contextMappingOne(on, iommu, to, entry, sourceId) : 0);
    }

    @Override
    public long map(Cpu cpu, long domain, long busAddress, long physicalAddress, long sizeBytes, Direction direction) {
        return Mappings.map(cpu, domain, busAddress, physicalAddress, sizeBytes, direction);
    }

    @Override
    public long unmap(Cpu cpu, long domain, long busAddress, long sizeBytes, Direction direction) {
        return Mappings.unmap(cpu, domain, busAddress, sizeBytes);
    }
}
