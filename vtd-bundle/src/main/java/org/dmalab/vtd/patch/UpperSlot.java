package org.dmalab.vtd.patch;

import org.dmalab.api.service.Iommu;
import org.dmalab.api.service.Origin;
import org.dmalab.api.service.Patch;
import org.dmalab.vtd.kernel.VtdKernel;
import org.osgi.service.component.annotations.Component;

/**
 * A later version of 2026: clear-present-first, and the capture kernel copies the upper context table of a bus to its
 * own place also if the bus has no lower one.
 */
@Component(service = Iommu.class)
@Patch(arch = "vtd", id = "upper-slot", commit = "686bd59429ff", since = "2026",
    date = "2026-06-22", origin = Origin.MAINLINE, layout = "copied-bitmap",
    description = "clear-present-first, and upper context tables are copied to their own place",
    steps = {
        "attach, map and unmap as clear-present-first",
        "scalable mode, copying the tables: the half of the bus says where a context table goes, not whether a lower "
            + "one was copied before"})
public final class UpperSlot implements VtdKernel { }
