package org.dmalab.pseries.patch;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.service.DmaWindows;
import org.dmalab.api.service.Iommu;
import org.dmalab.api.service.MemoryNotifier;
import org.dmalab.api.service.Origin;
import org.dmalab.api.service.Patch;
import org.dmalab.pseries.kernel.DeviceTree;
import org.dmalab.pseries.kernel.MemNotifier;
import org.dmalab.pseries.kernel.Pages;
import org.dmalab.pseries.kernel.WindowList;
import org.osgi.service.component.annotations.Component;

/**
 * The patch of the report: memory that starts above ddw_memory_hotplug_max is not mapped in advance. As it was posted,
 * with the comparison of the window's size by a 64-bit shift that the next patch replaced.
 */
@Component(service = {DmaWindows.class, MemoryNotifier.class, Iommu.class})
@Patch(arch = "pseries", id = "pmem-guard", commit = "6aa989ab2bd0", since = "2025-01, merged for 6.15",
    date = "2025-01-30",
    origin = Origin.MAINLINE, layout = "dma_win",
    description = "The notifier leaves memory above ddw_memory_hotplug_max alone",
    steps = {
        "ddw_memory_hotplug_max: lrdr-capacity alone, even if it is 0",
        "enable_ddw: a direct window is mapped up to ddw_memory_hotplug_max",
        "Windows of the list in turn, newest first, under dma_win_list_lock; the results are ORed",
        "GOING_ONLINE: set the range in each direct window if it starts below ddw_memory_hotplug_max",
        "CANCEL_ONLINE, OFFLINE: clear the range under the same condition"},
    defects = {
        "lrdr-capacity of 0 (QEMU without maxmem): the window is sized from nothing by an undefined shift, "
            + "which asks the hypervisor for 2^61 bytes and can crash it after a reboot",
        "Memory above ddw_memory_hotplug_max is on line but not mapped; a device that bypasses translation "
            + "without a limit can not reach it"})
public class PmemGuard extends DirectHybrid {
    @Override
    public long ddw_memory_hotplug_max(Cpu cpu) {
        return DeviceTree.hotAddDrconfMemoryMax(cpu);
    }

    @Override
    public long premap(Cpu cpu, long window) {
        return premapBelow(cpu, ddw_memory_hotplug_max(cpu), window);
    }

    /** Memory above the maximum is never mapped in advance; the end of the range is not looked at. */
    @Override
    public long iommu_mem_notifier(Cpu cpu, int action, long startPfn, long pageCount) {
        return MemNotifier.run(this, cpu, action, startPfn, pageCount, window -> WindowList.isDirect(cpu, window)
                && startPfn << Pages.PAGE_SHIFT < ddw_memory_hotplug_max(cpu));
    }
}
