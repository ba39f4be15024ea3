package org.dmalab.pseries.kernel;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.kernel.KernelFunction;
import org.dmalab.pseries.kernel.KernelLayout.DmaWin;
import org.dmalab.pseries.kernel.KernelLayout.FailedPdn;

/** dma_win_list: the dynamic DMA windows of all devices, newest first, under dma_win_list_lock. */
public final class WindowList {
    private WindowList() { }

    /** Takes the list's lock. */
    public static void lock(Cpu cpu) {
        cpu.lock(KernelLayout.DMA_WIN_LIST_LOCK);
    }

    /** Releases the list's lock. */
    public static void unlock(Cpu cpu) {
        cpu.unlock(KernelLayout.DMA_WIN_LIST_LOCK);
    }

    /** Address of the first struct dma_win; 0 if there is none. */
    public static long first(Cpu cpu) {
        return ListHead.first(cpu, KernelLayout.DMA_WIN_LIST, DmaWin.LIST);
    }

    /** The one after a struct dma_win; 0 if there is none. */
    public static long next(Cpu cpu, long window) {
        return ListHead.next(cpu, KernelLayout.DMA_WIN_LIST, window, DmaWin.LIST);
    }

    /** The first direct window of the list, which is the newest; 0 if there is none. */
    public static long firstDirect(Cpu cpu) {
        long window = first(cpu);
        while (window != 0 && !isDirect(cpu, window)) {
            window = next(cpu, window);
        }
        return window;
    }

    /** window->direct: the window maps memory one to one. */
    public static boolean isDirect(Cpu cpu, long window) {
        return cpu.load(window, DmaWin.DIRECT) != 0;
    }

    /** window->prop. */
    public static long prop(Cpu cpu, long window) {
        return cpu.load(window, DmaWin.PROP);
    }

    /** ddw_list_new_entry: a window that is not on the list yet; 0 if there is no memory. */
    @KernelFunction("ddw_list_new_entry")
    public static long create(Cpu cpu, long node, long prop) {
        long window = cpu.alloc(DmaWin.STRUCT);
        if (window != 0) {
            cpu.store(window, DmaWin.DEVICE, node);
            cpu.store(window, DmaWin.PROP, prop);
            cpu.store(window, DmaWin.DIRECT, 0);
        }
        return window;
    }

    /** Puts a window in front. */
    public static void add(Cpu cpu, long window) {
        lock(cpu);
        ListHead.add(cpu, KernelLayout.DMA_WIN_LIST, window, DmaWin.LIST);
        unlock(cpu);
    }

    /** find_existing_ddw: the first window of a node; 0 if there is none. The caller holds no lock. */
    @KernelFunction("find_existing_ddw")
    public static long find(Cpu cpu, long node) {
        lock(cpu);
        long window = first(cpu);
        while (window != 0 && cpu.load(window, DmaWin.DEVICE) != node) {
            window = next(cpu, window);
        }
        unlock(cpu);
        return window;
    }

    /** Takes the first window of a node off the list and frees it. */
    public static void remove(Cpu cpu, long node) {
        lock(cpu);
        long window = first(cpu);
        while (window != 0 && cpu.load(window, DmaWin.DEVICE) != node) {
            window = next(cpu, window);
        }
        if (window != 0) {
            ListHead.remove(cpu, window, DmaWin.LIST);
            cpu.free(window);
        }
        unlock(cpu);
    }

    /** Tells whether making a window failed for a node before. */
    public static boolean failedBefore(Cpu cpu, long node) {
        long entry = ListHead.first(cpu, KernelLayout.FAILED_DDW_PDN_LIST, FailedPdn.LIST);
        while (entry != 0 && cpu.load(entry, FailedPdn.PDN) != node) {
            entry = ListHead.next(cpu, KernelLayout.FAILED_DDW_PDN_LIST, entry, FailedPdn.LIST);
        }
        return entry != 0;
    }

    /** Remembers that making a window failed for a node. */
    public static void rememberFailure(Cpu cpu, long node) {
        long entry = cpu.alloc(FailedPdn.STRUCT);
        if (entry != 0) {
            cpu.store(entry, FailedPdn.PDN, node);
            ListHead.add(cpu, KernelLayout.FAILED_DDW_PDN_LIST, entry, FailedPdn.LIST);
        }
    }
}
