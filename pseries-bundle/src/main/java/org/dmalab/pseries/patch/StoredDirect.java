package org.dmalab.pseries.patch;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.service.DmaWindows;
import org.dmalab.api.service.Iommu;
import org.dmalab.api.service.MemoryNotifier;
import org.dmalab.api.service.Origin;
import org.dmalab.api.service.Patch;
import org.dmalab.pseries.kernel.WindowList;
import org.osgi.service.component.annotations.Component;

/** Linux 6.7 to 6.10. */
@Component(service = {DmaWindows.class, MemoryNotifier.class, Iommu.class})
@Patch(arch = "pseries", id = "stored-direct", commit = "3bf983e4e93c", since = "6.7 to 6.10", date = "2024-01-07",
    origin = Origin.MAINLINE, layout = "dma_win",
    description = "direct-only; what a window is that is found again is read, not inferred",
    steps = {
        "enable_ddw: a window that is found is direct if its flag says so",
        "All else as direct-only"},
    defects = {
        "Persistent memory beyond the window: H_PARAMETER, and the memory can not be put on line (fixed by "
            + "6aa989ab2bd0)"})
public class StoredDirect extends DirectOnly {
    @Override
    public boolean foundIsDirect(Cpu cpu, long window, int windowShift, int maxRamShift) {
        return WindowList.isDirect(cpu, window);
    }
}
