package org.dmalab.vtd.patch.mutant;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.service.CacheFlush.Scope;
import org.dmalab.api.service.Iommu;
import org.dmalab.api.service.Origin;
import org.dmalab.api.service.Patch;
import org.dmalab.vtd.kernel.ContextMapping;
import org.dmalab.vtd.kernel.Flush;
import org.dmalab.vtd.kernel.KernelLayout.DmarDomain;
import org.dmalab.vtd.kernel.Mappings;
import org.dmalab.vtd.patch.ClearPresentFirst;
import org.osgi.service.component.annotations.Component;

/**
 * Clear-present-first whose unmap flushes another domain-id.
 */
@Component(service = Iommu.class)
@Patch(arch = "vtd", id = "unmap-next-id", origin = Origin.MUTANT, layout = "copied-bitmap",
    description = "clear-present-first whose unmap flushes another domain-id",
    steps = {
        "attach and map as clear-present-first",
        "unmap: clear the table entries, flush the next domain-id"},
    defects = "what the IOTLB has of an unmapped buffer stays")
public final class UnmapNextId extends ClearPresentFirst {
    @Override
    public void intel_unmap(Cpu cpu, long domain, long pfn, long pages) {
        Mappings.clearRange(cpu, domain, pfn, pages);
        long iommu = cpu.load(domain, DmarDomain.IOMMU);
        Flush.iotlb(cpu, iommu, ContextMapping.domainId(cpu, domain, iommu) + 1, 0, 0, Scope.DOMAIN);
    }
}
