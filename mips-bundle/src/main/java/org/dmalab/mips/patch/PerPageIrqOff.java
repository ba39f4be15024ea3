package org.dmalab.mips.patch;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.service.CacheFlush;
import org.dmalab.api.service.Direction;
import org.dmalab.api.service.Origin;
import org.dmalab.api.service.Patch;
import org.dmalab.mips.kernel.Pages;
import org.dmalab.mips.kernel.TypedKmapAtomic;
import org.osgi.service.component.annotations.Component;

/** Series 1/5 of 6 September 2010: interrupts off and a fixed slot for each high page. */
@Component(service = CacheFlush.class)
@Patch(arch = "mips", id = "per-page-irq-off", since = "2010-09-06", date = "2010-09-06",
    origin = Origin.PROPOSED, layout = "mips-kmap",
    description = "Cernekee v1, September 2010: interrupts off and a fixed slot, page by page",
    steps = {
        "low page: operate on the linear address of the rest of the range, in one go",
        "high page: interrupts off, va = kmap_atomic(page, KM_SYNC_DCACHE)",
        "operate on va to the end of the page or range",
        "kunmap_atomic, interrupts on; next page",
        "bus address = physical address; the page of a bus address is found again from it"},
    defects = {
        "dma_sync_single_range_* lose the low bits of a bus address that is not page aligned"})
public class PerPageIrqOff implements TypedKmapAtomic {
    @Override
    public void dma_sync_page(Cpu cpu, long page, long offset, long sizeBytes, Direction direction) {
        long flags = cpu.irqSave();
        TypedKmapAtomic.super.dma_sync_page(cpu, page, offset, sizeBytes, direction);
        cpu.irqRestore(flags);
    }

    @Override
    public void dma_sync_single_range_for_cpu(Cpu cpu, long busAddress, long offset, long sizeBytes,
            Direction direction) {
        if (cpu_needs_post_dma_flush(cpu)) {
            dma_sync_single_range_for_device(cpu, busAddress, offset, sizeBytes, direction);
        }
    }

    /** Takes the page of the bus address and the caller's offset; where in that page the bus address lay is lost. */
    @Override
    public void dma_sync_single_range_for_device(Cpu cpu, long busAddress, long offset, long sizeBytes,
            Direction direction) {
        __dma_sync(cpu, Pages.ofPhysical(busAddress), offset, sizeBytes, direction);
    }
}
