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
 * The guard with the bus address of the window left out of the hypercall.
 */
@Component(service = {DmaWindows.class, MemoryNotifier.class, Iommu.class}, property = {
    Variant.ARCH + "=pseries", Variant.PATCH + "=no-bus-offset", Variant.COMMIT + "=-",
    Variant.SINCE + "=-", Variant.ORIGIN + "=mutant", Variant.LAYOUT + "=dma_win",
    Constants.SERVICE_DESCRIPTION + "=pmem-guard that maps at the physical address instead of "
        + "behind the start of the window",
    Variant.STEPS + "=GOING_ONLINE: set the range at bus address 0",
    Variant.DEFECTS + "=The bus address of the window is not added"})
public final class NoBusOffset implements DmaWindows, MemoryNotifier, Iommu {
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

    /** Memory above ddw_memory_hotplug_max is never mapped in advance; the end of the range is not looked at. */
    private static boolean below(Cpu cpu, long startPfn) {
        return startPfn << Pages.PAGE_SHIFT < HotplugMax.drconf(cpu);
    }

    private static long setRanges(Cpu cpu, long startPfn, long pageCount) {
        long result = 0;
        WindowList.lock(cpu);
        for (long window = WindowList.first(cpu); window != 0; window = WindowList.next(cpu, window)) {
            if (WindowList.isDirect(cpu, window) && below(cpu, startPfn)) {
                result |= TceRange.set(cpu, startPfn, pageCount, WindowList.prop(cpu, window), 0);
            }
        }
        WindowList.unlock(cpu);
        return result;
    }

    private static long clearRanges(Cpu cpu, long startPfn, long pageCount) {
        long result = 0;
        WindowList.lock(cpu);
        for (long window = WindowList.first(cpu); window != 0; window = WindowList.next(cpu, window)) {
            if (WindowList.isDirect(cpu, window) && below(cpu, startPfn)) {
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
