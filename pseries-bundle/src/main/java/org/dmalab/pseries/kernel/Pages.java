package org.dmalab.pseries.kernel;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.cpu.Endian;
import org.dmalab.api.kernel.KernelFunction;

/** Pages, the linear map, and the allocator of pages that are never freed. */
public final class Pages {
    /** PAGE_SHIFT: 64 KiB. */
    public static final int PAGE_SHIFT = 16;
    /** PAGE_SIZE. */
    public static final long PAGE_SIZE = 1L << PAGE_SHIFT;
    /** PAGE_OFFSET: the linear map of physical address 0. */
    public static final long PAGE_OFFSET = 0xc000000000000000L;
    /** MAX_PHYSMEM_BITS with 64 KiB pages and a sparse vmemmap. */
    public static final int MAX_PHYSMEM_BITS = 51;
    /** Physical address of the first page that the allocator hands out. */
    public static final long FIRST_FREE = 0x2000000;
    /** Physical address after the last one. */
    public static final long END_FREE = 0x3000000;
    private static final int LIST_BYTES = 4096;

    private Pages() { }

    /** __va. */
    public static long virtual(long physical) {
        return physical + PAGE_OFFSET;
    }

    /** __pa. */
    public static long physical(long virtual) {
        return virtual & ~PAGE_OFFSET;
    }

    /** __get_free_page: the linear-map address of a page; 0 if there is none, or if fault injection says so. */
    @KernelFunction("__get_free_page")
    public static long alloc(Cpu cpu) {
        long failures = cpu.load(KernelLayout.FAIL_PAGE_ALLOC);
        while (failures != 0) {
            long before = cpu.compareExchange(KernelLayout.FAIL_PAGE_ALLOC, failures, failures - 1);
            if (before == failures) {
                return 0;
            }
            failures = before;
        }
        long page = cpu.load(KernelLayout.NEXT_FREE_PAGE);
        while (page < END_FREE) {
            long before = cpu.compareExchange(KernelLayout.NEXT_FREE_PAGE, page, page + PAGE_SIZE);
            if (before == page) {
                return virtual(page);
            }
            page = before;
        }
        return 0;
    }

    /** This processor's page for TCE lists, taken when it is first needed; 0 if there is no memory. */
    public static long tcePage(Cpu cpu) {
        int processor = cpu.processor();
        long page = cpu.load(KernelLayout.TCE_PAGE, processor);
        if (page == 0) {
            page = alloc(cpu);
            cpu.store(KernelLayout.TCE_PAGE, processor, page);
        }
        return page;
    }

    /** Writes one entry of a TCE list. */
    public static void writeTce(Cpu cpu, long page, long index, long tce) {
        if (index < 0 || index >= LIST_BYTES / 8) {
            throw new IndexOutOfBoundsException("entry " + index + " of a TCE list");
        }
        cpu.write(page + index * 8, 8, Endian.BIG, tce);
    }
}
