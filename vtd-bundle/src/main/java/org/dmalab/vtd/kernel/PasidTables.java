package org.dmalab.vtd.kernel;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.cpu.Endian;
import org.dmalab.api.cpu.Text;
import org.dmalab.api.kernel.KernelFunction;
import org.dmalab.api.service.CacheFlush.Scope;
import org.dmalab.api.service.Errno;
import org.dmalab.vtd.kernel.KernelLayout.Device;
import org.dmalab.vtd.kernel.KernelLayout.IntelIommu;
import org.dmalab.vtd.spec.Ecap;

/**
 * Scalable mode: the PASID directory and table of each device, of which the kernel uses one entry here, that of PASID 0
 * for requests without PASID ({@code PASID_RID2PASID}). It gives them second-level translation, or passes them through.
 */
public final class PasidTables {
    /** Domain-id of entries that pass requests through ({@code FLPT_DEFAULT_DID}); no domain gets it. */
    static final int PASS_THROUGH_ID = 1;
    private static final int ENTRY_BYTES = 64;
    private static final int ENTRIES = 64;
    private static final long PRESENT = 1;
    private static final long PAGE_MASK = ~0xfffL;
    private static final long DIRECTORY_SIZE = 2 << 9; // 2^(2 + 7) entries, a page
    private static final long DEVICE_TLB_ENABLE = 1 << 2;
    private static final long SECOND_LEVEL = 2 << 6;
    private static final long PASS_THROUGH = 4 << 6;
    private static final long TYPE = 7 << 6;
    private static final long PAGE_WALK_SNOOP = 1 << 23;
    private static final long SUPERVISOR = 1;
    private static final long PASID_CACHE = 7;
    private static final long PASID_IOTLB = 6;
    private static final long ALL_OF_PASID = 2 << 4;
    private static final long NO_SECOND_LEVEL = Text.id("DMAR: No second level translation support on dmar%d");

    /** Scope of a flush of the PASID cache: all entries of a domain-id, one, or all. */
    enum Selection { DOMAIN, PASID, GLOBAL }

    private PasidTables() { }

    /** {@code sm_supported}: the unit has scalable mode, and the kernel was told to use it. */
    @KernelFunction("sm_supported")
    public static boolean inUse(Cpu cpu, long iommu) {
        return cpu.load(KernelLayout.SCALABLE) != 0
                && Ecap.SMTS.isSet(cpu.load(iommu, IntelIommu.ECAP));
    }

    /** The domain-id that requests of a domain's devices are tagged with: of the domain, or that of pass-through. */
    static long domainId(Cpu cpu, long domain, long iommu) {
        return IdentityDomain.passesThrough(cpu, domain) ? PASS_THROUGH_ID
                : ContextMapping.domainId(cpu, domain, iommu);
    }

    /**
     * {@code intel_pasid_setup_second_level} or {@code intel_pasid_setup_pass_through}; nothing in legacy mode.
     *
     * @param kernel whose version says whether tables are written back
     * @param cpu where it runs
     * @param device kernel address of the device
     * @param domain kernel address of its domain
     * @return 0; {@code -EINVAL} if the unit has no second-level translation in scalable mode; {@code -EBUSY} if the
     *         entry is in use; {@code -ENOMEM}
     */
    @KernelFunction("intel_pasid_setup_second_level")
    public static long setUp(VtdKernel kernel, Cpu cpu, long device, long domain) {
        long iommu = cpu.load(device, Device.IOMMU);
        if (!inUse(cpu, iommu)) {
            return 0;
        }
        boolean passThrough = IdentityDomain.passesThrough(cpu, domain);
        long ecap = cpu.load(iommu, IntelIommu.ECAP);
        if (!passThrough && !Ecap.SLTS.isSet(ecap)) {
            cpu.printk(NO_SECOND_LEVEL, cpu.load(iommu, IntelIommu.SEQ_ID));
            return Errno.EINVAL;
        }
        long table = passThrough ? 0 : ContextMapping.topTable(cpu, iommu, domain);
        long entry = !passThrough && table == 0 ? 0 : entry(kernel, cpu, device, true);
        if (entry == 0) {
            return Errno.ENOMEM;
        }
        if ((ContextEntry.low(cpu, entry) & PRESENT) != 0) {
            return Errno.EBUSY;
        }
        clear(cpu, entry);
        long snoop = Ecap.SMPWC.isSet(ecap) ? PAGE_WALK_SNOOP : 0;
        ContextEntry.writeHigh(cpu, entry, domainId(cpu, domain, iommu) | snoop);
        if (passThrough && Ecap.SRS.isSet(ecap)) {
            cpu.write(entry + 16, 8, Endian.LITTLE, SUPERVISOR);
        }
        long low = (passThrough ? PASS_THROUGH : Pages.physical(table) | SECOND_LEVEL)
                | cpu.load(iommu, IntelIommu.AGAW) << 2;
        ContextEntry.writeLow(cpu, entry, low);
        ContextEntry.writeLow(cpu, entry, low | PRESENT);
        Hw.flushCache(cpu, iommu, entry, ENTRY_BYTES);
        if (Hw.cachingMode(cpu, iommu)) {
            flushCache(cpu, iommu, Selection.PASID, domainId(cpu, domain, iommu));
            flushFirstLevel(cpu, iommu, domainId(cpu, domain, iommu));
        } else {
            Hw.flushWriteBuffer(cpu, iommu);
        }
        return 0;
    }

    /** {@code intel_pasid_tear_down_entry}: clears, then flushes PASID cache, IOTLB, device-TLB; not in legacy mode. */
    @KernelFunction("intel_pasid_tear_down_entry")
    static void tearDown(Cpu cpu, long device) {
        long iommu = cpu.load(device, Device.IOMMU);
        long entry = inUse(cpu, iommu) ? entry(null, cpu, device, false) : 0;
        long low = entry == 0 ? 0 : ContextEntry.low(cpu, entry);
        if ((low & PRESENT) == 0) {
            return;
        }
        long did = ContextEntry.high(cpu, entry) & 0xffff;
        clear(cpu, entry);
        Hw.flushCache(cpu, iommu, entry, ENTRY_BYTES);
        flushCache(cpu, iommu, Selection.PASID, did);
        if ((low & TYPE) == PASS_THROUGH) {
            flushFirstLevel(cpu, iommu, did);
        } else {
            Flush.iotlb(cpu, iommu, did, 0, 0, Scope.DOMAIN); // a flush by PASID leaves second-level translations
        }
        if (!Hw.cachingMode(cpu, iommu)) {
            Ats.flushDevice(cpu, device, 0, Ats.ALL);
        }
    }

    /** {@code intel_pasid_free_table}, when no context entry leads to it. */
    @KernelFunction("intel_pasid_free_table")
    static void free(Cpu cpu, long device) {
        long directory = cpu.load(device, Device.PASID_DIRECTORY);
        if (directory == 0) {
            return;
        }
        long value = ContextEntry.low(cpu, directory);
        if ((value & PRESENT) != 0) {
            Pages.free(cpu, Pages.linear(value & PAGE_MASK), 1);
        }
        Pages.free(cpu, directory, 1);
        cpu.store(device, Device.PASID_DIRECTORY, 0);
    }

    /** Fills a context entry in, but for present: the device's directory, RID_PASID 0, whether ATS is allowed. */
    @KernelFunction("context_entry_set_pasid_table")
    static void leadTo(Cpu cpu, long contextEntry, long device, boolean deviceTlb) {
        ContextEntry.writeLow(cpu, contextEntry, Pages.physical(cpu.load(device, Device.PASID_DIRECTORY))
                | DIRECTORY_SIZE | (deviceTlb ? DEVICE_TLB_ENABLE : 0));
    }

    /** {@code qi_flush_pasid_cache}; a selection of one is that of PASID 0. */
    @KernelFunction("qi_flush_pasid_cache")
    static void flushCache(Cpu cpu, long iommu, Selection selection, long did) {
        long scope = selection == Selection.GLOBAL ? 3 : selection.ordinal();
        QueuedInvalidation.submit(cpu, iommu, PASID_CACHE | scope << 4 | (did & 0xffff) << 16, 0);
    }

    /** {@code qi_flush_piotlb} of PASID 0. */
    @KernelFunction("qi_flush_piotlb")
    private static void flushFirstLevel(Cpu cpu, long iommu, long did) {
        QueuedInvalidation.submit(cpu, iommu, PASID_IOTLB | ALL_OF_PASID | (did & 0xffff) << 16, 0);
    }

    /** {@code intel_pasid_get_entry} of PASID 0: 0 if there is none and none is to be made, or no page for it. */
    @KernelFunction("intel_pasid_get_entry")
    private static long entry(VtdKernel kernel, Cpu cpu, long device, boolean alloc) {
        long iommu = cpu.load(device, Device.IOMMU);
        long directory = cpu.load(device, Device.PASID_DIRECTORY);
        long value = directory == 0 ? 0 : ContextEntry.low(cpu, directory);
        if ((value & PRESENT) != 0) {
            return Pages.linear(value & PAGE_MASK);
        }
        long table = alloc && directory != 0 ? Pages.alloc(cpu) : 0;
        if (table == 0) {
            return 0;
        }
        boolean writesBack = kernel.writesPasidTablesBack();
        if (writesBack) {
            Hw.flushCache(cpu, iommu, table, ENTRIES * ENTRY_BYTES);
        }
        ContextEntry.writeLow(cpu, directory, Pages.physical(table) | PRESENT);
        if (writesBack) {
            Hw.flushCache(cpu, iommu, directory, 8);
        }
        return table;
    }

    @KernelFunction("pasid_clear_entry")
    private static void clear(Cpu cpu, long entry) {
        for (int offset = 0; offset < ENTRY_BYTES; offset += 8) {
            cpu.write(entry + offset, 8, Endian.LITTLE, 0);
        }
    }
}
