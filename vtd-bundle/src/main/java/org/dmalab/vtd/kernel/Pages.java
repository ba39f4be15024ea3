package org.dmalab.vtd.kernel;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.cpu.Endian;
import org.dmalab.api.kernel.KernelFunction;

/**
 * The kernel's pages for tables and buffers, lowest free one first. The lists of single pages that the kernel keeps for
 * each processor are left out: all go through the zone, under its lock.
 */
public final class Pages {
    /** The number of an address's bits that are its place in a page. */
    public static final int SHIFT = 12;
    /** Size of a page. */
    public static final int BYTES = 4096;
    /** Where the kernel sees physical memory. */
    public static final long LINEAR_MAP = 0xffff888000000000L;
    private static final long LOW_MEMORY_END = 0xc0000000L;
    private static final long HIGH_MEMORY = 1L << 32;

    private Pages() { }

    /** The physical address of a linear-map address. */
    public static long physical(long linear) {
        return linear - LINEAR_MAP;
    }

    /** The linear-map address of a physical address. */
    public static long linear(long physical) {
        return physical + LINEAR_MAP;
    }

    /** {@code get_zeroed_page}: linear address of a cleared page, 0 if there is none. */
    @KernelFunction("get_zeroed_page")
    public static long alloc(Cpu cpu) {
        return alloc(cpu, 1);
    }

    /** Adjacent cleared pages, at most 64: linear address of the first, 0 if there are none. */
    public static long alloc(Cpu cpu, int count) {
        long flags = SpinLock.irqSave(cpu, KernelLayout.ZONE_LOCK.address());
        long first = take(cpu, count);
        long used = first < 0 ? 0 : markUsed(cpu, first, count);
        SpinLock.irqRestore(cpu, KernelLayout.ZONE_LOCK.address(), flags);
        return first < 0 ? 0 : clear(cpu, first, count, used);
    }

    /** Takes adjacent pages: number of the first, -1 if there are none. */
    private static long take(Cpu cpu, int count) {
        long wanted = wanted(count);
        int words = KernelLayout.PAGE_TAKEN.count();
        for (long word = cpu.load(KernelLayout.PAGE_HINT); word < words; word++) {
            long taken = cpu.load(KernelLayout.PAGE_TAKEN, word);
            for (int bit = 0; bit + count <= 64; bit++) {
                if ((taken & wanted << bit) == 0) {
                    cpu.store(KernelLayout.PAGE_TAKEN, word, taken | wanted << bit);
                    if ((taken | wanted << bit) == -1L && count == 1) {
                        cpu.store(KernelLayout.PAGE_HINT, word + 1);
                    }
                    return word * 64 + bit;
                }
            }
        }
        return -1;
    }

    /** Adjacent cleared pages aligned to their number, a multiple of 64: the first, 0 if there are none. */
    static long allocAligned(Cpu cpu, int count) {
        long flags = SpinLock.irqSave(cpu, KernelLayout.ZONE_LOCK.address());
        long first = takeAligned(cpu, count);
        SpinLock.irqRestore(cpu, KernelLayout.ZONE_LOCK.address(), flags);
        for (long page = first; page >= 0 && page < first + count; page += 64) {
            clear(cpu, page, 64, markUsed(cpu, page, 64)); // words that are nobody else's
        }
        return first < 0 ? 0 : address(cpu, first);
    }

    private static long takeAligned(Cpu cpu, int count) {
        int words = count / 64;
        for (long word = 0; word + words <= KernelLayout.PAGE_TAKEN.count(); word += words) {
            boolean free = true;
            for (int i = 0; i < words; i++) {
                free &= cpu.load(KernelLayout.PAGE_TAKEN, word + i) == 0;
            }
            if (free) {
                for (int i = 0; i < words; i++) {
                    cpu.store(KernelLayout.PAGE_TAKEN, word + i, -1L);
                }
                return word * 64;
            }
        }
        return -1;
    }

    private static long wanted(int count) {
        return count == 64 ? -1L : (1L << count) - 1;
    }

    private static long address(Cpu cpu, long page) {
        return linear(cpu.load(KernelLayout.PAGE_BASE) + page * BYTES);
    }

    /** Notes pages of one word as used: those that were used before, one bit a page from the first. */
    private static long markUsed(Cpu cpu, long first, int count) {
        long used = cpu.load(KernelLayout.PAGE_USED, first / 64);
        cpu.store(KernelLayout.PAGE_USED, first / 64, used | wanted(count) << first % 64);
        return used >>> first % 64;
    }

    /** Memory is zero when the machine starts; only what was used before has to be cleared. */
    private static long clear(Cpu cpu, long first, int count, long used) {
        long base = address(cpu, first);
        for (int i = 0; i < count; i++) {
            if ((used >>> i & 1) != 0) {
                for (int offset = 0; offset < BYTES; offset += 8) {
                    cpu.write(base + (long) i * BYTES + offset, 8, Endian.LITTLE, 0);
                }
            }
        }
        return base;
    }

    /** {@code free_page}, for adjacent pages. */
    @KernelFunction("free_page")
    public static void free(Cpu cpu, long linear, int count) {
        long first = (physical(linear) - cpu.load(KernelLayout.PAGE_BASE)) / BYTES;
        long flags = SpinLock.irqSave(cpu, KernelLayout.ZONE_LOCK.address());
        for (long page = first; page < first + count; page++) {
            long taken = cpu.load(KernelLayout.PAGE_TAKEN, page / 64);
            cpu.store(KernelLayout.PAGE_TAKEN, page / 64, taken & ~(1L << page % 64));
        }
        if (first / 64 < cpu.load(KernelLayout.PAGE_HINT)) {
            cpu.store(KernelLayout.PAGE_HINT, first / 64);
        }
        SpinLock.irqRestore(cpu, KernelLayout.ZONE_LOCK.address(), flags);
    }

    /** Tells whether a physical page is one of these, and not of memory that was added. */
    static boolean owns(Cpu cpu, long physical) {
        long offset = physical - cpu.load(KernelLayout.PAGE_BASE);
        return offset >= 0 && offset < (long) KernelLayout.PAGES * BYTES;
    }

    /** Tells whether a physical page is memory, as the firmware's map says. */
    public static boolean isRam(Cpu cpu, long physical) {
        long bytes = cpu.load(KernelLayout.RAM_BYTES);
        return physical >= 0 && (physical < Math.min(bytes, LOW_MEMORY_END)
                || (physical >= HIGH_MEMORY && physical < HIGH_MEMORY + bytes - LOW_MEMORY_END));
    }
}
