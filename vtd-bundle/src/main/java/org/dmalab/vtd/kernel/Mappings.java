package org.dmalab.vtd.kernel;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.cpu.Endian;
import org.dmalab.api.cpu.Text;
import org.dmalab.api.kernel.KernelFunction;
import org.dmalab.api.service.Direction;
import org.dmalab.api.service.Errno;
import org.dmalab.vtd.kernel.KernelLayout.DmarDomain;
import org.dmalab.vtd.kernel.KernelLayout.IntelIommu;
import org.dmalab.vtd.spec.Cap;

/**
 * Second-level tables: {@code __domain_mapping}, {@code dma_pte_clear_range} and what they are made of. Superpages are
 * used where addresses, length and unit allow it; else table pages stay until the domain goes.
 *
 * <p>Page tables have no lock. Who maps owns the range, so nobody else touches its entries; tables on the way are
 * shared and put in by compare and exchange.
 */
public final class Mappings {
    /** Of a table entry, and of what a mapping allows. */
    public static final long READ = 1;
    /** The same for writes. */
    public static final long WRITE = 2;
    private static final long ALREADY_SET =
            Text.id("DMAR: ERROR: DMA PTE for vPFN 0x%llx already set (to %llx not %llx)");
    private static final int PAGE_SHIFT = 12;
    private static final int STRIDE = 9;
    private static final long PAGE_MASK = ~0xfffL;
    private static final long SUPERPAGE = 1 << 7;
    private static final int ENTRIES = 512;
    private static final long LEVEL = 7;

    private Mappings() { }

    /** The smallest n with 2^n at least the count. */
    public static long log2RoundedUp(long count) {
        return count <= 1 ? 0 : 64 - Long.numberOfLeadingZeros(count - 1);
    }

    /** Number of pages that a range touches. */
    public static long pages(long address, long sizeBytes) {
        return ((address & 0xfff) + sizeBytes + 0xfff) >>> PAGE_SHIFT;
    }

    static int levels(Cpu cpu, long domain) {
        return (int) cpu.load(domain, DmarDomain.AGAW) + 2;
    }

    /** Number of the page that an address is in. */
    public static long pfn(long address) {
        return address >>> PAGE_SHIFT;
    }

    /** The bus address of a mapped physical address: page by page, so the offset in the page is the same. */
    static long address(long busAddress, long physical) {
        return (busAddress & PAGE_MASK) | (physical & ~PAGE_MASK);
    }

    /** The access that a direction needs; a unit without zero-length reads takes one as a read (CAP.ZLR). */
    static long protection(Cpu cpu, long domain, Direction direction) {
        long iommu = cpu.load(domain, DmarDomain.IOMMU);
        boolean zeroLengthReads = Cap.ZLR.isSet(cpu.load(iommu, IntelIommu.CAP));
        long read = direction == Direction.FROM_DEVICE && zeroLengthReads ? 0 : READ;
        return read | (direction == Direction.TO_DEVICE ? 0 : WRITE);
    }

    /**
     * {@code switch_to_super_page}: frees tables of small pages where superpages are to be mapped.
     *
     * @return whether there were any; then the unit may have cached pointers to them
     */
    @KernelFunction("switch_to_super_page")
    public static boolean makeRoom(Cpu cpu, long domain, long first, long firstPhysical, long count) {
        boolean found = false;
        for (long i = 0; count - i >= pagesOf(2);) {
            int level = level(cpu, domain, first + i, firstPhysical + i, count - i);
            long pte = level == 1 ? 0 : find(cpu, domain, first + i, level, false) & ~LEVEL;
            long value = pte == 0 ? 0 : cpu.read(pte, 8, Endian.LITTLE);
            if ((value & (READ | WRITE)) != 0 && (value & SUPERPAGE) == 0) {
                cpu.write(pte, 8, Endian.LITTLE, 0);
                flush(cpu, domain, pte, 8);
                freeTable(cpu, Pages.linear(value & PAGE_MASK), level - 1);
                found = true;
            }
            i += pagesOf(level);
        }
        return found;
    }

    /** {@code __domain_mapping}. */
    @KernelFunction("__domain_mapping")
    static long fill(Cpu cpu, long domain, long firstPfn, long physicalPfn, long count, long permissions) {
        long run = 0;
        for (long i = 0; i < count;) {
            int level = level(cpu, domain, firstPfn + i, physicalPfn + i, count - i);
            long pte = find(cpu, domain, firstPfn + i, level, true) & ~LEVEL;
            if (pte == 0) {
                return Errno.ENOMEM;
            }
            long value = (physicalPfn + i) << PAGE_SHIFT | permissions | (level > 1 ? SUPERPAGE : 0);
            long old = cpu.compareExchange(pte, 8, Endian.LITTLE, 0, value);
            if (old != 0) {
                cpu.printk(ALREADY_SET, firstPfn + i, old, value);
                cpu.warn(ALREADY_SET);
            }
            run = run == 0 ? pte : run;
            i += pagesOf(level);
            if (i >= count || level > 1 || (pte & 0xfff) == 0xff8) {
                flush(cpu, domain, run, pte + 8 - run);
                run = 0;
            }
        }
        return 0;
    }

    /** {@code hardware_largepage_caps}: the level of the largest page that a range may begin with. */
    @KernelFunction("hardware_largepage_caps")
    private static int level(Cpu cpu, long domain, long pfn, long physicalPfn, long count) {
        if (count < pagesOf(2)) {
            return 1;
        }
        long sizes = Cap.SLLPS.get(cpu.load(cpu.load(domain, DmarDomain.IOMMU), IntelIommu.CAP));
        int level = 1;
        while (level < levels(cpu, domain) && (sizes >>> (level - 1) & 1) != 0 && count >= pagesOf(level + 1)
                && ((pfn | physicalPfn) & pagesOf(level + 1) - 1) == 0) {
            level++;
        }
        return level;
    }

    private static long pagesOf(int level) {
        return 1L << (STRIDE * (level - 1));
    }

    /** {@code dma_pte_clear_range}; a superpage goes as a whole. */
    @KernelFunction("dma_pte_clear_range")
    public static void clearRange(Cpu cpu, long domain, long firstPfn, long count) {
        clear(cpu, domain, firstPfn, count, true);
    }

    /** The same, but what was written may stay in the processor's cache. */
    public static void clearInCache(Cpu cpu, long domain, long firstPfn, long count) {
        clear(cpu, domain, firstPfn, count, false);
    }

    private static void clear(Cpu cpu, long domain, long firstPfn, long count, boolean writeBack) {
        for (long pfn = firstPfn; pfn < firstPfn + count;) {
            long found = find(cpu, domain, pfn, 0, false);
            int level = (int) (found & LEVEL);
            long pte = found & ~LEVEL;
            if (level == 1 || cpu.read(pte, 8, Endian.LITTLE) != 0) {
                cpu.write(pte, 8, Endian.LITTLE, 0);
                if (writeBack) {
                    flush(cpu, domain, pte, 8);
                }
            }
            pfn = (pfn | pagesOf(level) - 1) + 1;
        }
    }

    /** Kernel address of the last-level entry of a page; 0 if there is no table for it. */
    static long entry(Cpu cpu, long domain, long pfn) {
        return find(cpu, domain, pfn, 1, false) & ~LEVEL;
    }

    /**
     * {@code pfn_to_dma_pte}: kernel address of an entry, plus its level. Target 0 is where a walk ends: a page, a
     * superpage, or an entry that is not present. 0 if there is no table and none is to be made, or no memory for one.
     */
    @KernelFunction("pfn_to_dma_pte")
    private static long find(Cpu cpu, long domain, long pfn, int target, boolean alloc) {
        long table = cpu.load(domain, DmarDomain.PGD);
        for (int level = levels(cpu, domain); ; level--) {
            long pte = table + (pfn >>> (STRIDE * (level - 1)) & ENTRIES - 1) * 8;
            if (level == Math.max(target, 1)) {
                return pte | level;
            }
            long value = cpu.read(pte, 8, Endian.LITTLE);
            boolean present = (value & (READ | WRITE)) != 0;
            if (target == 0 && (!present || (value & SUPERPAGE) != 0)) {
                return pte | level;
            }
            if (!present) {
                long page = alloc ? Pages.alloc(cpu) : 0;
                if (page == 0) {
                    return 0;
                }
                flush(cpu, domain, page, Pages.BYTES);
                value = install(cpu, domain, pte, page);
            }
            table = Pages.linear(value & PAGE_MASK);
        }
    }

    /**
     * Puts a table into an entry that was not present, unless somebody else was faster: then that table is used.
     * Whether its pointer has reached memory by now is not looked at, in all versions with these tables.
     *
     * @return the value of the entry
     */
    private static long install(Cpu cpu, long domain, long pte, long table) {
        long value = Pages.physical(table) | READ | WRITE;
        long theirs = cpu.compareExchange(pte, 8, Endian.LITTLE, 0, value);
        if (theirs != 0) {
            Pages.free(cpu, table, 1);
            return theirs;
        }
        flush(cpu, domain, pte, 8);
        return value;
    }

    /** Frees the tables of a domain that no device uses. */
    @KernelFunction("dma_pte_free_pagetable")
    static void freeTables(Cpu cpu, long domain) {
        freeTable(cpu, cpu.load(domain, DmarDomain.PGD), levels(cpu, domain));
    }

    @KernelFunction("dma_pte_free_level")
    private static void freeTable(Cpu cpu, long table, int level) {
        for (int i = 0; i < ENTRIES && level > 1; i++) {
            long value = cpu.read(table + i * 8L, 8, Endian.LITTLE);
            if ((value & (READ | WRITE)) != 0 && (value & SUPERPAGE) == 0) {
                freeTable(cpu, Pages.linear(value & PAGE_MASK), level - 1);
            }
        }
        Pages.free(cpu, table, 1);
    }

    /** {@code domain_flush_cache}. */
    @KernelFunction("domain_flush_cache")
    static void flush(Cpu cpu, long domain, long address, long sizeBytes) {
        if (cpu.load(domain, DmarDomain.COHERENT) == 0) {
            Hw.flushLines(cpu, address, sizeBytes);
        }
    }
}
