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

/** The loop over the windows is left too early. */
@Component(service = {DmaWindows.class, MemoryNotifier.class, Iommu.class})
@Patch(arch = "pseries", id = "first-window-only",
    origin = Origin.MUTANT, layout = "dma_win",
    description = "limited-mask that leaves the loop after the first direct window",
    steps = {
        "The window loop ends with a break"},
    defects = {
        "Only the newest direct window follows memory"})
public final class FirstWindowOnly extends LimitedMask {
    @Override
    public long iommu_mem_notifier(Cpu cpu, int action, long startPfn, long pageCount) {
        return MemNotifier.run(this, cpu, action, startPfn, pageCount, window -> WindowList.firstDirect(cpu) == window
                && startPfn << Pages.PAGE_SHIFT < ddw_memory_hotplug_max(cpu));
    }
}
