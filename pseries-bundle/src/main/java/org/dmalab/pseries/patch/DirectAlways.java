package org.dmalab.pseries.patch;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.service.DmaWindows;
import org.dmalab.api.service.Iommu;
import org.dmalab.api.service.MemoryNotifier;
import org.dmalab.api.service.Origin;
import org.dmalab.api.service.Patch;
import org.dmalab.pseries.kernel.DdwPlan;
import org.dmalab.pseries.kernel.DdwRequest;
import org.osgi.service.component.annotations.Component;

/** The original of 2011. That it knew three page sizes only is left out. */
@Component(service = {DmaWindows.class, MemoryNotifier.class, Iommu.class})
@Patch(arch = "pseries", id = "direct-always", commit = "4e8b0cf46b25", since = "2.6.39 (2011) to 5.7",
    date = "2011-05-18",
    origin = Origin.MAINLINE, layout = "dma_win",
    description = "The original: a window maps all memory one to one, or there is none",
    steps = {
        "enable_ddw: a window for all memory that can come, else none",
        "The default window is never given up",
        "After a failure the answer is no",
        "The notifier sets and clears the range in every window of the list"},
    defects = {
        "Persistent memory is not thought of: beyond the window it can not be put on line",
        "More than 512 TCEs in one H_STUFF_TCE, which newer firmware refuses (fixed by 9d2ccf00bddc)",
        "Where the largest window is too small there is no window of more than 32 bits at all (fixed by "
            + "381ceda88c4c)"})
public class DirectAlways extends AllWindows {
    @Override
    public boolean replacesDefault() {
        return false;
    }

    @Override
    public DdwPlan planWindow(Cpu cpu, DdwRequest request) {
        boolean small = windowTooSmall(request.largestBlockTces(), request.pageShift(), request.largest(),
                request.maxRamShift());
        return small ? DdwPlan.NONE : DdwPlan.direct(request.pageShift(), request.maxRamShift());
    }

    @Override
    public boolean directAfterFailure(boolean planned) {
        return false;
    }

    @Override
    public boolean limitsBus(boolean pmem, int windowShift) {
        return false;
    }
}
