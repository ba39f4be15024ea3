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
 * ARM's scheme without interrupts off around depth and entry. Interrupts that maintain other pages undo their changes
 * before the interrupted code goes on; one that maintains the same page finds its entry set and skips the TLB flush.
 */
@Component(service = {CacheFlush.class, Iommu.class}, property = {
    Constants.SERVICE_DESCRIPTION + "=arm-l1-vipt, but interrupts stay on while the slot changes hands",
    Variant.ARCH + "=mips", Variant.PATCH + "=arm-no-masking", Variant.COMMIT + "=-", Variant.SINCE + "=-",
    Variant.ORIGIN + "=mutant", Variant.LAYOUT + "=mips-kmap",
    Variant.STEPS + "=as arm-l1-vipt, but interrupts stay on while the slot changes hands",
    Variant.STEPS + "=holds in every placement of nested interrupts that maintain other pages",
    Variant.DEFECTS + "=an interrupt on the same page between entry and TLB flush works on the page before"})
public final class ArmNoMasking implements NoncoherentDma, Iommu {
    private static final L1ViptWalk WALK = new L1ViptWalk(true, true, false, true);

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
