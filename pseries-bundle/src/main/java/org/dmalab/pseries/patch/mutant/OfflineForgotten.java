package org.dmalab.pseries.patch.mutant;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.service.DmaWindows;
import org.dmalab.api.service.Iommu;
import org.dmalab.api.service.MemoryNotifier;
import org.dmalab.api.service.Origin;
import org.dmalab.api.service.Patch;
import org.dmalab.pseries.patch.LimitedMask;
import org.osgi.service.component.annotations.Component;

/** What was mapped for memory stays mapped when the memory goes. */
@Component(service = {DmaWindows.class, MemoryNotifier.class, Iommu.class})
@Patch(arch = "pseries", id = "offline-forgotten",
    origin = Origin.MUTANT, layout = "dma_win",
    description = "limited-mask that clears when going online is cancelled, but not when memory goes",
    steps = {
        "OFFLINE: nothing"},
    defects = {
        "TCEs of memory that went stay"})
public final class OfflineForgotten extends LimitedMask {
    @Override
    public long iommu_mem_notifier(Cpu cpu, int action, long startPfn, long pageCount) {
        return action == MEM_OFFLINE ? NOTIFY_OK : super.iommu_mem_notifier(cpu, action, startPfn, pageCount);
    }
}
