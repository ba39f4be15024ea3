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
 * Clear-present-first whose unmap flushes one page of the buffer.
 */
@Component(service = Iommu.class)
@Patch(arch = "vtd", id = "unmap-first-page", origin = Origin.MUTANT, layout = "copied-bitmap",
    description = "clear-present-first whose unmap flushes one page of the buffer",
    steps = {
        "attach and map as clear-present-first",
        "unmap: clear the table entries, flush the first page"},
    defects = "the other pages stay in the IOTLB")
public final class UnmapFirstPage extends ClearPresentFirst {
    @Override
    public void intel_unmap(Cpu cpu, long domain, long pfn, long pages) {
        Mappings.clearRange(cpu, domain, pfn, pages);
        Flush.pages(cpu, domain, pfn, 1, true);
    }
}
