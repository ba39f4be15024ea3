package org.dmalab.pseries.patch.mutant;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.service.DmaWindows;
import org.dmalab.api.service.Iommu;
import org.dmalab.api.service.MemoryNotifier;
import org.dmalab.api.service.Origin;
import org.dmalab.api.service.Patch;
import org.dmalab.pseries.kernel.Memblock;
import org.dmalab.pseries.patch.LimitedMask;
import org.osgi.service.component.annotations.Component;

/** New sizing of the window with the old walk. */
@Component(service = {DmaWindows.class, MemoryNotifier.class, Iommu.class})
@Patch(arch = "pseries", id = "old-walk",
    origin = Origin.MUTANT, layout = "dma_win",
    description = "limited-mask with the walk to the end of memory as it was",
    steps = {
        "enable_ddw: a direct window is mapped up to memblock_end_of_DRAM"},
    defects = {
        "The window is sized for less than the walk maps"})
public final class OldWalk extends LimitedMask {
    @Override
    public long premap(Cpu cpu, long window) {
        return premapBelow(cpu, Memblock.endOfDram(cpu), window);
    }
}
