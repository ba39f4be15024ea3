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
    /** Free list of the last pages of low memory, which are used only if asked for. */
    public static final int BORDER = 2;

    private PageAllocator() { }

    /**
     * Fills {@code mem_map} and the free lists at boot; the lists start with the lowest page, that of the last pages of
     * low memory with the highest.
     *
     * @param highPages page frames of high memory that may be used
     * @param borderMemory whether there is memory right below high memory
     */
    @KernelFunction("free_area_init")
    static void boot(Cpu cpu, long highPages, boolean borderMemory) {
        long[] heads = new long[3];
        long total = 0;
        long firstHigh = KernelLayout.LOW_PAGES + (long) KernelLayout.BORDER_PAGES;
        for (int index = KernelLayout.PAGES - 1; index >= 0; index--) {
            long page = Pages.at(index);
            boolean isHigh = index >= firstHigh;
            boolean border = !isHigh && index >= KernelLayout.LOW_PAGES;
            cpu.store(page, KernelLayout.PAGE_FLAGS, isHigh ? KernelLayout.PG_HIGHMEM : 0);
            if (!border && (!isHigh || index - firstHigh < highPages)) {
                int list = isHigh ? HIGH : LOW;
                cpu.store(page, KernelLayout.PAGE_LRU_NEXT, heads[list]);
                heads[list] = page;
                total++;
            }
        }
        for (int index = KernelLayout.LOW_PAGES; borderMemory && index < firstHigh; index++) {
            cpu.store(Pages.at(index), KernelLayout.PAGE_LRU_NEXT, heads[BORDER]);
            heads[BORDER] = Pages.at(index);
            total++;
        }
        cpu.store(KernelLayout.TOTALRAM_PAGES, total);
        for (int list = 0; list < heads.length; list++) {
            cpu.store(KernelLayout.FREE_LIST, list, heads[list]);
        }
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
        int list = listOf(cpu, page);
        long flags = cpu.irqSave();
        cpu.lock(KernelLayout.ZONE_LOCK);
        cpu.store(page, KernelLayout.PAGE_COUNT, 0);
        cpu.store(page, KernelLayout.PAGE_LRU_NEXT, cpu.load(KernelLayout.FREE_LIST, list));
        cpu.store(KernelLayout.FREE_LIST, list, page);
        cpu.unlock(KernelLayout.ZONE_LOCK);
        cpu.irqRestore(flags);
    }

    private static int listOf(Cpu cpu, long page) {
        if (Pages.highmem(cpu, page)) {
            return HIGH;
        }
        return page < Pages.at(KernelLayout.LOW_PAGES) ? LOW : BORDER;
    }
}
