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
 * Clear-present-first whose unmap leaves what is in the next table.
 */
@Component(service = Iommu.class)
@Patch(arch = "vtd", id = "unmap-one-table", origin = Origin.MUTANT, layout = "copied-bitmap",
    description = "clear-present-first whose unmap leaves what is in the next table",
    steps = {
        "attach and map as clear-present-first",
        "unmap: clear the table entries up to the next multiple of 1 GiB, flush all of the range"},
    defects = "what lies behind a multiple of 1 GiB stays mapped, as before 86dc40c7ea9c")
public final class UnmapOneTable extends ClearPresentFirst {
    private static final long PAGES_OF_TABLE = 1L << 18; // of a table of 2 MiB entries

    @Override
    public void intel_unmap(Cpu cpu, long domain, long pfn, long pages) {
        long next = (pfn | (PAGES_OF_TABLE - 1)) + 1;
        Mappings.clearRange(cpu, domain, pfn, Math.min(pages, next - pfn));
        Flush.pages(cpu, domain, pfn, pages, true);
    }
}
