package org.dmalab.mips.patch;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.service.CacheFlush;
import org.dmalab.api.service.Direction;
import org.dmalab.api.service.Origin;
import org.dmalab.api.service.Patch;
import org.dmalab.mips.kernel.TypedKmapAtomic;
import org.osgi.service.component.annotations.Component;

/** Dezhong Diao's first patch: a high page is maintained through the mapping it has, if it has one. */
@Component(service = CacheFlush.class)
@Patch(arch = "mips", id = "kmap-high-get", since = "May 2010", date = "2010-05-03",
    origin = Origin.PROPOSED, layout = "mips-kmap",
    description = "Diao, May 2010: pins the kmap of a high page; without one does nothing",
    steps = {
        "low page: operate on the linear address",
        "high page, page by page: va = kmap_high_get(page), which masks interrupts and takes kmap_lock",
        "if there is a va: operate on it, then kunmap_high(page)",
        "bus address = physical address"},
    defects = {
        "a high page without kmap is not maintained",
        "kmap_high flushes TLBs by interrupt while kmap_lock masks interrupts: warning or deadlock"})
public class KmapHighGet implements TypedKmapAtomic {
    @Override
    public boolean ARCH_NEEDS_KMAP_HIGH_GET() {
        return true;
    }

    @Override
    public void dma_sync_page(Cpu cpu, long page, long offset, long sizeBytes, Direction direction) {
        long address = kmap_high_get(cpu, page);
        if (address != 0) {
            __dma_sync_virtual(cpu, address + offset, sizeBytes, direction);
            kunmap_high(cpu, page);
        }
    }
}
