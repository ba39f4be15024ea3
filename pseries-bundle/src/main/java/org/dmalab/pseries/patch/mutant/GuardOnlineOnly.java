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

/** Memory above the maximum is not mapped when it comes, but cleared when it goes. */
@Component(service = {DmaWindows.class, MemoryNotifier.class, Iommu.class})
@Patch(arch = "pseries", id = "guard-online-only",
    origin = Origin.MUTANT, layout = "dma_win",
    description = "limited-mask with the guard for going on line only",
    steps = {
        "CANCEL_ONLINE, OFFLINE: clear the range in each direct window"},
    defects = {
        "What was never mapped is cleared, beyond the window"})
public final class GuardOnlineOnly extends LimitedMask {
    @Override
    public long iommu_mem_notifier(Cpu cpu, int action, long startPfn, long pageCount) {
        return MemNotifier.run(this, cpu, action, startPfn, pageCount, window -> WindowList.isDirect(cpu, window)
                && (action != MEM_GOING_ONLINE
                        || startPfn << Pages.PAGE_SHIFT < ddw_memory_hotplug_max(cpu)));
    }
}
