package org.dmalab.vtd.patch;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.service.Iommu;
import org.dmalab.api.service.Origin;
import org.dmalab.api.service.Patch;
import org.dmalab.vtd.kernel.ContextEntry;
import org.dmalab.vtd.kernel.ContextMapping;
import org.dmalab.vtd.kernel.CopiedTables;
import org.dmalab.vtd.kernel.Hw;
import org.osgi.service.component.annotations.Component;

/**
 * The helper of 6.12: a copied entry is cleared first and flushed then, with the old domain-id.
 */
@Component(service = Iommu.class)
@Patch(arch = "vtd", id = "clear-then-flush", since = "6.12",
    date = "2024-11-17", origin = Origin.MAINLINE, layout = "copied-bitmap",
    description = "copied_context_tear_down of 6.12: clears a copied entry, then flushes with its old id",
    steps = {
        "return if present and not in the bitmap of copied entries",
        "copied: clear the entry; flush context (old id, source-id), then IOTLB (old id); clear the bit in the "
            + "bitmap",
        "clear the entry; new domain-id, table, width, type, fault enable, present; clflush if ECAP.C=0",
        "caching mode: flush context (id 0, source-id) and IOTLB (new id); else flush the write buffer",
        "scalable mode: of a copied entry clflush if ECAP.C=0, flush context (source-id), then all of PASID cache "
            + "and IOTLB; the PASID table entry comes after the context entry"},
    defects = {
        "no clflush between clear and flush: with ECAP.C=0 the unit may fetch the old entry again from memory",
        "clears both halves of a present entry: the unit may fetch one half before and one after"})
public class ClearThenFlush extends ClearPresentFirst {
    @Override
    public void copied_context_tear_down(Cpu cpu, long iommu, long context, long bus, long devfn) {
        long sourceId = ContextEntry.sourceId(bus, devfn);
        long oldId = ContextEntry.domainId(cpu, context);
        ContextEntry.clear(cpu, context);
        ContextMapping.flushOld(cpu, iommu, oldId, sourceId);
        CopiedTables.clearInBitmap(cpu, iommu, sourceId);
    }

    @Override
    public void tearDownCopied(Cpu cpu, long iommu, long context, long bus, long devfn) {
        ContextEntry.clear(cpu, context);
        Hw.flushCache(cpu, iommu, context, ContextEntry.BYTES);
        flushCopied(cpu, iommu, bus, devfn);
        CopiedTables.clearInBitmap(cpu, iommu, ContextEntry.sourceId(bus, devfn));
    }
}
