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

/** A memory block that straddles the maximum is not mapped, although the window has room for it. */
@Component(service = {DmaWindows.class, MemoryNotifier.class, Iommu.class})
@Patch(arch = "pseries", id = "guard-on-end",
    origin = Origin.MUTANT, layout = "dma_win",
    description = "limited-mask that looks at the end of the range",
    steps = {
        "The guard: the whole range must lie below ddw_memory_hotplug_max"},
    defects = {
        "A block that straddles the maximum is not mapped"})
public final class GuardOnEnd extends LimitedMask {
    @Override
    public long iommu_mem_notifier(Cpu cpu, int action, long startPfn, long pageCount) {
        return MemNotifier.run(this, cpu, action, startPfn, pageCount, window -> WindowList.isDirect(cpu, window)
                && (startPfn + pageCount) << Pages.PAGE_SHIFT <= ddw_memory_hotplug_max(cpu));
    }
}
