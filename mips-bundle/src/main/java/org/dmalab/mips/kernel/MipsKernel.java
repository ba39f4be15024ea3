package org.dmalab.mips.kernel;

import org.dmalab.api.cpu.Barrier;
import org.dmalab.api.cpu.CacheOp;
import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.kernel.KernelFunction;
import org.dmalab.api.service.CacheFlush;
import org.dmalab.api.service.Direction;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * The functions of the kernel that some version replaces, each under its C name, and the options of its build that a
 * patch implies. The bodies are those of MIPS as merged in 2011 (e36863a550da): slots from a stack, interrupts on. A
 * variant implements this, or extends the version that it is made from, and overrides what its patch changes;
 * everything else is called through here, so that one function of a variant finds the others of the same variant.
 *
 * <p>The DMA API has one function here for each of its entry points, for one buffer; the loop over a list, and what is
 * announced of a buffer, are the kernel's ({@link DmaApi}). By default they all come to
 * {@link #arch_sync_dma_for_device} and {@link #arch_sync_dma_for_cpu}, which later kernels made the architecture's
 * only two functions, and these to {@link #__dma_sync}. So the text of any generation stands in its own place.
 *
 * <p>A function takes the locks that its C text takes. Pages are kernel addresses of their struct page; bus addresses,
 * physical and virtual ones are of 32 bits; sizes are bytes.
 */
@ConsumerType
public interface MipsKernel extends CacheFlush {
    /** The kernel as merged in 2011. */
    record Merged() implements MipsKernel { }

    /**
     * A variant that only maintains caches, in the kernel as merged.
     *
     * @param flush the variant
     */
    record Plain(CacheFlush flush) implements MipsKernel {
        @Override
        public void arch_sync_dma_for_device(Cpu cpu, long physical, long sizeBytes, Direction direction) {
            flush.forDevice(cpu, Pages.ofPhysical(physical), Pages.offset(physical), sizeBytes, direction);
        }

        @Override
        public void arch_sync_dma_for_cpu(Cpu cpu, long physical, long sizeBytes, Direction direction) {
            flush.forCpu(cpu, Pages.ofPhysical(physical), Pages.offset(physical), sizeBytes, direction);
        }
    }

    /** The kernel that a service object belongs to. */
    static MipsKernel of(CacheFlush flush) {
        return flush instanceof MipsKernel kernel ? kernel : new Plain(flush);
    }

    // ---- options of the build ----

    /** Whether {@code kmap_lock} masks interrupts, as {@link #kmap_high_get} needs it if interrupts use it. */
    default boolean ARCH_NEEDS_KMAP_HIGH_GET() {
        return false;
    }

    // ---- the service ----

    /** What {@code dma_map_sg} does to the caches for one entry. */
    @Override
    default void forDevice(Cpu cpu, long page, long offsetBytes, long sizeBytes, Direction direction) {
        mips_dma_map_sg(cpu, page, offsetBytes, sizeBytes, direction);
    }

    /** What {@code dma_unmap_sg} does to the caches for one entry. */
    @Override
    default void forCpu(Cpu cpu, long page, long offsetBytes, long sizeBytes, Direction direction) {
        mips_dma_unmap_sg(cpu, page, offsetBytes, sizeBytes, direction);
    }

    // ---- entry points of the DMA API, for one buffer ----

    /** Bus address of the first byte of a page. */
    @KernelFunction
    default long plat_map_dma_mem_page(Cpu cpu, long page) {
        return Pages.physical(page);
    }

    /** Cache maintenance for one entry of a list that is given to a device. */
    @KernelFunction
    default void mips_dma_map_sg(Cpu cpu, long page, long offset, long sizeBytes, Direction direction) {
        arch_sync_dma_for_device(cpu, Pages.physical(page) + offset, sizeBytes, direction);
    }

    /** For one entry that is taken back: whatever a device may have written, on every core. */
    @KernelFunction
    default void mips_dma_unmap_sg(Cpu cpu, long page, long offset, long sizeBytes, Direction direction) {
        if (direction != Direction.TO_DEVICE) {
            arch_sync_dma_for_cpu(cpu, Pages.physical(page) + offset, sizeBytes, direction);
        }
    }

    /** For a part of one page that is given to a device. */
    @KernelFunction
    default void mips_dma_map_page(Cpu cpu, long page, long offset, long sizeBytes, Direction direction) {
        arch_sync_dma_for_device(cpu, Pages.physical(page) + offset, sizeBytes, direction);
    }

    /** For a part of one page that is taken back; the kernel is given its bus address and nothing else. */
    @KernelFunction
    default void mips_dma_unmap_page(Cpu cpu, long busAddress, long sizeBytes, Direction direction) {
        if (cpu_needs_post_dma_flush(cpu) && direction != Direction.TO_DEVICE) {
            arch_sync_dma_for_cpu(cpu, busAddress, sizeBytes, direction);
        }
    }

    /** For a part of a mapped buffer that the processor is to read or write. */
    @KernelFunction
    default void dma_sync_single_range_for_cpu(Cpu cpu, long busAddress, long offset, long sizeBytes,
            Direction direction) {
        if (cpu_needs_post_dma_flush(cpu)) {
            arch_sync_dma_for_cpu(cpu, busAddress + offset, sizeBytes, direction);
        }
    }

    /** For a part of a mapped buffer that goes back to the device. */
    @KernelFunction
    default void dma_sync_single_range_for_device(Cpu cpu, long busAddress, long offset, long sizeBytes,
            Direction direction) {
        arch_sync_dma_for_device(cpu, busAddress + offset, sizeBytes, direction);
    }

    /** For one entry of a mapped list that the processor is to read or write. */
    @KernelFunction
    default void mips_dma_sync_sg_for_cpu(Cpu cpu, long page, long offset, long sizeBytes, Direction direction) {
        if (cpu_needs_post_dma_flush(cpu)) {
            arch_sync_dma_for_cpu(cpu, Pages.physical(page) + offset, sizeBytes, direction);
        }
    }

    /** For one entry of a mapped list that goes back to the device. */
    @KernelFunction
    default void mips_dma_sync_sg_for_device(Cpu cpu, long page, long offset, long sizeBytes, Direction direction) {
        arch_sync_dma_for_device(cpu, Pages.physical(page) + offset, sizeBytes, direction);
    }

    /** Whether the kernel takes the core for one that fills lines speculatively; {@code cpu_is_noncoherent_r10000}. */
    @KernelFunction
    default boolean cpu_needs_post_dma_flush(Cpu cpu) {
        return cpu.load(KernelLayout.NONCOHERENT_R10000) != 0;
    }

    /** Before a device may touch a physical range. */
    @KernelFunction
    default void arch_sync_dma_for_device(Cpu cpu, long physical, long sizeBytes, Direction direction) {
        __dma_sync(cpu, Pages.ofPhysical(physical), Pages.offset(physical), sizeBytes, direction);
    }

    /** Before a processor may touch a physical range that a device had. */
    @KernelFunction
    default void arch_sync_dma_for_cpu(Cpu cpu, long physical, long sizeBytes, Direction direction) {
        __dma_sync(cpu, Pages.ofPhysical(physical), Pages.offset(physical), sizeBytes, direction);
    }

    // ---- the walk over pages ----

    /** Maintains a range: low memory in one go by the linear map, high memory page by page. */
    @KernelFunction
    default void __dma_sync(Cpu cpu, long page, long offset, long sizeBytes, Direction direction) {
        PageWalk.sync(this, cpu, page, offset, sizeBytes, direction);
    }

    /** One high page of the walk, of which a part is maintained. */
    @KernelFunction("__dma_sync")
    default void dma_sync_page(Cpu cpu, long page, long offset, long sizeBytes, Direction direction) {
        long address = kmap_atomic(cpu, page, KmType.KM_SYNC_DCACHE);
        __dma_sync_virtual(cpu, address + offset, sizeBytes, direction);
        kunmap_atomic(cpu, address);
    }

    /** Maintains a virtual range in the way that a direction asks for. */
    @KernelFunction
    default void __dma_sync_virtual(Cpu cpu, long address, long sizeBytes, Direction direction) {
        if (direction == Direction.FROM_DEVICE) {
            r4k_dma_cache_inv(cpu, address, sizeBytes);
        } else {
            r4k_dma_cache_wback_inv(cpu, address, sizeBytes);
        }
    }

    // ---- cache maintenance of a virtual range ----

    /** Writes back and invalidates; {@code dma_cache_wback} and {@code dma_cache_wback_inv} are both bound to it. */
    @KernelFunction
    default void r4k_dma_cache_wback_inv(Cpu cpu, long address, long sizeBytes) {
        CacheMaintenance.maintain(this, cpu, address, sizeBytes, false);
    }

    /** Invalidates; a range as large as the cache is written back as well. */
    @KernelFunction
    default void r4k_dma_cache_inv(Cpu cpu, long address, long sizeBytes) {
        CacheMaintenance.maintain(this, cpu, address, sizeBytes, true);
    }

    /**
     * {@code blast_dcache_range} and its kin: one operation on each line that has a byte of a range.
     *
     * @param cpu where it runs
     * @param operation a hit operation
     * @param lineBytes line of the cache
     * @param start first address
     * @param end address behind the last one
     */
    @KernelFunction("blast_dcache_range")
    default void blast_range(Cpu cpu, CacheOp operation, long lineBytes, long start, long end) {
        long last = (end - 1) & -lineBytes;
        for (long line = start & -lineBytes; line <= last; line += lineBytes) {
            cpu.cache(operation, line);
        }
    }

    /** Writes back and invalidates this processor's whole data cache by index. */
    @KernelFunction
    default void r4k_blast_dcache(Cpu cpu) {
        CacheMaintenance.blast(cpu, CacheOp.INDEX_WRITEBACK_INVALIDATE_D, KernelLayout.DCACHE_LINESZ,
                KernelLayout.DCACHE_WAYSIZE, KernelLayout.DCACHE_WAYS);
    }

    /** Whether index operations of this processor do for all. */
    @KernelFunction
    default boolean cpu_has_safe_index_cacheops(Cpu cpu) {
        return cpu.load(KernelLayout.SAFE_INDEX_OPS) != 0;
    }

    /** What range operations end with (patch 2 of the series). */
    @KernelFunction
    default void __sync(Cpu cpu) {
        if (cpu.load(KernelLayout.SYNC_AFTER_FLUSH) != 0) {
            cpu.barrier(Barrier.SYNC);
        }
    }

    /** The boot loader after power-on: makes the caches empty, whatever they hold. */
    @KernelFunction
    default void mips_cache_reset(Cpu cpu) {
        CacheMaintenance.blast(cpu, CacheOp.INDEX_STORE_TAG_D, KernelLayout.DCACHE_LINESZ,
                KernelLayout.DCACHE_WAYSIZE, KernelLayout.DCACHE_WAYS);
        CacheMaintenance.blast(cpu, CacheOp.INDEX_STORE_TAG_S, KernelLayout.SCACHE_LINESZ,
                KernelLayout.SCACHE_WAYSIZE, KernelLayout.SCACHE_WAYS);
    }

    /** Makes what a processor wrote to a page by a kernel address visible at other addresses and to fetches. */
    @KernelFunction
    default void __flush_dcache_page(Cpu cpu, long page) {
        if (!Pages.highmem(cpu, page)) {
            CacheMaintenance.flushDataCachePage(cpu, Pages.linear(page));
        }
    }

    // ---- kmap ----

    /** Whether there are sleepers for an entry of the pool; asked by {@link #kunmap_high} under the lock. */
    @KernelFunction("waitqueue_active")
    default boolean waitqueue_active(Cpu cpu) {
        return cpu.load(KernelLayout.PKMAP_WAITERS) != 0;
    }

    /**
     * Maps a page in a slot of this processor; a low page needs none.
     *
     * @param cpu where it runs
     * @param page struct page
     * @param type the slot in kernels up to 2.6.36; ignored by later ones, which take the next one of a stack
     * @return the address
     */
    @KernelFunction
    default long kmap_atomic(Cpu cpu, long page, KmType type) {
        return KmapAtomic.push(cpu, page);
    }

    /** Ends the use of what {@link #kmap_atomic} returned. */
    @KernelFunction
    default void kunmap_atomic(Cpu cpu, long address) {
        KmapAtomic.pop(cpu, address);
    }

    /** Pins the mapping of a page that has one; 0 if it has none. Any context. */
    @KernelFunction
    default long kmap_high_get(Cpu cpu, long page) {
        return Kmap.kmapHighGet(this, cpu, page);
    }

    /** One user of a mapping less; wakes who sleeps for an entry, after the lock is free. */
    @KernelFunction
    default void kunmap_high(Cpu cpu, long page) {
        Kmap.kunmapHigh(this, cpu, page);
    }
}
