package org.dmalab.mips.kernel;

import org.dmalab.api.cpu.CacheOp;
import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.cpu.Text;
import org.dmalab.api.kernel.KernelFunction;
import org.dmalab.api.kernel.Variable;

/**
 * Cache maintenance of a virtual range: what {@code dma_cache_wback_inv} and {@code dma_cache_inv} are bound to on
 * processors of the R4000 kind, in 2010. There is no operation that only writes back.
 *
 * <p>Ranges are rounded outwards to whole lines. A range as large as the cache becomes a blast by index, which writes
 * back whatever it finds, also where an invalidation was asked for. No operation is sent to other processors: the
 * callers may have interrupts off.
 */
public final class CacheMaintenance {
    private static final long EMPTY = Text.id("WARNING: at arch/mips/mm/c-r4k.c: cache maintenance of 0 bytes");

    private CacheMaintenance() { }

    /**
     * {@code flush_data_cache_page} in atomic context ({@code local_r4k_flush_data_cache_page}): writes back and
     * invalidates a page of lines of this processor's primary cache, from exactly the address that it is given on.
     * Knows neither size nor direction, leaves the secondary cache alone, does not wait for the write buffer.
     */
    @KernelFunction("local_r4k_flush_data_cache_page")
    public static void flushDataCachePage(Cpu cpu, long address) {
        long lineBytes = cpu.load(KernelLayout.DCACHE_LINESZ);
        for (long line = address; line < address + KernelLayout.PAGE_SIZE; line += lineBytes) {
            cpu.cache(CacheOp.HIT_WRITEBACK_INVALIDATE_D, line);
        }
    }

    static void maintain(MipsKernel kernel, Cpu cpu, long address, long sizeBytes, boolean invalidate) {
        if (sizeBytes == 0) {
            cpu.warn(EMPTY);
            return;
        }
        cpu.preemptDisable();
        if (cpu.load(KernelLayout.INCLUSIVE_PCACHES) != 0) {
            secondary(kernel, cpu, address, sizeBytes, invalidate, KernelLayout.EDGE_WRITEBACK);
            cpu.preemptEnable();
        } else {
            primary(kernel, cpu, address, sizeBytes, invalidate);
            cpu.preemptEnable();
            if (cpu.load(KernelLayout.SCACHE_SIZE) != 0) {
                secondary(kernel, cpu, address, sizeBytes, invalidate, KernelLayout.SCACHE_EDGE_WRITEBACK);
            }
        }
        kernel.__sync(cpu);
    }

    private static void primary(MipsKernel kernel, Cpu cpu, long address, long sizeBytes, boolean invalidate) {
        if (kernel.cpu_has_safe_index_cacheops(cpu) && sizeBytes >= cpu.load(KernelLayout.DCACHE_SIZE)) {
            kernel.r4k_blast_dcache(cpu);
        } else {
            range(kernel, cpu, CacheOp.HIT_WRITEBACK_INVALIDATE_D, invalidate ? CacheOp.HIT_INVALIDATE_D : null,
                    KernelLayout.EDGE_WRITEBACK, cpu.load(KernelLayout.DCACHE_LINESZ), address, sizeBytes);
        }
    }

    /** {@code bc_wback_inv} and {@code bc_inv}, and the same for a secondary cache that is inclusive. */
    private static void secondary(MipsKernel kernel, Cpu cpu, long address, long sizeBytes, boolean invalidate,
            Variable edges) {
        if (sizeBytes >= cpu.load(KernelLayout.SCACHE_SIZE)) {
            blast(cpu, CacheOp.INDEX_WRITEBACK_INVALIDATE_S, KernelLayout.SCACHE_LINESZ, KernelLayout.SCACHE_WAYSIZE,
                    KernelLayout.SCACHE_WAYS);
        } else {
            range(kernel, cpu, CacheOp.HIT_WRITEBACK_INVALIDATE_S, invalidate ? CacheOp.HIT_INVALIDATE_S : null,
                    edges, cpu.load(KernelLayout.SCACHE_LINESZ), address, sizeBytes);
        }
    }

    /** One operation on each line of a range; an invalidation may save the two edge lines first. */
    private static void range(MipsKernel kernel, Cpu cpu, CacheOp writeBack, CacheOp invalidate, Variable edges,
            long lineBytes, long address, long sizeBytes) {
        if (invalidate != null && cpu.load(edges) != 0) {
            cpu.cache(writeBack, address & -lineBytes);
            cpu.cache(writeBack, (address + sizeBytes - 1) & -lineBytes);
        }
        kernel.blast_range(cpu, invalidate == null ? writeBack : invalidate, lineBytes, address,
                address + sizeBytes);
    }

    /** Every line of every way by index, through addresses of kseg0. */
    static void blast(Cpu cpu, CacheOp operation, Variable lineSize, Variable waySize, Variable wayCount) {
        long lineBytes = cpu.load(lineSize);
        long size = cpu.load(waySize) * cpu.load(wayCount);
        for (long offset = 0; offset < size; offset += lineBytes) {
            cpu.cache(operation, KernelLayout.PAGE_OFFSET + offset);
        }
    }
}
