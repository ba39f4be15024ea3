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
import org.dmalab.pseries.kernel.TceRange;
import org.dmalab.pseries.kernel.WindowList;
import org.osgi.framework.Constants;
import org.osgi.service.component.annotations.Component;

/**
 * The memory notifier as it was up to Linux 6.4: every window of the list is taken for a direct one, and every
 * range for memory that the windows cover.
 */
@Component(service = {DmaWindows.class, MemoryNotifier.class, Iommu.class}, property = {
    Variant.ARCH + "=pseries", Variant.PATCH + "=all-windows", Variant.COMMIT + "=-",
    Variant.SINCE + "=to 6.4", Variant.ORIGIN + "=mainline", Variant.LAYOUT + "=dma_win",
    Constants.SERVICE_DESCRIPTION + "=The notifier maps and clears hotplugged memory in every window of the list",
    Variant.STEPS + "=ddw_memory_hotplug_max: the largest of lrdr-capacity, memblock and all memory "
        + "nodes",
    Variant.STEPS + "=enable_ddw: a direct window is mapped up to memblock_end_of_DRAM",
    Variant.STEPS + "=Windows of the list in turn, newest first, under dma_win_list_lock; the "
        + "results are ORed",
    Variant.STEPS + "=GOING_ONLINE: set the range in every window",
    Variant.STEPS + "=CANCEL_ONLINE, OFFLINE: clear the range in every window",
    Variant.STEPS + "=Unmapping of dynamic TCEs: one H_STUFF_TCE with any count",
    Variant.DEFECTS + "=Persistent memory beyond the window: H_PARAMETER, and the memory can not be "
        + "put on line (fixed by 6aa989ab2bd0)",
    Variant.DEFECTS + "=Dynamic windows are treated as direct ones: removing memory wipes unrelated "
        + "TCEs (fixed by d61cd13e732c)",
    Variant.DEFECTS + "=More than 512 TCEs in one H_STUFF_TCE, which newer firmware refuses (fixed by "
        + "9d2ccf00bddc)"})
public final class AllWindows implements DmaWindows, MemoryNotifier, Iommu {
    private static final DdwRules RULES = new DdwRules(DdwRules.HotplugMax.EVERYTHING, DdwRules.WalkEnd.END_OF_DRAM,
            DdwRules.SizeTest.SHIFT, false, false, false);

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
        long result = switch (action) {
            case MEM_GOING_ONLINE -> setRanges(cpu, startPfn, pageCount);
            case MEM_CANCEL_ONLINE, MEM_OFFLINE -> clearRanges(cpu, startPfn, pageCount);
            default -> 0;
        };
        return result != 0 && action != MEM_CANCEL_ONLINE ? NOTIFY_BAD : NOTIFY_OK;
    }

    private static long setRanges(Cpu cpu, long startPfn, long pageCount) {
        long result = 0;
        WindowList.lock(cpu);
        for (long window = WindowList.first(cpu); window != 0; window = WindowList.next(cpu, window)) {
            result |= TceRange.set(cpu, startPfn, pageCount, WindowList.prop(cpu, window));
        }
        WindowList.unlock(cpu);
        return result;
    }

    private static long clearRanges(Cpu cpu, long startPfn, long pageCount) {
        long result = 0;
        WindowList.lock(cpu);
        for (long window = WindowList.first(cpu); window != 0; window = WindowList.next(cpu, window)) {
            result |= TceRange.clear(cpu, startPfn, pageCount, WindowList.prop(cpu, window));
        }
        WindowList.unlock(cpu);
        return result;
    }

    @Override
    public long map(Cpu cpu, long domain, long busAddress, long physicalAddress, long sizeBytes,
            Direction direction) {
        return DynamicTces.map(cpu, domain, busAddress, physicalAddress, sizeBytes, direction, false);
    }

    @Override
    public long unmap(Cpu cpu, long domain, long busAddress, long sizeBytes, Direction direction) {
        return DynamicTces.unmap(cpu, domain, busAddress, sizeBytes, false);
    }
}
