package org.dmalab.pseries.patch;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.service.DmaWindows;
import org.dmalab.api.service.Iommu;
import org.dmalab.api.service.MemoryNotifier;
import org.dmalab.api.service.Origin;
import org.dmalab.api.service.Patch;
import org.dmalab.pseries.kernel.MemNotifier;
import org.dmalab.pseries.kernel.WindowList;
import org.osgi.service.component.annotations.Component;

/**
 * Linux 6.5 and 6.6: windows that map dynamically are left alone, but any range is taken for memory that a direct
 * window covers.
 */
@Component(service = {DmaWindows.class, MemoryNotifier.class, Iommu.class})
@Patch(arch = "pseries", id = "direct-only", commit = "d61cd13e732c", since = "6.5, 6.6", date = "2023-08-27",
    origin = Origin.MAINLINE, layout = "dma_win",
    description = "The notifier looks at direct windows only",
    steps = {
        "Windows of the list in turn, newest first, under dma_win_list_lock; the results are ORed",
        "GOING_ONLINE: set the range in each direct window",
        "CANCEL_ONLINE, OFFLINE: clear the range in each direct window",
        "All else as all-windows-chunked"},
    defects = {
        "Persistent memory beyond the window: H_PARAMETER, and the memory can not be put on line (fixed by "
            + "6aa989ab2bd0)",
        "The second mask call takes a dynamic window for a direct one if all memory would fit into it (fixed "
            + "by 3bf983e4e93c)"})
public class DirectOnly extends AllWindowsChunked {
    @Override
    public long iommu_mem_notifier(Cpu cpu, int action, long startPfn, long pageCount) {
        return MemNotifier.run(this, cpu, action, startPfn, pageCount, window -> WindowList.isDirect(cpu, window));
    }
}
