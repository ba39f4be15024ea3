package org.dmalab.pseries.patch;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.service.DmaWindows;
import org.dmalab.api.service.Iommu;
import org.dmalab.api.service.MemoryNotifier;
import org.dmalab.api.service.Origin;
import org.dmalab.api.service.Patch;
import org.dmalab.pseries.kernel.Hvcall;
import org.dmalab.pseries.kernel.TceBuild;
import org.osgi.service.component.annotations.Component;

/** The stable branch 6.1.y: the notifier of 6.4 and before, and no more than 512 TCEs in a hypercall. */
@Component(service = {DmaWindows.class, MemoryNotifier.class, Iommu.class})
@Patch(arch = "pseries", id = "all-windows-chunked", commit = "9d2ccf00bddc", since = "6.1.y, backported",
    date = "2023-05-25",
    origin = Origin.MAINLINE, layout = "dma_win",
    description = "all-windows that clears at most 512 TCEs in one hypercall",
    steps = {
        "Clearing of tables: H_STUFF_TCE in chunks of 512",
        "All else as all-windows"},
    defects = {
        "Persistent memory beyond the window: H_PARAMETER, and the memory can not be put on line (fixed by "
            + "6aa989ab2bd0)",
        "Dynamic windows are treated as direct ones: removing memory wipes unrelated TCEs (fixed by "
            + "d61cd13e732c)",
        "The second mask call takes a dynamic window for a direct one if all memory would fit into it (fixed "
            + "by 3bf983e4e93c)"})
public class AllWindowsChunked extends AllWindows {
    @Override
    public void tce_freemulti_pSeriesLP(Cpu cpu, long table, long firstTce, long count) {
        TceBuild.freeMulti(cpu, table, firstTce, count, Hvcall.MAX_TCES);
    }
}
