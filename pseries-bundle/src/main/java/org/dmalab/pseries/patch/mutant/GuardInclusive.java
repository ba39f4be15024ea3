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

/** Memory that starts just where the maximum is is mapped as if it were below. */
@Component(service = {DmaWindows.class, MemoryNotifier.class, Iommu.class})
@Patch(arch = "pseries", id = "guard-inclusive",
    origin = Origin.MUTANT, layout = "dma_win",
    description = "limited-mask with <= for <",
    steps = {
        "The guard: memory that starts at ddw_memory_hotplug_max is mapped, too"},
    defects = {
        "Off by one block"})
public final class GuardInclusive extends LimitedMask {
    @Override
    public long iommu_mem_notifier(Cpu cpu, int action, long startPfn, long pageCount) {
        return MemNotifier.run(this, cpu, action, startPfn, pageCount, window -> WindowList.isDirect(cpu, window)
                && startPfn << Pages.PAGE_SHIFT <= ddw_memory_hotplug_max(cpu));
    }
}
