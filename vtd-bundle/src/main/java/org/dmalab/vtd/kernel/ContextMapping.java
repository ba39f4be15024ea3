package org.dmalab.vtd.kernel;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.cpu.Endian;
import org.dmalab.api.kernel.KernelFunction;
import org.dmalab.api.service.CacheFlush.Scope;
import org.dmalab.api.service.Errno;
import org.dmalab.vtd.kernel.KernelLayout.DmarDomain;
import org.dmalab.vtd.kernel.KernelLayout.IntelIommu;

/** The parts of {@code domain_context_mapping_one} that every version has. */
public final class ContextMapping {
    private static final long MULTI_LEVEL = 0;
    private static final long DEVICE_TLB = 1;
    private static final long PASS_THROUGH = 2;

    private ContextMapping() { }

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
    @KernelFunction("context_present")
    public static boolean presentAndNotMarked(Cpu cpu, long entry) {
        return ContextEntry.present(cpu, entry) && !ContextEntry.markedCopied(cpu, entry);
    }

    /** Tells whether the domain-id is one that the unit has: {@code did_old < cap_ndoms(iommu->cap)}. */
    public static boolean valid(Cpu cpu, long iommu, long domainId) {
        return domainId < Hw.domainCount(cpu, iommu);
    }

    /** The domain's id on a unit. */
    public static long domainId(Cpu cpu, long domain, long iommu) {
        return cpu.load(Domains.onUnit(cpu, domain, DmarDomain.DID, iommu), DmarDomain.DID.widthBytes());
    }

    /** Flushes what the unit caches of a copied entry, context cache first, if the old kernel's id can be one. */
    @KernelFunction("domain_context_mapping_one")
    public static void flushOld(Cpu cpu, long iommu, long oldId, long sourceId) {
        if (valid(cpu, iommu, oldId)) {
            Flush.context(cpu, iommu, oldId, sourceId, Scope.SELECTIVE);
            Flush.iotlb(cpu, iommu, oldId, 0, 0, Scope.DOMAIN);
        }
    }

    /**
     * What follows in every version: the entry is filled in, and its absence flushed where it can be cached.
     *
     * @return 0 or {@code -ENOMEM}
     */
    @KernelFunction("domain_context_mapping_one")
    public static long setUp(VtdKernel kernel, Cpu cpu, long domain, long iommu, long context, long bus, long devfn) {
        long did = domainId(cpu, domain, iommu);
        long result = program(cpu, domain, iommu, context, did, ContextEntry.sourceId(bus, devfn));
        if (result == 0) {
            kernel.context_present_cache_flush(cpu, iommu, did, bus, devfn);
        }
        return result;
    }

    /**
     * Clears the entry, fills it in, sets present, and writes it back if the unit does not snoop. If a table level is
     * missing the entry stays cleared, as in the kernel.
     *
     * @return 0 or {@code -ENOMEM}
     */
    @KernelFunction("domain_context_mapping_one")
    public static long program(Cpu cpu, long domain, long iommu, long entry, long did, long sourceId) {
        long device = Devices.withSourceId(cpu, iommu, sourceId);
        boolean deviceTlb = Ats.supported(cpu, device, sourceId);
        ContextEntry.clear(cpu, entry);
        if (PasidTables.inUse(cpu, iommu)) {
            PasidTables.leadTo(cpu, entry, device, deviceTlb);
        } else {
            ContextEntry.setDomainId(cpu, entry, did);
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
            long ofTables = deviceTlb ? DEVICE_TLB : MULTI_LEVEL;
            ContextEntry.setTranslationType(cpu, entry, passThrough ? PASS_THROUGH : ofTables);
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
}
