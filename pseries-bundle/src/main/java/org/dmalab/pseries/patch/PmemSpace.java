package org.dmalab.pseries.patch;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.service.DmaWindows;
import org.dmalab.api.service.Iommu;
import org.dmalab.api.service.MemoryNotifier;
import org.dmalab.api.service.Origin;
import org.dmalab.api.service.Patch;
import org.dmalab.pseries.kernel.DdwPlan;
import org.dmalab.pseries.kernel.DdwRequest;
import org.dmalab.pseries.kernel.Pages;
import org.osgi.service.component.annotations.Component;

/** Linux 5.8: a window over all physical addresses for persistent memory, too small by a mistake. */
@Component(service = {DmaWindows.class, MemoryNotifier.class, Iommu.class})
@Patch(arch = "pseries", id = "pmem-space", commit = "54fc3c681ded", since = "5.8 to 5.12", date = "2020-08-02",
    origin = Origin.MAINLINE, layout = "dma_win",
    description = "With persistent memory a window over the whole address space is tried",
    steps = {
        "enable_ddw: with persistent memory a window of MAX_PHYSMEM_BITS if there is one so large",
        "Its size is computed less the page shift",
        "The default window of an endpoint with a single one is given up",
        "A direct window that does not cover persistent memory sets a limit of the bus"},
    defects = {
        "The window over the whole address space is page size times too small (fixed by a9d2f9bb225f)",
        "Persistent memory beyond the window: H_PARAMETER, and the memory can not be put on line (fixed by "
            + "6aa989ab2bd0)",
        "More than 512 TCEs in one H_STUFF_TCE, which newer firmware refuses (fixed by 9d2ccf00bddc)"})
public class PmemSpace extends DirectAlways {
    @Override
    public boolean replacesDefault() {
        return true;
    }

    @Override
    public DdwPlan planWindow(Cpu cpu, DdwRequest request) {
        int shift = request.pageShift();
        boolean whole = request.pmem() && !windowTooSmall(request.largestBlockTces(), shift, request.largest(),
                Pages.MAX_PHYSMEM_BITS);
        int length = whole ? wholeSpace(shift) : request.maxRamShift();
        boolean small = windowTooSmall(request.largestBlockTces(), shift, request.largest(), length);
        return small ? DdwPlan.NONE : DdwPlan.direct(shift, length);
    }

    /** The binary logarithm of a window over all physical addresses: here the page shift is taken off once more. */
    protected int wholeSpace(int pageShift) {
        return Pages.MAX_PHYSMEM_BITS - pageShift;
    }

    @Override
    public boolean limitsBus(boolean pmem, int windowShift) {
        return pmem && windowShift != Pages.MAX_PHYSMEM_BITS;
    }
}
