package org.dmalab.mips;

import org.dmalab.api.Failure;
import org.dmalab.api.Machine;
import org.dmalab.api.cpu.Op;
import org.dmalab.api.kernel.Field;
import org.dmalab.api.kernel.KernelMemory;
import org.dmalab.api.kernel.Variable;
import org.dmalab.mips.kernel.KernelLayout;
import org.dmalab.mips.kernel.Pages;
import org.dmalab.mips.kernel.PageAllocator;

/**
 * The free list that the page allocator takes a page from is empty. Where it gives one back it reads the list, too; a
 * page without users that is on no list tells that it is doing so.
 */
record NoPage() implements Failure {
    @Override
    public String name() {
        return "no page";
    }

    @Override
    public boolean fits(Machine machine, int kind, long a) {
        KernelMemory kernel = machine.kernel();
        return kind == Op.LOAD
                && a >= KernelLayout.FREE_LIST.address() && a <= KernelLayout.FREE_LIST.element(PageAllocator.BORDER)
                && load(kernel, a, KernelLayout.FREE_LIST) != 0
                && listed(kernel, PageAllocator.LOW) + listed(kernel, PageAllocator.HIGH)
                        + listed(kernel, PageAllocator.BORDER) + used(kernel)
                        == load(kernel, KernelLayout.TOTALRAM_PAGES.address(), KernelLayout.TOTALRAM_PAGES);
    }

    @Override
    public long fail(Machine machine, long a) {
        return 0;
    }

    private static long listed(KernelMemory kernel, int list) {
        long count = 0;
        long page = load(kernel, KernelLayout.FREE_LIST.element(list), KernelLayout.FREE_LIST);
        for (; page != 0 && count <= KernelLayout.PAGES; count++) {
            page = load(kernel, page, KernelLayout.PAGE_LRU_NEXT);
        }
        return count;
    }

    private static long used(KernelMemory kernel) {
        long count = 0;
        for (int index = 0; index < KernelLayout.PAGES; index++) {
            count += load(kernel, Pages.at(index), KernelLayout.PAGE_COUNT) != 0 ? 1 : 0;
        }
        return count;
    }

    private static long load(KernelMemory kernel, long address, Variable variable) {
        return kernel.load(address, variable.widthBytes());
    }

    private static long load(KernelMemory kernel, long structure, Field field) {
        return kernel.load(structure + field.offset(), field.widthBytes());
    }
}
