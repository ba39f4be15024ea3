package org.dmalab.vtd.kernel;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.cpu.Text;
import org.dmalab.api.kernel.KernelFunction;
import org.dmalab.api.service.CacheFlush;
import org.dmalab.vtd.kernel.KernelLayout.IntelIommu;

/** Invalidation by register: {@code __iommu_flush_context} and {@code __iommu_flush_iotlb}. */
public final class RegisterFlush implements CacheFlush {
    private static final long ICC = 1L << 63;
    private static final long IVT = 1L << 63;
    private static final long WRITE_DRAIN = 1L << 48;
    private static final long FAILED = Text.id("DMAR: Flush IOTLB failed");

    @Override
    @KernelFunction("__iommu_flush_context")
    public void context(Cpu cpu, long iommu, long domainId, long sourceId, long functionMask, Scope scope) {
        long command = switch (scope) {
            case GLOBAL -> 1L << 61;
            case DOMAIN -> 2L << 61 | (domainId & 0xffff);
            case SELECTIVE -> 3L << 61 | (domainId & 0xffff) | (sourceId & 0xffff) << 16 | (functionMask & 3) << 32;
            case NONE -> throw new IllegalArgumentException("a context cache flush of no scope");
        };
        long lock = iommu + IntelIommu.REGISTER_LOCK.offset();
        long flags = SpinLock.irqSave(cpu, lock);
        Hw.write(cpu, iommu, Hw.CCMD, 8, command | ICC);
        Hw.await(cpu, iommu, Hw.CCMD, 8, ICC, 0);
        SpinLock.irqRestore(cpu, lock, flags);
    }

    @Override
    @KernelFunction("__iommu_flush_iotlb")
    public void iotlb(Cpu cpu, long iommu, long domainId, long address, long addressMask, Scope scope) {
        long command = switch (scope) {
            case GLOBAL -> 1L << 60;
            case DOMAIN -> 2L << 60 | (domainId & 0xffff) << 32;
            case SELECTIVE -> 3L << 60 | (domainId & 0xffff) << 32;
            case NONE -> throw new IllegalArgumentException("an IOTLB flush of no scope");
        };
        if ((cpu.load(iommu, IntelIommu.CAP) >>> 54 & 1) != 0) {
            command |= WRITE_DRAIN;
        }
        int offset = (int) (cpu.load(iommu, IntelIommu.ECAP) >>> 8 & 0x3ff) << 4;
        long lock = iommu + IntelIommu.REGISTER_LOCK.offset();
        long flags = SpinLock.irqSave(cpu, lock);
        if (scope == Scope.SELECTIVE) {
            Hw.write(cpu, iommu, offset, 8, address | addressMask);
        }
        Hw.write(cpu, iommu, offset + 8, 8, command | IVT);
        long done = Hw.await(cpu, iommu, offset + 8, 8, IVT, 0);
        SpinLock.irqRestore(cpu, lock, flags);
        if ((done >>> 57 & 3) == 0) {
            cpu.printk(FAILED);
        }
    }
}
