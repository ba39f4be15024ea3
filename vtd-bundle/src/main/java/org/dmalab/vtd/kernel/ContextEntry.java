package org.dmalab.vtd.kernel;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.cpu.Endian;
import org.dmalab.api.kernel.KernelFunction;
import org.dmalab.vtd.kernel.KernelLayout.IntelIommu;
import org.dmalab.vtd.spec.LegacyContextEntry;

/**
 * Context entries in machine memory, by kernel address: one read or write of a half at a time, as the kernel's inline
 * functions do it. Those of scalable mode have two more words, which stay zero.
 */
public final class ContextEntry {
    /** Size of an entry. */
    public static final int BYTES = LegacyContextEntry.BYTES;
    private static final long PRESENT = LegacyContextEntry.P.mask();
    private static final long FAULT_DISABLE = LegacyContextEntry.FPD.mask();
    private static final long COPIED = 1 << 3; // bit 67
    private static final long PAGE_MASK = LegacyContextEntry.SLPTPTR.mask();
    private static final long BUSES = 256;

    private ContextEntry() { }

    /** {@code PCI_DEVID}: the source-id that is made of a bus and a device and function. */
    @KernelFunction("PCI_DEVID")
    public static long sourceId(long bus, long devfn) {
        return (bus << 8) | devfn;
    }

    /** {@code iommu_context_addr}: the entry of a source-id, 0 if there is no table and none is to be made. */
    @KernelFunction("iommu_context_addr")
    public static long get(Cpu cpu, long iommu, long sourceId, boolean alloc) {
        boolean scalable = PasidTables.inUse(cpu, iommu);
        boolean upper = scalable && (sourceId & 0x80) != 0;
        long root = cpu.load(iommu, IntelIommu.ROOT_ENTRY) + (sourceId >>> 8 & 0xff) * BYTES + (upper ? 8 : 0);
        long value = low(cpu, root);
        if ((value & PRESENT) == 0) {
            long table = alloc ? Pages.alloc(cpu) : 0;
            if (table == 0) {
                return 0;
            }
            Hw.flushCache(cpu, iommu, table, Pages.BYTES);
            value = Pages.physical(table) | PRESENT;
            writeLow(cpu, root, value);
            Hw.flushCache(cpu, iommu, root, BYTES);
        }
        long index = scalable ? (sourceId & 0x7f) * 2 : sourceId & 0xff;
        return Pages.linear(value & PAGE_MASK) + index * BYTES;
    }

    /** {@code free_context_table}: all of a unit's context tables and its root table. */
    @KernelFunction("free_context_table")
    static void freeTables(Cpu cpu, long iommu) {
        long root = cpu.load(iommu, IntelIommu.ROOT_ENTRY);
        if (root == 0) {
            return;
        }
        for (long bus = 0; bus < BUSES; bus++) {
            for (long first = bus << 8; first < (bus + 1) << 8; first += PasidTables.inUse(cpu, iommu) ? 0x80 : 0x100) {
                long table = get(cpu, iommu, first, false);
                if (table != 0) {
                    Pages.free(cpu, table, 1);
                }
            }
        }
        Pages.free(cpu, root, 1);
        cpu.store(iommu, IntelIommu.ROOT_ENTRY, 0);
    }

    /** Lower half. */
    public static long low(Cpu cpu, long entry) {
        return cpu.read(entry, 8, Endian.LITTLE);
    }

    /** Upper half. */
    public static long high(Cpu cpu, long entry) {
        return cpu.read(entry + 8, 8, Endian.LITTLE);
    }

    static void writeLow(Cpu cpu, long entry, long value) {
        cpu.write(entry, 8, Endian.LITTLE, value);
    }

    static void writeHigh(Cpu cpu, long entry, long value) {
        cpu.write(entry + 8, 8, Endian.LITTLE, value);
    }

    /** The present bit by itself. */
    @KernelFunction("context_present")
    public static boolean present(Cpu cpu, long entry) {
        return (low(cpu, entry) & PRESENT) != 0;
    }

    /** {@code context_clear_present}: the rest of the entry stays. */
    @KernelFunction("context_clear_present")
    public static void clearPresent(Cpu cpu, long entry) {
        writeLow(cpu, entry, low(cpu, entry) & ~PRESENT);
    }

    /** The mark of entries copied from an old kernel, in an available bit (to 5.19). */
    @KernelFunction("context_copied")
    public static boolean markedCopied(Cpu cpu, long entry) {
        return (high(cpu, entry) & COPIED) != 0;
    }

    static long withCopiedMark(long high) {
        return high | COPIED;
    }

    /** {@code context_domain_id}. */
    @KernelFunction("context_domain_id")
    public static long domainId(Cpu cpu, long entry) {
        return LegacyContextEntry.DID.get(high(cpu, entry));
    }

    /** {@code context_clear_entry}. */
    @KernelFunction("context_clear_entry")
    public static void clear(Cpu cpu, long entry) {
        writeLow(cpu, entry, 0);
        writeHigh(cpu, entry, 0);
    }

    /** {@code context_set_domain_id}. */
    @KernelFunction("context_set_domain_id")
    public static void setDomainId(Cpu cpu, long entry, long domainId) {
        writeHigh(cpu, entry, high(cpu, entry) | LegacyContextEntry.DID.of(domainId & 0xffff));
    }

    /** {@code context_set_address_root}. */
    @KernelFunction("context_set_address_root")
    public static void setAddressRoot(Cpu cpu, long entry, long physical) {
        writeLow(cpu, entry, (low(cpu, entry) & ~PAGE_MASK) | (physical & PAGE_MASK));
    }

    /** {@code context_set_address_width}. */
    @KernelFunction("context_set_address_width")
    public static void setAddressWidth(Cpu cpu, long entry, long width) {
        writeHigh(cpu, entry, high(cpu, entry) | (width & 7));
    }

    /** {@code context_set_translation_type}. */
    @KernelFunction("context_set_translation_type")
    public static void setTranslationType(Cpu cpu, long entry, long type) {
        writeLow(cpu, entry, LegacyContextEntry.TT.set(low(cpu, entry), type));
    }

    /** {@code context_set_fault_enable}. */
    @KernelFunction("context_set_fault_enable")
    public static void setFaultEnable(Cpu cpu, long entry) {
        writeLow(cpu, entry, low(cpu, entry) & ~FAULT_DISABLE);
    }

    /** {@code context_set_present}. */
    @KernelFunction("context_set_present")
    public static void setPresent(Cpu cpu, long entry) {
        writeLow(cpu, entry, low(cpu, entry) | PRESENT);
    }
}
