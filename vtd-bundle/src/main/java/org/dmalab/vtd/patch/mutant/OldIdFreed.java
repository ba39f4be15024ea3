package org.dmalab.vtd.patch.mutant;

import org.dmalab.api.cpu.Barrier;
import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.service.CacheFlush.Scope;
import org.dmalab.api.service.Iommu;
import org.dmalab.api.service.Origin;
import org.dmalab.api.service.Patch;
import org.dmalab.vtd.kernel.ContextEntry;
import org.dmalab.vtd.kernel.ContextMapping;
import org.dmalab.vtd.kernel.CopiedTables;
import org.dmalab.vtd.kernel.Domains;
import org.dmalab.vtd.kernel.Flush;
import org.dmalab.vtd.kernel.Hw;
import org.dmalab.vtd.patch.ClearPresentFirst;
import org.osgi.service.component.annotations.Component;

/**
 * Clear-present-first that flushes the context only and gives the old domain-id back.
 */
@Component(service = Iommu.class)
@Patch(arch = "vtd", id = "old-id-freed", origin = Origin.MUTANT, layout = "copied-bitmap",
    description = "clear-present-first that flushes the context only and gives the old domain-id back",
    steps = {
        "return if present and not in the bitmap of copied entries",
        "copied: clear only the present bit; write barrier; clflush if ECAP.C=0; flush context (old id, source-id); "
            + "clear the entry; clear the bit in the bitmap; free the old id",
        "clear the entry; new domain-id, table, width, type, fault enable, present; clflush if ECAP.C=0",
        "caching mode: flush context (id 0, source-id) and IOTLB (new id); else flush the write buffer"},
    defects = "the next owner of the old id finds its translations in the IOTLB")
public final class OldIdFreed extends ClearPresentFirst {
    @Override
    public void copied_context_tear_down(Cpu cpu, long iommu, long context, long bus, long devfn) {
        long sourceId = ContextEntry.sourceId(bus, devfn);
        long oldId = ContextEntry.domainId(cpu, context);
        ContextEntry.clearPresent(cpu, context);
        cpu.barrier(Barrier.WRITE);
        Hw.flushCache(cpu, iommu, context, ContextEntry.BYTES);
        if (ContextMapping.valid(cpu, iommu, oldId)) {
            Flush.context(cpu, iommu, oldId, sourceId, Scope.SELECTIVE);
            Domains.freeId(cpu, iommu, oldId);
        }
        ContextEntry.clear(cpu, context);
        CopiedTables.clearInBitmap(cpu, iommu, sourceId);
    }
}
