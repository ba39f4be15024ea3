package org.dmalab.mips.kernel;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.cpu.TlbOp;

/** TLB maintenance for kernel mappings. Classic cores have no broadcast, so every flush of all processors is an IPI. */
public final class TlbFlush {
    private static final long ONE = 1;
    private static final long PKMAP = 2;

    private TlbFlush() { }

    /** {@code local_flush_tlb_one}: this processor's pair of pages. */
    public static void localOne(Cpu cpu, long address) {
        cpu.tlb(TlbOp.FLUSH_PAGE, address);
    }

    /** {@code flush_tlb_one}: every processor's. */
    public static void one(Cpu cpu, long address) {
        everywhere(cpu, ONE, address);
    }

    /** {@code flush_tlb_kernel_range} over the kmap pool. */
    static void pkmapRange(Cpu cpu) {
        everywhere(cpu, PKMAP, 0);
    }

    private static void everywhere(Cpu cpu, long function, long info) {
        if (cpu.load(Layout.TLB_BROADCAST) != 0) {
            local(cpu, function, info);
        } else {
            SmpCall.onEachCpu(cpu, function, info);
        }
    }

    /** What one processor does of a flush. */
    static void local(Cpu cpu, long function, long info) {
        if (function == ONE) {
            cpu.tlb(TlbOp.FLUSH_PAGE, info);
        } else {
            localPkmapRange(cpu);
        }
    }

    /** {@code local_flush_tlb_kernel_range}: pair by pair if that is at most half of the TLB, else everything. */
    private static void localPkmapRange(Cpu cpu) {
        long pairs = (cpu.load(Layout.LAST_PKMAP) + 1) / 2;
        if (pairs > cpu.load(Layout.TLB_SIZE) / 2) {
            cpu.tlb(TlbOp.FLUSH_ALL, 0);
            return;
        }
        for (long pair = 0; pair < pairs; pair++) {
            cpu.tlb(TlbOp.FLUSH_PAGE, Layout.PKMAP_BASE + pair * 2 * Layout.PAGE_SIZE);
        }
    }
}
