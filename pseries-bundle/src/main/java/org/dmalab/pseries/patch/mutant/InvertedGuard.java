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
import org.dmalab.pseries.patch.PmemGuard;
import org.osgi.service.component.annotations.Component;

/** Memory that the window covers is skipped, memory beyond it is mapped. */
@Component(service = {DmaWindows.class, MemoryNotifier.class, Iommu.class})
@Patch(arch = "pseries", id = "inverted-guard",
    origin = Origin.MUTANT, layout = "dma_win",
    description = "pmem-guard with the comparison the wrong way round",
    steps = {
        "GOING_ONLINE: set the range in each direct window if it starts above ddw_memory_hotplug_max"},
    defects = {
        "The comparison is inverted"})
public final class InvertedGuard extends PmemGuard {
    @Override
    public long iommu_mem_notifier(Cpu cpu, int action, long startPfn, long pageCount) {
        return MemNotifier.run(this, cpu, action, startPfn, pageCount, window -> WindowList.isDirect(cpu, window)
                && startPfn << Pages.PAGE_SHIFT >= ddw_memory_hotplug_max(cpu));
    }
}
