package org.dmalab.vtd.patch.mutant;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.service.CacheFlush.Scope;
import org.dmalab.api.service.Iommu;
import org.dmalab.api.service.Origin;
import org.dmalab.api.service.Patch;
import org.dmalab.vtd.kernel.ContextMapping;
import org.dmalab.vtd.kernel.Flush;
import org.dmalab.vtd.patch.FlushOldDid;
import org.osgi.service.component.annotations.Component;

/**
 * Flush-old-did with a flush of the first bus address instead of the domain.
 */
@Component(service = Iommu.class)
@Patch(arch = "vtd", id = "page-flush-only", origin = Origin.MUTANT, layout = "copied-bit-67",
    description = "flush-old-did with a flush of the first bus address instead of the domain",
    steps = {
        "return if present and not marked in bit 67",
        "copied: flush context (old id, source-id), then one page of the IOTLB (old id, 0xfffff000)",
        "clear the entry; new domain-id, table, width, type, fault enable, present; clflush if ECAP.C=0",
        "caching mode: flush context (id 0, source-id) and IOTLB (new id); else flush the write buffer"},
    defects = "all other pages of the old id stay in the IOTLB")
public final class PageFlushOnly extends FlushOldDid {
    @Override
    public void flushOld(Cpu cpu, long iommu, long oldId, long sourceId) {
        if (ContextMapping.valid(cpu, iommu, oldId)) {
            Flush.context(cpu, iommu, oldId, sourceId, Scope.SELECTIVE);
            Flush.iotlb(cpu, iommu, oldId, 0xfffff000L, 0, Scope.SELECTIVE);
        }
    }
}
