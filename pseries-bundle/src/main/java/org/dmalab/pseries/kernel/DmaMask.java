package org.dmalab.pseries.kernel;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.cpu.Text;
import org.dmalab.pseries.kernel.KernelLayout.PciDev;
import org.dmalab.pseries.kernel.KernelLayout.Table;

/** What the versions of dma_iommu_dma_supported have in common. */
public final class DmaMask {
    private static final long LIMITED = Text.id("%s %s: iommu: 64-bit OK but direct DMA is limited by %llx");
    private static final long NO_TABLE = Text.id("%s %s: Warning: IOMMU dma not supported: mask 0x%08llx, table"
            + " unavailable");
    private static final long OFFSET_TOO_BIG = Text.id("%s %s: Warning: IOMMU offset too big for device mask");

    private DmaMask() { }

    /**
     * Tells whether a mask is possible, and sets or resets the bypass.
     *
     * @param cpu where it runs
     * @param device struct pci_dev
     * @param mask DMA mask
     * @param direct the device may bypass translation
     * @param bypassWithLimit the bypass is on also where a limit says what memory is mapped
     * @return 1 or 0
     */
    public static long supported(Cpu cpu, long device, long mask, boolean direct, boolean bypassWithLimit) {
        long driver = cpu.load(device, PciDev.DRIVER);
        long name = cpu.load(device, PciDev.NAME);
        if (direct) {
            long limit = cpu.load(device, PciDev.BUS_LIMIT);
            cpu.store(device, PciDev.BYPASS, bypassWithLimit || limit == 0 ? 1 : 0);
            if (limit != 0) {
                cpu.printk(LIMITED, driver, name, limit);
            }
            return 1;
        }
        long table = cpu.load(device, PciDev.TABLE);
        if (table == 0) {
            cpu.printk(NO_TABLE, driver, name, mask);
            return 0;
        }
        if (cpu.load(table, Table.OFFSET) > mask >>> cpu.load(table, Table.PAGE_SHIFT)) {
            cpu.printk(OFFSET_TOO_BIG, driver, name);
            return 0;
        }
        cpu.store(device, PciDev.BYPASS, 0);
        return 1;
    }
}
