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
 * Clear-present-first whose unmap flushes before its writes reach memory.
 */
@Component(service = Iommu.class)
@Patch(arch = "vtd", id = "unmap-not-written-back", origin = Origin.MUTANT, layout = "copied-bitmap",
    description = "clear-present-first whose unmap flushes before its writes reach memory",
    steps = {
        "attach and map as clear-present-first",
        "unmap: clear the table entries without clflush, flush the pages"},
    defects = "with ECAP.C=0 the unit reads the old entry again from memory")
public final class UnmapNotWrittenBack extends ClearPresentFirst {
    @Override
    public void intel_unmap(Cpu cpu, long domain, long pfn, long pages) {
        Mappings.clearInCache(cpu, domain, pfn, pages);
        Flush.pages(cpu, domain, pfn, pages, true);
    }
}
