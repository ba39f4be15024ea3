package org.dmalab.vtd.patch.mutant;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.service.Iommu;
import org.dmalab.api.service.Origin;
import org.dmalab.api.service.Patch;
import org.dmalab.vtd.patch.FlushOldDid;
import org.osgi.service.component.annotations.Component;

/**
 * Flush-old-did with the source-id of the next function in the context flush.
 */
@Component(service = Iommu.class)
@Patch(arch = "vtd", id = "wrong-source-id", origin = Origin.MUTANT, layout = "copied-bit-67",
    description = "flush-old-did with the source-id of the next function in the context flush",
    steps = {
        "return if present and not marked in bit 67",
        "copied: flush context (old id, next source-id), then IOTLB (old id)",
        "clear the entry; new domain-id, table, width, type, fault enable, present; clflush if ECAP.C=0",
        "caching mode: flush context (id 0, source-id) and IOTLB (new id); else flush the write buffer"},
    defects = "the cached context entry stays")
public final class WrongSourceId extends FlushOldDid {
    @Override
    public void flushOld(Cpu cpu, long iommu, long oldId, long sourceId) {
        super.flushOld(cpu, iommu, oldId, sourceId ^ 1);
    }
}
