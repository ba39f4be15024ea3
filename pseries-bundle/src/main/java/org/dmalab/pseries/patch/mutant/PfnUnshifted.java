package org.dmalab.pseries.patch.mutant;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.service.DmaWindows;
import org.dmalab.api.service.Iommu;
import org.dmalab.api.service.MemoryNotifier;
import org.dmalab.api.service.Origin;
import org.dmalab.api.service.Patch;
import org.dmalab.pseries.kernel.MemNotifier;
import org.dmalab.pseries.kernel.WindowList;
import org.dmalab.pseries.patch.LimitedMask;
import org.osgi.service.component.annotations.Component;

/** The shift from page frames to bytes is missing. */
@Component(service = {DmaWindows.class, MemoryNotifier.class, Iommu.class})
@Patch(arch = "pseries", id = "pfn-unshifted",
    origin = Origin.MUTANT, layout = "dma_win",
    description = "limited-mask that compares a page frame number with an address",
    steps = {
        "The guard: start_pfn < ddw_memory_hotplug_max()"},
    defects = {
        "Units: the guard holds for nearly all memory"})
public final class PfnUnshifted extends LimitedMask {
    @Override
    public long iommu_mem_notifier(Cpu cpu, int action, long startPfn, long pageCount) {
        return MemNotifier.run(this, cpu, action, startPfn, pageCount, window -> WindowList.isDirect(cpu, window)
                && startPfn < ddw_memory_hotplug_max(cpu));
    }
}
