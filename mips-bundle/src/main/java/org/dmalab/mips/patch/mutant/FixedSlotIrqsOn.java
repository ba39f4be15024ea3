package org.dmalab.mips.patch.mutant;

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

/** A fixed slot with interrupts on: whoever interrupts repoints the slot under the interrupted operation. */
@Component(service = {CacheFlush.class, Iommu.class}, property = {
    Constants.SERVICE_DESCRIPTION + "=per-page-irq-off, but interrupts stay on",
    Variant.ARCH + "=mips", Variant.PATCH + "=fixed-slot-irqs-on", Variant.COMMIT + "=-", Variant.SINCE + "=-",
    Variant.ORIGIN + "=mutant", Variant.LAYOUT + "=mips-kmap",
    Variant.STEPS + "=as per-page-irq-off, but interrupts stay on",
    Variant.DEFECTS + "=an interrupted operation goes on in the page of the interrupt"})
public final class FixedSlotIrqsOn implements NoncoherentDma, Iommu {
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
            long address = KmapAtomic.map(cpu, current, KmType.KM_SYNC_DCACHE);
            CacheMaintenance.sync(cpu, address + offset, length, direction);
            KmapAtomic.unmap(cpu);
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
