package org.dmalab.pseries.patch.mutant;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.service.DmaWindows;
import org.dmalab.api.service.Iommu;
import org.dmalab.api.service.MemoryNotifier;
import org.dmalab.api.service.Origin;
import org.dmalab.api.service.Patch;
import org.dmalab.pseries.kernel.MemNotifier;
import org.dmalab.pseries.kernel.Pages;
import org.dmalab.pseries.kernel.TceRange;
import org.dmalab.pseries.kernel.WindowList;
import org.dmalab.pseries.patch.PmemGuard;
import org.osgi.service.component.annotations.Component;

/** The bus address of the window is left out of the hypercall when memory comes. */
@Component(service = {DmaWindows.class, MemoryNotifier.class, Iommu.class})
@Patch(arch = "pseries", id = "no-bus-offset",
    origin = Origin.MUTANT, layout = "dma_win",
    description = "pmem-guard that maps at the physical address instead of behind the start of the window",
    steps = {
        "GOING_ONLINE: set the range at bus address 0"},
    defects = {
        "The bus address of the window is not added"})
public final class NoBusOffset extends PmemGuard {
    @Override
    public long iommu_mem_notifier(Cpu cpu, int action, long startPfn, long pageCount) {
        return MemNotifier.run(cpu, action, window -> WindowList.isDirect(cpu, window)
                        && startPfn << Pages.PAGE_SHIFT < ddw_memory_hotplug_max(cpu),
                prop -> TceRange.set(cpu, startPfn, pageCount, prop, 0),
                prop -> tce_clearrange_multi_pSeriesLP(cpu, startPfn, pageCount, prop));
    }
}
