package org.dmalab.vtd.kernel;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.cpu.Endian;
import org.dmalab.api.service.CacheFlush.Scope;
import org.dmalab.api.service.Errno;
import org.dmalab.vtd.kernel.KernelLayout.Device;
import org.dmalab.vtd.kernel.KernelLayout.DmarDomain;
import org.dmalab.vtd.kernel.KernelLayout.IntelIommu;

/** The parts of {@code domain_context_mapping_one} that every version has. */
public final class ContextMapping {
    private static final long MULTI_LEVEL = 0;
    private static final long DEVICE_TLB = 1;
    private static final long PASS_THROUGH = 2;

    private ContextMapping() { }

    /** {@code domain_context_mapping_one} of a version, with its locks held. */
    @FunctionalInterface
    public interface One {
        /**
         * Maps one source-id.
         *
         * @param cpu where it runs
         * @param iommu kernel address of the unit
         * @param domain kernel address of the domain
         * @param entry kernel address of the context entry
         * @param sourceId whose it is
         * @return 0 or a negative error number
         */
        long map(Cpu cpu, long iommu, long domain, long entry, long sourceId);
    }

    /**
     * {@code domain_context_mapping}: each source-id that a device's requests may carry, under the locks. In scalable
     * mode the PASID table entry comes first (to 6.8).
     */
    public static long forEachSourceId(Cpu cpu, long device, long domain, One version) {
        long result = PasidTables.setUp(cpu, device, domain);
        return result < 0 ? result : contexts(cpu, device, domain, version);
    }

    /** The same where in scalable mode the context entry comes first ({@code intel_pasid_setup_sm_context}, 6.9). */
    public static long contextFirst(Cpu cpu, long device, long domain, One version) {
        long result = contexts(cpu, device, domain, version);
        return result < 0 ? result : PasidTables.setUp(cpu, device, domain);
    }

    private static long contexts(Cpu cpu, long device, long domain, One version) {
        long iommu = cpu.load(device, Device.IOMMU);
        for (int i = 0; i < Devices.sourceIds(cpu, device); i++) {
            long sourceId = Devices.sourceId(cpu, device, i);
            long flags = lock(cpu, iommu);
            try {
                long entry = ContextEntry.get(cpu, iommu, sourceId, true);
                long result = entry == 0 ? Errno.ENOMEM : version.map(cpu, iommu, domain, entry, sourceId);
                if (result < 0) {
                    return result;
                }
            } finally {
                unlock(cpu, iommu, flags);
            }
        }
        return 0;
    }

    /** Takes the locks; returns the interrupt flags. */
    public static long lock(Cpu cpu, long iommu) {
        long flags = cpu.irqSave();
        cpu.lock(KernelLayout.DEVICE_DOMAIN_LOCK);
        cpu.lock(iommu + IntelIommu.LOCK.offset());
        return flags;
    }

    /** Releases the locks. */
    public static void unlock(Cpu cpu, long iommu, long flags) {
        cpu.unlock(iommu + IntelIommu.LOCK.offset());
        cpu.unlock(KernelLayout.DEVICE_DOMAIN_LOCK);
        cpu.irqRestore(flags);
    }

    /** {@code context_present} to 5.19: an entry that was copied counts as not present. */
    public static boolean presentAndNotMarked(Cpu cpu, long entry) {
        return ContextEntry.present(cpu, entry) && !ContextEntry.markedCopied(cpu, entry);
    }

    /** Tells whether the domain-id is one that the unit has: {@code did_old < cap_ndoms(iommu->cap)}. */
    public static boolean valid(Cpu cpu, long iommu, long domainId) {
        return domainId < Hw.domainCount(cpu, iommu);
    }

    /** The domain's id on its unit. */
    public static long domainId(Cpu cpu, long domain) {
        return cpu.load(domain, DmarDomain.DID);
    }

    /**
     * Clears the entry, fills it in, sets present, and writes it back if the unit does not snoop. If a table level is
     * missing the entry stays cleared, as in the kernel.
     *
     * @return 0 or {@code -ENOMEM}
     */
    public static long program(Cpu cpu, long iommu, long domain, long entry, long sourceId) {
        long device = Devices.withSourceId(cpu, sourceId);
        boolean deviceTlb = Ats.supported(cpu, device, sourceId);
        ContextEntry.clear(cpu, entry);
        if (PasidTables.inUse(cpu, iommu)) {
            PasidTables.leadTo(cpu, entry, device, deviceTlb);
        } else {
            ContextEntry.setDomainId(cpu, entry, domainId(cpu, domain));
            boolean passThrough = IdentityDomain.passesThrough(cpu, domain);
            long agaw = cpu.load(iommu, passThrough ? IntelIommu.MSAGAW : IntelIommu.AGAW);
            if (!passThrough) {
                long table = topTable(cpu, iommu, domain);
                if (table == 0) {
                    return Errno.ENOMEM;
                }
                ContextEntry.setAddressRoot(cpu, entry, Pages.physical(table));
            }
            ContextEntry.setAddressWidth(cpu, entry, agaw);
            ContextEntry.setTranslationType(cpu, entry, passThrough ? PASS_THROUGH
                    : deviceTlb ? DEVICE_TLB : MULTI_LEVEL);
        }
        ContextEntry.setFaultEnable(cpu, entry);
        ContextEntry.setPresent(cpu, entry);
        Hw.flushCache(cpu, iommu, entry, ContextEntry.BYTES);
        return 0;
    }

    /** The table of a domain at which the unit begins: it may have fewer levels; 0 if one on the way is missing. */
    static long topTable(Cpu cpu, long iommu, long domain) {
        long table = cpu.load(domain, DmarDomain.PGD);
        long agaw = cpu.load(iommu, IntelIommu.AGAW);
        for (long width = cpu.load(domain, DmarDomain.AGAW); width > agaw; width--) {
            long value = cpu.read(table, 8, Endian.LITTLE);
            if ((value & 3) == 0) {
                return 0;
            }
            table = Pages.linear(value & ~0xfffL);
        }
        return table;
    }

    /** From not present to present: in caching mode the entry may be cached with domain-id 0, else nothing is. */
    public static void presentCacheFlush(Cpu cpu, long iommu, long domain, long sourceId) {
        if (Hw.cachingMode(cpu, iommu)) {
            Flush.context(cpu, iommu, 0, sourceId, Scope.SELECTIVE);
            Flush.iotlb(cpu, iommu, domainId(cpu, domain), 0, 0, Scope.DOMAIN);
        } else {
            Hw.flushWriteBuffer(cpu, iommu);
        }
    }
}
