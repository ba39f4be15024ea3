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

/**
 * What Ralf Baechle proposed instead of masking interrupts: a slot for each of process, softirq and interrupt context.
 * Nobody wrote it; the rest is as merged.
 */
@Component(service = {CacheFlush.class, Iommu.class}, property = {
    Constants.SERVICE_DESCRIPTION + "=Baechle, October 2010: a fixed slot for each level, interrupts stay on",
    Variant.ARCH + "=mips", Variant.PATCH + "=three-slots", Variant.COMMIT + "=-",
    Variant.SINCE + "=2010-10-13", Variant.ORIGIN + "=proposed", Variant.LAYOUT + "=mips-kmap",
    Variant.STEPS + "=low page: operate on the linear address of the rest of the range, in one go",
    Variant.STEPS + "=high page: slot KM_SYNC_IRQ if in_irq, else KM_SYNC_SOFTIRQ if in_softirq, else KM_SYNC_USER",
    Variant.STEPS + "=va = kmap_atomic(page, slot); operate on va to the end of the page or range, interrupts on",
    Variant.STEPS + "=kunmap_atomic; next page",
    Variant.DEFECTS + "=handlers that run with interrupts on (before 2.6.35) and interrupt each other share a slot"})
public final class ThreeSlots implements NoncoherentDma, Iommu {
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
            long address = KmapAtomic.map(cpu, current, slot(cpu));
            CacheMaintenance.sync(cpu, address + offset, length, direction);
            KmapAtomic.unmap(cpu);
            left -= length;
            offset = 0;
            current = Pages.next(current, 1);
        }
    }

    private static KmType slot(Cpu cpu) {
        return switch (cpu.level()) {
            case HARDIRQ -> KmType.KM_SYNC_IRQ;
            case SOFTIRQ -> KmType.KM_SYNC_SOFTIRQ;
            case USER -> KmType.KM_SYNC_USER;
        };
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
