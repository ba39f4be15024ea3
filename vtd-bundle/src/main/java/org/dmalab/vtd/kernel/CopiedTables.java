package org.dmalab.vtd.kernel;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.cpu.Text;
import org.dmalab.api.service.Binding;
import org.dmalab.api.service.Errno;
import org.dmalab.vtd.kernel.KernelLayout.IntelIommu;

/**
 * Takes over the tables of the kernel that crashed.
 *
 * <p>The mark of a copied entry is bit 67 of the entry (to 5.19), or is in a bitmap by source-id (from 6.0), as the
 * version in use has it ({@link CopiedBitmap}).
 */
public final class CopiedTables {
    private static final long PRE_ENABLED =
            Text.id("DMAR: Translation already enabled - trying to copy translation structures");
    private static final long COPIED = Text.id("DMAR: Copied translation tables from previous kernel for dmar%d");
    private static final long FAILED =
            Text.id("DMAR: Failed to copy translation tables from previous kernel for dmar%d");
    private static final long BUS_FAILED = Text.id("DMAR: dmar%d: Failed to copy context table for bus %d");
    private static final long PAGE_MASK = ~0xfffL;
    private static final long TABLE_TYPE = 3L << 10;
    private static final long PASID_ENABLE = 1L << 11;
    private static final int ENTRIES = 256;
    private static final int BITMAP_WORDS = 1024;

    private CopiedTables() { }

    /** Copies what a unit uses; 0, or the error after which translation is turned off. */
    static long takeOver(Cpu cpu, long iommu) {
        cpu.printk(PRE_ENABLED);
        long number = cpu.load(iommu, IntelIommu.SEQ_ID);
        long result = copyTranslationTables(cpu, iommu);
        cpu.printk(result == 0 ? COPIED : FAILED, number);
        return result;
    }

    /** {@code copy_translation_tables}, legacy format. */
    private static long copyTranslationTables(Cpu cpu, long iommu) {
        long register = Hw.read(cpu, iommu, Hw.RTADDR, 8);
        long oldRoot = register & PAGE_MASK;
        if ((register & TABLE_TYPE) != 0 || oldRoot == 0) {
            return Errno.EINVAL;
        }
        if (!Pages.isRam(cpu, oldRoot)) {
            return Errno.ENOMEM;
        }
        if (keepsBitmap(cpu)) {
            long bitmap = cpu.alloc(KernelLayout.COPIED_TABLES, BITMAP_WORDS);
            if (bitmap == 0) {
                return Errno.ENOMEM;
            }
            cpu.store(iommu, IntelIommu.COPIED_TABLES, bitmap);
        }
        long newRoot = cpu.load(iommu, IntelIommu.ROOT_ENTRY);
        for (int bus = 0; bus < ENTRIES; bus++) {
            long entry = ContextEntry.low(cpu, Pages.linear(oldRoot) + (long) bus * ContextEntry.BYTES);
            if ((entry & 1) == 0) {
                continue;
            }
            long table = copyContextTable(cpu, iommu, entry & PAGE_MASK, bus);
            if (table < 0 && table > -4096) {
                cpu.printk(BUS_FAILED, cpu.load(iommu, IntelIommu.SEQ_ID), bus);
            } else {
                ContextEntry.writeLow(cpu, newRoot + (long) bus * ContextEntry.BYTES, Pages.physical(table) | 1);
            }
        }
        Hw.flushCache(cpu, iommu, newRoot, Pages.BYTES);
        return 0;
    }

    private static boolean keepsBitmap(Cpu cpu) {
        Binding variant = cpu.services().enter();
        try {
            return variant.iommu() instanceof CopiedBitmap;
        } finally {
            cpu.services().leave();
        }
    }

    /** {@code copy_context_table}: values are kept, so the old domain-ids and page tables stay in use. */
    private static long copyContextTable(Cpu cpu, long iommu, long oldTable, int bus) {
        if (!Pages.isRam(cpu, oldTable)) {
            return Errno.ENOMEM;
        }
        long table = Pages.alloc(cpu);
        if (table == 0) {
            return Errno.ENOMEM;
        }
        long bitmap = cpu.load(iommu, IntelIommu.COPIED_TABLES);
        for (int devfn = 0; devfn < ENTRIES; devfn++) {
            long from = Pages.linear(oldTable) + (long) devfn * ContextEntry.BYTES;
            long low = ContextEntry.low(cpu, from);
            if ((low & 1) == 0) {
                continue;
            }
            long high = ContextEntry.high(cpu, from);
            long did = high >>> 8 & 0xffff;
            if (did < Hw.domainCount(cpu, iommu)) {
                Bits.set(cpu, cpu.load(iommu, IntelIommu.DOMAIN_IDS), did);
            }
            long to = table + (long) devfn * ContextEntry.BYTES;
            if (bitmap != 0) {
                Bits.set(cpu, bitmap, (long) bus << 8 | devfn);
                ContextEntry.writeLow(cpu, to, low);
                ContextEntry.writeHigh(cpu, to, high);
            } else {
                ContextEntry.writeLow(cpu, to, low & ~PASID_ENABLE);
                ContextEntry.writeHigh(cpu, to, ContextEntry.withCopiedMark(high));
            }
        }
        Hw.flushCache(cpu, iommu, table, Pages.BYTES);
        return table;
    }

    /** {@code context_copied} from 6.0 on. */
    public static boolean inBitmap(Cpu cpu, long iommu, long sourceId) {
        long bitmap = cpu.load(iommu, IntelIommu.COPIED_TABLES);
        return bitmap != 0 && Bits.test(cpu, bitmap, sourceId);
    }

    /** {@code clear_context_copied} from 6.0 on. */
    public static void clearInBitmap(Cpu cpu, long iommu, long sourceId) {
        long bitmap = cpu.load(iommu, IntelIommu.COPIED_TABLES);
        if (bitmap != 0 && Bits.test(cpu, bitmap, sourceId)) {
            Bits.clear(cpu, bitmap, sourceId);
        }
    }
}
