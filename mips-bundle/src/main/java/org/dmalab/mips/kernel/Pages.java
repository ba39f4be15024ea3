package org.dmalab.mips.kernel;

import org.dmalab.api.cpu.Cpu;

/** Arithmetic on struct page: {@code mem_map} is an array, so it needs no loads but of the flags. */
public final class Pages {
    private Pages() { }

    /** {@code page_to_pfn}. */
    public static long pfn(long page) {
        long index = (page - Layout.MEM_MAP.address()) / Layout.PAGE_STRUCT_BYTES;
        if (index < 0 || index >= Layout.PAGES) {
            throw new IllegalArgumentException(String.format("0x%x is no struct page", page));
        }
        return index < Layout.LOW_PAGES ? Layout.LOW_FIRST_PFN + index
                : Layout.BORDER_FIRST_PFN + index - Layout.LOW_PAGES;
    }

    /** {@code pfn_to_page}; 0 if the page frame has no struct page. */
    public static long ofPfn(long pfn) {
        long low = pfn - Layout.LOW_FIRST_PFN;
        if (low >= 0 && low < Layout.LOW_PAGES) {
            return at(low);
        }
        long high = pfn - Layout.BORDER_FIRST_PFN;
        return high >= 0 && high < Layout.BORDER_PAGES + Layout.HIGH_PAGES ? at(Layout.LOW_PAGES + high) : 0;
    }

    /** An entry of {@code mem_map}. */
    public static long at(long index) {
        return Layout.MEM_MAP.address() + index * Layout.PAGE_STRUCT_BYTES;
    }

    /** The page after a page in {@code mem_map}: {@code page + n}. */
    public static long next(long page, long pages) {
        return page + pages * Layout.PAGE_STRUCT_BYTES;
    }

    /** {@code page_to_phys}. */
    public static long physical(long page) {
        return pfn(page) << Layout.PAGE_SHIFT;
    }

    /** {@code mk_pte(page, PAGE_KERNEL)}. */
    public static long pte(long page) {
        return physical(page) | Layout.PAGE_KERNEL;
    }

    /** {@code PageHighMem}. */
    public static boolean highmem(Cpu cpu, long page) {
        return (cpu.load(page, Layout.PAGE_FLAGS) & Layout.PG_HIGHMEM) != 0;
    }

    /** The address of a low page in the linear map. */
    public static long linear(long page) {
        return physical(page) + Layout.PAGE_OFFSET & Layout.ADDRESS_MASK;
    }

    /** {@code page_address}: the linear address, or the kmap address of a high page, 0 if it is not kmapped. */
    public static long address(Cpu cpu, long page) {
        return highmem(cpu, page) ? cpu.load(page, Layout.PAGE_VIRTUAL) : linear(page);
    }
}
