package org.dmalab.vtd.patch.mutant;

import org.dmalab.api.cpu.Barrier;
import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.service.Iommu;
import org.dmalab.api.service.Origin;
import org.dmalab.api.service.Patch;
import org.dmalab.vtd.kernel.ContextEntry;
import org.dmalab.vtd.kernel.ContextMapping;
import org.dmalab.vtd.kernel.CopiedTables;
import org.dmalab.vtd.kernel.Hw;
import org.dmalab.vtd.kernel.KernelLayout;
import org.dmalab.vtd.patch.ClearPresentFirst;
import org.osgi.service.component.annotations.Component;

/**
 * Clear-present-first that flushes the first unit of the list, whichever serves the device.
 */
@Component(service = Iommu.class)
@Patch(arch = "vtd", id = "flush-first-unit", origin = Origin.MUTANT, layout = "copied-bitmap",
    description = "clear-present-first that flushes the first unit, whichever serves the device",
    steps = {
        "return if present and not in the bitmap of copied entries",
        "copied: clear only the present bit; write barrier; clflush if ECAP.C=0; flush context (old id, source-id), "
            + "then IOTLB (old id), both of the first unit; clear the entry; clear the bit in the bitmap",
        "clear the entry; new domain-id, table, width, type, fault enable, present; clflush if ECAP.C=0",
        "caching mode: flush context (id 0, source-id) and IOTLB (new id); else flush the write buffer"},
    defects = "what another unit than the first has cached of a copied entry stays")
public final class FlushFirstUnit extends ClearPresentFirst {
    @Override
    public void copied_context_tear_down(Cpu cpu, long iommu, long context, long bus, long devfn) {
        long sourceId = ContextEntry.sourceId(bus, devfn);
        long oldId = ContextEntry.domainId(cpu, context);
        ContextEntry.clearPresent(cpu, context);
        cpu.barrier(Barrier.WRITE);
        Hw.flushCache(cpu, iommu, context, ContextEntry.BYTES);
        ContextMapping.flushOld(cpu, cpu.load(KernelLayout.IOMMUS), oldId, sourceId);
        ContextEntry.clear(cpu, context);
        CopiedTables.clearInBitmap(cpu, iommu, sourceId);
    }
}
