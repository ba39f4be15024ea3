package org.dmalab.vtd.patch.mutant;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.service.Iommu;
import org.dmalab.api.service.Origin;
import org.dmalab.api.service.Patch;
import org.dmalab.vtd.kernel.Flush;
import org.dmalab.vtd.kernel.KernelLayout.DmarDomain;
import org.dmalab.vtd.kernel.Mappings;
import org.dmalab.vtd.patch.ClearPresentFirst;
import org.osgi.service.component.annotations.Component;

/**
 * Clear-present-first whose unmap flushes the IOTLB, and not the TLBs of devices.
 */
@Component(service = Iommu.class)
@Patch(arch = "vtd", id = "unmap-no-device-tlb", origin = Origin.MUTANT, layout = "copied-bitmap",
    description = "clear-present-first whose unmap flushes the IOTLB, and not the TLBs of devices",
    steps = {
        "attach and map as clear-present-first",
        "unmap: clear the table entries; flush the pages from the IOTLB"},
    defects = "a device with ATS goes on with what it was told of an unmapped buffer")
public final class UnmapNoDeviceTlb extends ClearPresentFirst {
    @Override
    public void intel_unmap(Cpu cpu, long domain, long pfn, long pages) {
        Mappings.clearRange(cpu, domain, pfn, pages);
        Flush.iotlbPages(cpu, cpu.load(domain, DmarDomain.IOMMU), domain, pfn, pages, true);
    }
}
