package org.dmalab.pseries.patch;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.service.DmaWindows;
import org.dmalab.api.service.Iommu;
import org.dmalab.api.service.MemoryNotifier;
import org.dmalab.api.service.Origin;
import org.dmalab.api.service.Patch;
import org.dmalab.pseries.kernel.DmaMask;
import org.dmalab.pseries.kernel.KernelLayout.PciDev;
import org.osgi.service.component.annotations.Component;

/** Linux 7.0. */
@Component(service = {DmaWindows.class, MemoryNotifier.class, Iommu.class})
@Patch(arch = "pseries", id = "gated-bypass", commit = "1471c517cf7d", since = "7.0", date = "2026-04-12",
    origin = Origin.MAINLINE, layout = "dma_win",
    description = "limited-mask; a direct window always limits what goes past translation to the memory that is mapped",
    steps = {
        "enable_ddw: a direct window sets bus_dma_limit, with or without persistent memory",
        "dma_supported: the bypass is on with a limit too",
        "Coherent memory goes past translation as well",
        "All else as limited-mask"},
    defects = {
        "A crash kernel uses the dynamic window that it finds, in which there may be no free entry (fixed by "
            + "1304643a1c20)"})
public class GatedBypass extends LimitedMask {
    @Override
    public boolean limitsBus(boolean pmem, int windowShift) {
        return true;
    }

    @Override
    public long dma_iommu_dma_supported(Cpu cpu, long device, long mask) {
        return DmaMask.supported(cpu, device, mask, iommu_bypass_supported_pSeriesLP(cpu, device, mask) != 0, true);
    }

    @Override
    public boolean arch_dma_alloc_direct(Cpu cpu, long device) {
        return cpu.load(device, PciDev.BYPASS) != 0 && cpu.load(device, PciDev.BUS_LIMIT) != 0;
    }
}
