package org.dmalab.pseries.kernel;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.cpu.Text;
import org.dmalab.api.event.EventKind;
import org.dmalab.api.kernel.KernelFunction;
import org.dmalab.api.service.Binding;
import org.dmalab.api.service.Direction;
import org.dmalab.api.service.Errno;
import org.dmalab.pseries.kernel.KernelLayout.PciDev;
import org.dmalab.pseries.kernel.KernelLayout.Table;

/** dma_map_page and dma_unmap_page: direct where the device may bypass translation, else through the device's table. */
public final class DmaApi {
    private static final long OVERFLOW = Text.id("%s %s: DMA addr %llx+%llu overflow (mask %llx, bus limit %llx).");
    private static final long NO_ROOM = Text.id("%s %s: iommu_alloc failed, tbl %llx vaddr %llx npages %u");
    private static final int DIRECTION_SHIFT = 56;

    private DmaApi() { }

    /**
     * Gives a buffer to a device.
     *
     * @param cpu where it runs
     * @param device address of the struct pci_dev
     * @param physical first byte
     * @param sizeBytes size
     * @param direction who writes
     * @return the bus address, or -EIO (DMA_MAPPING_ERROR)
     */
    @KernelFunction("dma_map_page")
    public static long map(Cpu cpu, long device, long physical, long sizeBytes, Direction direction) {
        long bus = mapsDirectly(cpu, device, physical, sizeBytes) ? direct(cpu, device, physical, sizeBytes)
                : translated(cpu, device, physical, sizeBytes, direction);
        if (bus >= 0) {
            cpu.note(EventKind.BUFFER_TO_DEVICE, cpu.load(device, PciDev.SOURCE_ID), bus, physical,
                    sizeBytes | (long) direction.ordinal() << DIRECTION_SHIFT);
        }
        return bus;
    }

    /** Takes a buffer back; 0 or a negative error number. */
    @KernelFunction("dma_unmap_page")
    public static long unmap(Cpu cpu, long device, long bus, long physical, long sizeBytes, Direction direction) {
        long result = 0;
        if (!mappedDirectly(cpu, device, bus, sizeBytes)) {
            long table = cpu.load(device, PciDev.TABLE);
            long shift = cpu.load(table, Table.PAGE_SHIFT);
            long entry = bus >>> shift;
            long count = pages(bus, sizeBytes, shift);
            Binding variant = cpu.services().enter();
            try {
                result = variant.iommu().unmap(cpu, table, entry << shift, count << shift, direction);
            } finally {
                cpu.services().leave();
            }
            IommuTable.release(cpu, table, entry - cpu.load(table, Table.OFFSET), count);
        }
        cpu.note(EventKind.BUFFER_TO_CPU, cpu.load(device, PciDev.SOURCE_ID), bus, physical,
                sizeBytes | (long) direction.ordinal() << DIRECTION_SHIFT);
        return result;
    }

    /** dma_map_direct or arch_dma_map_phys_direct. */
    private static boolean mapsDirectly(Cpu cpu, long device, long physical, long sizeBytes) {
        return bypasses(cpu, device, cpu.load(device, PciDev.DMA_MASK))
                || ask(cpu, kernel -> kernel.arch_dma_map_phys_direct(cpu, device, physical + sizeBytes));
    }

    /** dma_map_direct or arch_dma_unmap_phys_direct: what mapping said is not kept. */
    private static boolean mappedDirectly(Cpu cpu, long device, long bus, long sizeBytes) {
        return bypasses(cpu, device, cpu.load(device, PciDev.DMA_MASK))
                || ask(cpu, kernel -> kernel.arch_dma_unmap_phys_direct(cpu, device, bus + sizeBytes));
    }

    /** What a version of the kernel answers. */
    @FunctionalInterface
    private interface Question {
        boolean of(PseriesKernel kernel);
    }

    private static boolean ask(Cpu cpu, Question question) {
        Binding variant = cpu.services().enter();
        try {
            return question.of(PseriesKernel.of(variant.dmaWindows()));
        } finally {
            cpu.services().leave();
        }
    }

    /** dma_go_direct: the bypass is on and covers all memory that there is. */
    @KernelFunction("dma_go_direct")
    private static boolean bypasses(Cpu cpu, long device, long mask) {
        if (cpu.load(device, PciDev.BYPASS) == 0) {
            return false;
        }
        long limit = cpu.load(device, PciDev.BUS_LIMIT);
        long reach = limit == 0 || Long.compareUnsigned(mask, limit) < 0 ? mask : limit;
        long lastPage = ((cpu.load(KernelLayout.MAX_PFN) - 1) << Pages.PAGE_SHIFT)
                + cpu.load(device, PciDev.DMA_OFFSET);
        long required = Long.highestOneBit(lastPage) * 2 - 1;
        return Long.compareUnsigned(reach, required) >= 0;
    }

    @KernelFunction("dma_direct_map_page")
    private static long direct(Cpu cpu, long device, long physical, long sizeBytes) {
        long bus = physical + cpu.load(device, PciDev.DMA_OFFSET);
        long mask = cpu.load(device, PciDev.DMA_MASK);
        long limit = cpu.load(device, PciDev.BUS_LIMIT);
        long last = bus + sizeBytes - 1;
        if (Long.compareUnsigned(last, mask) > 0 || (limit != 0 && Long.compareUnsigned(last, limit) > 0)) {
            cpu.printk(OVERFLOW, cpu.load(device, PciDev.DRIVER), cpu.load(device, PciDev.NAME), bus,
                    sizeBytes, mask, limit);
            return Errno.EIO;
        }
        return bus;
    }

    /** iommu_alloc. */
    @KernelFunction("iommu_map_page")
    private static long translated(Cpu cpu, long device, long physical, long sizeBytes, Direction direction) {
        long table = cpu.load(device, PciDev.TABLE);
        if (table == 0) {
            return Errno.EIO;
        }
        long shift = cpu.load(table, Table.PAGE_SHIFT);
        long count = pages(physical, sizeBytes, shift);
        boolean wholePages = sizeBytes >= Pages.PAGE_SIZE && (physical & Pages.PAGE_SIZE - 1) == 0;
        int align = shift < Pages.PAGE_SHIFT && wholePages ? Pages.PAGE_SHIFT - (int) shift : 0;
        long first = IommuTable.take(cpu, table, count, align, cpu.load(device, PciDev.DMA_MASK));
        if (first < 0) {
            cpu.printk(NO_ROOM, cpu.load(device, PciDev.DRIVER), cpu.load(device, PciDev.NAME), table,
                    Pages.virtual(physical), count);
            return Errno.EIO;
        }
        long entry = first + cpu.load(table, Table.OFFSET);
        long result;
        Binding variant = cpu.services().enter();
        try {
            result = variant.iommu().map(cpu, table, entry << shift, physical >>> shift << shift, count << shift,
                    direction);
        } finally {
            cpu.services().leave();
        }
        if (result < 0) {
            IommuTable.release(cpu, table, first, count);
            return Errno.EIO;
        }
        return entry << shift | (physical & (1L << shift) - 1);
    }

    /** iommu_num_pages. */
    @KernelFunction("iommu_num_pages")
    private static long pages(long address, long sizeBytes, long shift) {
        long offset = address & ((1L << shift) - 1);
        return (offset + sizeBytes + (1L << shift) - 1) >>> shift;
    }
}
