package org.dmalab.pseries.kernel;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.service.Direction;

/** The iommu_table_ops of a table: set and clear for the DMA API, over {@link TceBuild}. */
public final class DynamicTces {
    private DynamicTces() { }

    /**
     * Maps whole TCEs.
     *
     * @param cpu where it runs
     * @param table address of the struct iommu_table
     * @param busAddress bus address of the first TCE
     * @param physical address that it is to point to
     * @param sizeBytes a multiple of the table's page size
     * @param direction who writes; a device may read in every case
     * @param chunked whether to free in chunks of 512 after an error
     * @return the bus address, or H_NOT_ENOUGH_RESOURCES
     */
    public static long map(Cpu cpu, long table, long busAddress, long physical, long sizeBytes, Direction direction,
            boolean chunked) {
        long shift = cpu.load(table, Structs.TABLE_PAGE_SHIFT);
        long permission = direction == Direction.TO_DEVICE ? Hvcall.TCE_PCI_READ
                : Hvcall.TCE_PCI_READ | Hvcall.TCE_PCI_WRITE;
        long code = TceBuild.build(cpu, cpu.load(table, Structs.TABLE_INDEX), busAddress >>> shift, shift,
                sizeBytes >>> shift, physical, permission, chunked);
        return code == Hvcall.H_SUCCESS ? busAddress : code;
    }

    /** Takes whole TCEs away; returns 0, whatever the hypervisor said. */
    public static long unmap(Cpu cpu, long table, long busAddress, long sizeBytes, boolean chunked) {
        long shift = cpu.load(table, Structs.TABLE_PAGE_SHIFT);
        TceBuild.free(cpu, cpu.load(table, Structs.TABLE_INDEX), busAddress >>> shift, shift, sizeBytes >>> shift,
                chunked);
        return 0;
    }
}
