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
 * Clear-present-first whose unmap takes the mask from the number of pages alone.
 */
@Component(service = Iommu.class)
@Patch(arch = "vtd", id = "unmap-unaligned-mask", origin = Origin.MUTANT, layout = "copied-bitmap",
    description = "clear-present-first whose unmap takes the mask from the number of pages alone",
    steps = {
        "attach and map as clear-present-first",
        "unmap: clear the table entries, flush with the number of pages rounded up to a power of two, aligned or not"},
    defects = "the pages above an aligned boundary stay in the IOTLB, as before 59bf3557cf2f")
public final class UnmapUnalignedMask extends ClearPresentFirst {
    @Override
    public void intel_unmap(Cpu cpu, long domain, long pfn, long pages) {
        Mappings.clearRange(cpu, domain, pfn, pages);
        long mask = Mappings.log2RoundedUp(pages);
        Flush.pages(cpu, domain, (pfn >>> mask) << mask, 1L << mask, true);
    }
}
