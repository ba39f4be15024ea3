package org.dmalab.pseries.patch.mutant;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.service.DmaWindows;
import org.dmalab.api.service.Iommu;
import org.dmalab.api.service.MemoryNotifier;
import org.dmalab.api.service.Origin;
import org.dmalab.api.service.Patch;
import org.dmalab.pseries.kernel.WindowList;
import org.dmalab.pseries.patch.LimitedMask;
import org.osgi.service.component.annotations.Component;

/** A remedy for memory that comes between the walk and the list, which forgets the way out. */
@Component(service = {DmaWindows.class, MemoryNotifier.class, Iommu.class})
@Patch(arch = "pseries", id = "list-before-walk",
    origin = Origin.MUTANT, layout = "dma_win",
    description = "limited-mask that puts the window on the list before memory is mapped in it",
    steps = {
        "enable_ddw: step 18 goes before step 15"},
    defects = {
        "After a failed walk a window stays on the list that was freed"})
public final class ListBeforeWalk extends LimitedMask {
    @Override
    public long premap(Cpu cpu, long window) {
        WindowList.add(cpu, window);
        return super.premap(cpu, window);
    }

    @Override
    public void publish(Cpu cpu, long window) {
        if (!WindowList.isDirect(cpu, window)) {
            super.publish(cpu, window);
        }
    }
}
