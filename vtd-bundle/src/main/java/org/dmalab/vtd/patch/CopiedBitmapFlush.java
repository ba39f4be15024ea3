package org.dmalab.vtd.patch;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.service.Errno;
import org.dmalab.api.service.Iommu;
import org.dmalab.api.service.Origin;
import org.dmalab.api.service.Patch;
import org.dmalab.vtd.kernel.ContextEntry;
import org.dmalab.vtd.kernel.ContextMapping;
import org.dmalab.vtd.kernel.CopiedTables;
import org.osgi.service.component.annotations.Component;

/**
 * From 6.0: the mark of a copied entry is in a bitmap and no longer in the entry; the order is that of version 2.
 */
@Component(service = Iommu.class)
@Patch(arch = "vtd", id = "copied-bitmap", commit = "0c5f6c0d8201", since = "6.0 to 6.11",
    date = "2022-10-02", origin = Origin.MAINLINE, layout = "copied-bitmap",
    description = "flush-old-did with the mark of copied entries in a bitmap, so that scalable-mode entries stay as "
        + "they are",
    steps = {
        "return if present and not in the bitmap of copied entries",
        "copied: flush context (old id, source-id), then IOTLB (old id); clear the bit in the bitmap",
        "clear the entry; new domain-id, table, width, type, fault enable, present; clflush if ECAP.C=0",
        "caching mode: flush context (id 0, source-id) and IOTLB (new id); else flush the write buffer"},
    defects = {
        "scalable mode: the entry has no domain-id to flush with, and the PASID cache is not flushed (to 6.8)",
        "flushes before it clears: a DMA between the two caches the old context again, and nothing flushes it"})
public class CopiedBitmapFlush extends FlushOldDid {
    @Override
    public long domain_context_mapping_one(Cpu cpu, long domain, long iommu, long bus, long devfn) {
        long sourceId = ContextEntry.sourceId(bus, devfn);
        long flags = ContextMapping.lock(cpu, iommu);
        try {
            long context = ContextEntry.get(cpu, iommu, sourceId, true);
            if (context == 0) {
                return Errno.ENOMEM;
            }
            boolean copied = CopiedTables.inBitmap(cpu, iommu, sourceId);
            if (ContextEntry.present(cpu, context) && !copied) {
                return 0;
            }
            if (copied) {
                flushOld(cpu, iommu, ContextEntry.domainId(cpu, context), sourceId);
                CopiedTables.clearInBitmap(cpu, iommu, sourceId);
            }
            return ContextMapping.setUp(this, cpu, domain, iommu, context, bus, devfn);
        } finally {
            ContextMapping.unlock(cpu, iommu, flags);
        }
    }

    @Override
    public boolean marksCopiedInBitmap() {
        return true;
    }
}
