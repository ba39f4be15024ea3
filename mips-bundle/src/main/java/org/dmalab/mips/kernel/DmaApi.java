package org.dmalab.mips.kernel;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.event.EventKind;
import org.dmalab.api.kernel.KernelFunction;
import org.dmalab.api.service.Binding;
import org.dmalab.api.service.Direction;

/**
 * The DMA API of a machine without translation: cache maintenance by the variant around each transfer. Every entry
 * point enters the variant once, announces which range it maintains, and tells oracles whose the buffer is.
 */
public final class DmaApi {
    private static final int DIRECTION_SHIFT = 56;

    private DmaApi() { }

    /** {@code dma_map_sg}: gives the buffers of a list to a device; fills in the bus addresses. */
    @KernelFunction("dma_map_sg")
    public static long mapSg(Cpu cpu, long device, long list, long entries, Direction direction) {
        Binding variant = cpu.services().enter();
        try {
            MipsKernel kernel = MipsKernel.of(variant.cacheFlush());
            for (long i = 0; i < entries; i++) {
                long entry = list + i * KernelLayout.SG_BYTES;
                long page = cpu.load(entry, KernelLayout.SG_PAGE);
                long offset = cpu.load(entry, KernelLayout.SG_OFFSET);
                long length = cpu.load(entry, KernelLayout.SG_LENGTH);
                long physical = Pages.physical(page) + offset;
                section(cpu, KernelEvent.SECTION_BEGIN, physical, length, false);
                kernel.mips_dma_map_sg(cpu, page, offset, length, direction);
                section(cpu, KernelEvent.SECTION_END, physical, length, false);
                long bus = busAddress(kernel, cpu, page, offset);
                cpu.store(entry, KernelLayout.SG_DMA_ADDRESS, bus);
                owner(cpu, EventKind.BUFFER_TO_DEVICE, device, bus, physical, length, direction);
            }
            return entries;
        } finally {
            cpu.services().leave();
        }
    }

    /** {@code dma_unmap_sg}: takes the buffers back. */
    @KernelFunction("dma_unmap_sg")
    public static void unmapSg(Cpu cpu, long device, long list, long entries, Direction direction) {
        Binding variant = cpu.services().enter();
        try {
            MipsKernel kernel = MipsKernel.of(variant.cacheFlush());
            for (long i = 0; i < entries; i++) {
                long entry = list + i * KernelLayout.SG_BYTES;
                long page = cpu.load(entry, KernelLayout.SG_PAGE);
                long offset = cpu.load(entry, KernelLayout.SG_OFFSET);
                long length = cpu.load(entry, KernelLayout.SG_LENGTH);
                long bus = cpu.load(entry, KernelLayout.SG_DMA_ADDRESS);
                long physical = Pages.physical(page) + offset;
                section(cpu, KernelEvent.SECTION_BEGIN, physical, length, true);
                kernel.mips_dma_unmap_sg(cpu, page, offset, length, direction);
                section(cpu, KernelEvent.SECTION_END, physical, length, true);
                owner(cpu, EventKind.BUFFER_TO_CPU, device, bus, physical, length, direction);
            }
        } finally {
            cpu.services().leave();
        }
    }

    /** {@code dma_sync_sg_for_device} or {@code _for_cpu} of one entry of a mapped list. */
    public static void syncSg(Cpu cpu, long device, long entry, Direction direction, boolean toCpu) {
        Binding variant = cpu.services().enter();
        try {
            MipsKernel kernel = MipsKernel.of(variant.cacheFlush());
            long page = cpu.load(entry, KernelLayout.SG_PAGE);
            long offset = cpu.load(entry, KernelLayout.SG_OFFSET);
            long length = cpu.load(entry, KernelLayout.SG_LENGTH);
            long physical = Pages.physical(page) + offset;
            section(cpu, KernelEvent.SECTION_BEGIN, physical, length, toCpu);
            if (toCpu) {
                kernel.mips_dma_sync_sg_for_cpu(cpu, page, offset, length, direction);
            } else {
                kernel.mips_dma_sync_sg_for_device(cpu, page, offset, length, direction);
            }
            section(cpu, KernelEvent.SECTION_END, physical, length, toCpu);
            owner(cpu, synced(toCpu), device, cpu.load(entry, KernelLayout.SG_DMA_ADDRESS), physical, length,
                    direction);
        } finally {
            cpu.services().leave();
        }
    }

    /** {@code dma_map_page} (and {@code dma_map_single}, of the page of a linear address); returns the bus address. */
    @KernelFunction("dma_map_page")
    public static long mapPage(Cpu cpu, long device, long page, long offset, long length, Direction direction) {
        Binding variant = cpu.services().enter();
        try {
            MipsKernel kernel = MipsKernel.of(variant.cacheFlush());
            long physical = Pages.physical(page) + offset;
            section(cpu, KernelEvent.SECTION_BEGIN, physical, length, false);
            kernel.mips_dma_map_page(cpu, page, offset, length, direction);
            section(cpu, KernelEvent.SECTION_END, physical, length, false);
            long bus = busAddress(kernel, cpu, page, offset);
            owner(cpu, EventKind.BUFFER_TO_DEVICE, device, bus, physical, length, direction);
            return bus;
        } finally {
            cpu.services().leave();
        }
    }

    /**
     * {@code dma_unmap_page}: the kernel is given the bus address and nothing else.
     *
     * @param physical where the buffer really is; for what is announced only
     */
    @KernelFunction("dma_unmap_page")
    public static void unmapPage(Cpu cpu, long device, long bus, long physical, long length, Direction direction) {
        Binding variant = cpu.services().enter();
        try {
            MipsKernel kernel = MipsKernel.of(variant.cacheFlush());
            section(cpu, KernelEvent.SECTION_BEGIN, physical, length, true);
            kernel.mips_dma_unmap_page(cpu, bus, length, direction);
            section(cpu, KernelEvent.SECTION_END, physical, length, true);
            owner(cpu, EventKind.BUFFER_TO_CPU, device, bus, physical, length, direction);
        } finally {
            cpu.services().leave();
        }
    }

    /**
     * {@code dma_sync_single_range_for_device} or {@code _for_cpu}.
     *
     * @param bus what the mapping returned
     * @param physical where that really is; for what is announced only
     * @param offset start of the part
     * @param length size of the part
     */
    public static void syncRange(Cpu cpu, long device, long bus, long physical, long offset, long length,
            Direction direction, boolean toCpu) {
        Binding variant = cpu.services().enter();
        try {
            MipsKernel kernel = MipsKernel.of(variant.cacheFlush());
            section(cpu, KernelEvent.SECTION_BEGIN, physical + offset, length, toCpu);
            if (toCpu) {
                kernel.dma_sync_single_range_for_cpu(cpu, bus, offset, length, direction);
            } else {
                kernel.dma_sync_single_range_for_device(cpu, bus, offset, length, direction);
            }
            section(cpu, KernelEvent.SECTION_END, physical + offset, length, toCpu);
            owner(cpu, synced(toCpu), device, bus + offset, physical + offset, length, direction);
        } finally {
            cpu.services().leave();
        }
    }

    /** One maintenance section and nothing else: what {@code dma_map_sg} does for one entry before a transfer. */
    public static void maintain(Cpu cpu, long page, long offset, long length, Direction direction) {
        Binding variant = cpu.services().enter();
        try {
            long physical = Pages.physical(page) + offset;
            section(cpu, KernelEvent.SECTION_BEGIN, physical, length, false);
            MipsKernel.of(variant.cacheFlush()).mips_dma_map_sg(cpu, page, offset, length, direction);
            section(cpu, KernelEvent.SECTION_END, physical, length, false);
        } finally {
            cpu.services().leave();
        }
    }

    private static long busAddress(MipsKernel kernel, Cpu cpu, long page, long offset) {
        return (kernel.plat_map_dma_mem_page(cpu, page) + offset) & KernelLayout.ADDRESS_MASK;
    }

    private static void section(Cpu cpu, int kind, long physical, long length, boolean toCpu) {
        cpu.note(kind, physical, length, toCpu ? 1 : 0, 0);
    }

    private static int synced(boolean toCpu) {
        return toCpu ? EventKind.BUFFER_SYNC_FOR_CPU : EventKind.BUFFER_SYNC_FOR_DEVICE;
    }

    private static void owner(Cpu cpu, int kind, long device, long bus, long physical, long length,
            Direction direction) {
        cpu.note(kind, device, bus, physical, length | (long) direction.ordinal() << DIRECTION_SHIFT);
    }
}
