package org.dmalab.pseries.patch;

import org.dmalab.api.service.DmaWindows;
import org.dmalab.api.service.Iommu;
import org.dmalab.api.service.MemoryNotifier;
import org.dmalab.api.service.Origin;
import org.dmalab.api.service.Patch;
import org.osgi.service.component.annotations.Component;

/** The newest: a crash kernel switches to the default window. */
@Component(service = {DmaWindows.class, MemoryNotifier.class, Iommu.class})
@Patch(arch = "pseries", id = "kdump-default-window", commit = "1304643a1c20", since = "2026", date = "2026-05-15",
    origin = Origin.MAINLINE, layout = "dma_win",
    description = "gated-bypass; a crash kernel uses the default window where the tree has it",
    steps = {
        "PCI setup of a crash kernel: the default window goes before a dynamic one",
        "All else as gated-bypass"})
public class KdumpDefaultWindow extends GatedBypass {
    @Override
    public boolean prefersDefaultWindow() {
        return true;
    }
}
