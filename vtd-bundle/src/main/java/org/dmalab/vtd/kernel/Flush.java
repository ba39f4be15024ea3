package org.dmalab.vtd.kernel;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.kernel.KernelFunction;
import org.dmalab.api.service.Binding;
import org.dmalab.api.service.CacheFlush.Scope;
import org.dmalab.vtd.kernel.KernelLayout.DmarDomain;
import org.dmalab.vtd.kernel.KernelLayout.IntelIommu;
import org.dmalab.vtd.spec.Cap;
import org.dmalab.vtd.spec.Iva;

/** The kernel's calls through {@code iommu->flush}. */
public final class Flush {
    private static final long INVALIDATION_HINT = Iva.IH.mask();

    private Flush() { }

    /** {@code iommu->flush.flush_context} without a function mask. */
    public static void context(Cpu cpu, long iommu, long domainId, long sourceId, Scope scope) {
        Binding variant = cpu.services().enter();
        try {
            variant.cacheFlush().context(cpu, iommu, domainId, sourceId, 0, scope);
        } finally {
            cpu.services().leave();
        }
    }

    /** {@code iommu->flush.flush_iotlb}. */
    public static void iotlb(Cpu cpu, long iommu, long domainId, long address, long addressMask, Scope scope) {
        Binding variant = cpu.services().enter();
        try {
            variant.cacheFlush().iotlb(cpu, iommu, domainId, address, addressMask, scope);
        } finally {
            cpu.services().leave();
        }
    }

    /** {@code iommu_flush_iotlb_psi} of what was mapped: the IOTLB, then the devices' own TLBs. */
    @KernelFunction("iommu_flush_iotlb_psi")
    public static void pages(Cpu cpu, long domain, long firstPfn, long count, boolean leafOnly) {
        iotlbPages(cpu, cpu.load(domain, DmarDomain.IOMMU), domain, firstPfn, count, leafOnly);
        Ats.flush(cpu, domain, firstPfn << 12, mask(firstPfn, count));
    }

    /**
     * The IOTLB's part of it: pages if the unit can, else the domain. The hint keeps table pointers. The unit ignores
     * as many low bits of the address as the mask says, so a range that is not aligned to its size takes a larger mask
     * (5.18).
     */
    @KernelFunction("iommu_flush_iotlb_psi")
    public static void iotlbPages(Cpu cpu, long iommu, long domain, long firstPfn, long count, boolean leafOnly) {
        long did = ContextMapping.domainId(cpu, domain, iommu);
        long cap = cpu.load(iommu, IntelIommu.CAP);
        long mask = mask(firstPfn, count);
        boolean selective = Cap.PSI.isSet(cap) && mask <= Cap.MAMV.get(cap);
        if (selective) {
            iotlb(cpu, iommu, did, firstPfn << 12 | (leafOnly ? INVALIDATION_HINT : 0), mask, Scope.SELECTIVE);
        } else {
            iotlb(cpu, iommu, did, 0, 0, Scope.DOMAIN);
        }
    }

    /** The address mask of a range of pages that need not be aligned to its size. */
    static long mask(long firstPfn, long count) {
        return Math.max(Mappings.log2RoundedUp(count),
                64 - Long.numberOfLeadingZeros(firstPfn ^ firstPfn + count - 1));
    }
}
