package org.dmalab.mips.kernel;

import org.dmalab.api.cpu.Cpu;

/** Arithmetic on struct page: {@code mem_map} is an array, so it needs no loads but of the flags. */
public final class Pages {
    private Pages() { }

    /** {@code page_to_pfn}. */
    public static long pfn(long page) {
        long index = (page - KernelLayout.MEM_MAP.address()) / KernelLayout.PAGE_STRUCT_BYTES;
        if (index < 0 || index >= KernelLayout.PAGES) {
            throw new IllegalArgumentException(String.format("0x%x is no struct page", page));
        }
        return index < KernelLayout.LOW_PAGES ? KernelLayout.LOW_FIRST_PFN + index
                : KernelLayout.BORDER_FIRST_PFN + index - KernelLayout.LOW_PAGES;
    }

    /** {@code pfn_to_page}; 0 if the page frame has no struct page. */
    public static long ofPfn(long pfn) {
        long low = pfn - KernelLayout.LOW_FIRST_PFN;
        if (low >= 0 && low < KernelLayout.LOW_PAGES) {
            return at(low);
        }
        long high = pfn - KernelLayout.BORDER_FIRST_PFN;
        boolean known = high >= 0 && high < KernelLayout.BORDER_PAGES + KernelLayout.HIGH_PAGES;
        return known ? at(KernelLayout.LOW_PAGES + high) : 0;
    }

    /** {@code pfn_to_page} of the frame that has a physical address. */
    public static long ofPhysical(long physical) {
        return ofPfn(physical >>> KernelLayout.PAGE_SHIFT);
    }

    /** {@code offset_in_page}. */
    public static long offset(long address) {
        return address & (KernelLayout.PAGE_SIZE - 1);
    }

    /** An entry of {@code mem_map}. */
    public static long at(long index) {
        return KernelLayout.MEM_MAP.address() + index * KernelLayout.PAGE_STRUCT_BYTES;
    }

    /** The page after a page in {@code mem_map}: {@code page + n}. */
    public static long next(long page, long pages) {
        return page + pages * KernelLayout.PAGE_STRUCT_BYTES;
    }

    /** {@code page_to_phys}. */
    public static long physical(long page) {
        return pfn(page) << KernelLayout.PAGE_SHIFT;
    }

    /** {@code mk_pte(page, PAGE_KERNEL)}. */
    public static long pte(long page) {
        return physical(page) | KernelLayout.PAGE_KERNEL;
    }

    /** {@code PageHighMem}. */
    public static boolean highmem(Cpu cpu, long page) {
        return (cpu.load(page, KernelLayout.PAGE_FLAGS) & KernelLayout.PG_HIGHMEM) != 0;
    }

    /** The address of a low page in the linear map. */
    public static long linear(long page) {
        return physical(page) + KernelLayout.PAGE_OFFSET & KernelLayout.ADDRESS_MASK;
    }

    /** {@code page_address}: the linear address, or the kmap address of a high page, 0 if it is not kmapped. */
    public static long address(Cpu cpu, long page) {
        return highmem(cpu, page) ? cpu.load(page, KernelLayout.PAGE_VIRTUAL) : linear(page);
    }
}
