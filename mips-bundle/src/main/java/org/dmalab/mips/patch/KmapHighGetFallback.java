package org.dmalab.mips.patch;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.service.CacheFlush;
import org.dmalab.api.service.Direction;
import org.dmalab.api.service.Iommu;
import org.dmalab.api.service.Variant;
import org.dmalab.mips.kernel.CacheMaintenance;
import org.dmalab.mips.kernel.KmType;
import org.dmalab.mips.kernel.Kmap;
import org.dmalab.mips.kernel.KmapAtomic;
import org.dmalab.mips.kernel.Layout;
import org.dmalab.mips.kernel.NoncoherentDma;
import org.dmalab.mips.kernel.Pages;
import org.osgi.framework.Constants;
import org.osgi.service.component.annotations.Component;

/** Dezhong Diao's second try: a high page without a kmap is flushed through a fixed slot, with interrupts on. */
@Component(service = {CacheFlush.class, Iommu.class}, property = {
    Constants.SERVICE_DESCRIPTION + "=Diao, July 2010: pins the kmap of a high page, else flushes it in a fixed slot",
    Variant.ARCH + "=mips", Variant.PATCH + "=kmap-high-get-fallback", Variant.COMMIT + "=-",
    Variant.SINCE + "=2010-07-02", Variant.ORIGIN + "=proposed", Variant.LAYOUT + "=mips-kmap",
    Variant.STEPS + "=low page: operate on the linear address",
    Variant.STEPS + "=high page, page by page: va = kmap_high_get(page), which masks interrupts and takes kmap_lock",
    Variant.STEPS + "=if there is a va: operate on it, then kunmap_high(page)",
    Variant.STEPS + "=else va = kmap_atomic(page, KM_MIPS_SYNC_PAGE), interrupts on",
    Variant.STEPS + "=flush_data_cache_page(va + offset), kunmap_atomic",
    Variant.STEPS + "=bus address = physical address",
    Variant.DEFECTS + "=an interrupt that maintains a page repoints the slot; the interrupted loop ends on its page",
    Variant.DEFECTS + "=without kmap only primary lines are flushed: data in a secondary cache stays there",
    Variant.DEFECTS + "=without kmap direction and size are ignored, and an offset runs past the slot",
    Variant.DEFECTS + "=kmap_high flushes TLBs by interrupt while kmap_lock masks interrupts: warning or deadlock"})
public final class KmapHighGetFallback implements NoncoherentDma, Iommu {
    @Override
    public boolean needsKmapHighGet() {
        return true;
    }

    @Override
    public void forDevice(Cpu cpu, long page, long offsetBytes, long sizeBytes, Direction direction) {
        long current = page;
        long offset = offsetBytes;
        for (long left = sizeBytes; left > 0;) {
            long length = left;
            if (Pages.highmem(cpu, current)) {
                length = Math.min(left, Layout.PAGE_SIZE - offset);
                long address = Kmap.kmapHighGet(cpu, current);
                if (address != 0) {
                    CacheMaintenance.sync(cpu, address + offset, length, direction);
                    Kmap.kunmapHigh(cpu, current, true);
                } else {
                    CacheMaintenance.flushDataCachePage(cpu,
                            KmapAtomic.map(cpu, current, KmType.KM_MIPS_SYNC_PAGE) + offset);
                    KmapAtomic.unmap(cpu);
                }
            } else {
                CacheMaintenance.sync(cpu, Pages.linear(current) + offset, length, direction);
            }
            left -= length;
            offset = 0;
            current = Pages.next(current, 1);
        }
    }

    @Override
    public void forCpu(Cpu cpu, long page, long offsetBytes, long sizeBytes, Direction direction) {
        forDevice(cpu, page, offsetBytes, sizeBytes, direction);
    }

    @Override
    public long map(Cpu cpu, long domain, long busAddress, long physicalAddress, long sizeBytes,
            Direction direction) {
        return Pages.physical(domain) + busAddress;
    }

    @Override
    public long unmap(Cpu cpu, long domain, long busAddress, long sizeBytes, Direction direction) {
        return 0;
    }
}
