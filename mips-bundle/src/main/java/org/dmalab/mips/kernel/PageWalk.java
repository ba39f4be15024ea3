package org.dmalab.mips.kernel;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.service.Direction;

/** The walk of {@code __dma_sync} over a physically contiguous range, as merged in 2011. */
final class PageWalk {
    private PageWalk() { }

    /** A page of low memory ends the walk: the rest of the range is taken to be low, too. */
    static void sync(MipsKernel kernel, Cpu cpu, long page, long offset, long sizeBytes, Direction direction) {
        long current = Pages.next(page, offset >>> KernelLayout.PAGE_SHIFT);
        long start = offset & (KernelLayout.PAGE_SIZE - 1);
        for (long left = sizeBytes; left > 0;) {
            if (!Pages.highmem(cpu, current)) {
                kernel.__dma_sync_virtual(cpu, Pages.linear(current) + start, left, direction);
                return;
            }
            long length = Math.min(left, KernelLayout.PAGE_SIZE - start);
            kernel.dma_sync_page(cpu, current, start, length, direction);
            left -= length;
            start = 0;
            current = Pages.next(current, 1);
        }
    }
}
