package org.dmalab.mips.patch;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.service.CacheFlush;
import org.dmalab.api.service.Direction;
import org.dmalab.api.service.Iommu;
import org.dmalab.api.service.Variant;
import org.dmalab.mips.kernel.CacheMaintenance;
import org.dmalab.mips.kernel.Kmap;
import org.dmalab.mips.kernel.Layout;
import org.dmalab.mips.kernel.NoncoherentDma;
import org.dmalab.mips.kernel.Pages;
import org.osgi.framework.Constants;
import org.osgi.service.component.annotations.Component;

/** Dezhong Diao's first patch: a high page is maintained through the mapping it has, if it has one. */
@Component(service = {CacheFlush.class, Iommu.class}, property = {
    Constants.SERVICE_DESCRIPTION + "=Diao, May 2010: pins the kmap of a high page; without one does nothing",
    Variant.ARCH + "=mips", Variant.PATCH + "=kmap-high-get", Variant.COMMIT + "=-", Variant.SINCE + "=May 2010",
    Variant.ORIGIN + "=proposed", Variant.LAYOUT + "=mips-kmap",
    Variant.STEPS + "=low page: operate on the linear address",
    Variant.STEPS + "=high page, page by page: va = kmap_high_get(page), which masks interrupts and takes kmap_lock",
    Variant.STEPS + "=if there is a va: operate on it, then kunmap_high(page)",
    Variant.STEPS + "=bus address = physical address",
    Variant.DEFECTS + "=a high page without kmap is not maintained",
    Variant.DEFECTS + "=kmap_high flushes TLBs by interrupt while kmap_lock masks interrupts: warning or deadlock"})
public final class KmapHighGet implements NoncoherentDma, Iommu {
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
