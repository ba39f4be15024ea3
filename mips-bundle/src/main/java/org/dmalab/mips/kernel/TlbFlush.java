package org.dmalab.mips.kernel;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.cpu.TlbOp;
import org.dmalab.api.kernel.KernelFunction;

/** TLB maintenance for kernel mappings. Classic cores have no broadcast, so every flush of all processors is an IPI. */
public final class TlbFlush {
    private static final long ONE = 1;
    private static final long PKMAP = 2;

    private TlbFlush() { }

    /** {@code local_flush_tlb_one}: this processor's pair of pages. */
    @KernelFunction("local_flush_tlb_one")
    public static void localOne(Cpu cpu, long address) {
        cpu.tlb(TlbOp.FLUSH_PAGE, address);
    }

    /** {@code flush_tlb_one}: every processor's. */
    @KernelFunction("flush_tlb_one")
    public static void one(Cpu cpu, long address) {
        everywhere(cpu, ONE, address);
    }

    /** {@code flush_tlb_kernel_range} over the kmap pool. */
    @KernelFunction("flush_tlb_kernel_range")
    static void pkmapRange(Cpu cpu) {
        everywhere(cpu, PKMAP, 0);
    }

    private static void everywhere(Cpu cpu, long function, long info) {
        if (cpu.load(KernelLayout.TLB_BROADCAST) != 0) {
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
    @KernelFunction("local_flush_tlb_kernel_range")
    private static void localPkmapRange(Cpu cpu) {
        long pairs = (cpu.load(KernelLayout.LAST_PKMAP) + 1) / 2;
        if (pairs > cpu.load(KernelLayout.TLB_SIZE) / 2) {
            cpu.tlb(TlbOp.FLUSH_ALL, 0);
            return;
        }
        for (long pair = 0; pair < pairs; pair++) {
            cpu.tlb(TlbOp.FLUSH_PAGE, KernelLayout.PKMAP_BASE + pair * 2 * KernelLayout.PAGE_SIZE);
        }
    }
}
