package org.dmalab.vtd.patch;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.kernel.KernelFunction;
import org.dmalab.api.service.Errno;
import org.dmalab.api.service.Iommu;
import org.dmalab.api.service.Origin;
import org.dmalab.api.service.Patch;
import org.dmalab.vtd.kernel.ContextEntry;
import org.dmalab.vtd.kernel.ContextMapping;
import org.osgi.service.component.annotations.Component;

/**
 * Version 2 of the patch, as merged: flushes with the domain-id that the copied entry carries, before it is
 * cleared.
 */
@Component(service = Iommu.class)
@Patch(arch = "vtd", id = "flush-old-did", commit = "aec0e86172a7", since = "4.10 to 5.19",
    date = "2017-02-19", origin = Origin.MAINLINE, layout = "copied-bit-67",
    description = "v2, the seed: flushes context cache and IOTLB with the old domain-id of a copied entry",
    steps = {
        "return if present and not marked in bit 67",
        "copied: flush context (old id, source-id), then IOTLB (old id)",
        "clear the entry; new domain-id, table, width, type, fault enable, present; clflush if ECAP.C=0",
        "caching mode: flush context (id 0, source-id) and IOTLB (new id); else flush the write buffer"},
    defects = {
        "flushes before it clears: a DMA between the two caches the old context again, and nothing flushes it",
        "in a scalable-mode entry bit 67 is part of RID_PASID"})
public class FlushOldDid extends NoFlush {
    @Override
    public long domain_context_mapping_one(Cpu cpu, long domain, long iommu, long bus, long devfn) {
        long flags = ContextMapping.lock(cpu, iommu);
        try {
            long context = ContextEntry.get(cpu, iommu, ContextEntry.sourceId(bus, devfn), true);
            if (context == 0) {
                return Errno.ENOMEM;
            }
            if (ContextMapping.presentAndNotMarked(cpu, context)) {
                return 0;
            }
            if (ContextEntry.markedCopied(cpu, context)) {
                flushOld(cpu, iommu, ContextEntry.domainId(cpu, context), ContextEntry.sourceId(bus, devfn));
            }
            return ContextMapping.setUp(this, cpu, domain, iommu, context, bus, devfn);
        } finally {
            ContextMapping.unlock(cpu, iommu, flags);
        }
    }

    /** What it flushes of a copied entry, with the id that stands in it. */
    @KernelFunction("domain_context_mapping_one")
    public void flushOld(Cpu cpu, long iommu, long oldId, long sourceId) {
        ContextMapping.flushOld(cpu, iommu, oldId, sourceId);
    }
}
