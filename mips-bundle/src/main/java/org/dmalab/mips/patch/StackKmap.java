package org.dmalab.mips.patch;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.service.CacheFlush;
import org.dmalab.api.service.Direction;
import org.dmalab.api.service.Iommu;
import org.dmalab.api.service.Variant;
import org.dmalab.mips.kernel.CacheMaintenance;
import org.dmalab.mips.kernel.KmapAtomic;
import org.dmalab.mips.kernel.Layout;
import org.dmalab.mips.kernel.NoncoherentDma;
import org.dmalab.mips.kernel.Pages;
import org.osgi.framework.Constants;
import org.osgi.service.component.annotations.Component;

/** As merged: every context takes the next slot of its processor's stack; interrupts stay on. */
@Component(service = {CacheFlush.class, Iommu.class}, property = {
    Constants.SERVICE_DESCRIPTION + "=As merged (v4): kmap_atomic from a stack of slots, interrupts stay on",
    Variant.ARCH + "=mips", Variant.PATCH + "=stack-kmap", Variant.COMMIT + "=e36863a550da",
    Variant.SINCE + "=proposed 2010-10-13, merged 2011", Variant.ORIGIN + "=mainline",
    Variant.LAYOUT + "=mips-kmap",
    Variant.STEPS + "=low page: operate on the linear address of the rest of the range, in one go",
    Variant.STEPS + "=high page: va = kmap_atomic(page), the next slot of this processor's stack",
    Variant.STEPS + "=operate on va to the end of the page or range, interrupts on",
    Variant.STEPS + "=kunmap_atomic; next page"})
public final class StackKmap implements NoncoherentDma, Iommu {
    @Override
    public boolean stackKmapAtomic() {
        return true;
    }

    @Override
    public void forDevice(Cpu cpu, long page, long offsetBytes, long sizeBytes, Direction direction) {
        long current = page;
        long offset = offsetBytes;
        for (long left = sizeBytes; left > 0;) {
            if (!Pages.highmem(cpu, current)) {
                CacheMaintenance.sync(cpu, Pages.linear(current) + offset, left, direction);
                return;
            }
            long length = Math.min(left, Layout.PAGE_SIZE - offset);
            long address = KmapAtomic.push(cpu, current);
            CacheMaintenance.sync(cpu, address + offset, length, direction);
            KmapAtomic.pop(cpu, address);
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
