package org.dmalab.vtd.patch.mutant;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.service.Iommu;
import org.dmalab.api.service.Origin;
import org.dmalab.api.service.Patch;
import org.dmalab.vtd.kernel.Flush;
import org.dmalab.vtd.kernel.Mappings;
import org.dmalab.vtd.patch.ClearPresentFirst;
import org.osgi.service.component.annotations.Component;

/**
 * Clear-present-first whose unmap flushes before it clears.
 */
@Component(service = Iommu.class)
@Patch(arch = "vtd", id = "unmap-flush-first", origin = Origin.MUTANT, layout = "copied-bitmap",
    description = "clear-present-first whose unmap flushes before it clears",
    steps = {
        "attach and map as clear-present-first",
        "unmap: flush the pages, then clear the table entries"},
    defects = "a DMA between flush and clear caches the translation again")
public final class UnmapFlushFirst extends ClearPresentFirst {
    @Override
    public void intel_unmap(Cpu cpu, long domain, long pfn, long pages) {
        Flush.pages(cpu, domain, pfn, pages, true);
        Mappings.clearRange(cpu, domain, pfn, pages);
    }
}
