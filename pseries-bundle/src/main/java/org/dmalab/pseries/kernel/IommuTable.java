package org.dmalab.pseries.kernel;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.cpu.Text;
import org.dmalab.api.kernel.KernelFunction;
import org.dmalab.pseries.kernel.KernelLayout.Table;

/**
 * struct iommu_table: which entries of a TCE table are in use. Small allocations come from up to four pools in the
 * first three quarters, chosen by processor; those of more than 15 entries from a large pool behind them.
 */
public final class IommuTable {
    /** IOMMU_NR_POOLS. */
    public static final int MAX_POOLS = 4;
    private static final int BLOCK_ENTRIES = 16;
    private static final int LARGE_ENTRIES = 15;
    private static final long SPLIT_BYTES = 1L << 30;
    private static final long POOL_HASH = 0x61c88647L;
    private static final int WORD_SHIFT = 6;
    private static final long KDUMP_MIN_TCE_ENTRIES = 2048;
    private static final long READY = Text.id("IOMMU table initialized, virtual merging enabled");
    private static final long FULL = Text.id("TCE table is full; freeing %ld entries for the kdump boot");
    private static final long NULL_MAP = Text.id("BUG: Kernel NULL pointer dereference on read at 0x00000000:"
            + " iommu_range_alloc, the table has no bitmap");

    private IommuTable() { }

    /**
     * iommu_pseries_alloc_table and iommu_table_setparms_common: a table for entries that start at a bus address, still
     * without a bitmap.
     *
     * @return its address, or 0 if there is no memory
     */
    @KernelFunction("iommu_pseries_alloc_table")
    public static long alloc(Cpu cpu, long liobn, long busAddress, long shift, long entries) {
        long table = cpu.alloc(Table.STRUCT);
        if (table != 0) {
            cpu.store(table, Table.INDEX, liobn);
            cpu.store(table, Table.OFFSET, busAddress >>> shift);
            cpu.store(table, Table.ENTRIES, entries);
            cpu.store(table, Table.PAGE_SHIFT, shift);
            cpu.store(table, Table.MAP, 0);
        }
        return table;
    }

    /**
     * iommu_init_table: gives a table its bitmap, and clears its TCEs, or takes over those of a kernel that crashed.
     *
     * @param kernel which clears TCEs in its own way
     * @param cpu where it runs
     * @param table the table
     * @param reservedStart first entry that is never given out, counted from bus address 0
     * @param reservedEnd the entry after the last of them; equal to the first for none
     * @return false if there is no memory for the bitmap
     */
    @KernelFunction("iommu_init_table")
    public static boolean init(PseriesKernel kernel, Cpu cpu, long table, long reservedStart, long reservedEnd) {
        long entries = cpu.load(table, Table.ENTRIES);
        long map = entries > Integer.MAX_VALUE ? 0 : cpu.alloc(Table.MAP_WORD, (entries + 63) >>> WORD_SHIFT);
        if (map == 0) {
            return false;
        }
        long offset = cpu.load(table, Table.OFFSET);
        cpu.store(table, Table.MAP, map);
        cpu.store(table, Table.RESERVED_START, clamp(reservedStart - offset, entries));
        cpu.store(table, Table.RESERVED_END, clamp(reservedEnd - offset, entries));
        reserve(cpu, table, map);
        long pools = entries << cpu.load(table, Table.PAGE_SHIFT) >= SPLIT_BYTES ? MAX_POOLS : 1;
        long poolSize = entries * 3 / 4 / pools;
        cpu.store(table, Table.POOLS, pools);
        cpu.store(table, Table.POOL_SIZE, poolSize);
        for (int pool = 0; pool < pools; pool++) {
            cpu.store(table + Table.HINT.offset() + 8L * pool, 8, poolSize * pool);
        }
        cpu.store(table, Table.LARGE_HINT, poolSize * pools);
        if (cpu.load(KernelLayout.IS_KDUMP) == 0) {
            kernel.tce_freemulti_pSeriesLP(cpu, table, offset, entries);
        } else {
            takeOver(cpu, table, map);
        }
        if (cpu.load(KernelLayout.WELCOMED) == 0) {
            cpu.printk(READY);
            cpu.store(KernelLayout.WELCOMED, 1);
        }
        return true;
    }

    /** iommu_table_clear of a crash kernel: what the old kernel mapped stays, but for some entries if it is full. */
    @KernelFunction("iommu_table_clear")
    private static void takeOver(Cpu cpu, long table, long map) {
        long liobn = cpu.load(table, Table.INDEX);
        long shift = cpu.load(table, Table.PAGE_SHIFT);
        long offset = cpu.load(table, Table.OFFSET);
        long entries = cpu.load(table, Table.ENTRIES);
        long used = 0;
        for (long entry = 0; entry < entries; entry++) {
            long code = cpu.hcall(Hvcall.H_GET_TCE, liobn, (entry + offset) << shift, 0, 0);
            if (code == Hvcall.H_SUCCESS && cpu.hcallResult(0) != 0) {
                set(cpu, map, entry, 1, true);
                used++;
            }
        }
        if (entries - used < KDUMP_MIN_TCE_ENTRIES) {
            cpu.printk(FULL, KDUMP_MIN_TCE_ENTRIES);
            // The loop begins at an unsigned difference: of a smaller table nothing is freed.
            long first = entries - KDUMP_MIN_TCE_ENTRIES;
            set(cpu, map, first, first < 0 ? 0 : KDUMP_MIN_TCE_ENTRIES, false);
        }
    }

    private static long clamp(long entry, long entries) {
        return Math.max(0, Math.min(entries, entry));
    }

    /** Entry 0 at bus address 0 catches null pointers; the reserved range is other people's. */
    private static void reserve(Cpu cpu, long table, long map) {
        if (cpu.load(table, Table.OFFSET) == 0) {
            set(cpu, map, 0, 1, true);
        }
        long start = cpu.load(table, Table.RESERVED_START);
        set(cpu, map, start, cpu.load(table, Table.RESERVED_END) - start, true);
    }

    /** Frees a table and its bitmap. */
    public static void free(Cpu cpu, long table) {
        long map = cpu.load(table, Table.MAP);
        if (map != 0) {
            cpu.free(map);
        }
        cpu.free(table);
    }

    /** iommu_table_in_use: tells whether any entry but the reserved ones is given out. */
    @KernelFunction("iommu_table_in_use")
    public static boolean inUse(Cpu cpu, long table) {
        long map = cpu.load(table, Table.MAP);
        long first = cpu.load(table, Table.OFFSET) == 0 ? 1 : 0;
        long start = cpu.load(table, Table.RESERVED_START);
        long end = cpu.load(table, Table.RESERVED_END);
        long entries = cpu.load(table, Table.ENTRIES);
        if (end > start) {
            return anySet(cpu, map, first, start) || anySet(cpu, map, end, entries);
        }
        return anySet(cpu, map, first, entries);
    }

    private static boolean anySet(Cpu cpu, long map, long from, long to) {
        long bit = from;
        while (bit < to) {
            long word = cpu.load(map + (bit >>> WORD_SHIFT) * 8, 8) >>> (bit & 63);
            long left = Math.min(64 - (bit & 63), to - bit);
            if (left < 64) {
                word &= (1L << left) - 1;
            }
            if (word != 0) {
                return true;
            }
            bit += left;
        }
        return false;
    }

    /**
     * iommu_range_alloc: takes consecutive entries.
     *
     * @param cpu where it runs
     * @param table the table
     * @param count how many
     * @param alignShift binary logarithm of their alignment
     * @param mask what the device can address
     * @return the number of the first one in the table, or -1 if there is no room
     */
    @KernelFunction("iommu_range_alloc")
    public static long take(Cpu cpu, long table, long count, int alignShift, long mask) {
        long flags = cpu.irqSave();
        cpu.lock(table + Table.LOCK.offset());
        boolean large = count > LARGE_ENTRIES;
        long pools = cpu.load(table, Table.POOLS);
        long poolSize = cpu.load(table, Table.POOL_SIZE);
        long pool = large ? pools : (((cpu.processor() * POOL_HASH) & 0xffffffffL) >>> 30) & (pools - 1);
        long hint = large ? table + Table.LARGE_HINT.offset() : table + Table.HINT.offset() + 8 * pool;
        long limit = large ? cpu.load(table, Table.ENTRIES) : poolSize * (pool + 1);
        long reachable = (mask >>> cpu.load(table, Table.PAGE_SHIFT)) - cpu.load(table, Table.OFFSET);
        limit = Math.min(limit, reachable + 1);
        long first = find(cpu, table, cpu.load(hint, 8), limit, count, alignShift);
        if (first < 0) {
            first = find(cpu, table, poolSize * pool, limit, count, alignShift);
        }
        for (long other = 0; first < 0 && other <= pools; other++) {
            long end = other == pools ? cpu.load(table, Table.ENTRIES) : poolSize * (other + 1);
            first = find(cpu, table, poolSize * other, Math.min(end, reachable + 1), count, alignShift);
        }
        if (first >= 0) {
            set(cpu, cpu.load(table, Table.MAP), first, count, true);
            long next = first + count;
            cpu.store(hint, 8, large ? next : next + BLOCK_ENTRIES - 1 & -BLOCK_ENTRIES);
        }
        cpu.unlock(table + Table.LOCK.offset());
        cpu.irqRestore(flags);
        return first;
    }

    private static long find(Cpu cpu, long table, long from, long limit, long count, int alignShift) {
        long map = cpu.load(table, Table.MAP);
        if (map == 0) {
            cpu.bug(NULL_MAP); // the caller of iommu_init_table did not look
        }
        long offset = cpu.load(table, Table.OFFSET);
        long alignMask = (1L << alignShift) - 1;
        long first = from;
        while (true) {
            first = ((first + offset + alignMask) & ~alignMask) - offset;
            if (first + count > limit) {
                return -1;
            }
            long used = lastSet(cpu, map, first, first + count);
            if (used < 0) {
                return first;
            }
            first = used + 1;
        }
    }

    private static long lastSet(Cpu cpu, long map, long from, long to) {
        for (long bit = to - 1; bit >= from; bit--) {
            if ((cpu.load(map + (bit >>> WORD_SHIFT) * 8, 8) >>> (bit & 63) & 1) != 0) {
                return bit;
            }
        }
        return -1;
    }

    /** iommu_free: gives entries back. */
    @KernelFunction("iommu_free")
    public static void release(Cpu cpu, long table, long first, long count) {
        long flags = cpu.irqSave();
        cpu.lock(table + Table.LOCK.offset());
        set(cpu, cpu.load(table, Table.MAP), first, count, false);
        cpu.unlock(table + Table.LOCK.offset());
        cpu.irqRestore(flags);
    }

    private static void set(Cpu cpu, long map, long first, long count, boolean taken) {
        long bit = first;
        long end = first + count;
        while (bit < end) {
            long address = map + (bit >>> WORD_SHIFT) * 8;
            long left = Math.min(64 - (bit & 63), end - bit);
            long bits = (left == 64 ? -1L : (1L << left) - 1) << (bit & 63);
            long word = cpu.load(address, 8);
            cpu.store(address, 8, taken ? word | bits : word & ~bits);
            bit += left;
        }
    }
}
