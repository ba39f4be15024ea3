package org.dmalab.pseries.kernel;

import static org.dmalab.api.service.MemoryNotifier.MEM_CANCEL_ONLINE;
import static org.dmalab.api.service.MemoryNotifier.MEM_GOING_ONLINE;
import static org.dmalab.api.service.MemoryNotifier.MEM_OFFLINE;
import static org.dmalab.api.service.MemoryNotifier.NOTIFY_BAD;
import static org.dmalab.api.service.MemoryNotifier.NOTIFY_OK;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.kernel.KernelFunction;

/** What the versions of iommu_mem_notifier have in common: the list under its lock, newest first, results ORed. */
public final class MemNotifier {
    /** Which windows of the list a range is mapped in. */
    @FunctionalInterface
    public interface Choice {
        /** Tells whether a struct dma_win takes part. */
        boolean takes(long window);
    }

    /** What is done with a window. */
    @FunctionalInterface
    public interface Work {
        /** Does it with a window's struct dynamic_dma_window_prop: 0, or not 0 after an error. */
        long on(long prop);
    }

    private MemNotifier() { }

    /** Sets or clears a range in the windows that are chosen. */
    @KernelFunction("iommu_mem_notifier")
    public static long run(PseriesKernel kernel, Cpu cpu, int action, long startPfn, long pageCount, Choice choice) {
        return run(cpu, action, choice,
                prop -> kernel.tce_setrange_multi_pSeriesLP(cpu, startPfn, pageCount, prop),
                prop -> kernel.tce_clearrange_multi_pSeriesLP(cpu, startPfn, pageCount, prop));
    }

    /** The same with what is done when memory comes and when it goes. */
    @KernelFunction("iommu_mem_notifier")
    public static long run(Cpu cpu, int action, Choice choice, Work comes, Work goes) {
        long result = switch (action) {
            case MEM_GOING_ONLINE -> forEach(cpu, choice, comes);
            case MEM_CANCEL_ONLINE, MEM_OFFLINE -> forEach(cpu, choice, goes);
            default -> 0;
        };
        return answer(action, result);
    }

    /** {@link #run} without the lock of the list. */
    public static long unlocked(PseriesKernel kernel, Cpu cpu, int action, long startPfn, long pageCount,
            Choice choice) {
        long result = switch (action) {
            case MEM_GOING_ONLINE -> each(cpu, choice,
                    prop -> kernel.tce_setrange_multi_pSeriesLP(cpu, startPfn, pageCount, prop));
            case MEM_CANCEL_ONLINE, MEM_OFFLINE -> each(cpu, choice,
                    prop -> kernel.tce_clearrange_multi_pSeriesLP(cpu, startPfn, pageCount, prop));
            default -> 0;
        };
        return answer(action, result);
    }

    private static long answer(int action, long result) {
        return result != 0 && action != MEM_CANCEL_ONLINE ? NOTIFY_BAD : NOTIFY_OK;
    }

    private static long forEach(Cpu cpu, Choice choice, Work work) {
        WindowList.lock(cpu);
        long result = each(cpu, choice, work);
        WindowList.unlock(cpu);
        return result;
    }

    private static long each(Cpu cpu, Choice choice, Work work) {
        long result = 0;
        for (long window = WindowList.first(cpu); window != 0; window = WindowList.next(cpu, window)) {
            if (choice.takes(window)) {
                result |= work.on(WindowList.prop(cpu, window));
            }
        }
        return result;
    }
}
