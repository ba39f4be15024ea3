package org.dmalab.pseries.patch.mutant;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.service.DmaWindows;
import org.dmalab.api.service.Iommu;
import org.dmalab.api.service.MemoryNotifier;
import org.dmalab.api.service.Origin;
import org.dmalab.api.service.Patch;
import org.dmalab.pseries.kernel.BigEndian;
import org.dmalab.pseries.kernel.KernelLayout.WindowProp;
import org.dmalab.pseries.kernel.Pages;
import org.dmalab.pseries.patch.LimitedMask;
import org.osgi.service.component.annotations.Component;

/** The rounding up that the kernel's comment promises is done. */
@Component(service = {DmaWindows.class, MemoryNotifier.class, Iommu.class})
@Patch(arch = "pseries", id = "rounded-up",
    origin = Origin.MUTANT, layout = "dma_win",
    description = "limited-mask that rounds a range up to whole TCEs, as the comment in the kernel says",
    steps = {
        "tce_clearrange_multi: a TCE of which a part goes is cleared"},
    defects = {
        "A neighbour in the same TCE is cut off"})
public final class RoundedUp extends LimitedMask {
    @Override
    public long tce_clearrange_multi_pSeriesLP(Cpu cpu, long startPfn, long pageCount, long prop) {
        long pages = 1L << Math.max(0, BigEndian.load(cpu, prop, WindowProp.TCE_SHIFT) - Pages.PAGE_SHIFT);
        return super.tce_clearrange_multi_pSeriesLP(cpu, startPfn, (pageCount + pages - 1) & -pages, prop);
    }
}
