package org.dmalab.vtd.patch.mutant;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.service.Iommu;
import org.dmalab.api.service.Origin;
import org.dmalab.api.service.Patch;
import org.dmalab.vtd.kernel.KernelLayout.Device;
import org.dmalab.vtd.patch.ClearPresentFirst;
import org.osgi.service.component.annotations.Component;

/**
 * Clear-present-first that maps a device's own source-id only.
 */
@Component(service = Iommu.class)
@Patch(arch = "vtd", id = "alias-left-out", origin = Origin.MUTANT, layout = "copied-bitmap",
    description = "clear-present-first that maps a device's own source-id only",
    steps = "for the device's own source-id only: as clear-present-first",
    defects = "requests that carry the alias fault, or use the tables of an old kernel")
public final class AliasLeftOut extends ClearPresentFirst {
    @Override
    public long pci_for_each_dma_alias(Cpu cpu, long device, DmaAlias function) {
        long sourceId = cpu.load(device, Device.SOURCE_ID);
        return function.apply(sourceId >>> 8 & 0xff, sourceId & 0xff);
    }
}
