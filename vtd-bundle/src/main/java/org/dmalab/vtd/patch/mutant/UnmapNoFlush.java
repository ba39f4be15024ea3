package org.dmalab.vtd.patch.mutant;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.service.Iommu;
import org.dmalab.api.service.Origin;
import org.dmalab.api.service.Patch;
import org.dmalab.vtd.kernel.Mappings;
import org.dmalab.vtd.patch.ClearPresentFirst;
import org.osgi.service.component.annotations.Component;

/**
 * Clear-present-first whose unmap flushes nothing.
 */
@Component(service = Iommu.class)
@Patch(arch = "vtd", id = "unmap-no-flush", origin = Origin.MUTANT, layout = "copied-bitmap",
    description = "clear-present-first whose unmap flushes nothing",
    steps = {
        "attach and map as clear-present-first",
        "unmap: clear the table entries"},
    defects = "what the IOTLB has of an unmapped buffer stays")
public final class UnmapNoFlush extends ClearPresentFirst {
    @Override
    public void intel_unmap(Cpu cpu, long domain, long pfn, long pages) {
        Mappings.clearRange(cpu, domain, pfn, pages);
    }
}
