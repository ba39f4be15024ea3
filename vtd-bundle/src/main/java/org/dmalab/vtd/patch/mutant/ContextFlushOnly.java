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
 * Flush-old-did without the IOTLB flush.
 */
@Component(service = Iommu.class)
@Patch(arch = "vtd", id = "context-flush-only", origin = Origin.MUTANT, layout = "copied-bit-67",
    description = "flush-old-did without the IOTLB flush",
    steps = {
        "return if present and not marked in bit 67",
        "copied: flush context (old id, source-id)",
        "clear the entry; new domain-id, table, width, type, fault enable, present; clflush if ECAP.C=0",
        "caching mode: flush context (id 0, source-id) and IOTLB (new id); else flush the write buffer"},
    defects = "the IOTLB of the old id stays")
public final class ContextFlushOnly extends FlushOldDid {
    @Override
    public void flushOld(Cpu cpu, long iommu, long oldId, long sourceId) {
        if (ContextMapping.valid(cpu, iommu, oldId)) {
            Flush.context(cpu, iommu, oldId, sourceId, Scope.SELECTIVE);
        }
    }
}
