package org.dmalab.vtd.patch.mutant;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.service.Iommu;
import org.dmalab.api.service.Origin;
import org.dmalab.api.service.Patch;
import org.dmalab.vtd.kernel.Hw;
import org.dmalab.vtd.patch.ClearPresentFirst;
import org.osgi.service.component.annotations.Component;

/**
 * Clear-present-first whose map does not flush in caching mode.
 */
@Component(service = Iommu.class)
@Patch(arch = "vtd", id = "map-no-flush", origin = Origin.MUTANT, layout = "copied-bitmap",
    description = "clear-present-first whose map does not flush in caching mode",
    steps = {
        "attach and unmap as clear-present-first",
        "map: set the table entries; flush the write buffer"},
    defects = "with CAP.CM=1 an entry that was not present stays cached")
public final class MapNoFlush extends ClearPresentFirst {
    @Override
    public void __mapping_notify_one(Cpu cpu, long iommu, long domain, long pfn, long pages) {
        Hw.flushWriteBuffer(cpu, iommu);
    }
}
