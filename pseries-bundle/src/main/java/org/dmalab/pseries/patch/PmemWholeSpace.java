package org.dmalab.pseries.patch;

import org.dmalab.api.service.DmaWindows;
import org.dmalab.api.service.Iommu;
import org.dmalab.api.service.MemoryNotifier;
import org.dmalab.api.service.Origin;
import org.dmalab.api.service.Patch;
import org.dmalab.pseries.kernel.Pages;
import org.osgi.service.component.annotations.Component;

/** Linux 5.13: the size of the window over all physical addresses is right. */
@Component(service = {DmaWindows.class, MemoryNotifier.class, Iommu.class})
@Patch(arch = "pseries", id = "pmem-whole-space", commit = "a9d2f9bb225f", since = "5.13, 5.14", date = "2021-06-27",
    origin = Origin.MAINLINE, layout = "dma_win",
    description = "pmem-space with the size of the window as it was meant",
    steps = {
        "enable_ddw: with persistent memory a window of MAX_PHYSMEM_BITS if there is one so large",
        "All else as pmem-space"},
    defects = {
        "A window of the whole space, or none: 1:1 for memory alone leaves persistent memory without a way "
            + "(fixed by 381ceda88c4c and ad3976025b31)",
        "More than 512 TCEs in one H_STUFF_TCE, which newer firmware refuses (fixed by 9d2ccf00bddc)"})
public class PmemWholeSpace extends PmemSpace {
    @Override
    protected int wholeSpace(int pageShift) {
        return Pages.MAX_PHYSMEM_BITS;
    }
}
