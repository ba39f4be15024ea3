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
 * The patch of January 2025: persistent memory lies above all memory that the partition can be given, so ranges
 * that start there are never mapped in advance. A new window is sized by ibm,lrdr-capacity alone, compared by a
 * 64-bit shift.
 */
@Component(service = {DmaWindows.class, MemoryNotifier.class, Iommu.class}, property = {
    Variant.ARCH + "=pseries", Variant.PATCH + "=pmem-guard", Variant.COMMIT + "=6aa989ab2bd0",
    Variant.SINCE + "=2025-01, merged for 6.15", Variant.ORIGIN + "=mainline", Variant.LAYOUT + "=dma_win",
    Constants.SERVICE_DESCRIPTION + "=The notifier leaves memory above ddw_memory_hotplug_max alone",
    Variant.STEPS + "=ddw_memory_hotplug_max: lrdr-capacity alone, even if it is 0",
    Variant.STEPS + "=enable_ddw: a direct window is mapped up to ddw_memory_hotplug_max",
    Variant.STEPS + "=Windows of the list in turn, newest first, under dma_win_list_lock; the "
        + "results are ORed",
    Variant.STEPS + "=GOING_ONLINE: set the range in each direct window if it starts below "
        + "ddw_memory_hotplug_max",
    Variant.STEPS + "=CANCEL_ONLINE, OFFLINE: clear the range under the same condition",
    Variant.DEFECTS + "=lrdr-capacity of 0 (QEMU without maxmem): the window is sized from nothing by "
        + "an undefined shift, which asks the hypervisor for 2^61 bytes and can crash it "
        + "after a reboot",
    Variant.DEFECTS + "=Memory above ddw_memory_hotplug_max is on line but not mapped; a device that "
        + "bypasses translation without a limit can not reach it"})
public final class PmemGuard implements DmaWindows, MemoryNotifier, Iommu {
    private static final DdwRules RULES = new DdwRules(DdwRules.HotplugMax.DRCONF, DdwRules.WalkEnd.HOTPLUG_MAX,
            DdwRules.SizeTest.SHIFT, true, false, true);

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
