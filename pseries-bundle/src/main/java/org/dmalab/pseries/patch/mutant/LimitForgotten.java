package org.dmalab.pseries.patch.mutant;

import org.dmalab.api.service.DmaWindows;
import org.dmalab.api.service.Iommu;
import org.dmalab.api.service.MemoryNotifier;
import org.dmalab.api.service.Origin;
import org.dmalab.api.service.Patch;
import org.dmalab.pseries.patch.GatedBypass;
import org.osgi.service.component.annotations.Component;

/** The bypass is always on, and nothing bounds it. */
@Component(service = {DmaWindows.class, MemoryNotifier.class, Iommu.class})
@Patch(arch = "pseries", id = "limit-forgotten",
    origin = Origin.MUTANT, layout = "dma_win",
    description = "gated-bypass without the limit",
    steps = {
        "enable_ddw: bus_dma_limit is not set"},
    defects = {
        "A device bypasses translation for memory that is not mapped"})
public final class LimitForgotten extends GatedBypass {
    @Override
    public boolean limitsBus(boolean pmem, int windowShift) {
        return false;
    }
}
