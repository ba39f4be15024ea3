package org.dmalab.pseries.patch.mutant;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.service.DmaWindows;
import org.dmalab.api.service.Iommu;
import org.dmalab.api.service.MemoryNotifier;
import org.dmalab.api.service.Origin;
import org.dmalab.api.service.Patch;
import org.dmalab.pseries.patch.PmemGuard;
import org.osgi.service.component.annotations.Component;

/** What was mapped before another notifier refused stays mapped. */
@Component(service = {DmaWindows.class, MemoryNotifier.class, Iommu.class})
@Patch(arch = "pseries", id = "cancel-forgotten",
    origin = Origin.MUTANT, layout = "dma_win",
    description = "pmem-guard that does not clear when going online is cancelled",
    steps = {
        "CANCEL_ONLINE: nothing"},
    defects = {
        "TCEs of memory that is not on line stay"})
public final class CancelForgotten extends PmemGuard {
    @Override
    public long iommu_mem_notifier(Cpu cpu, int action, long startPfn, long pageCount) {
        return action == MEM_CANCEL_ONLINE ? NOTIFY_OK : super.iommu_mem_notifier(cpu, action, startPfn, pageCount);
    }
}
