package org.dmalab.mips.patch;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.service.CacheFlush;
import org.dmalab.api.service.Direction;
import org.dmalab.api.service.Iommu;
import org.dmalab.api.service.Variant;
import org.dmalab.mips.kernel.CacheMaintenance;
import org.dmalab.mips.kernel.KmType;
import org.dmalab.mips.kernel.KmapAtomic;
import org.dmalab.mips.kernel.Layout;
import org.dmalab.mips.kernel.NoncoherentDma;
import org.dmalab.mips.kernel.Pages;
import org.osgi.framework.Constants;
import org.osgi.service.component.annotations.Component;

/** The seed, series 1/5 of 6 September 2010: interrupts off and a fixed slot for each high page. */
@Component(service = {CacheFlush.class, Iommu.class}, property = {
    Constants.SERVICE_DESCRIPTION + "=Cernekee v1, September 2010: interrupts off and a fixed slot, page by page",
    Variant.ARCH + "=mips", Variant.PATCH + "=per-page-irq-off", Variant.COMMIT + "=-",
    Variant.SINCE + "=2010-09-06", Variant.ORIGIN + "=proposed", Variant.LAYOUT + "=mips-kmap",
    Variant.STEPS + "=low page: operate on the linear address of the rest of the range, in one go",
    Variant.STEPS + "=high page: interrupts off, va = kmap_atomic(page, KM_SYNC_DCACHE)",
    Variant.STEPS + "=operate on va to the end of the page or range",
    Variant.STEPS + "=kunmap_atomic, interrupts on; next page",
    Variant.STEPS + "=bus address = physical address; the page of a bus address is found again from it",
    Variant.DEFECTS + "=dma_sync_single_range_* lose the low bits of a bus address that is not page aligned"})
public final class PerPageIrqOff implements NoncoherentDma, Iommu {
    @Override
    public void forDevice(Cpu cpu, long page, long offsetBytes, long sizeBytes, Direction direction) {
        long current = Pages.next(page, offsetBytes >>> Layout.PAGE_SHIFT);
        long offset = offsetBytes & Layout.PAGE_SIZE - 1;
        for (long left = sizeBytes; left > 0;) {
            if (!Pages.highmem(cpu, current)) {
                CacheMaintenance.sync(cpu, Pages.linear(current) + offset, left, direction);
                return;
            }
            long length = Math.min(left, Layout.PAGE_SIZE - offset);
            long flags = cpu.irqSave();
            long address = KmapAtomic.map(cpu, current, KmType.KM_SYNC_DCACHE);
            CacheMaintenance.sync(cpu, address + offset, length, direction);
            KmapAtomic.unmap(cpu);
            cpu.irqRestore(flags);
            left -= length;
            offset = 0;
            current = Pages.next(current, 1);
        }
    }

    @Override
    public void forCpu(Cpu cpu, long page, long offsetBytes, long sizeBytes, Direction direction) {
        forDevice(cpu, page, offsetBytes, sizeBytes, direction);
    }

    /** Takes the page of the bus address and the caller's offset; where in that page the bus address lay is lost. */
    @Override
    public void syncHandle(Cpu cpu, long busAddress, long offsetBytes, long sizeBytes, Direction direction,
            boolean toCpu) {
        forDevice(cpu, Pages.ofPfn(busAddress >>> Layout.PAGE_SHIFT), offsetBytes, sizeBytes, direction);
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
