package org.dmalab.vtd.kernel;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.cpu.Text;
import org.dmalab.api.kernel.KernelFunction;
import org.dmalab.api.service.Binding;
import org.dmalab.api.service.Errno;
import org.dmalab.vtd.kernel.KernelLayout.IntelIommu;

/**
 * Takes over the tables of the kernel that crashed, of either mode; the two kernels have to agree on it. In scalable
 * mode only root and context tables are copied, so the old domain-ids, which are in the PASID tables, are not kept.
 *
 * <p>The mark of a copied entry is bit 67 of the entry (to 5.19), or is in a bitmap by source-id (from 6.0), as the
 * version in use has it ({@link VtdKernel#marksCopiedInBitmap}). In an entry of scalable mode bit 67 is part of
 * RID_PASID. A bus with an upper context table only has it copied to the lower one's place, unless
 * {@link VtdKernel#upperTableHasSlot}.
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
    private static final int UPPER_HALF = 0x80;
    private static final int BITMAP_WORDS = 1024;

    private CopiedTables() { }

    /** Copies what a unit uses; 0, or the error after which translation is turned off. */
    @KernelFunction("init_dmars")
    static long takeOver(Cpu cpu, long iommu) {
        cpu.printk(PRE_ENABLED);
        long number = cpu.load(iommu, IntelIommu.SEQ_ID);
        long result = copyTranslationTables(cpu, iommu);
        cpu.printk(result == 0 ? COPIED : FAILED, number);
        return result;
    }

    /** {@code copy_translation_tables}. */
    @KernelFunction("copy_translation_tables")
    private static long copyTranslationTables(Cpu cpu, long iommu) {
        long register = Hw.read(cpu, iommu, Hw.RTADDR, 8);
        long oldRoot = register & PAGE_MASK;
        boolean scalable = PasidTables.inUse(cpu, iommu);
        if ((register & TABLE_TYPE) != (scalable ? Boot.SCALABLE_TABLES : 0) || oldRoot == 0) {
            return Errno.EINVAL;
        }
        if (!Pages.isRam(cpu, oldRoot)) {
            return Errno.ENOMEM;
        }
        Copy copy = Copy.asked(cpu, iommu, scalable);
        if (copy.bitmap()) {
            long bitmap = cpu.alloc(KernelLayout.COPIED_TABLES, BITMAP_WORDS);
            if (bitmap == 0) {
                return Errno.ENOMEM;
            }
            cpu.store(iommu, IntelIommu.COPIED_TABLES, bitmap);
        }
        long newRoot = cpu.load(iommu, IntelIommu.ROOT_ENTRY);
        for (int bus = 0; bus < ENTRIES; bus++) {
            long from = Pages.linear(oldRoot) + (long) bus * ContextEntry.BYTES;
            long to = newRoot + (long) bus * ContextEntry.BYTES;
            long lower = copyHalf(cpu, copy, ContextEntry.low(cpu, from), to, bus, 0);
            if (scalable && lower >= 0) {
                boolean rightSlot = copy.upperSlot() || lower > 0;
                copyHalf(cpu, copy, ContextEntry.high(cpu, from), rightSlot ? to + 8 : to, bus, UPPER_HALF);
            }
        }
        Hw.flushCache(cpu, iommu, newRoot, Pages.BYTES);
        return 0;
    }

    /** One context table of a bus: 0 if there is none, 1 if it was copied and its root entry written, or an error. */
    @KernelFunction("copy_context_table")
    private static long copyHalf(Cpu cpu, Copy copy, long rootEntry, long to, int bus, int firstDevfn) {
        long table = (rootEntry & 1) == 0 || (rootEntry & PAGE_MASK) == 0 ? 0
                : copyContextTable(cpu, copy, rootEntry & PAGE_MASK, bus << 8 | firstDevfn);
        if (Devices.isError(table)) {
            cpu.printk(BUS_FAILED, cpu.load(copy.iommu(), IntelIommu.SEQ_ID), bus);
            return table;
        }
        if (table != 0) {
            ContextEntry.writeLow(cpu, to, Pages.physical(table) | 1);
        }
        return table == 0 ? 0 : 1;
    }

    /** How tables are copied, from a unit's mode and what the version in use asks for. */
    private record Copy(long iommu, boolean scalable, boolean bitmap, boolean upperSlot) {
        static Copy asked(Cpu cpu, long iommu, boolean scalable) {
            Binding variant = cpu.services().enter();
            try {
                VtdKernel kernel = VtdKernel.of(variant.iommu());
                return new Copy(iommu, scalable, kernel.marksCopiedInBitmap(), kernel.upperTableHasSlot());
            } finally {
                cpu.services().leave();
            }
        }
    }

    /** {@code copy_context_table}: values are kept, so the old page tables stay in use, and the old domain-ids. */
    @KernelFunction("copy_context_table")
    private static long copyContextTable(Cpu cpu, Copy copy, long oldTable, int firstSourceId) {
        if (!Pages.isRam(cpu, oldTable)) {
            return Errno.ENOMEM;
        }
        long table = Pages.alloc(cpu);
        if (table == 0) {
            return Errno.ENOMEM;
        }
        long iommu = copy.iommu();
        long bitmap = cpu.load(iommu, IntelIommu.COPIED_TABLES);
        long stride = copy.scalable() ? 2 * ContextEntry.BYTES : ContextEntry.BYTES;
        for (int i = 0; i < Pages.BYTES / stride; i++) {
            long from = Pages.linear(oldTable) + i * stride;
            long low = ContextEntry.low(cpu, from);
            if ((low & 1) == 0) {
                continue;
            }
            long high = ContextEntry.high(cpu, from);
            long did = high >>> 8 & 0xffff;
            if (did < Hw.domainCount(cpu, iommu)) {
                Bits.set(cpu, cpu.load(iommu, IntelIommu.DOMAIN_IDS), did);
            }
            long to = table + i * stride;
            if (bitmap != 0) {
                Bits.set(cpu, bitmap, firstSourceId + i);
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

    /** Frees the bitmap of a unit that is given up. */
    static void free(Cpu cpu, long iommu) {
        long bitmap = cpu.load(iommu, IntelIommu.COPIED_TABLES);
        if (bitmap != 0) {
            cpu.free(bitmap);
        }
    }

    /** {@code context_copied} from 6.0 on. */
    @KernelFunction("context_copied")
    public static boolean inBitmap(Cpu cpu, long iommu, long sourceId) {
        long bitmap = cpu.load(iommu, IntelIommu.COPIED_TABLES);
        return bitmap != 0 && Bits.test(cpu, bitmap, sourceId);
    }

    /** {@code clear_context_copied} from 6.0 on. */
    @KernelFunction("clear_context_copied")
    public static void clearInBitmap(Cpu cpu, long iommu, long sourceId) {
        long bitmap = cpu.load(iommu, IntelIommu.COPIED_TABLES);
        if (bitmap != 0 && Bits.test(cpu, bitmap, sourceId)) {
            Bits.clear(cpu, bitmap, sourceId);
        }
    }
}
