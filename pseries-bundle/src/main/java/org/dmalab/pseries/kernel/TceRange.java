package org.dmalab.pseries.kernel;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.kernel.KernelFunction;
import org.dmalab.api.service.Errno;
import org.dmalab.pseries.kernel.KernelLayout.WindowProp;

/**
 * The range helpers for direct windows: map or clear a range of page frames one to one. Both take a partial first TCE
 * as a whole one and count whole TCEs from there, so a range shorter than a TCE makes one hypercall with a count of 0.
 */
public final class TceRange {
    private TceRange() { }

    /**
     * tce_setrange_multi_pSeriesLP. On an error the TCEs before it stay: the caller will clear the whole range.
     *
     * @param cpu where it runs
     * @param startPfn first page frame
     * @param pageCount number of page frames
     * @param prop address of the window's struct dynamic_dma_window_prop
     * @return 0, a negative return code of the hypervisor, or -ENOMEM
     */
    @KernelFunction("tce_setrange_multi_pSeriesLP")
    public static long set(Cpu cpu, long startPfn, long pageCount, long prop) {
        return set(cpu, startPfn, pageCount, prop, BigEndian.load(cpu, prop, WindowProp.DMA_BASE));
    }

    /** The same with the bus address of the window given by the caller. */
    @KernelFunction("tce_setrange_multi_pSeriesLP")
    public static long set(Cpu cpu, long startPfn, long pageCount, long prop, long dmaBase) {
        long shift = BigEndian.load(cpu, prop, WindowProp.TCE_SHIFT);
        long liobn = BigEndian.load(cpu, prop, WindowProp.LIOBN);
        if ((cpu.load(KernelLayout.FIRMWARE_FEATURES) & KernelLayout.FEATURE_PUT_TCE_IND) == 0) {
            long start = startPfn << Pages.PAGE_SHIFT;
            return TceBuild.buildOneByOne(cpu, liobn, (start + dmaBase) >>> shift, shift,
                    pageCount << Pages.PAGE_SHIFT >>> shift, start, Hvcall.TCE_PCI_READ | Hvcall.TCE_PCI_WRITE);
        }
        long flags = cpu.irqSave();
        long page = Pages.tcePage(cpu);
        if (page == 0) {
            cpu.irqRestore(flags);
            return Errno.ENOMEM;
        }
        long tceBytes = 1L << shift;
        long next = first(startPfn, tceBytes);
        long left = count(startPfn, pageCount, shift);
        long code;
        do {
            long limit = Math.min(left, Hvcall.MAX_TCES);
            long dmaOffset = next + dmaBase;
            for (long i = 0; i < limit; i++) {
                Pages.writeTce(cpu, page, i, next | Hvcall.TCE_PCI_READ | Hvcall.TCE_PCI_WRITE);
                next += tceBytes;
            }
            code = cpu.hcall(Hvcall.H_PUT_TCE_INDIRECT, liobn, dmaOffset, Pages.physical(page), limit);
            left -= limit;
        } while (left > 0 && code == Hvcall.H_SUCCESS);
        cpu.irqRestore(flags);
        return code;
    }

    /**
     * tce_clearrange_multi_pSeriesLP. Stops at the first error, so what lies behind it stays mapped.
     *
     * @return 0 or a negative return code of the hypervisor
     */
    @KernelFunction("tce_clearrange_multi_pSeriesLP")
    public static long clear(Cpu cpu, long startPfn, long pageCount, long prop) {
        long shift = BigEndian.load(cpu, prop, WindowProp.TCE_SHIFT);
        long liobn = BigEndian.load(cpu, prop, WindowProp.LIOBN);
        long next = first(startPfn, 1L << shift);
        long left = count(startPfn, pageCount, shift);
        long code;
        do {
            long dmaOffset = next + BigEndian.load(cpu, prop, WindowProp.DMA_BASE);
            long limit = Math.min(left, Hvcall.MAX_TCES);
            code = cpu.hcall(Hvcall.H_STUFF_TCE, liobn, dmaOffset, 0, limit);
            next += limit << shift;
            left -= limit;
        } while (left > 0 && code == Hvcall.H_SUCCESS);
        return code;
    }

    private static long first(long startPfn, long tceBytes) {
        return (startPfn << Pages.PAGE_SHIFT) & -tceBytes;
    }

    /** Length and the lead of a partial first TCE, in whole TCEs; the kernel's rounding up has no effect. */
    private static long count(long startPfn, long pageCount, long shift) {
        long start = startPfn << Pages.PAGE_SHIFT;
        long lead = start & (1L << shift) - 1;
        return ((pageCount << Pages.PAGE_SHIFT) + lead) >>> shift;
    }
}
