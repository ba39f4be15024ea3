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
import org.dmalab.vtd.kernel.Flush;
import org.dmalab.vtd.kernel.Hw;
import org.dmalab.vtd.patch.ClearPresentFirst;
import org.osgi.service.component.annotations.Component;

/**
 * Clear-present-first with the two flushes swapped.
 */
@Component(service = Iommu.class)
@Patch(arch = "vtd", id = "iotlb-then-context", origin = Origin.MUTANT, layout = "copied-bitmap",
    description = "clear-present-first with the two flushes swapped",
    steps = {
        "return if present and not in the bitmap of copied entries",
        "copied: clear only the present bit; write barrier; clflush if ECAP.C=0; flush IOTLB (old id), then context "
            + "(old id, source-id); clear the entry; clear the bit in the bitmap",
        "clear the entry; new domain-id, table, width, type, fault enable, present; clflush if ECAP.C=0",
        "caching mode: flush context (id 0, source-id) and IOTLB (new id); else flush the write buffer"},
    defects = "a DMA between the two fills the IOTLB through the old context entry")
public final class IotlbThenContext extends ClearPresentFirst {
    @Override
    public void copied_context_tear_down(Cpu cpu, long iommu, long context, long bus, long devfn) {
        long sourceId = ContextEntry.sourceId(bus, devfn);
        long oldId = ContextEntry.domainId(cpu, context);
        ContextEntry.clearPresent(cpu, context);
        cpu.barrier(Barrier.WRITE);
        Hw.flushCache(cpu, iommu, context, ContextEntry.BYTES);
        if (ContextMapping.valid(cpu, iommu, oldId)) {
            Flush.iotlb(cpu, iommu, oldId, 0, 0, Scope.DOMAIN);
            Flush.context(cpu, iommu, oldId, sourceId, Scope.SELECTIVE);
        }
        ContextEntry.clear(cpu, context);
        CopiedTables.clearInBitmap(cpu, iommu, sourceId);
    }
}
