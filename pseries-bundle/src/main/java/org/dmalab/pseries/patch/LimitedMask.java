package org.dmalab.pseries.patch;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.service.Direction;
import org.dmalab.api.service.DmaWindows;
import org.dmalab.api.service.Iommu;
import org.dmalab.api.service.MemoryNotifier;
import org.dmalab.api.service.Variant;
import org.dmalab.pseries.kernel.DdwRules;
import org.dmalab.pseries.kernel.DynamicTces;
import org.dmalab.pseries.kernel.EnableDdw;
import org.dmalab.pseries.kernel.RemoveDdw;
import org.osgi.framework.Constants;
import org.osgi.service.component.annotations.Component;

/**
 * Linux 6.15: the guard of the notifier with the patch after it, which gives devices with a mask of less than 64
 * bits a window and compares binary logarithms, so an empty lrdr-capacity leads to no window instead of a huge
 * one.
 */
@Component(service = {DmaWindows.class, MemoryNotifier.class, Iommu.class}, property = {
    Variant.ARCH + "=pseries", Variant.PATCH + "=limited-mask", Variant.COMMIT + "=67dfc11982f7",
    Variant.SINCE + "=6.15", Variant.ORIGIN + "=mainline", Variant.LAYOUT + "=dma_win",
    Constants.SERVICE_DESCRIPTION + "=pmem-guard, windows for masks of 33 to 63 bits, and the "
        + "size compared as logarithms",
    Variant.STEPS + "=ddw_memory_hotplug_max: lrdr-capacity alone, even if it is 0",
    Variant.STEPS + "=enable_ddw: a mask of 33 to 63 bits asks for limited addresses first",
    Variant.STEPS + "=enable_ddw: the largest window is compared with memory by binary logarithms",
    Variant.STEPS + "=enable_ddw: a direct window is mapped up to ddw_memory_hotplug_max",
    Variant.STEPS + "=Windows of the list in turn, newest first, under dma_win_list_lock; the "
        + "results are ORed",
    Variant.STEPS + "=GOING_ONLINE: set the range in each direct window if it starts below "
        + "ddw_memory_hotplug_max",
    Variant.STEPS + "=CANCEL_ONLINE, OFFLINE: clear the range under the same condition",
    Variant.DEFECTS + "=Memory above ddw_memory_hotplug_max is on line but not mapped, and only a "
        + "limit keeps a device that bypasses translation from it (1471c517cf7d sets it always)",
    Variant.DEFECTS + "=Without the limited-address extension a mask of 33 to 63 bits keeps the "
        + "whole host bridge from getting a window"})
public final class LimitedMask implements DmaWindows, MemoryNotifier, Iommu {
    private static final DdwRules RULES = new DdwRules(DdwRules.HotplugMax.DRCONF, DdwRules.WalkEnd.HOTPLUG_MAX,
            DdwRules.SizeTest.ORDER, true, true, true);

    @Override
    public long enable(Cpu cpu, long device, long dmaMask) {
        return EnableDdw.run(cpu, device, dmaMask, RULES);
    }

    @Override
    public long remove(Cpu cpu, long node) {
        return RemoveDdw.run(cpu, node);
    }

    @Override
    public long notify(Cpu cpu, int action, long startPfn, long pageCount) {
        return GuardedNotifier.notify(cpu, action, startPfn, pageCount);
    }

    @Override
    public long map(Cpu cpu, long domain, long busAddress, long physicalAddress, long sizeBytes,
            Direction direction) {
        return DynamicTces.map(cpu, domain, busAddress, physicalAddress, sizeBytes, direction, true);
    }

    @Override
    public long unmap(Cpu cpu, long domain, long busAddress, long sizeBytes, Direction direction) {
        return DynamicTces.unmap(cpu, domain, busAddress, sizeBytes, true);
    }
}
