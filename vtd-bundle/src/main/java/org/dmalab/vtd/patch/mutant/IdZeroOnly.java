package org.dmalab.vtd.patch.mutant;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.service.CacheFlush.Scope;
import org.dmalab.api.service.Errno;
import org.dmalab.api.service.Iommu;
import org.dmalab.api.service.Origin;
import org.dmalab.api.service.Patch;
import org.dmalab.vtd.kernel.ContextEntry;
import org.dmalab.vtd.kernel.ContextMapping;
import org.dmalab.vtd.kernel.Flush;
import org.dmalab.vtd.patch.FlushOldDid;
import org.osgi.service.component.annotations.Component;

/**
 * Flush-old-did that flushes with the ids of caching mode, 0 and the new one.
 */
@Component(service = Iommu.class)
@Patch(arch = "vtd", id = "id-zero-only", origin = Origin.MUTANT, layout = "copied-bit-67",
    description = "flush-old-did that flushes with the ids of caching mode, 0 and the new one",
    steps = {
        "return if present and not marked in bit 67",
        "clear the entry; new domain-id, table, width, type, fault enable, present; clflush if ECAP.C=0",
        "always: flush context (id 0, source-id) and IOTLB (new id), as for caching mode"},
    defects = "id 0 tags only what was cached as not present")
public final class IdZeroOnly extends FlushOldDid {
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
            long newId = ContextMapping.domainId(cpu, domain, iommu);
            long sourceId = ContextEntry.sourceId(bus, devfn);
            long result = ContextMapping.program(cpu, domain, iommu, context, newId, sourceId);
            if (result == 0) {
                Flush.context(cpu, iommu, 0, sourceId, Scope.SELECTIVE);
                Flush.iotlb(cpu, iommu, newId, 0, 0, Scope.DOMAIN);
            }
            return result;
        } finally {
            ContextMapping.unlock(cpu, iommu, flags);
        }
    }
}
