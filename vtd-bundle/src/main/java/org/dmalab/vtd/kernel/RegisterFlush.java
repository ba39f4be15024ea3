package org.dmalab.vtd.kernel;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.cpu.Text;
import org.dmalab.api.kernel.KernelFunction;
import org.dmalab.api.service.CacheFlush;
import org.dmalab.vtd.kernel.KernelLayout.IntelIommu;
import org.dmalab.vtd.spec.Cap;
import org.dmalab.vtd.spec.Ccmd;
import org.dmalab.vtd.spec.Ecap;
import org.dmalab.vtd.spec.Iva;

/** Invalidation by register: {@code __iommu_flush_context} and {@code __iommu_flush_iotlb}. */
public final class RegisterFlush implements CacheFlush {
    private static final long ICC = Ccmd.ICC.mask();
    private static final long IVT = Iva.IVT.mask();
    private static final long WRITE_DRAIN = Iva.DW.mask();
    private static final long FAILED = Text.id("DMAR: Flush IOTLB failed");

    @Override
    @KernelFunction("__iommu_flush_context")
    public void context(Cpu cpu, long iommu, long domainId, long sourceId, long functionMask, Scope scope) {
        long command = switch (scope) {
            case GLOBAL -> Ccmd.CIRG.of(scope.ordinal());
            case DOMAIN -> Ccmd.CIRG.of(scope.ordinal()) | Ccmd.DID.of(domainId & 0xffff);
            case SELECTIVE -> Ccmd.CIRG.of(scope.ordinal()) | Ccmd.DID.of(domainId & 0xffff)
                    | Ccmd.SID.of(sourceId & 0xffff) | Ccmd.FM.of(functionMask & 3);
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
            case GLOBAL -> Iva.IIRG.of(scope.ordinal());
            case DOMAIN, SELECTIVE -> Iva.IIRG.of(scope.ordinal()) | Iva.DID.of(domainId & 0xffff);
            case NONE -> throw new IllegalArgumentException("an IOTLB flush of no scope");
        };
        if (Cap.DWD.isSet(cpu.load(iommu, IntelIommu.CAP))) {
            command |= WRITE_DRAIN;
        }
        int offset = Ecap.iotlbOffset(cpu.load(iommu, IntelIommu.ECAP));
        long lock = iommu + IntelIommu.REGISTER_LOCK.offset();
        long flags = SpinLock.irqSave(cpu, lock);
        if (scope == Scope.SELECTIVE) {
            Hw.write(cpu, iommu, offset, 8, address | addressMask);
        }
        Hw.write(cpu, iommu, offset + 8, 8, command | IVT);
        long done = Hw.await(cpu, iommu, offset + 8, 8, IVT, 0);
        SpinLock.irqRestore(cpu, lock, flags);
        if (!Iva.IAIG.isSet(done)) {
            cpu.printk(FAILED);
        }
    }
}
