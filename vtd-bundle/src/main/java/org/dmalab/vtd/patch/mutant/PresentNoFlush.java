package org.dmalab.vtd.patch.mutant;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.service.Iommu;
import org.dmalab.api.service.Origin;
import org.dmalab.api.service.Patch;
import org.dmalab.vtd.kernel.Hw;
import org.dmalab.vtd.patch.ClearPresentFirst;
import org.osgi.service.component.annotations.Component;

/**
 * Clear-present-first that does not flush a new context entry in caching mode.
 */
@Component(service = Iommu.class)
@Patch(arch = "vtd", id = "present-no-flush", origin = Origin.MUTANT, layout = "copied-bitmap",
    description = "clear-present-first that does not flush a new context entry in caching mode",
    steps = {
        "return if present and not in the bitmap of copied entries",
        "copied: clear only the present bit; write barrier; clflush if ECAP.C=0; flush context (old id, source-id), "
            + "then IOTLB (old id); clear the entry; clear the bit in the bitmap",
        "clear the entry; new domain-id, table, width, type, fault enable, present; clflush if ECAP.C=0",
        "flush the write buffer"},
    defects = "with CAP.CM=1 an entry that was not present stays cached")
public final class PresentNoFlush extends ClearPresentFirst {
    @Override
    public void context_present_cache_flush(Cpu cpu, long iommu, long did, long bus, long devfn) {
        Hw.flushWriteBuffer(cpu, iommu);
    }
}
