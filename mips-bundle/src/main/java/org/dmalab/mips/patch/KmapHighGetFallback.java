package org.dmalab.mips.patch;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.service.CacheFlush;
import org.dmalab.api.service.Direction;
import org.dmalab.api.service.Origin;
import org.dmalab.api.service.Patch;
import org.dmalab.mips.kernel.CacheMaintenance;
import org.dmalab.mips.kernel.KmType;
import org.osgi.service.component.annotations.Component;

/** Dezhong Diao's second try: a high page without a kmap is flushed through a fixed slot, with interrupts on. */
@Component(service = CacheFlush.class)
@Patch(arch = "mips", id = "kmap-high-get-fallback", since = "2010-07-02", date = "2010-07-02",
    origin = Origin.PROPOSED, layout = "mips-kmap",
    description = "Diao, July 2010: pins the kmap of a high page, else flushes it in a fixed slot",
    steps = {
        "low page: operate on the linear address",
        "high page, page by page: va = kmap_high_get(page), which masks interrupts and takes kmap_lock",
        "if there is a va: operate on it, then kunmap_high(page)",
        "else va = kmap_atomic(page, KM_MIPS_SYNC_PAGE), interrupts on",
        "flush_data_cache_page(va + offset), kunmap_atomic",
        "bus address = physical address"},
    defects = {
        "an interrupt that maintains a page repoints the slot; the interrupted loop ends on its page",
        "without kmap only primary lines are flushed: data in a secondary cache stays there",
        "without kmap direction and size are ignored, and an offset runs past the slot",
        "kmap_high flushes TLBs by interrupt while kmap_lock masks interrupts: warning or deadlock"})
public final class KmapHighGetFallback extends KmapHighGet {
    @Override
    public void dma_sync_page(Cpu cpu, long page, long offset, long sizeBytes, Direction direction) {
        long address = kmap_high_get(cpu, page);
        if (address != 0) {
            __dma_sync_virtual(cpu, address + offset, sizeBytes, direction);
            kunmap_high(cpu, page);
        } else {
            long slot = kmap_atomic(cpu, page, KmType.KM_MIPS_SYNC_PAGE);
            CacheMaintenance.flushDataCachePage(cpu, slot + offset);
            kunmap_atomic(cpu, slot);
        }
    }
}
