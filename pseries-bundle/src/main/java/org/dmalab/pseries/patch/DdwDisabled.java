package org.dmalab.pseries.patch;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.service.Direction;
import org.dmalab.api.service.DmaWindows;
import org.dmalab.api.service.Iommu;
import org.dmalab.api.service.MemoryNotifier;
import org.dmalab.api.service.Variant;
import org.dmalab.pseries.kernel.DynamicTces;
import org.dmalab.pseries.kernel.HotplugMax;
import org.dmalab.pseries.kernel.Pages;
import org.dmalab.pseries.kernel.RemoveDdw;
import org.dmalab.pseries.kernel.TceRange;
import org.dmalab.pseries.kernel.WindowList;
import org.osgi.framework.Constants;
import org.osgi.service.component.annotations.Component;

/**
 * A kernel with the guard, booted with disable_ddw: no device gets a dynamic window, so the notifier finds an
 * empty list; only windows from before a swap are looked after.
 */
@Component(service = {DmaWindows.class, MemoryNotifier.class, Iommu.class}, property = {
    Variant.ARCH + "=pseries", Variant.PATCH + "=ddw-disabled", Variant.COMMIT + "=-",
    Variant.SINCE + "=2011, option disable_ddw", Variant.ORIGIN + "=mainline", Variant.LAYOUT + "=dma_win",
    Constants.SERVICE_DESCRIPTION + "=The kernel booted with disable_ddw: no dynamic window, "
        + "every buffer is mapped in the default one",
    Variant.STEPS + "=enable_ddw is never called: no RTAS call, the device uses its default window",
    Variant.STEPS + "=Every buffer is mapped and unmapped in the default window",
    Variant.STEPS + "=The notifier is the one of pmem-guard, over an empty list",
    Variant.DEFECTS + "=Every buffer takes TCEs of the small default window, which can run out"})
public final class DdwDisabled implements DmaWindows, MemoryNotifier, Iommu {
    @Override
    public long enable(Cpu cpu, long device, long dmaMask) {
        return 0;
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
