package org.dmalab.pseries.kernel;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.kernel.KernelFunction;
import org.dmalab.api.service.Errno;

/** memblock.memory: the ranges of memory that the kernel knows of, ascending and merged; kept after boot. */
public final class Memblock {
    private Memblock() { }

    /** Number of ranges. */
    public static long count(Cpu cpu) {
        return cpu.load(KernelLayout.MEMBLOCK_COUNT);
    }

    /** Start of a range. */
    public static long start(Cpu cpu, long index) {
        return cpu.load(KernelLayout.MEMBLOCK_START, index);
    }

    /** End of a range, exclusive. */
    public static long end(Cpu cpu, long index) {
        return cpu.load(KernelLayout.MEMBLOCK_START, index) + cpu.load(KernelLayout.MEMBLOCK_SIZE, index);
    }

    /** memblock_end_of_DRAM. */
    @KernelFunction("memblock_end_of_DRAM")
    public static long endOfDram(Cpu cpu) {
        long count = count(cpu);
        return count == 0 ? 0 : end(cpu, count - 1);
    }

    /** Tells whether all of a range is memory. */
    public static boolean contains(Cpu cpu, long start, long size) {
        long count = count(cpu);
        for (long i = 0; i < count; i++) {
            if (start >= start(cpu, i) && start + size <= end(cpu, i)) {
                return true;
            }
        }
        return false;
    }

    /** Tells whether any of a range is memory. */
    public static boolean overlaps(Cpu cpu, long start, long size) {
        long count = count(cpu);
        for (long i = 0; i < count; i++) {
            if (start < end(cpu, i) && start + size > start(cpu, i)) {
                return true;
            }
        }
        return false;
    }

    /** memblock_add: 0, -EINVAL if it overlaps what is there, or -ENOMEM if there is no room for another range. */
    @KernelFunction("memblock_add")
    public static long add(Cpu cpu, long start, long size) {
        if (size <= 0 || overlaps(cpu, start, size)) {
            return Errno.EINVAL;
        }
        long count = count(cpu);
        long at = 0;
        while (at < count && start(cpu, at) < start) {
            at++;
        }
        if (at > 0 && end(cpu, at - 1) == start) {
            cpu.store(KernelLayout.MEMBLOCK_SIZE, at - 1, cpu.load(KernelLayout.MEMBLOCK_SIZE, at - 1) + size);
            mergeWithNext(cpu, at - 1);
            return 0;
        }
        if (at < count && start + size == start(cpu, at)) {
            set(cpu, at, start, end(cpu, at));
            return 0;
        }
        return insert(cpu, at, start, start + size);
    }

    private static void mergeWithNext(Cpu cpu, long at) {
        if (at + 1 < count(cpu) && end(cpu, at) == start(cpu, at + 1)) {
            set(cpu, at, start(cpu, at), end(cpu, at + 1));
            delete(cpu, at + 1);
        }
    }

    /** memblock_remove of a range inside one that is there: 0, -EINVAL if it is not there, or -ENOMEM. */
    @KernelFunction("memblock_remove")
    public static long remove(Cpu cpu, long start, long size) {
        long count = count(cpu);
        long at = 0;
        while (at < count && !(start >= start(cpu, at) && start + size <= end(cpu, at))) {
            at++;
        }
        if (at == count || size <= 0) {
            return Errno.EINVAL;
        }
        long first = start(cpu, at);
        long last = end(cpu, at);
        if (first == start && last == start + size) {
            delete(cpu, at);
        } else if (first == start) {
            set(cpu, at, start + size, last);
        } else {
            set(cpu, at, first, start);
            return last == start + size ? 0 : insert(cpu, at + 1, start + size, last);
        }
        return 0;
    }

    private static long insert(Cpu cpu, long at, long start, long end) {
        long count = count(cpu);
        if (count == KernelLayout.MEMBLOCK_REGIONS) {
            return Errno.ENOMEM;
        }
        for (long i = count; i > at; i--) {
            set(cpu, i, start(cpu, i - 1), end(cpu, i - 1));
        }
        set(cpu, at, start, end);
        cpu.store(KernelLayout.MEMBLOCK_COUNT, count + 1);
        return 0;
    }

    private static void delete(Cpu cpu, long at) {
        long count = count(cpu);
        for (long i = at; i + 1 < count; i++) {
            set(cpu, i, start(cpu, i + 1), end(cpu, i + 1));
        }
        set(cpu, count - 1, 0, 0);
        cpu.store(KernelLayout.MEMBLOCK_COUNT, count - 1);
    }

    private static void set(Cpu cpu, long index, long start, long end) {
        cpu.store(KernelLayout.MEMBLOCK_START, index, start);
        cpu.store(KernelLayout.MEMBLOCK_SIZE, index, end - start);
    }
}
