package org.dmalab.vtd.kernel;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.cpu.Endian;

/** The kernel's pages for tables and buffers, lowest free one first. */
public final class Pages {
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
    public static long alloc(Cpu cpu) {
        return alloc(cpu, 1);
    }

    /** Adjacent cleared pages, at most 64: linear address of the first, 0 if there are none. */
    public static long alloc(Cpu cpu, int count) {
        long wanted = count == 64 ? -1L : (1L << count) - 1;
        int words = KernelLayout.PAGE_TAKEN.count();
        for (long word = cpu.load(KernelLayout.PAGE_HINT); word < words; word++) {
            long taken = cpu.load(KernelLayout.PAGE_TAKEN, word);
            for (int bit = 0; bit + count <= 64; bit++) {
                if ((taken & wanted << bit) == 0) {
                    cpu.store(KernelLayout.PAGE_TAKEN, word, taken | wanted << bit);
                    if ((taken | wanted << bit) == -1L && count == 1) {
                        cpu.store(KernelLayout.PAGE_HINT, word + 1);
                    }
                    return clear(cpu, word, bit, count);
                }
            }
        }
        return 0;
    }

    /** Adjacent cleared pages aligned to their number, a multiple of 64: the first, 0 if there are none. */
    static long allocAligned(Cpu cpu, int count) {
        int words = count / 64;
        for (long word = 0; word + words <= KernelLayout.PAGE_TAKEN.count(); word += words) {
            boolean free = true;
            for (int i = 0; i < words; i++) {
                free &= cpu.load(KernelLayout.PAGE_TAKEN, word + i) == 0;
            }
            if (free) {
                for (int i = 0; i < words; i++) {
                    cpu.store(KernelLayout.PAGE_TAKEN, word + i, -1L);
                    clear(cpu, word + i, 0, 64);
                }
                return linear(cpu.load(KernelLayout.PAGE_BASE) + word * 64 * BYTES);
            }
        }
        return 0;
    }

    /** Memory is zero when the machine starts; only what was used before has to be cleared. */
    private static long clear(Cpu cpu, long word, int firstBit, int count) {
        long used = cpu.load(KernelLayout.PAGE_USED, word);
        long base = linear(cpu.load(KernelLayout.PAGE_BASE) + (word * 64 + firstBit) * BYTES);
        for (int i = 0; i < count; i++) {
            if ((used >>> firstBit + i & 1) != 0) {
                for (int offset = 0; offset < BYTES; offset += 8) {
                    cpu.write(base + (long) i * BYTES + offset, 8, Endian.LITTLE, 0);
                }
            }
            used |= 1L << firstBit + i;
        }
        cpu.store(KernelLayout.PAGE_USED, word, used);
        return base;
    }

    /** {@code free_page}, for adjacent pages. */
    public static void free(Cpu cpu, long linear, int count) {
        long first = (physical(linear) - cpu.load(KernelLayout.PAGE_BASE)) / BYTES;
        for (long page = first; page < first + count; page++) {
            long taken = cpu.load(KernelLayout.PAGE_TAKEN, page / 64);
            cpu.store(KernelLayout.PAGE_TAKEN, page / 64, taken & ~(1L << page % 64));
        }
        if (first / 64 < cpu.load(KernelLayout.PAGE_HINT)) {
            cpu.store(KernelLayout.PAGE_HINT, first / 64);
        }
    }

    /** Tells whether a physical page is memory, as the firmware's map says. */
    public static boolean isRam(Cpu cpu, long physical) {
        long bytes = cpu.load(KernelLayout.RAM_BYTES);
        return physical >= 0 && (physical < Math.min(bytes, LOW_MEMORY_END)
                || physical >= HIGH_MEMORY && physical < HIGH_MEMORY + bytes - LOW_MEMORY_END);
    }
}
