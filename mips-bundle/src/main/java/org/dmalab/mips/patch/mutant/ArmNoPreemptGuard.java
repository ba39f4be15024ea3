package org.dmalab.mips.patch.mutant;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.service.CacheFlush;
import org.dmalab.api.service.Direction;
import org.dmalab.api.service.Iommu;
import org.dmalab.api.service.Variant;
import org.dmalab.mips.kernel.NoncoherentDma;
import org.dmalab.mips.kernel.Pages;
import org.dmalab.mips.patch.L1ViptWalk;
import org.osgi.framework.Constants;
import org.osgi.service.component.annotations.Component;

/**
 * ARM's scheme without preempt_disable around the slot. It needs two tasks that preempt each other: nested interrupts
 * don't show it.
 */
@Component(service = {CacheFlush.class, Iommu.class}, property = {
    Constants.SERVICE_DESCRIPTION + "=arm-l1-vipt, but process context can be preempted in the slot",
    Variant.ARCH + "=mips", Variant.PATCH + "=arm-no-preempt-guard", Variant.COMMIT + "=-", Variant.SINCE + "=-",
    Variant.ORIGIN + "=mutant", Variant.LAYOUT + "=mips-kmap",
    Variant.STEPS + "=as arm-l1-vipt, but process context can be preempted in the slot",
    Variant.DEFECTS + "=two tasks that preempt each other leave the slot in another order than they took it"})
public final class ArmNoPreemptGuard implements NoncoherentDma, Iommu {
    private static final L1ViptWalk WALK = new L1ViptWalk(true, true, true, false);

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
