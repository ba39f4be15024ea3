package org.dmalab.mips.kernel;

import org.dmalab.api.cpu.Barrier;
import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.event.EventKind;
import org.dmalab.api.kernel.KernelFunction;
import org.dmalab.api.service.Direction;
import org.dmalab.api.service.Errno;

/**
 * Readahead and the disk driver, as far as buffers are concerned: {@code __do_page_cache_readahead} takes pages that
 * nobody maps into the kernel, {@code ata_qc_issue} maps them for the controller, its interrupt takes them back.
 */
public final class SataDriver {
    /** Bus, device and function of the controller: 00:01.0. */
    public static final long SOURCE_ID = 0x0008;
    /** Interrupt of the controller. */
    private static final long IRQ = 42;
    private static final int SHAPE_SHIFT = 8;
    private static final long SHAPE_MASK = (1 << SHAPE_SHIFT) - 1;
    private static final int LENGTH_BITS = 28;
    private static final long LENGTH_MASK = (1 << LENGTH_BITS) - 1;

    private SataDriver() { }

    /** {@code find_get_page} for a page that must be there; 0 if it is not. */
    @KernelFunction("find_get_page")
    public static long page(Cpu cpu, long index) {
        return index < 0 || index >= KernelLayout.CACHE_PAGES ? 0 : cpu.load(KernelLayout.PAGE_CACHE, index);
    }

    /** Takes a page into the page cache; nothing if it is there already. */
    @KernelFunction("add_to_page_cache")
    public static long add(Cpu cpu, long index, int list) {
        if (index < 0 || index >= KernelLayout.CACHE_PAGES) {
            return Errno.EINVAL;
        }
        if (cpu.load(KernelLayout.PAGE_CACHE, index) != 0) {
            return 0;
        }
        long page = PageAllocator.alloc(cpu, list);
        if (page == 0) {
            return Errno.ENOMEM;
        }
        cpu.store(page, KernelLayout.PAGE_INDEX, index);
        cpu.store(KernelLayout.PAGE_CACHE, index, page);
        return 0;
    }

    /** Takes a page out of the page cache and frees it. */
    @KernelFunction("remove_from_page_cache")
    public static long remove(Cpu cpu, long index) {
        long page = page(cpu, index);
        if (page == 0) {
            return Errno.EINVAL;
        }
        cpu.store(KernelLayout.PAGE_CACHE, index, 0);
        PageAllocator.free(cpu, page);
        return 0;
    }

    /** Readahead: high memory first, as page-cache allocations have it. */
    @KernelFunction("__do_page_cache_readahead")
    public static long readahead(Cpu cpu, long first, long count) {
        for (long i = first; i < first + count; i++) {
            long result = add(cpu, i, PageAllocator.HIGH);
            if (result == Errno.ENOMEM) {
                result = add(cpu, i, PageAllocator.LOW);
            }
            if (result < 0) {
                return result;
            }
        }
        return 0;
    }

    /**
     * Builds the list of a request, contiguous pages merged, and maps it.
     *
     * @param first index of the first page
     * @param offset start in that page
     * @return 0 or a negative error number
     */
    @KernelFunction("ata_qc_issue")
    public static long issue(Cpu cpu, long first, long offset, long length, Direction direction) {
        long pages = (offset + length + KernelLayout.PAGE_SIZE - 1) >>> KernelLayout.PAGE_SHIFT;
        if (length <= 0 || offset < 0 || offset >= KernelLayout.PAGE_SIZE || first < 0
                || first >= KernelLayout.CACHE_PAGES || pages > KernelLayout.CACHE_PAGES - first) {
            return Errno.EINVAL;
        }
        if (cpu.load(KernelLayout.REQUEST_SG, first) != 0) {
            return Errno.EBUSY;
        }
        for (long i = first; i < first + pages; i++) {
            if (cpu.load(KernelLayout.PAGE_CACHE, i) == 0) {
                return Errno.EINVAL;
            }
        }
        long list = cpu.alloc(KernelLayout.SG, pages);
        if (list == 0) {
            return Errno.ENOMEM;
        }
        long entries = build(cpu, list, first, offset, length);
        cpu.store(KernelLayout.REQUEST_SHAPE, first, entries | (long) direction.ordinal() << SHAPE_SHIFT);
        cpu.store(KernelLayout.REQUEST_SG, first, list);
        DmaApi.mapSg(cpu, SOURCE_ID, list, entries, direction);
        cpu.barrier(Barrier.SYNC); // the store that starts the controller comes after everything before it
        return 0;
    }

    @KernelFunction("blk_rq_map_sg")
    private static long build(Cpu cpu, long list, long first, long offset, long length) {
        long entries = 0;
        long expected = 0;
        long segment = 0;
        long start = offset;
        long index = first;
        for (long left = length; left > 0; index++) {
            long page = cpu.load(KernelLayout.PAGE_CACHE, index);
            long part = Math.min(left, KernelLayout.PAGE_SIZE - start);
            if (entries > 0 && page == expected) {
                segment += part;
            } else {
                entries++;
                segment = part;
                long entry = list + (entries - 1) * KernelLayout.SG_BYTES;
                cpu.store(entry, KernelLayout.SG_PAGE, page);
                cpu.store(entry, KernelLayout.SG_OFFSET, start);
            }
            cpu.store(list + (entries - 1) * KernelLayout.SG_BYTES, KernelLayout.SG_LENGTH, segment);
            expected = Pages.next(page, 1);
            left -= part;
            start = 0;
        }
        return entries;
    }

    /**
     * The controller's interrupt: takes the buffers of a request back.
     *
     * @param ok whether the transfer came to its end; only then the pages are up to date
     * @return 0 or a negative error number
     */
    @KernelFunction("ata_sg_clean")
    public static long complete(Cpu cpu, long first, boolean ok) {
        long list = first < 0 || first >= KernelLayout.CACHE_PAGES ? 0 : cpu.load(KernelLayout.REQUEST_SG, first);
        if (list == 0) {
            return Errno.EINVAL;
        }
        long flags = Interrupts.enter(cpu);
        cpu.note(EventKind.INTERRUPT, IRQ, first, 0, 0);
        long shape = cpu.load(KernelLayout.REQUEST_SHAPE, first);
        long entries = shape & SHAPE_MASK;
        Direction direction = Direction.of(shape >>> SHAPE_SHIFT);
        DmaApi.unmapSg(cpu, SOURCE_ID, list, entries, direction);
        for (long i = 0; ok && direction != Direction.TO_DEVICE && i < entries; i++) {
            long page = cpu.load(list + i * KernelLayout.SG_BYTES, KernelLayout.SG_PAGE);
            cpu.store(page, KernelLayout.PAGE_FLAGS,
                    cpu.load(page, KernelLayout.PAGE_FLAGS) | KernelLayout.PG_UPTODATE);
        }
        cpu.store(KernelLayout.REQUEST_SG, first, 0);
        cpu.free(list);
        Interrupts.leave(cpu, flags);
        return 0;
    }

    /** {@code dma_sync_sg_for_*} of the first entry of a request that is out. */
    public static long syncRequest(Cpu cpu, long first, boolean toCpu) {
        long list = first < 0 || first >= KernelLayout.CACHE_PAGES ? 0 : cpu.load(KernelLayout.REQUEST_SG, first);
        if (list == 0) {
            return Errno.EINVAL;
        }
        Direction direction = Direction.of(cpu.load(KernelLayout.REQUEST_SHAPE, first) >>> SHAPE_SHIFT);
        DmaApi.syncSg(cpu, SOURCE_ID, list, direction, toCpu);
        return 0;
    }

    /**
     * Maps one page by itself ({@code dma_map_page}).
     *
     * @return the bus address, or a negative error number
     */
    public static long mapPage(Cpu cpu, long index, long offset, long length, Direction direction) {
        long page = page(cpu, index);
        if (page == 0 || offset < 0 || length <= 0 || length > KernelLayout.PAGE_SIZE - offset) {
            return Errno.EINVAL;
        }
        if (cpu.load(KernelLayout.REQUEST_LENGTH, index) != 0) {
            return Errno.EBUSY;
        }
        long bus = DmaApi.mapPage(cpu, SOURCE_ID, page, offset, length, direction);
        cpu.store(KernelLayout.REQUEST_HANDLE, index, bus);
        cpu.store(KernelLayout.REQUEST_OFFSET, index, offset);
        cpu.store(KernelLayout.REQUEST_LENGTH, index, length | (long) direction.ordinal() << LENGTH_BITS);
        return bus;
    }

    /** Unmaps what {@link #mapPage} mapped. */
    public static long unmapPage(Cpu cpu, long index) {
        long shape = pageMapped(cpu, index);
        if (shape == 0) {
            return Errno.EINVAL;
        }
        long bus = cpu.load(KernelLayout.REQUEST_HANDLE, index);
        DmaApi.unmapPage(cpu, SOURCE_ID, bus, physicalMapped(cpu, index), shape & LENGTH_MASK,
                Direction.of(shape >>> LENGTH_BITS));
        cpu.store(KernelLayout.REQUEST_LENGTH, index, 0);
        return 0;
    }

    /** {@code dma_sync_single_range_for_*} of a part of what {@link #mapPage} mapped. */
    public static long syncRange(Cpu cpu, long index, long offset, long length, boolean toCpu) {
        long shape = pageMapped(cpu, index);
        if (shape == 0 || offset < 0 || length <= 0 || length > (shape & LENGTH_MASK) - offset) {
            return Errno.EINVAL;
        }
        long bus = cpu.load(KernelLayout.REQUEST_HANDLE, index);
        DmaApi.syncRange(cpu, SOURCE_ID, bus, physicalMapped(cpu, index), offset, length,
                Direction.of(shape >>> LENGTH_BITS), toCpu);
        return 0;
    }

    /** Length and direction of a page that is mapped by itself; 0 if it is not. */
    private static long pageMapped(Cpu cpu, long index) {
        return page(cpu, index) == 0 ? 0 : cpu.load(KernelLayout.REQUEST_LENGTH, index);
    }

    private static long physicalMapped(Cpu cpu, long index) {
        return Pages.physical(page(cpu, index)) + cpu.load(KernelLayout.REQUEST_OFFSET, index);
    }

    /** A part of a mapped request as the controller's descriptor has it: bus address of a segment. */
    public static long segmentAddress(Cpu cpu, long first, long segment) {
        long list = cpu.load(KernelLayout.REQUEST_SG, first);
        return list == 0 ? cpu.load(KernelLayout.REQUEST_HANDLE, first)
                : cpu.load(list + segment * KernelLayout.SG_BYTES, KernelLayout.SG_DMA_ADDRESS);
    }

    /** Length of a segment. */
    public static long segmentLength(Cpu cpu, long first, long segment) {
        long list = cpu.load(KernelLayout.REQUEST_SG, first);
        return list == 0 ? cpu.load(KernelLayout.REQUEST_LENGTH, first) & LENGTH_MASK
                : cpu.load(list + segment * KernelLayout.SG_BYTES, KernelLayout.SG_LENGTH);
    }

    /** Length of a page that is mapped by itself, from what is kept of length and direction. */
    public static long lengthOf(long shape) {
        return shape & LENGTH_MASK;
    }

    /** Number of segments that the controller was given for a page; 0 if none. */
    public static long segments(Cpu cpu, long first) {
        if (first < 0 || first >= KernelLayout.CACHE_PAGES) {
            return 0;
        }
        if (cpu.load(KernelLayout.REQUEST_SG, first) != 0) {
            return cpu.load(KernelLayout.REQUEST_SHAPE, first) & SHAPE_MASK;
        }
        return cpu.load(KernelLayout.REQUEST_LENGTH, first) != 0 ? 1 : 0;
    }
}
