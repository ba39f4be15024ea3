package org.dmalab.vtd.patch;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.service.CacheFlush.Scope;
import org.dmalab.api.service.Errno;
import org.dmalab.api.service.Iommu;
import org.dmalab.api.service.Origin;
import org.dmalab.api.service.Patch;
import org.dmalab.vtd.kernel.ContextEntry;
import org.dmalab.vtd.kernel.ContextMapping;
import org.dmalab.vtd.kernel.Flush;
import org.osgi.service.component.annotations.Component;

/**
 * Version 1 of the patch, inferred: no posting was found, and the changelog of version 2 says only that it changed
 * to the old domain-id. So this one flushes with the new domain-id, after the mapping.
 */
@Component(service = Iommu.class)
@Patch(arch = "vtd", id = "flush-new-did", since = "2016-11, v1",
    date = "2016-11-01", origin = Origin.PROPOSED, layout = "copied-bit-67",
    description = "v1, inferred from the changelog of v2: flushes a copied entry with the new domain-id",
    steps = {
        "return if present and not marked in bit 67",
        "clear the entry; new domain-id, table, width, type, fault enable, present; clflush if ECAP.C=0",
        "copied: flush context (new id, source-id), then IOTLB (new id)",
        "caching mode: flush context (id 0, source-id) and IOTLB (new id); else flush the write buffer"},
    defects = {
        "flushes with an id that the cached entry does not carry: hardware that matches on it keeps the entry",
        "the IOTLB of the old id stays"})
public class FlushNewDid extends NoFlush {
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
            long sourceId = ContextEntry.sourceId(bus, devfn);
            boolean copied = ContextEntry.markedCopied(cpu, context);
            long newId = ContextMapping.domainId(cpu, domain, iommu);
            long result = ContextMapping.program(cpu, domain, iommu, context, newId, sourceId);
            if (result < 0) {
                return result;
            }
            if (copied) {
                Flush.context(cpu, iommu, newId, sourceId, Scope.SELECTIVE);
                Flush.iotlb(cpu, iommu, newId, 0, 0, Scope.DOMAIN);
            }
            context_present_cache_flush(cpu, iommu, newId, bus, devfn);
            return 0;
        } finally {
            ContextMapping.unlock(cpu, iommu, flags);
        }
    }
}
