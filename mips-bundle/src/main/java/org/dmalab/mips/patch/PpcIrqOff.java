package org.dmalab.mips.patch;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.service.CacheFlush;
import org.dmalab.api.service.Direction;
import org.dmalab.api.service.Origin;
import org.dmalab.api.service.Patch;
import org.dmalab.mips.kernel.KernelLayout;
import org.dmalab.mips.kernel.KmType;
import org.dmalab.mips.kernel.Pages;
import org.dmalab.mips.kernel.TypedKmapAtomic;
import org.osgi.service.component.annotations.Component;

/** PowerPC of 2010: interrupts off for the whole buffer, every page through a fixed slot. */
@Component(service = CacheFlush.class)
@Patch(arch = "mips", id = "ppc-irq-off", commit = "03d70617b8a7", since = "2.6.25", date = "2008-04-16",
    origin = Origin.MAINLINE, layout = "mips-kmap",
    description = "PowerPC's scheme: interrupts off for the whole buffer, a fixed slot per page",
    steps = {
        "interrupts off, once for the whole buffer",
        "page by page, low or high: va = kmap_atomic(page, KM_PPC_SYNC_PAGE)",
        "operate on va; from the device: invalidate only if both ends are line aligned, else flush",
        "kunmap_atomic",
        "interrupts on",
        "dma_unmap_* does nothing; dma_sync_*_for_cpu repeats the operation"})
public final class PpcIrqOff implements TypedKmapAtomic {
    @Override
    public void mips_dma_unmap_sg(Cpu cpu, long page, long offset, long sizeBytes, Direction direction) {
        // nothing, as dma_direct_unmap_sg
    }

    @Override
    public void mips_dma_unmap_page(Cpu cpu, long busAddress, long sizeBytes, Direction direction) {
        // nothing, as dma_direct_unmap_page
    }

    /** dma_sync_*_for_cpu asks no core. */
    @Override
    public boolean cpu_needs_post_dma_flush(Cpu cpu) {
        return true;
    }

    /** {@code __dma_sync_page_highmem}. */
    @Override
    public void __dma_sync(Cpu cpu, long page, long offset, long sizeBytes, Direction direction) {
        long segment = Math.min(KernelLayout.PAGE_SIZE - offset, sizeBytes);
        long segments = 1 + (sizeBytes - segment + KernelLayout.PAGE_SIZE - 1) / KernelLayout.PAGE_SIZE;
        long start = offset;
        long done = 0;
        long flags = cpu.irqSave();
        for (long n = 0; n < segments; n++) {
            long address = kmap_atomic(cpu, Pages.next(page, n), KmType.KM_PPC_SYNC_PAGE);
            __dma_sync_virtual(cpu, address + start, segment, direction);
            kunmap_atomic(cpu, address);
            done += segment;
            segment = Math.min(KernelLayout.PAGE_SIZE, sizeBytes - done);
            start = 0;
        }
        cpu.irqRestore(flags);
    }

    /** A pure invalidation would lose what else is in a line at the edge (commit 03d70617b8a7). */
    @Override
    public void __dma_sync_virtual(Cpu cpu, long address, long sizeBytes, Direction direction) {
        long lineBytes = cpu.load(KernelLayout.DCACHE_LINESZ);
        boolean aligned = ((address | (address + sizeBytes)) & (lineBytes - 1)) == 0;
        if (direction == Direction.FROM_DEVICE && aligned) {
            r4k_dma_cache_inv(cpu, address, sizeBytes);
        } else {
            r4k_dma_cache_wback_inv(cpu, address, sizeBytes);
        }
    }
}
