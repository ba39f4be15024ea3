package org.dmalab.pseries.patch;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.service.DmaWindows;
import org.dmalab.api.service.Iommu;
import org.dmalab.api.service.MemoryNotifier;
import org.dmalab.api.service.Origin;
import org.dmalab.api.service.Patch;
import org.dmalab.pseries.kernel.PseriesKernel;
import org.osgi.service.component.annotations.Component;

/**
 * The newest kernel, booted with disable_ddw: no device gets a dynamic window, so the notifier finds an empty list;
 * only windows from before a swap are looked after.
 */
@Component(service = {DmaWindows.class, MemoryNotifier.class, Iommu.class})
@Patch(arch = "pseries", id = "ddw-disabled", since = "option disable_ddw, since 2011", date = "2011-05-18",
    origin = Origin.MAINLINE, layout = "dma_win",
    description = "The newest kernel booted with disable_ddw: every buffer is mapped in the default window",
    steps = {
        "enable_ddw is never called: the device uses its default window",
        "Every buffer is mapped and unmapped in the default window",
        "All else as the newest kernel"},
    defects = {
        "Every buffer takes TCEs of the small default window, which can run out"})
public class DdwDisabled implements PseriesKernel {
    /** The function is not hooked up. */
    @Override
    public long iommu_bypass_supported_pSeriesLP(Cpu cpu, long device, long mask) {
        return 0;
    }
}
