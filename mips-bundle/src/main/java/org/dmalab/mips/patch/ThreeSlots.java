package org.dmalab.mips.patch;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.service.CacheFlush;
import org.dmalab.api.service.Direction;
import org.dmalab.api.service.Origin;
import org.dmalab.api.service.Patch;
import org.dmalab.mips.kernel.KmType;
import org.dmalab.mips.kernel.TypedKmapAtomic;
import org.osgi.service.component.annotations.Component;

/**
 * What Ralf Baechle proposed instead of masking interrupts: a slot for each of process, softirq and interrupt context.
 * Nobody wrote it; the rest is as merged.
 */
@Component(service = CacheFlush.class)
@Patch(arch = "mips", id = "three-slots", since = "2010-10-13", date = "2010-10-13",
    origin = Origin.PROPOSED, layout = "mips-kmap",
    description = "Baechle, October 2010: a fixed slot for each level, interrupts stay on",
    steps = {
        "low page: operate on the linear address of the rest of the range, in one go",
        "high page: slot KM_SYNC_IRQ if in_irq, else KM_SYNC_SOFTIRQ if in_softirq, else KM_SYNC_USER",
        "va = kmap_atomic(page, slot); operate on va to the end of the page or range, interrupts on",
        "kunmap_atomic; next page"},
    defects = {
        "handlers that run with interrupts on (before 2.6.35) and interrupt each other share a slot"})
public final class ThreeSlots implements TypedKmapAtomic {
    @Override
    public void dma_sync_page(Cpu cpu, long page, long offset, long sizeBytes, Direction direction) {
        long address = kmap_atomic(cpu, page, slot(cpu));
        __dma_sync_virtual(cpu, address + offset, sizeBytes, direction);
        kunmap_atomic(cpu, address);
    }

    private static KmType slot(Cpu cpu) {
        return switch (cpu.level()) {
            case HARDIRQ -> KmType.KM_SYNC_IRQ;
            case SOFTIRQ -> KmType.KM_SYNC_SOFTIRQ;
            case USER -> KmType.KM_SYNC_USER;
        };
    }
}
