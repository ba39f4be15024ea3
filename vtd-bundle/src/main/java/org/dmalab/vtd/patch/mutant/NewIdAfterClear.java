package org.dmalab.vtd.patch.mutant;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.service.Iommu;
import org.dmalab.api.service.Origin;
import org.dmalab.api.service.Patch;
import org.dmalab.vtd.kernel.ContextEntry;
import org.dmalab.vtd.kernel.ContextMapping;
import org.dmalab.vtd.kernel.CopiedTables;
import org.dmalab.vtd.patch.ClearThenFlush;
import org.osgi.service.component.annotations.Component;

/**
 * Clear-then-flush that reads the domain-id after the entry is cleared.
 */
@Component(service = Iommu.class)
@Patch(arch = "vtd", id = "new-id-after-clear", origin = Origin.MUTANT, layout = "copied-bitmap",
    description = "clear-then-flush that reads the domain-id after the entry is cleared",
    steps = {
        "return if present and not in the bitmap of copied entries",
        "copied: clear the entry; flush context and IOTLB with the id that the cleared entry has, 0; clear the bit "
            + "in the bitmap",
        "clear the entry; new domain-id, table, width, type, fault enable, present; clflush if ECAP.C=0",
        "caching mode: flush context (id 0, source-id) and IOTLB (new id); else flush the write buffer"},
    defects = "flushes id 0")
public final class NewIdAfterClear extends ClearThenFlush {
    @Override
    public void copied_context_tear_down(Cpu cpu, long iommu, long context, long bus, long devfn) {
        long sourceId = ContextEntry.sourceId(bus, devfn);
        ContextEntry.clear(cpu, context);
        ContextMapping.flushOld(cpu, iommu, ContextEntry.domainId(cpu, context), sourceId);
        CopiedTables.clearInBitmap(cpu, iommu, sourceId);
    }
}
