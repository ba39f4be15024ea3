package org.dmalab.mips.patch;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.service.CacheFlush;
import org.dmalab.api.service.Direction;
import org.dmalab.api.service.Origin;
import org.dmalab.api.service.Patch;
import org.dmalab.mips.kernel.KernelLayout;
import org.dmalab.mips.kernel.Pages;
import org.dmalab.mips.kernel.TypedKmapAtomic;
import org.osgi.service.component.annotations.Component;

/** Before the series: every page is taken to have a linear address. */
@Component(service = CacheFlush.class)
@Patch(arch = "mips", id = "kseg0-only", since = "2.6.21 to 3.0", date = "2007-04-25",
    origin = Origin.MAINLINE, layout = "mips-kmap",
    description = "MIPS before the series: works on kernel addresses, as if all memory had one",
    steps = {
        "va = page_address(page) + offset",
        "map_sg, unmap_sg: if va is not 0, operate on va line by line",
        "bus address = va - 0x80000000",
        "unmap_page, sync_single: va = bus address + 0x80000000"},
    defects = {
        "a high page without kmap has no address: no operation, or one on a user address",
        "the bus address of a high page is wrong: 0x80000000 if it has no kmap",
        "sync_sg_* leaves out sg->offset"})
public final class Kseg0Only implements TypedKmapAtomic {
    /** {@code plat_map_dma_mem} of a page's address; 0x80000000 if it has none. */
    @Override
    public long plat_map_dma_mem_page(Cpu cpu, long page) {
        return (Pages.address(cpu, page) - KernelLayout.PAGE_OFFSET) & KernelLayout.ADDRESS_MASK;
    }

    @Override
    public void mips_dma_map_sg(Cpu cpu, long page, long offset, long sizeBytes, Direction direction) {
        long address = Pages.address(cpu, page) + offset;
        if (address != 0) {
            __dma_sync_virtual(cpu, address, sizeBytes, direction);
        }
    }

    @Override
    public void mips_dma_unmap_sg(Cpu cpu, long page, long offset, long sizeBytes, Direction direction) {
        if (direction != Direction.TO_DEVICE) {
            mips_dma_map_sg(cpu, page, offset, sizeBytes, direction);
        }
    }

    @Override
    public void mips_dma_map_page(Cpu cpu, long page, long offset, long sizeBytes, Direction direction) {
        __dma_sync_virtual(cpu, Pages.address(cpu, page) + offset, sizeBytes, direction);
    }

    @Override
    public void mips_dma_sync_sg_for_cpu(Cpu cpu, long page, long offset, long sizeBytes, Direction direction) {
        if (cpu_needs_post_dma_flush(cpu)) {
            mips_dma_sync_sg_for_device(cpu, page, offset, sizeBytes, direction);
        }
    }

    /** Leaves out the offset. */
    @Override
    public void mips_dma_sync_sg_for_device(Cpu cpu, long page, long offset, long sizeBytes, Direction direction) {
        __dma_sync_virtual(cpu, Pages.address(cpu, page), sizeBytes, direction);
    }

    /** Where the kernel has a bus address: by {@code phys_to_virt}, which is right for low memory only. */
    @Override
    public void arch_sync_dma_for_device(Cpu cpu, long physical, long sizeBytes, Direction direction) {
        long address = (physical + KernelLayout.PAGE_OFFSET) & KernelLayout.ADDRESS_MASK;
        __dma_sync_virtual(cpu, address, sizeBytes, direction);
    }

    @Override
    public void arch_sync_dma_for_cpu(Cpu cpu, long physical, long sizeBytes, Direction direction) {
        arch_sync_dma_for_device(cpu, physical, sizeBytes, direction);
    }
}
