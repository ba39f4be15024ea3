package org.dmalab.vtd.patch.mutant;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.service.Iommu;
import org.dmalab.api.service.MemoryNotifier;
import org.dmalab.api.service.Origin;
import org.dmalab.api.service.Patch;
import org.dmalab.vtd.patch.ClearPresentFirst;
import org.osgi.service.component.annotations.Component;

/**
 * Clear-present-first whose memory notifier does nothing when memory goes.
 */
@Component(service = {Iommu.class, MemoryNotifier.class})
@Patch(arch = "vtd", id = "offline-ignored", origin = Origin.MUTANT, layout = "copied-bitmap",
    description = "clear-present-first whose memory notifier does nothing when memory goes",
    steps = {
        "attach, map and unmap as clear-present-first",
        "memory goes on line: identity map of it; off line: nothing"},
    defects = "the tables of the identity domain lead to memory that is gone; it can't come back")
public final class OfflineIgnored extends ClearPresentFirst {
    @Override
    public long intel_iommu_memory_notifier(Cpu cpu, int action, long startPfn, long pageCount) {
        return action == MEM_OFFLINE ? NOTIFY_OK
                : super.intel_iommu_memory_notifier(cpu, action, startPfn, pageCount);
    }
}
