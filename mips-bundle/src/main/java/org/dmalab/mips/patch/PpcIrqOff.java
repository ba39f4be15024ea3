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

/** PowerPC of 2010: interrupts off for the whole buffer, every page through a fixed slot. */
@Component(service = {CacheFlush.class, Iommu.class}, property = {
    Constants.SERVICE_DESCRIPTION + "=PowerPC's scheme: interrupts off for the whole buffer, a fixed slot per page",
    Variant.ARCH + "=mips", Variant.PATCH + "=ppc-irq-off", Variant.COMMIT + "=03d70617b8a7",
    Variant.SINCE + "=2.6.25", Variant.ORIGIN + "=mainline", Variant.LAYOUT + "=mips-kmap",
    Variant.STEPS + "=interrupts off, once for the whole buffer",
    Variant.STEPS + "=page by page, low or high: va = kmap_atomic(page, KM_PPC_SYNC_PAGE)",
    Variant.STEPS + "=operate on va; from the device: invalidate only if both ends are line aligned, else flush",
    Variant.STEPS + "=kunmap_atomic",
    Variant.STEPS + "=interrupts on",
    Variant.STEPS + "=dma_unmap_* does nothing; dma_sync_*_for_cpu repeats the operation"})
public final class PpcIrqOff implements NoncoherentDma, Iommu {
    @Override
    public boolean syncsAtUnmapSg() {
        return false;
    }

    @Override
    public boolean syncsAtUnmapPage(boolean speculating) {
        return false;
    }

    @Override
    public boolean syncsForCpu(boolean speculating) {
        return true;
    }

    @Override
    public void forDevice(Cpu cpu, long page, long offsetBytes, long sizeBytes, Direction direction) {
        long segment = Math.min(Layout.PAGE_SIZE - offsetBytes, sizeBytes);
        long segments = 1 + (sizeBytes - segment + Layout.PAGE_SIZE - 1) / Layout.PAGE_SIZE;
        long offset = offsetBytes;
        long done = 0;
        long flags = cpu.irqSave();
        for (long n = 0; n < segments; n++) {
            long address = KmapAtomic.map(cpu, Pages.next(page, n), KmType.KM_PPC_SYNC_PAGE);
            operate(cpu, address + offset, segment, direction);
            KmapAtomic.unmap(cpu);
            done += segment;
            segment = Math.min(Layout.PAGE_SIZE, sizeBytes - done);
            offset = 0;
        }
        cpu.irqRestore(flags);
    }

    /** A pure invalidation would lose what else is in a line at the edge (commit 03d70617b8a7). */
    private static void operate(Cpu cpu, long address, long sizeBytes, Direction direction) {
        long lineBytes = cpu.load(Layout.DCACHE_LINESZ);
        boolean aligned = ((address | address + sizeBytes) & lineBytes - 1) == 0;
        if (direction == Direction.FROM_DEVICE && aligned) {
            CacheMaintenance.invalidate(cpu, address, sizeBytes);
        } else {
            CacheMaintenance.writeBackInvalidate(cpu, address, sizeBytes);
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
