package org.dmalab.vtd.kernel;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.cpu.Text;
import org.dmalab.api.kernel.KernelFunction;
import org.dmalab.api.service.Errno;
import org.dmalab.vtd.kernel.KernelLayout.DmarDomain;
import org.dmalab.vtd.kernel.KernelLayout.IntelIommu;
import org.dmalab.vtd.spec.Cap;
import org.dmalab.vtd.spec.Ecap;

/**
 * {@code si_domain}: all memory at its own address, for all devices ({@code iommu=pt}). Where every unit passes
 * requests through, it has no tables.
 */
public final class IdentityDomain {
    static final long FAILED = Text.id("DMAR: Failed to build identity map for [0x%llx-0x%llx]");
    private static final long LOW_MEMORY_END = 0xc0000000L;
    private static final long HIGH_MEMORY = 1L << 32;

    private IdentityDomain() { }

    /** {@code si_domain_init}. */
    @KernelFunction("si_domain_init")
    static long init(Cpu cpu) {
        if (cpu.load(KernelLayout.IDENTITY) == 0) {
            return 0;
        }
        boolean passThrough = true;
        long coherent = 1;
        long width = 0;
        long least = cpu.load(KernelLayout.IOMMUS); // the unit with the fewest sizes of superpages
        for (long iommu = least; iommu != 0; iommu = cpu.load(iommu, IntelIommu.NEXT)) {
            long ecap = cpu.load(iommu, IntelIommu.ECAP);
            passThrough &= Ecap.PT.isSet(ecap);
            coherent &= Ecap.C.get(ecap);
            width = Math.max(width, cpu.load(iommu, IntelIommu.AGAW));
            boolean less = Cap.SLLPS.get(cpu.load(iommu, IntelIommu.CAP))
                    < Cap.SLLPS.get(cpu.load(least, IntelIommu.CAP));
            least = less ? iommu : least;
        }
        long domain = Domains.alloc(cpu, least);
        if (domain == 0) {
            return Errno.ENOMEM;
        }
        cpu.store(domain, DmarDomain.COHERENT, coherent);
        cpu.store(domain, DmarDomain.AGAW, width);
        cpu.store(KernelLayout.SI_DOMAIN, domain);
        cpu.store(KernelLayout.PASS_THROUGH, passThrough ? 1 : 0);
        if (passThrough) {
            return 0;
        }
        long bytes = cpu.load(KernelLayout.RAM_BYTES);
        long result = map(cpu, 0, Math.min(bytes, LOW_MEMORY_END) >>> 12);
        return result < 0 || bytes <= LOW_MEMORY_END ? result
                : map(cpu, HIGH_MEMORY >>> 12, (bytes - LOW_MEMORY_END) >>> 12);
    }

    /** Tells whether the domain is there and has tables, which must follow the memory. */
    static boolean hasTables(Cpu cpu) {
        return cpu.load(KernelLayout.SI_DOMAIN) != 0 && cpu.load(KernelLayout.PASS_THROUGH) == 0;
    }

    /** Tells whether requests of a domain's devices are passed through untranslated. */
    static boolean passesThrough(Cpu cpu, long domain) {
        return cpu.load(KernelLayout.SI_DOMAIN) == domain && cpu.load(KernelLayout.PASS_THROUGH) != 0;
    }

    /** {@code iommu_domain_identity_map}: 0 or a negative error number. */
    @KernelFunction("iommu_domain_identity_map")
    public static long map(Cpu cpu, long firstPfn, long count) {
        long domain = cpu.load(KernelLayout.SI_DOMAIN);
        if (!Iovas.reserve(cpu, domain, firstPfn, firstPfn + count - 1)) {
            return Errno.ENOMEM;
        }
        Mappings.clearRange(cpu, domain, firstPfn, count);
        return Mappings.fill(cpu, domain, firstPfn, firstPfn, count, Mappings.READ | Mappings.WRITE);
    }

    /** Clears the tables of memory that goes; its translations may be cached still. */
    public static void clear(Cpu cpu, long firstPfn, long count) {
        long domain = cpu.load(KernelLayout.SI_DOMAIN);
        Mappings.clearRange(cpu, domain, firstPfn, count);
        Iovas.free(cpu, domain, firstPfn);
    }

    /** Flushes what the units, each of them, and devices have cached of memory that went. */
    static void flush(Cpu cpu, long firstPfn, long count) {
        long domain = cpu.load(KernelLayout.SI_DOMAIN);
        for (long iommu = cpu.load(KernelLayout.IOMMUS); iommu != 0; iommu = cpu.load(iommu, IntelIommu.NEXT)) {
            Flush.iotlbPages(cpu, iommu, domain, firstPfn, count, false);
        }
        Ats.flush(cpu, domain, firstPfn << 12, Flush.mask(firstPfn, count));
    }
}
