package org.dmalab.pseries.kernel;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.cpu.Text;
import org.dmalab.api.kernel.KernelFunction;
import org.dmalab.api.service.Binding;
import org.dmalab.api.service.Errno;
import org.dmalab.pseries.kernel.KernelLayout.DeviceNode;
import org.dmalab.pseries.kernel.KernelLayout.PciDev;
import org.dmalab.pseries.kernel.KernelLayout.Table;

/** PCI devices that have a driver, and the setting of their DMA masks. */
public final class PciDevices {
    private static final long LIMITED = Text.id("%s %s: iommu: 64-bit OK but direct DMA is limited by %llx");
    private static final long NO_TABLE = Text.id("%s %s: Warning: IOMMU dma not supported: mask 0x%08llx, table"
            + " unavailable");
    private static final long OFFSET_TOO_BIG = Text.id("%s %s: Warning: IOMMU offset too big for device mask");

    private PciDevices() { }

    /** The device with a source-id; 0 if it has no driver. */
    public static long find(Cpu cpu, long sourceId) {
        cpu.lock(KernelLayout.PCI_DEVICES_LOCK);
        long device = findLocked(cpu, sourceId);
        cpu.unlock(KernelLayout.PCI_DEVICES_LOCK);
        return device;
    }

    private static long findLocked(Cpu cpu, long sourceId) {
        long device = ListHead.first(cpu, KernelLayout.PCI_DEVICES, PciDev.LIST);
        while (device != 0 && cpu.load(device, PciDev.SOURCE_ID) != sourceId) {
            device = ListHead.next(cpu, KernelLayout.PCI_DEVICES, device, PciDev.LIST);
        }
        return device;
    }

    /**
     * Binds a driver to a device, which sets the streaming and then the coherent mask.
     *
     * @param cpu where it runs
     * @param sourceId bus, device and function
     * @param name text id of the device's name
     * @param driver text id of the driver's name
     * @param mask DMA mask
     * @return 0, -ENODEV if the device tree has no such device, -EBUSY if it has a driver, -ENOMEM, or -EIO if the mask
     *         can't be had
     */
    public static long probe(Cpu cpu, long sourceId, long name, long driver, long mask) {
        long node = DeviceTree.findDevice(cpu, sourceId);
        long pdn = node == 0 ? 0 : DeviceTree.findWindowNode(cpu, node);
        if (pdn == 0) {
            return Errno.ENODEV;
        }
        long device = cpu.alloc(PciDev.STRUCT);
        if (device == 0) {
            return Errno.ENOMEM;
        }
        cpu.store(device, PciDev.SOURCE_ID, sourceId);
        cpu.store(device, PciDev.NAME, name);
        cpu.store(device, PciDev.DRIVER, driver);
        cpu.store(device, PciDev.PDN, pdn);
        cpu.store(device, PciDev.TABLE, cpu.load(pdn, DeviceNode.TABLE0));
        cpu.lock(KernelLayout.PCI_DEVICES_LOCK);
        boolean faster = findLocked(cpu, sourceId) != 0;
        if (!faster) {
            ListHead.addTail(cpu, KernelLayout.PCI_DEVICES, device, PciDev.LIST);
        }
        cpu.unlock(KernelLayout.PCI_DEVICES_LOCK);
        if (faster) {
            cpu.free(device);
            return Errno.EBUSY;
        }
        return setMasks(cpu, device, mask);
    }

    /** dma_set_mask_and_coherent: 0 or -EIO. */
    @KernelFunction("dma_set_mask_and_coherent")
    public static long setMasks(Cpu cpu, long device, long mask) {
        if (!supported(cpu, device, mask)) {
            return Errno.EIO;
        }
        cpu.store(device, PciDev.DMA_MASK, mask);
        if (!supported(cpu, device, mask)) {
            return Errno.EIO;
        }
        cpu.store(device, PciDev.COHERENT_MASK, mask);
        return 0;
    }

    /** dma_iommu_dma_supported. */
    @KernelFunction("dma_iommu_dma_supported")
    private static boolean supported(Cpu cpu, long device, long mask) {
        long driver = cpu.load(device, PciDev.DRIVER);
        long name = cpu.load(device, PciDev.NAME);
        if (enable(cpu, device, mask) != 0) {
            long limit = cpu.load(device, PciDev.BUS_LIMIT);
            cpu.store(device, PciDev.BYPASS, limit == 0 ? 1 : 0);
            if (limit != 0) {
                cpu.printk(LIMITED, driver, name, limit);
            }
            return true;
        }
        long table = cpu.load(device, PciDev.TABLE);
        if (table == 0) {
            cpu.printk(NO_TABLE, driver, name, mask);
            return false;
        }
        if (cpu.load(table, Table.OFFSET) > mask >>> cpu.load(table, Table.PAGE_SHIFT)) {
            cpu.printk(OFFSET_TOO_BIG, driver, name);
            return false;
        }
        cpu.store(device, PciDev.BYPASS, 0);
        return true;
    }

    private static long enable(Cpu cpu, long device, long mask) {
        Binding variant = cpu.services().enter();
        try {
            return variant.dmaWindows().enable(cpu, device, mask);
        } finally {
            cpu.services().leave();
        }
    }

    /** Unbinds a device and detaches its host bridge with all windows; 0, -ENODEV, or what the variant returned. */
    public static long remove(Cpu cpu, long sourceId) {
        long pdn = unlink(cpu, sourceId);
        if (pdn == 0) {
            return Errno.ENODEV;
        }
        Binding variant = cpu.services().enter();
        try {
            return variant.dmaWindows().remove(cpu, pdn);
        } finally {
            cpu.services().leave();
        }
    }

    /** Takes a device and all others of its host bridge off the list and frees them: the bridge's node, 0 if none. */
    private static long unlink(Cpu cpu, long sourceId) {
        cpu.lock(KernelLayout.PCI_DEVICES_LOCK);
        long device = findLocked(cpu, sourceId);
        long pdn = device == 0 ? 0 : cpu.load(device, PciDev.PDN);
        long other = device == 0 ? 0 : ListHead.first(cpu, KernelLayout.PCI_DEVICES, PciDev.LIST);
        while (other != 0) {
            long next = ListHead.next(cpu, KernelLayout.PCI_DEVICES, other, PciDev.LIST);
            if (cpu.load(other, PciDev.PDN) == pdn) {
                ListHead.remove(cpu, other, PciDev.LIST);
                cpu.free(other);
            }
            other = next;
        }
        cpu.unlock(KernelLayout.PCI_DEVICES_LOCK);
        return pdn;
    }
}
