package org.dmalab.mips.kernel;

import org.dmalab.api.cpu.Barrier;
import org.dmalab.api.cpu.CacheOp;
import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.cpu.Text;
import org.dmalab.api.kernel.Variable;
import org.dmalab.api.service.Direction;

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

    /** The operation that a direction asks for before a device may touch the range ({@code __dma_sync}). */
    public static void sync(Cpu cpu, long address, long sizeBytes, Direction direction) {
        if (direction == Direction.FROM_DEVICE) {
            invalidate(cpu, address, sizeBytes);
        } else {
            writeBackInvalidate(cpu, address, sizeBytes);
        }
    }

    /** {@code r4k_dma_cache_wback_inv}. */
    public static void writeBackInvalidate(Cpu cpu, long address, long sizeBytes) {
        maintain(cpu, address, sizeBytes, false);
    }

    /** {@code r4k_dma_cache_inv}. */
    public static void invalidate(Cpu cpu, long address, long sizeBytes) {
        maintain(cpu, address, sizeBytes, true);
    }

    /**
     * {@code flush_data_cache_page} in atomic context ({@code local_r4k_flush_data_cache_page}): writes back and
     * invalidates a page of lines of this processor's primary cache, from exactly the address that it is given on.
     * Knows neither size nor direction, leaves the secondary cache alone, does not wait for the write buffer.
     */
    public static void flushDataCachePage(Cpu cpu, long address) {
        long lineBytes = cpu.load(Layout.DCACHE_LINESZ);
        for (long line = address; line < address + Layout.PAGE_SIZE; line += lineBytes) {
            cpu.cache(CacheOp.HIT_WRITEBACK_INVALIDATE_D, line);
        }
    }

    private static void maintain(Cpu cpu, long address, long sizeBytes, boolean invalidate) {
        if (sizeBytes == 0) {
            cpu.warn(EMPTY);
            return;
        }
        cpu.preemptDisable();
        if (cpu.load(Layout.INCLUSIVE_PCACHES) != 0) {
            secondary(cpu, address, sizeBytes, invalidate);
            cpu.preemptEnable();
        } else {
            primary(cpu, address, sizeBytes, invalidate);
            cpu.preemptEnable();
            if (cpu.load(Layout.SCACHE_SIZE) != 0) {
                secondary(cpu, address, sizeBytes, invalidate);
            }
        }
        if (cpu.load(Layout.SYNC_AFTER_FLUSH) != 0) {
            cpu.barrier(Barrier.SYNC);
        }
    }

    private static void primary(Cpu cpu, long address, long sizeBytes, boolean invalidate) {
        if (cpu.load(Layout.SAFE_INDEX_OPS) != 0 && sizeBytes >= cpu.load(Layout.DCACHE_SIZE)) {
            blast(cpu, CacheOp.INDEX_WRITEBACK_INVALIDATE_D, Layout.DCACHE_LINESZ, Layout.DCACHE_WAYSIZE,
                    Layout.DCACHE_WAYS);
        } else {
            range(cpu, CacheOp.HIT_WRITEBACK_INVALIDATE_D, invalidate ? CacheOp.HIT_INVALIDATE_D : null,
                    cpu.load(Layout.DCACHE_LINESZ), address, sizeBytes);
        }
    }

    private static void secondary(Cpu cpu, long address, long sizeBytes, boolean invalidate) {
        if (sizeBytes >= cpu.load(Layout.SCACHE_SIZE)) {
            blast(cpu, CacheOp.INDEX_WRITEBACK_INVALIDATE_S, Layout.SCACHE_LINESZ, Layout.SCACHE_WAYSIZE,
                    Layout.SCACHE_WAYS);
        } else {
            range(cpu, CacheOp.HIT_WRITEBACK_INVALIDATE_S, invalidate ? CacheOp.HIT_INVALIDATE_S : null,
                    cpu.load(Layout.SCACHE_LINESZ), address, sizeBytes);
        }
    }

    /** One operation on each line of a range; an invalidation may save the two edge lines first. */
    private static void range(Cpu cpu, CacheOp writeBack, CacheOp invalidate, long lineBytes, long address,
            long sizeBytes) {
        long first = address & -lineBytes;
        long last = address + sizeBytes - 1 & -lineBytes;
        if (invalidate != null && cpu.load(Layout.EDGE_WRITEBACK) != 0) {
            cpu.cache(writeBack, first);
            cpu.cache(writeBack, last);
        }
        CacheOp operation = invalidate == null ? writeBack : invalidate;
        for (long line = first; line <= last; line += lineBytes) {
            cpu.cache(operation, line);
        }
    }

    /** Every line of every way by index, through addresses of kseg0. */
    private static void blast(Cpu cpu, CacheOp operation, Variable lineSize, Variable waySize, Variable wayCount) {
        long lineBytes = cpu.load(lineSize);
        long size = cpu.load(waySize) * cpu.load(wayCount);
        for (long offset = 0; offset < size; offset += lineBytes) {
            cpu.cache(operation, Layout.PAGE_OFFSET + offset);
        }
    }
}
