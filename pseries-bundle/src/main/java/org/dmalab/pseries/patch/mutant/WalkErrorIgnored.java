package org.dmalab.pseries.patch.mutant;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.service.DmaWindows;
import org.dmalab.api.service.Iommu;
import org.dmalab.api.service.MemoryNotifier;
import org.dmalab.api.service.Origin;
import org.dmalab.api.service.Patch;
import org.dmalab.pseries.patch.PmemGuard;
import org.osgi.service.component.annotations.Component;

/** The result of the walk over memory is lost. */
@Component(service = {DmaWindows.class, MemoryNotifier.class, Iommu.class})
@Patch(arch = "pseries", id = "walk-error-ignored",
    origin = Origin.MUTANT, layout = "dma_win",
    description = "pmem-guard that goes on when memory could not be mapped in a new window",
    steps = {
        "enable_ddw: the result of the walk is not looked at"},
    defects = {
        "A device bypasses translation through a window that is not full"})
public final class WalkErrorIgnored extends PmemGuard {
    @Override
    public long premap(Cpu cpu, long window) {
        super.premap(cpu, window);
        return 0;
    }
}
