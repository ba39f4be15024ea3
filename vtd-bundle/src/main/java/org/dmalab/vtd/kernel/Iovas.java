package org.dmalab.vtd.kernel;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.kernel.KernelFunction;
import org.dmalab.vtd.kernel.KernelLayout.DmarDomain;
import org.dmalab.vtd.kernel.KernelLayout.Iova;

/**
 * Bus addresses of a domain: ranges in use, highest first; new ones are taken top-down, aligned to their size. All of
 * it is under {@code iova_rbtree_lock}; the caches of freed ranges that the kernel keeps for each processor are left
 * out.
 */
final class Iovas {
    private Iovas() { }

    /** {@code reserve_iova}: takes a range; one that is taken already stays as it is. */
    @KernelFunction("reserve_iova")
    static boolean reserve(Cpu cpu, long domain, long first, long last) {
        long flags = lock(cpu, domain);
        long previous = domain + DmarDomain.IOVAS.offset();
        long next = cpu.load(previous, 8);
        while (next != 0 && cpu.load(next, Iova.PFN_LO) > last) {
            previous = next + Iova.NEXT.offset();
            next = cpu.load(previous, 8);
        }
        boolean free = next == 0 || cpu.load(next, Iova.PFN_HI) < first;
        long range = free ? cpu.alloc(Iova.STRUCT) : 0;
        if (range != 0) {
            insert(cpu, range, previous, next, first, last);
        }
        unlock(cpu, domain, flags);
        return range != 0;
    }

    /** {@code alloc_iova} below a limit: the first page frame, 0 if there is none. */
    @KernelFunction("alloc_iova")
    static long alloc(Cpu cpu, long domain, long pages, long limitPfn) {
        long range = cpu.alloc(Iova.STRUCT);
        if (range == 0) {
            return 0;
        }
        long flags = lock(cpu, domain);
        long first = insertBelow(cpu, domain, range, 1L << Mappings.log2RoundedUp(pages), limitPfn);
        unlock(cpu, domain, flags);
        if (first == 0) {
            cpu.free(range);
        }
        return first;
    }

    /** {@code __alloc_and_insert_iova_range}, aligned to the size: the first page frame, 0 if there is no room. */
    @KernelFunction("__alloc_and_insert_iova_range")
    private static long insertBelow(Cpu cpu, long domain, long range, long size, long limitPfn) {
        long previous = domain + DmarDomain.IOVAS.offset();
        long top = limitPfn;
        while (true) {
            long next = cpu.load(previous, 8);
            long first = top - size + 1 & -size;
            long below = next == 0 ? 0 : cpu.load(next, Iova.PFN_HI);
            if (first > below && first + size - 1 <= top) {
                insert(cpu, range, previous, next, first, first + size - 1);
                return first;
            }
            if (next == 0) {
                return 0;
            }
            top = Math.min(top, cpu.load(next, Iova.PFN_LO) - 1);
            previous = next + Iova.NEXT.offset();
        }
    }

    /** {@code free_iova}. */
    @KernelFunction("free_iova")
    static void free(Cpu cpu, long domain, long firstPfn) {
        long flags = lock(cpu, domain);
        long previous = domain + DmarDomain.IOVAS.offset();
        long range = cpu.load(previous, 8);
        while (range != 0 && cpu.load(range, Iova.PFN_LO) != firstPfn) {
            previous = range + Iova.NEXT.offset();
            range = cpu.load(previous, 8);
        }
        if (range != 0) {
            cpu.store(previous, 8, cpu.load(range, Iova.NEXT));
        }
        unlock(cpu, domain, flags);
        if (range != 0) {
            cpu.free(range);
        }
    }

    /** Of a domain that nobody uses. */
    @KernelFunction("put_iova_domain")
    static void freeAll(Cpu cpu, long domain) {
        long next = cpu.load(domain, DmarDomain.IOVAS);
        while (next != 0) {
            long after = cpu.load(next, Iova.NEXT);
            cpu.free(next);
            next = after;
        }
    }

    private static void insert(Cpu cpu, long range, long previous, long next, long first, long last) {
        cpu.store(range, Iova.PFN_LO, first);
        cpu.store(range, Iova.PFN_HI, last);
        cpu.store(range, Iova.NEXT, next);
        cpu.store(previous, 8, range);
    }

    private static long lock(Cpu cpu, long domain) {
        return SpinLock.irqSave(cpu, domain + DmarDomain.IOVA_LOCK.offset());
    }

    private static void unlock(Cpu cpu, long domain, long flags) {
        SpinLock.irqRestore(cpu, domain + DmarDomain.IOVA_LOCK.offset(), flags);
    }
}
