package org.dmalab.vtd.patch.mutant;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.service.Iommu;
import org.dmalab.api.service.Origin;
import org.dmalab.api.service.Patch;
import org.dmalab.vtd.kernel.Mappings;
import org.dmalab.vtd.patch.ClearPresentFirst;
import org.osgi.service.component.annotations.Component;

/**
 * Clear-present-first whose map lets every device read and write.
 */
@Component(service = Iommu.class)
@Patch(arch = "vtd", id = "map-read-write", origin = Origin.MUTANT, layout = "copied-bitmap",
    description = "clear-present-first whose map lets every device read and write",
    steps = {
        "attach and unmap as clear-present-first",
        "map: set the table entries with R and W, whatever the direction"},
    defects = "a device can write to a buffer that it was to read")
public final class MapReadWrite extends ClearPresentFirst {
    @Override
    public long __domain_mapping(Cpu cpu, long domain, long iovPfn, long physPfn, long pages, long prot) {
        return super.__domain_mapping(cpu, domain, iovPfn, physPfn, pages, Mappings.READ | Mappings.WRITE);
    }
}
