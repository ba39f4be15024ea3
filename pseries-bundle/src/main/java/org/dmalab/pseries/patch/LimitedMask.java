package org.dmalab.pseries.patch;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.service.DmaWindows;
import org.dmalab.api.service.Iommu;
import org.dmalab.api.service.MemoryNotifier;
import org.dmalab.api.service.Origin;
import org.dmalab.api.service.Patch;
import org.dmalab.pseries.kernel.Ddw;
import org.dmalab.pseries.kernel.KernelLayout.PciDev;
import org.osgi.service.component.annotations.Component;

/**
 * Linux 6.15: the guard of the notifier with the patch after it, which gives devices with a mask of less than 64 bits
 * a window and compares binary logarithms, so an empty lrdr-capacity leads to no window instead of a huge one.
 */
@Component(service = {DmaWindows.class, MemoryNotifier.class, Iommu.class})
@Patch(arch = "pseries", id = "limited-mask", commit = "67dfc11982f7", since = "6.15 to 6.19", date = "2025-05-25",
    origin = Origin.MAINLINE, layout = "dma_win",
    description = "pmem-guard, windows for masks of 33 to 63 bits, and the size compared as logarithms",
    steps = {
        "enable_ddw: a mask of 33 to 63 bits asks for limited addresses first",
        "enable_ddw: the largest window is compared with memory by binary logarithms",
        "All else as pmem-guard"},
    defects = {
        "Memory above ddw_memory_hotplug_max is on line but not mapped, and only a limit keeps a device that "
            + "bypasses translation from it (1471c517cf7d sets it always)",
        "Without the limited-address extension a mask of 33 to 63 bits keeps the whole host bridge from "
            + "getting a window"})
public class LimitedMask extends PmemGuard {
    @Override
    public long iommu_bypass_supported_pSeriesLP(Cpu cpu, long device, long mask) {
        return mask >>> Integer.SIZE == 0 ? 0 : enable_ddw(cpu, device, cpu.load(device, PciDev.PDN), mask);
    }

    @Override
    public boolean windowTooSmall(long largestBlockTces, int pageShift, int largest, int needed) {
        return largest < needed;
    }

    @Override
    public void sayMapping(Cpu cpu, long device, boolean limited, boolean inForce, boolean direct) {
        Ddw.sayMapping(cpu, device, limited, inForce, direct);
    }
}
