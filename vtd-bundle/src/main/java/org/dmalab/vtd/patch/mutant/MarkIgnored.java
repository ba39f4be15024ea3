package org.dmalab.vtd.patch.mutant;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.service.Errno;
import org.dmalab.api.service.Iommu;
import org.dmalab.api.service.Origin;
import org.dmalab.api.service.Patch;
import org.dmalab.vtd.kernel.ContextEntry;
import org.dmalab.vtd.kernel.ContextMapping;
import org.dmalab.vtd.patch.NoFlush;
import org.osgi.service.component.annotations.Component;

/**
 * No-flush that takes a copied entry for its own.
 */
@Component(service = Iommu.class)
@Patch(arch = "vtd", id = "mark-ignored", origin = Origin.MUTANT, layout = "copied-bit-67",
    description = "no-flush that takes a copied entry for its own",
    steps = {
        "return if present",
        "clear the entry; new domain-id, table, width, type, fault enable, present; clflush if ECAP.C=0",
        "caching mode: flush context (id 0, source-id) and IOTLB (new id); else flush the write buffer"},
    defects = "a copied entry stays, with the tables of the old kernel")
public final class MarkIgnored extends NoFlush {
    @Override
    public long domain_context_mapping_one(Cpu cpu, long domain, long iommu, long bus, long devfn) {
        long flags = ContextMapping.lock(cpu, iommu);
        try {
            long context = ContextEntry.get(cpu, iommu, ContextEntry.sourceId(bus, devfn), true);
            if (context == 0) {
                return Errno.ENOMEM;
            }
            if (ContextEntry.present(cpu, context)) {
                return 0;
            }
            return ContextMapping.setUp(this, cpu, domain, iommu, context, bus, devfn);
        } finally {
            ContextMapping.unlock(cpu, iommu, flags);
        }
    }
}
