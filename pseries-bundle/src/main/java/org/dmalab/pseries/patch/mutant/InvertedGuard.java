package org.dmalab.pseries.patch.mutant;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.service.Direction;
import org.dmalab.api.service.DmaWindows;
import org.dmalab.api.service.Iommu;
import org.dmalab.api.service.MemoryNotifier;
import org.dmalab.api.service.Variant;
import org.dmalab.pseries.kernel.DdwRules;
import org.dmalab.pseries.kernel.DynamicTces;
import org.dmalab.pseries.kernel.EnableDdw;
import org.dmalab.pseries.kernel.HotplugMax;
import org.dmalab.pseries.kernel.Pages;
import org.dmalab.pseries.kernel.RemoveDdw;
import org.dmalab.pseries.kernel.TceRange;
import org.dmalab.pseries.kernel.WindowList;
import org.osgi.framework.Constants;
import org.osgi.service.component.annotations.Component;

/**
 * The guard with its comparison the wrong way round: memory that the window covers is skipped, memory beyond it is
 * mapped.
 */
@Component(service = {DmaWindows.class, MemoryNotifier.class, Iommu.class}, property = {
    Variant.ARCH + "=pseries", Variant.PATCH + "=inverted-guard", Variant.COMMIT + "=-",
    Variant.SINCE + "=-", Variant.ORIGIN + "=mutant", Variant.LAYOUT + "=dma_win",
    Constants.SERVICE_DESCRIPTION + "=pmem-guard with the comparison the wrong way round",
    Variant.STEPS + "=GOING_ONLINE: set the range in each direct window if it starts above "
        + "ddw_memory_hotplug_max",
    Variant.DEFECTS + "=The comparison is inverted"})
public final class InvertedGuard implements DmaWindows, MemoryNotifier, Iommu {
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
        long result = switch (action) {
            case MEM_GOING_ONLINE -> setRanges(cpu, startPfn, pageCount);
            case MEM_CANCEL_ONLINE, MEM_OFFLINE -> clearRanges(cpu, startPfn, pageCount);
            default -> 0;
        };
        return result != 0 && action != MEM_CANCEL_ONLINE ? NOTIFY_BAD : NOTIFY_OK;
    }

    /** The comparison of the patch, inverted. */
    private static boolean above(Cpu cpu, long startPfn) {
        return startPfn << Pages.PAGE_SHIFT >= HotplugMax.drconf(cpu);
    }

    private static long setRanges(Cpu cpu, long startPfn, long pageCount) {
        long result = 0;
        WindowList.lock(cpu);
        for (long window = WindowList.first(cpu); window != 0; window = WindowList.next(cpu, window)) {
            if (WindowList.isDirect(cpu, window) && above(cpu, startPfn)) {
                result |= TceRange.set(cpu, startPfn, pageCount, WindowList.prop(cpu, window));
            }
        }
        WindowList.unlock(cpu);
        return result;
    }

    private static long clearRanges(Cpu cpu, long startPfn, long pageCount) {
        long result = 0;
        WindowList.lock(cpu);
        for (long window = WindowList.first(cpu); window != 0; window = WindowList.next(cpu, window)) {
            if (WindowList.isDirect(cpu, window) && above(cpu, startPfn)) {
                result |= TceRange.clear(cpu, startPfn, pageCount, WindowList.prop(cpu, window));
            }
        }
        WindowList.unlock(cpu);
        return result;
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
