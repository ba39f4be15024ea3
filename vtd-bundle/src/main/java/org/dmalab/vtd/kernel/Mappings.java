package org.dmalab.vtd.kernel;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.cpu.Endian;
import org.dmalab.api.cpu.Text;
import org.dmalab.api.service.Direction;
import org.dmalab.api.service.Errno;
import org.dmalab.vtd.kernel.KernelLayout.DmarDomain;
import org.dmalab.vtd.kernel.KernelLayout.IntelIommu;

/**
 * Second-level tables: {@code __domain_mapping}, {@code dma_pte_clear_range}, and the map and unmap that all variants
 * share. Maps 4 KiB pages only; table pages stay until the domain goes.
 */
public final class Mappings {
    static final long READ = 1;
    static final long WRITE = 2;
    private static final long ALREADY_SET =
            Text.id("DMAR: ERROR: DMA PTE for vPFN 0x%llx already set (to %llx not %llx)");
    private static final int PAGE_SHIFT = 12;
    private static final long PAGE_MASK = ~0xfffL;
    private static final int ENTRIES = 512;

    private Mappings() { }

    /** The smallest n with 2^n at least the count. */
    static long log2RoundedUp(long count) {
        return count <= 1 ? 0 : 64 - Long.numberOfLeadingZeros(count - 1);
    }

    /** Number of pages that a range touches. */
    public static long pages(long address, long sizeBytes) {
        return (address & 0xfff) + sizeBytes + 0xfff >>> PAGE_SHIFT;
    }

    static int levels(Cpu cpu, long domain) {
        return (int) cpu.load(domain, DmarDomain.AGAW) + 2;
    }

    /** {@code Iommu.map}: fills in the tables for a range whose bus addresses are taken, and makes them seen. */
    public static long map(Cpu cpu, long domain, long busAddress, long physical, long sizeBytes, Direction direction) {
        long iommu = cpu.load(domain, DmarDomain.IOMMU);
        boolean zeroLengthReads = (cpu.load(iommu, IntelIommu.CAP) >>> 22 & 1) != 0;
        long permissions = direction == Direction.FROM_DEVICE && zeroLengthReads ? 0 : READ;
        permissions |= direction == Direction.TO_DEVICE ? 0 : WRITE;
        long count = pages(physical, sizeBytes);
        long first = busAddress >>> PAGE_SHIFT;
        long result = fill(cpu, domain, first, physical >>> PAGE_SHIFT, count, permissions);
        if (result < 0) {
            return result;
        }
        if (Hw.cachingMode(cpu, iommu)) {
            Flush.pages(cpu, domain, first, count, false);
        } else {
            Hw.flushWriteBuffer(cpu, iommu);
        }
        return busAddress & PAGE_MASK | physical & 0xfff;
    }

    /** {@code Iommu.unmap}, strict: clears the entries, then flushes the pages. */
    public static long unmap(Cpu cpu, long domain, long busAddress, long sizeBytes) {
        long count = pages(busAddress, sizeBytes);
        long first = busAddress >>> PAGE_SHIFT;
        clearRange(cpu, domain, first, count);
        Flush.pages(cpu, domain, first, count, true);
        return 0;
    }

    /** {@code __domain_mapping}. */
    static long fill(Cpu cpu, long domain, long firstPfn, long physicalPfn, long count, long permissions) {
        long run = 0;
        for (long i = 0; i < count; i++) {
            long pte = entry(cpu, domain, firstPfn + i, true);
            if (pte == 0) {
                return Errno.ENOMEM;
            }
            long value = physicalPfn + i << PAGE_SHIFT | permissions;
            long old = cpu.read(pte, 8, Endian.LITTLE);
            if (old == 0) {
                cpu.write(pte, 8, Endian.LITTLE, value);
            } else {
                cpu.printk(ALREADY_SET, firstPfn + i, old, value);
                cpu.warn(ALREADY_SET);
            }
            run = run == 0 ? pte : run;
            if (i == count - 1 || (pte & 0xfff) == 0xff8) {
                flush(cpu, domain, run, pte + 8 - run);
                run = 0;
            }
        }
        return 0;
    }

    /** {@code dma_pte_clear_range}. */
    public static void clearRange(Cpu cpu, long domain, long firstPfn, long count) {
        for (long pfn = firstPfn; pfn < firstPfn + count; pfn++) {
            long pte = entry(cpu, domain, pfn, false);
            if (pte != 0) {
                cpu.write(pte, 8, Endian.LITTLE, 0);
                flush(cpu, domain, pte, 8);
            }
        }
    }

    /** {@code pfn_to_dma_pte}: kernel address of the last-level entry; 0 if there is no table or no memory for one. */
    static long entry(Cpu cpu, long domain, long pfn, boolean alloc) {
        long table = cpu.load(domain, DmarDomain.PGD);
        for (int level = levels(cpu, domain); ; level--) {
            long pte = table + (pfn >>> 9 * (level - 1) & ENTRIES - 1) * 8;
            if (level == 1) {
                return pte;
            }
            long value = cpu.read(pte, 8, Endian.LITTLE);
            if ((value & (READ | WRITE)) == 0) {
                long page = alloc ? Pages.alloc(cpu) : 0;
                if (page == 0) {
                    return 0;
                }
                flush(cpu, domain, page, Pages.BYTES);
                value = Pages.physical(page) | READ | WRITE;
                cpu.write(pte, 8, Endian.LITTLE, value);
                flush(cpu, domain, pte, 8);
            }
            table = Pages.linear(value & PAGE_MASK);
        }
    }

    /** Frees the tables of a domain that no device uses. */
    static void freeTables(Cpu cpu, long domain) {
        freeTable(cpu, cpu.load(domain, DmarDomain.PGD), levels(cpu, domain));
    }

    private static void freeTable(Cpu cpu, long table, int level) {
        for (int i = 0; i < ENTRIES && level > 1; i++) {
            long value = cpu.read(table + i * 8L, 8, Endian.LITTLE);
            if ((value & (READ | WRITE)) != 0) {
                freeTable(cpu, Pages.linear(value & PAGE_MASK), level - 1);
            }
        }
        Pages.free(cpu, table, 1);
    }

    /** {@code domain_flush_cache}. */
    static void flush(Cpu cpu, long domain, long address, long sizeBytes) {
        if (cpu.load(domain, DmarDomain.COHERENT) == 0) {
            Hw.flushLines(cpu, address, sizeBytes);
        }
    }
}
