package org.dmalab.mips.kernel;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.kernel.KernelFunction;

/**
 * Hands out single pages, the one freed last first, as the kernel's lists of each processor do; here they are one for
 * all, under a lock.
 */
public final class PageAllocator {
    /** Free list of low memory. */
    public static final int LOW = 0;
    /** Free list of high memory. */
    public static final int HIGH = 1;

    private PageAllocator() { }

    /** Fills {@code mem_map} and the free lists at boot; the lists start with the lowest page. */
    @KernelFunction("free_area_init")
    static void boot(Cpu cpu) {
        long high = 0;
        long low = 0;
        for (int index = KernelLayout.PAGES - 1; index >= 0; index--) {
            long page = Pages.at(index);
            boolean isHigh = index >= KernelLayout.LOW_PAGES + KernelLayout.BORDER_PAGES;
            boolean border = !isHigh && index >= KernelLayout.LOW_PAGES;
            cpu.store(page, KernelLayout.PAGE_FLAGS, isHigh ? KernelLayout.PG_HIGHMEM : 0);
            if (!border) {
                cpu.store(page, KernelLayout.PAGE_LRU_NEXT, isHigh ? high : low);
                high = isHigh ? page : high;
                low = isHigh ? low : page;
            }
        }
        cpu.store(KernelLayout.FREE_LIST, HIGH, high);
        cpu.store(KernelLayout.FREE_LIST, LOW, low);
    }

    /** Takes a page; 0 if the list is empty. */
    @KernelFunction("alloc_page")
    public static long alloc(Cpu cpu, int list) {
        long flags = cpu.irqSave();
        cpu.lock(KernelLayout.ZONE_LOCK);
        long page = cpu.load(KernelLayout.FREE_LIST, list);
        if (page != 0) {
            cpu.store(KernelLayout.FREE_LIST, list, cpu.load(page, KernelLayout.PAGE_LRU_NEXT));
            cpu.store(page, KernelLayout.PAGE_LRU_NEXT, 0);
            cpu.store(page, KernelLayout.PAGE_COUNT, 1);
        }
        cpu.unlock(KernelLayout.ZONE_LOCK);
        cpu.irqRestore(flags);
        return page;
    }

    /** Gives a page back. */
    @KernelFunction("__free_page")
    public static void free(Cpu cpu, long page) {
        int list = Pages.highmem(cpu, page) ? HIGH : LOW;
        long flags = cpu.irqSave();
        cpu.lock(KernelLayout.ZONE_LOCK);
        cpu.store(page, KernelLayout.PAGE_COUNT, 0);
        cpu.store(page, KernelLayout.PAGE_LRU_NEXT, cpu.load(KernelLayout.FREE_LIST, list));
        cpu.store(KernelLayout.FREE_LIST, list, page);
        cpu.unlock(KernelLayout.ZONE_LOCK);
        cpu.irqRestore(flags);
    }
}
