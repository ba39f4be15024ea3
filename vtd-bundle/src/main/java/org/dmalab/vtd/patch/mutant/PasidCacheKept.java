package org.dmalab.vtd.patch.mutant;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.service.CacheFlush.Scope;
import org.dmalab.api.service.Iommu;
import org.dmalab.api.service.Origin;
import org.dmalab.api.service.Patch;
import org.dmalab.vtd.kernel.ContextEntry;
import org.dmalab.vtd.kernel.Flush;
import org.dmalab.vtd.patch.ClearPresentFirst;
import org.osgi.service.component.annotations.Component;

/**
 * Clear-present-first that leaves the PASID cache as it is in scalable mode.
 */
@Component(service = Iommu.class)
@Patch(arch = "vtd", id = "pasid-cache-kept", origin = Origin.MUTANT, layout = "copied-bitmap",
    description = "clear-present-first that leaves the PASID cache as it is in scalable mode",
    steps = {
        "map, unmap, and attach in legacy mode as clear-present-first",
        "scalable mode, copied: clear only the present bit; write barrier; clflush if ECAP.C=0; flush context "
            + "(source-id), then all of the IOTLB; clear the entry; clear the bit in the bitmap"},
    defects = "what the unit cached of the old PASID table stays: the device uses the old tables")
public final class PasidCacheKept extends ClearPresentFirst {
    @Override
    public void flushCopied(Cpu cpu, long iommu, long bus, long devfn) {
        Flush.context(cpu, iommu, 0, ContextEntry.sourceId(bus, devfn), Scope.SELECTIVE);
        Flush.iotlb(cpu, iommu, 0, 0, 0, Scope.GLOBAL);
    }
}
