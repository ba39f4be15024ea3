package org.dmalab.pseries.patch.mutant;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.service.DmaWindows;
import org.dmalab.api.service.Iommu;
import org.dmalab.api.service.MemoryNotifier;
import org.dmalab.api.service.Origin;
import org.dmalab.api.service.Patch;
import org.dmalab.pseries.kernel.MemNotifier;
import org.dmalab.pseries.kernel.Pages;
import org.dmalab.pseries.kernel.WindowList;
import org.dmalab.pseries.patch.LimitedMask;
import org.osgi.service.component.annotations.Component;

/** A lock less, so that hypercalls are not made under it. */
@Component(service = {DmaWindows.class, MemoryNotifier.class, Iommu.class})
@Patch(arch = "pseries", id = "unlocked-list",
    origin = Origin.MUTANT, layout = "dma_win",
    description = "limited-mask that reads the list of windows without its lock",
    steps = {
        "The window loop: dma_win_list_lock is not taken"},
    defects = {
        "A window that goes meanwhile is used after it was freed"})
public final class UnlockedList extends LimitedMask {
    @Override
    public long iommu_mem_notifier(Cpu cpu, int action, long startPfn, long pageCount) {
        return MemNotifier.unlocked(this, cpu, action, startPfn, pageCount, window -> WindowList.isDirect(cpu, window)
                && startPfn << Pages.PAGE_SHIFT < ddw_memory_hotplug_max(cpu));
    }
}
