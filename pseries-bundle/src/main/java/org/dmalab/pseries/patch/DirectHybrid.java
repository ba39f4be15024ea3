package org.dmalab.pseries.patch;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.service.DmaWindows;
import org.dmalab.api.service.Iommu;
import org.dmalab.api.service.MemoryNotifier;
import org.dmalab.api.service.Origin;
import org.dmalab.api.service.Patch;
import org.dmalab.pseries.kernel.Ddw;
import org.dmalab.pseries.kernel.DdwPlan;
import org.osgi.service.component.annotations.Component;

/** Linux 6.11 to 6.14. */
@Component(service = {DmaWindows.class, MemoryNotifier.class, Iommu.class})
@Patch(arch = "pseries", id = "direct-hybrid", commit = "ff5163bb7000", since = "6.11 to 6.14", date = "2024-09-15",
    origin = Origin.MAINLINE, layout = "dma_win",
    description = "stored-direct; a single window can be direct for memory and dynamic behind it",
    steps = {
        "enable_ddw: the single window of an endpoint is split if there is persistent memory and room",
        "PCI setup asks the hypervisor for windows once for each host bridge",
        "All else as stored-direct"},
    defects = {
        "Persistent memory beyond the window: H_PARAMETER, and the memory can not be put on line (fixed by "
            + "6aa989ab2bd0)",
        "In a hybrid window memory above the direct part overwrites dynamic TCEs without an error",
        "What was mapped in the dynamic part of a hybrid window at bus address 0 is never unmapped"})
public class DirectHybrid extends StoredDirect {
    @Override
    public DdwPlan notDirect(int pageShift, int length, int largest, int maxRamShift) {
        return DdwPlan.hybrid(pageShift, largest, maxRamShift);
    }

    @Override
    public void spapr_tce_init_table_group(Cpu cpu, long pdn, long sourceId) {
        Ddw.initTableGroup(cpu, pdn, sourceId);
    }
}
