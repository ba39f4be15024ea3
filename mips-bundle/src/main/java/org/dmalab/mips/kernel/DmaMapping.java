package org.dmalab.mips.kernel;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.event.EventKind;
import org.dmalab.api.service.Binding;
import org.dmalab.api.service.Direction;

/**
 * The DMA API of a machine without translation: cache maintenance by the variant around each transfer. Every entry
 * point enters the variant once, announces which range it maintains, and tells oracles whose the buffer is.
 */
public final class DmaMapping {
    private static final int DIRECTION_SHIFT = 56;

    private DmaMapping() { }

    /** {@code dma_map_sg}: gives the buffers of a list to a device; fills in the bus addresses. */
    public static long mapSg(Cpu cpu, long device, long list, long entries, Direction direction) {
        Binding variant = cpu.services().enter();
        try {
            NoncoherentDma dma = NoncoherentDma.of(variant.cacheFlush());
            for (long i = 0; i < entries; i++) {
                long entry = list + i * Layout.SG_BYTES;
                long page = cpu.load(entry, Layout.SG_PAGE);
                long offset = cpu.load(entry, Layout.SG_OFFSET);
                long length = cpu.load(entry, Layout.SG_LENGTH);
                long physical = Pages.physical(page) + offset;
                section(cpu, KernelEvent.SECTION_BEGIN, physical, length, false);
                dma.forDevice(cpu, page, offset, length, direction);
                section(cpu, KernelEvent.SECTION_END, physical, length, false);
                long bus = variant.iommu().map(cpu, page, offset, physical, length, direction);
                cpu.store(entry, Layout.SG_DMA_ADDRESS, bus);
                owner(cpu, EventKind.BUFFER_TO_DEVICE, device, bus, physical, length, direction);
            }
            return entries;
        } finally {
            cpu.services().leave();
        }
    }

    /** {@code dma_unmap_sg}: takes the buffers back. */
    public static void unmapSg(Cpu cpu, long device, long list, long entries, Direction direction) {
        Binding variant = cpu.services().enter();
        try {
            NoncoherentDma dma = NoncoherentDma.of(variant.cacheFlush());
            boolean maintain = direction != Direction.TO_DEVICE && dma.syncsAtUnmapSg();
            for (long i = 0; i < entries; i++) {
                long entry = list + i * Layout.SG_BYTES;
                long page = cpu.load(entry, Layout.SG_PAGE);
                long offset = cpu.load(entry, Layout.SG_OFFSET);
                long length = cpu.load(entry, Layout.SG_LENGTH);
                long bus = cpu.load(entry, Layout.SG_DMA_ADDRESS);
                long physical = Pages.physical(page) + offset;
                if (maintain) {
                    section(cpu, KernelEvent.SECTION_BEGIN, physical, length, true);
                    dma.forCpu(cpu, page, offset, length, direction);
                    section(cpu, KernelEvent.SECTION_END, physical, length, true);
                }
                variant.iommu().unmap(cpu, page, bus, length, direction);
                owner(cpu, EventKind.BUFFER_TO_CPU, device, bus, physical, length, direction);
            }
        } finally {
            cpu.services().leave();
        }
    }

    /** {@code dma_sync_sg_for_device} or {@code _for_cpu} of one entry of a mapped list. */
    public static void syncSg(Cpu cpu, long entry, Direction direction, boolean toCpu) {
        Binding variant = cpu.services().enter();
        try {
            NoncoherentDma dma = NoncoherentDma.of(variant.cacheFlush());
            if (!toCpu || dma.syncsForCpu(cpu.load(Layout.NONCOHERENT_R10000) != 0)) {
                long page = cpu.load(entry, Layout.SG_PAGE);
                long offset = cpu.load(entry, Layout.SG_OFFSET);
                long length = cpu.load(entry, Layout.SG_LENGTH);
                long physical = Pages.physical(page) + offset;
                section(cpu, KernelEvent.SECTION_BEGIN, physical, length, toCpu);
                dma.syncSg(cpu, page, offset, length, direction, toCpu);
                section(cpu, KernelEvent.SECTION_END, physical, length, toCpu);
            }
        } finally {
            cpu.services().leave();
        }
    }

    /** {@code dma_map_page} (and {@code dma_map_single}, of the page of a linear address); returns the bus address. */
    public static long mapPage(Cpu cpu, long device, long page, long offset, long length, Direction direction) {
        Binding variant = cpu.services().enter();
        try {
            long physical = Pages.physical(page) + offset;
            section(cpu, KernelEvent.SECTION_BEGIN, physical, length, false);
            NoncoherentDma.of(variant.cacheFlush()).forDevicePage(cpu, page, offset, length, direction);
            section(cpu, KernelEvent.SECTION_END, physical, length, false);
            long bus = variant.iommu().map(cpu, page, offset, physical, length, direction);
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
    public static void unmapPage(Cpu cpu, long device, long bus, long physical, long length, Direction direction) {
        Binding variant = cpu.services().enter();
        try {
            NoncoherentDma dma = NoncoherentDma.of(variant.cacheFlush());
            boolean speculating = cpu.load(Layout.NONCOHERENT_R10000) != 0;
            if (direction != Direction.TO_DEVICE && dma.syncsAtUnmapPage(speculating)) {
                section(cpu, KernelEvent.SECTION_BEGIN, physical, length, true);
                dma.syncHandle(cpu, bus, 0, length, direction, true);
                section(cpu, KernelEvent.SECTION_END, physical, length, true);
            }
            long page = Pages.ofPfn(physical >>> Layout.PAGE_SHIFT);
            variant.iommu().unmap(cpu, page, bus, length, direction);
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
    public static void syncRange(Cpu cpu, long bus, long physical, long offset, long length, Direction direction,
            boolean toCpu) {
        Binding variant = cpu.services().enter();
        try {
            NoncoherentDma dma = NoncoherentDma.of(variant.cacheFlush());
            if (!toCpu || dma.syncsForCpu(cpu.load(Layout.NONCOHERENT_R10000) != 0)) {
                section(cpu, KernelEvent.SECTION_BEGIN, physical + offset, length, toCpu);
                dma.syncHandle(cpu, bus, offset, length, direction, toCpu);
                section(cpu, KernelEvent.SECTION_END, physical + offset, length, toCpu);
            }
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
            variant.cacheFlush().forDevice(cpu, page, offset, length, direction);
            section(cpu, KernelEvent.SECTION_END, physical, length, false);
        } finally {
            cpu.services().leave();
        }
    }

    private static void section(Cpu cpu, int kind, long physical, long length, boolean toCpu) {
        cpu.note(kind, physical, length, toCpu ? 1 : 0, 0);
    }

    private static void owner(Cpu cpu, int kind, long device, long bus, long physical, long length,
            Direction direction) {
        cpu.note(kind, device, bus, physical, length | (long) direction.ordinal() << DIRECTION_SHIFT);
    }
}
