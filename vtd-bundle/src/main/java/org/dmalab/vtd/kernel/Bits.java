package org.dmalab.vtd.kernel;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.kernel.KernelFunction;

/** Bitmaps in kernel data, by address. */
final class Bits {
    private Bits() { }

    static boolean test(Cpu cpu, long bitmap, long bit) {
        return (cpu.load(bitmap + bit / 64 * 8, 8) >>> bit % 64 & 1) != 0;
    }

    static void set(Cpu cpu, long bitmap, long bit) {
        long word = bitmap + bit / 64 * 8;
        cpu.store(word, 8, cpu.load(word, 8) | 1L << bit % 64);
    }

    static void clear(Cpu cpu, long bitmap, long bit) {
        long word = bitmap + bit / 64 * 8;
        cpu.store(word, 8, cpu.load(word, 8) & ~(1L << bit % 64));
    }

    /** {@code find_first_zero_bit}: the number of bits if there is none. */
    @KernelFunction("find_first_zero_bit")
    static long firstZero(Cpu cpu, long bitmap, long bits) {
        for (long word = 0; word < bits; word += 64) {
            long value = cpu.load(bitmap + word / 8, 8);
            if (value != -1L) {
                return Math.min(bits, word + Long.numberOfTrailingZeros(~value));
            }
        }
        return bits;
    }
}
