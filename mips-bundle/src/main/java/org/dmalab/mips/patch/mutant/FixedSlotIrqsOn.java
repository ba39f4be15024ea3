package org.dmalab.mips.patch.mutant;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.service.CacheFlush;
import org.dmalab.api.service.Direction;
import org.dmalab.api.service.Origin;
import org.dmalab.api.service.Patch;
import org.dmalab.mips.kernel.KmType;
import org.dmalab.mips.patch.PerPageIrqOff;
import org.osgi.service.component.annotations.Component;

/** A fixed slot with interrupts on: whoever interrupts repoints the slot under the interrupted operation. */
@Component(service = CacheFlush.class)
@Patch(arch = "mips", id = "fixed-slot-irqs-on",
    origin = Origin.MUTANT, layout = "mips-kmap",
    description = "per-page-irq-off, but interrupts stay on",
    steps = {
        "as per-page-irq-off, but interrupts stay on"},
    defects = {
        "an interrupted operation goes on in the page of the interrupt"})
public final class FixedSlotIrqsOn extends PerPageIrqOff {
    @Override
    public void dma_sync_page(Cpu cpu, long page, long offset, long sizeBytes, Direction direction) {
        long address = kmap_atomic(cpu, page, KmType.KM_SYNC_DCACHE);
        __dma_sync_virtual(cpu, address + offset, sizeBytes, direction);
        kunmap_atomic(cpu, address);
    }
}
