package org.dmalab.vtd.patch;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.service.Errno;
import org.dmalab.api.service.Iommu;
import org.dmalab.api.service.Origin;
import org.dmalab.api.service.Patch;
import org.dmalab.vtd.kernel.ContextEntry;
import org.dmalab.vtd.kernel.ContextMapping;
import org.dmalab.vtd.kernel.PasidTables;
import org.dmalab.vtd.kernel.VtdKernel;
import org.osgi.service.component.annotations.Component;

/**
 * Before the patch: the new context entry is written over the copied one, and nothing is flushed.
 */
@Component(service = Iommu.class)
@Patch(arch = "vtd", id = "no-flush", since = "4.2 to 4.9",
    date = "2015-08-30", origin = Origin.MAINLINE, layout = "copied-bit-67",
    description = "context mapping before the patch: writes over a copied entry without a flush",
    steps = {
        "return if present and not marked in bit 67",
        "clear the entry; new domain-id, table, width, type, fault enable, present; clflush if ECAP.C=0",
        "caching mode: flush context (id 0, source-id) and IOTLB (new id); else flush the write buffer"},
    defects = "what the hardware cached of a copied entry stays: the device uses the old tables")
public class NoFlush implements VtdKernel {
    /** In scalable mode the PASID table entry comes first, and the context entry as in legacy mode (to 6.8). */
    @Override
    public long attach(Cpu cpu, long device, long domain) {
        long result = PasidTables.setUp(this, cpu, device, domain);
        return result < 0 ? result : domain_context_mapping(cpu, domain, device);
    }

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
            return ContextMapping.setUp(this, cpu, domain, iommu, context, bus, devfn);
        } finally {
            ContextMapping.unlock(cpu, iommu, flags);
        }
    }

    @Override
    public boolean marksCopiedInBitmap() {
        return false;
    }

    @Override
    public boolean upperTableHasSlot() {
        return false;
    }
}
