package org.dmalab.pseries.patch;

import static org.dmalab.api.service.MemoryNotifier.MEM_CANCEL_ONLINE;
import static org.dmalab.api.service.MemoryNotifier.MEM_GOING_ONLINE;
import static org.dmalab.api.service.MemoryNotifier.MEM_OFFLINE;
import static org.dmalab.api.service.MemoryNotifier.NOTIFY_BAD;
import static org.dmalab.api.service.MemoryNotifier.NOTIFY_OK;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.pseries.kernel.HotplugMax;
import org.dmalab.pseries.kernel.Pages;
import org.dmalab.pseries.kernel.TceRange;
import org.dmalab.pseries.kernel.WindowList;

/** {@code iommu_mem_notifier} as of 6aa989ab2bd0; the kernels after it have the same text. */
final class GuardedNotifier {
    private GuardedNotifier() { }

    static long notify(Cpu cpu, int action, long startPfn, long pageCount) {
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
}
