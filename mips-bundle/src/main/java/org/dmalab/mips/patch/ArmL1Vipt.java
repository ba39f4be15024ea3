package org.dmalab.mips.patch;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.service.CacheFlush;
import org.dmalab.api.service.Direction;
import org.dmalab.api.service.Iommu;
import org.dmalab.api.service.Variant;
import org.dmalab.mips.kernel.NoncoherentDma;
import org.dmalab.mips.kernel.Pages;
import org.osgi.framework.Constants;
import org.osgi.service.component.annotations.Component;

/** ARM of 2010: kmap_high_get, and for pages without a kmap a slot that contexts share by saving and restoring it. */
@Component(service = {CacheFlush.class, Iommu.class}, property = {
    Constants.SERVICE_DESCRIPTION + "=ARM's scheme: pin the kmap, else a shared slot that is saved and restored",
    Variant.ARCH + "=mips", Variant.PATCH + "=arm-l1-vipt", Variant.COMMIT + "=7e5a69e83b",
    Variant.SINCE + "=March 2010", Variant.ORIGIN + "=mainline", Variant.LAYOUT + "=mips-kmap",
    Variant.STEPS + "=high page: va = kmap_high_get(page); if there is one, operate on it, then kunmap_high(page)",
    Variant.STEPS + "=else preempt_disable outside interrupts, interrupts off, depth++",
    Variant.STEPS + "=saved = entry of slot KM_L1_CACHE; if it is another page: set it, flush the TLB; interrupts on",
    Variant.STEPS + "=operate on the slot with interrupts on",
    Variant.STEPS + "=BUG unless the slot holds the page and depth > 0; interrupts off, depth--",
    Variant.STEPS + "=if depth is not 0 and saved is another page: set it back, flush the TLB; interrupts on",
    Variant.DEFECTS + "=kmap_high flushes TLBs by interrupt while kmap_lock masks interrupts: warning or deadlock"})
public final class ArmL1Vipt implements NoncoherentDma, Iommu {
    private static final L1ViptWalk WALK = new L1ViptWalk(true, true, true, true);

    @Override
    public boolean needsKmapHighGet() {
        return true;
    }

    @Override
    public boolean syncsAtUnmapPage(boolean speculating) {
        return true;
    }

    @Override
    public boolean syncsForCpu(boolean speculating) {
        return true;
    }

    @Override
    public void forDevice(Cpu cpu, long page, long offsetBytes, long sizeBytes, Direction direction) {
        WALK.maintain(cpu, page, offsetBytes, sizeBytes, direction);
    }

    /** {@code dmac_unmap_area}: nothing after a transfer to the device, else an invalidation. */
    @Override
    public void forCpu(Cpu cpu, long page, long offsetBytes, long sizeBytes, Direction direction) {
        if (direction != Direction.TO_DEVICE) {
            WALK.maintain(cpu, page, offsetBytes, sizeBytes, Direction.FROM_DEVICE);
        }
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
