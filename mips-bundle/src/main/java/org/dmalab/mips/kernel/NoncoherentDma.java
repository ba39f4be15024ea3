package org.dmalab.mips.kernel;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.service.CacheFlush;
import org.dmalab.api.service.Direction;

/**
 * What a variant's kernel decides besides {@link CacheFlush}: options of its build, and entry points of the DMA API
 * that it treats in its own way. The defaults are what a MIPS kernel of 2010 does with a variant that says nothing.
 */
public interface NoncoherentDma extends CacheFlush {
    /** {@code ARCH_NEEDS_KMAP_HIGH_GET}: whether {@code kmap_lock} masks interrupts. */
    default boolean needsKmapHighGet() {
        return false;
    }

    /** Whether {@code kmap_atomic} ignores types and takes the next slot of a stack (from 2.6.37 on). */
    default boolean stackKmapAtomic() {
        return false;
    }

    /** Whether {@code dma_unmap_sg} maintains what a device may have written: on MIPS, on every processor. */
    default boolean syncsAtUnmapSg() {
        return true;
    }

    /**
     * Whether {@code dma_unmap_page} does.
     *
     * @param speculating whether the kernel takes the processor for one that fills lines speculatively
     */
    default boolean syncsAtUnmapPage(boolean speculating) {
        return speculating;
    }

    /** Whether {@code dma_sync_*_for_cpu} does. */
    default boolean syncsForCpu(boolean speculating) {
        return speculating;
    }

    /** {@code dma_map_page}, where it differs from an entry of {@code dma_map_sg}. */
    default void forDevicePage(Cpu cpu, long page, long offsetBytes, long sizeBytes, Direction direction) {
        forDevice(cpu, page, offsetBytes, sizeBytes, direction);
    }

    /** One entry of {@code dma_sync_sg_for_device} or {@code _for_cpu}. */
    default void syncSg(Cpu cpu, long page, long offsetBytes, long sizeBytes, Direction direction, boolean toCpu) {
        if (toCpu) {
            forCpu(cpu, page, offsetBytes, sizeBytes, direction);
        } else {
            forDevice(cpu, page, offsetBytes, sizeBytes, direction);
        }
    }

    /**
     * Entry points that are given a bus address only: unmap of one page, sync of (a part of) one.
     *
     * @param cpu where it runs
     * @param busAddress what the mapping returned
     * @param offsetBytes from there
     * @param sizeBytes of the part
     * @param direction who writes
     * @param toCpu whether the processor gets the buffer
     */
    default void syncHandle(Cpu cpu, long busAddress, long offsetBytes, long sizeBytes, Direction direction,
            boolean toCpu) {
        long start = busAddress + offsetBytes;
        long page = Pages.ofPfn(start >>> Layout.PAGE_SHIFT);
        syncSg(cpu, page, start & Layout.PAGE_SIZE - 1, sizeBytes, direction, toCpu);
    }

    /** The variant's own answers, or the defaults if it has none. */
    static NoncoherentDma of(CacheFlush flush) {
        return flush instanceof NoncoherentDma own ? own : new Plain(flush);
    }

    /**
     * A variant that only maintains caches.
     *
     * @param flush the variant
     */
    record Plain(CacheFlush flush) implements NoncoherentDma {
        @Override
        public void forDevice(Cpu cpu, long page, long offsetBytes, long sizeBytes, Direction direction) {
            flush.forDevice(cpu, page, offsetBytes, sizeBytes, direction);
        }

        @Override
        public void forCpu(Cpu cpu, long page, long offsetBytes, long sizeBytes, Direction direction) {
            flush.forCpu(cpu, page, offsetBytes, sizeBytes, direction);
        }
    }
}
