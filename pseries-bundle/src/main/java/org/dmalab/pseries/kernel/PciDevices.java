package org.dmalab.pseries.kernel;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.cpu.Text;
import org.dmalab.api.event.Actor;
import org.dmalab.api.kernel.KernelFunction;
import org.dmalab.api.service.Binding;
import org.dmalab.api.service.DmaWindows;
import org.dmalab.api.service.Errno;
import org.dmalab.pseries.kernel.KernelLayout.DeviceNode;
import org.dmalab.pseries.kernel.KernelLayout.PciDev;

/** PCI devices that have a driver, and the setting of their DMA masks. */
public final class PciDevices {
    private PciDevices() { }

    /** Text id of a device's name: domain, bus, device and function. */
    public static long name(long sourceId) {
        return Text.id("0000:" + Actor.bdf(sourceId));
    }

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
     * Binds a driver to a device, which sets the streaming and then, if it is one that does so, the coherent mask.
     *
     * @param cpu where it runs
     * @param sourceId bus, device and function
     * @param name text id of the device's name
     * @param driver text id of the driver's name
     * @param mask DMA mask
     * @param coherent the driver sets both masks
     * @return 0, -ENODEV if the device tree has no such device, -EBUSY if it has a driver, -ENOMEM, or -EIO if the mask
     *         can't be had
     */
    public static long probe(Cpu cpu, long sourceId, long name, long driver, long mask,
            boolean coherent) {
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
        long result = setMask(cpu, device, mask);
        return result == 0 && coherent ? setCoherentMask(cpu, device, mask) : result;
    }

    /** dma_set_mask: the mask for buffers; 0 or -EIO. */
    @KernelFunction("dma_set_mask")
    public static long setMask(Cpu cpu, long device, long mask) {
        if (!supported(cpu, device, mask)) {
            return Errno.EIO;
        }
        cpu.store(device, PciDev.DMA_MASK, mask);
        return 0;
    }

    /** dma_set_coherent_mask: the mask for coherent memory; 0 or -EIO. */
    @KernelFunction("dma_set_coherent_mask")
    public static long setCoherentMask(Cpu cpu, long device, long mask) {
        if (!supported(cpu, device, mask)) {
            return Errno.EIO;
        }
        cpu.store(device, PciDev.COHERENT_MASK, mask);
        return 0;
    }

    private static boolean supported(Cpu cpu, long device, long mask) {
        Binding variant = cpu.services().enter();
        try {
            DmaWindows windows = variant.dmaWindows();
            long answer = windows instanceof PseriesKernel kernel ? kernel.dma_iommu_dma_supported(cpu, device, mask)
                    : DmaMask.supported(cpu, device, mask, windows.enable(cpu, device, mask) != 0, true);
            return answer != 0;
        } finally {
            cpu.services().leave();
        }
    }

    /**
     * DLPAR add: the host bridge of a device that was taken away comes back with what firmware says of it.
     *
     * @return 0, -ENODEV if the tree never had the device, or -EEXIST if its bridge is there
     */
    @KernelFunction("dlpar_add_phb")
    public static long add(Cpu cpu, long sourceId) {
        long node = DeviceTree.findDevice(cpu, sourceId);
        long pdn = node == 0 ? 0 : DeviceTree.findWindowNode(cpu, node);
        if (pdn == 0) {
            return Errno.ENODEV;
        }
        if (cpu.load(pdn, DeviceNode.TABLE0) != 0 || cpu.load(pdn, DeviceNode.TABLE1) != 0) {
            return Errno.EEXIST;
        }
        DeviceTree.freshBridge(cpu, pdn);
        PciSetup.bridge(cpu, pdn, 0);
        return 0;
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
