package org.dmalab.vtd.kernel;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.vtd.kernel.KernelLayout.DmarDomain;
import org.dmalab.vtd.kernel.KernelLayout.Iova;

/** Bus addresses of a domain: ranges in use, highest first; new ones are taken top-down, aligned to their size. */
final class Iovas {
    private Iovas() { }

    /** {@code reserve_iova}: takes a range; one that is taken already stays as it is. */
    static boolean reserve(Cpu cpu, long domain, long first, long last) {
        long previous = domain + DmarDomain.IOVAS.offset();
        long next = cpu.load(previous, 8);
        while (next != 0 && cpu.load(next, Iova.PFN_LO) > last) {
            previous = next + Iova.NEXT.offset();
            next = cpu.load(previous, 8);
        }
        return (next == 0 || cpu.load(next, Iova.PFN_HI) < first) && insert(cpu, previous, next, first, last) != 0;
    }

    /** {@code alloc_iova} below a limit: the first page frame, 0 if there is none. */
    static long alloc(Cpu cpu, long domain, long pages, long limitPfn) {
        long size = 1L << Mappings.log2RoundedUp(pages);
        long previous = domain + DmarDomain.IOVAS.offset();
        long top = limitPfn;
        while (true) {
            long next = cpu.load(previous, 8);
            long first = top - size + 1 & -size;
            long below = next == 0 ? 0 : cpu.load(next, Iova.PFN_HI);
            if (first > below && first + size - 1 <= top) {
                return insert(cpu, previous, next, first, first + size - 1) == 0 ? 0 : first;
            }
            if (next == 0) {
                return 0;
            }
            top = Math.min(top, cpu.load(next, Iova.PFN_LO) - 1);
            previous = next + Iova.NEXT.offset();
        }
    }

    /** {@code free_iova}. */
    static void free(Cpu cpu, long domain, long firstPfn) {
        long previous = domain + DmarDomain.IOVAS.offset();
        long next = cpu.load(previous, 8);
        while (next != 0) {
            if (cpu.load(next, Iova.PFN_LO) == firstPfn) {
                cpu.store(previous, 8, cpu.load(next, Iova.NEXT));
                cpu.free(next);
                return;
            }
            previous = next + Iova.NEXT.offset();
            next = cpu.load(previous, 8);
        }
    }

    static void freeAll(Cpu cpu, long domain) {
        long next = cpu.load(domain, DmarDomain.IOVAS);
        while (next != 0) {
            long after = cpu.load(next, Iova.NEXT);
            cpu.free(next);
            next = after;
        }
    }

    private static long insert(Cpu cpu, long previous, long next, long first, long last) {
        long range = cpu.alloc(Iova.STRUCT);
        if (range != 0) {
            cpu.store(range, Iova.PFN_LO, first);
            cpu.store(range, Iova.PFN_HI, last);
            cpu.store(range, Iova.NEXT, next);
            cpu.store(previous, 8, range);
        }
        return range;
    }
}
