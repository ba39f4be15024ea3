package org.dmalab.pseries.patch;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.service.DmaWindows;
import org.dmalab.api.service.Iommu;
import org.dmalab.api.service.MemoryNotifier;
import org.dmalab.api.service.Origin;
import org.dmalab.api.service.Patch;
import org.dmalab.pseries.kernel.DdwPlan;
import org.dmalab.pseries.kernel.MemNotifier;
import org.dmalab.pseries.kernel.WindowList;
import org.osgi.service.component.annotations.Component;

/**
 * The memory notifier of Linux 6.5 to 6.14: windows that map dynamically are left alone, but any range is taken for
 * memory that a direct window covers.
 */
@Component(service = {DmaWindows.class, MemoryNotifier.class, Iommu.class})
@Patch(arch = "pseries", id = "direct-only", commit = "d61cd13e732c", since = "6.5 to 6.14", date = "2023-08-27",
    origin = Origin.MAINLINE, layout = "dma_win", description = "The notifier looks at direct windows only",
    steps = {
        "ddw_memory_hotplug_max: the largest of lrdr-capacity, memblock and all memory nodes",
        "enable_ddw: a direct window is mapped up to memblock_end_of_DRAM",
        "Windows of the list in turn, newest first, under dma_win_list_lock; the results are ORed",
        "GOING_ONLINE: set the range in each direct window",
        "CANCEL_ONLINE, OFFLINE: clear the range in each direct window"},
    defects = {
        "Persistent memory beyond the window: H_PARAMETER, and the memory can not be put on line (fixed by "
            + "6aa989ab2bd0)",
        "In a hybrid window memory above the direct part overwrites dynamic TCEs without an error"})
public class DirectOnly extends AllWindowsChunked {
    @Override
    public DdwPlan notDirect(int pageShift, int length, int largest, int maxRamLength) {
        return DdwPlan.hybrid(pageShift, largest, maxRamLength);
    }

    @Override
    public boolean directAfterFailure(boolean planned) {
        return planned;
    }

    @Override
    public long iommu_mem_notifier(Cpu cpu, int action, long startPfn, long pageCount) {
        return MemNotifier.run(this, cpu, action, startPfn, pageCount, window -> WindowList.isDirect(cpu, window));
    }
}
