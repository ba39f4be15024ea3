package org.dmalab.vtd.kernel;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.kernel.KernelFunction;
import org.dmalab.api.service.Errno;
import org.dmalab.vtd.kernel.KernelLayout.Device;

/** Devices on the bus, found when they are first asked for. */
public final class Devices {
    private static final long NOTHING = 0xffffffffL;
    private static final int BAR0 = 0x10;
    private static final int COMMAND = 0x04;
    private static final int CLASS = 0x08;
    private static final long USB = 0x0c03;
    private static final long DISPLAY = 0x03;
    private static final long MEMORY_AND_MASTER = 6;
    private static final int SEGMENT_SHIFT = 16;
    private static final long SECOND_ROOT_BUS = 0x80;

    private Devices() { }

    /** The device of a source-id: its address, or {@code -ENODEV}. Without a unit in use it has none either. */
    @KernelFunction("pci_get_domain_bus_and_slot")
    public static long find(Cpu cpu, long sourceId) {
        long known = known(cpu, sourceId);
        if (known != 0) {
            return known;
        }
        if (cpu.readConfig(sourceId, 0, 4) == NOTHING) {
            return Errno.ENODEV;
        }
        long device = cpu.alloc(Device.STRUCT);
        if (device == 0) {
            return Errno.ENOMEM;
        }
        cpu.store(device, Device.SOURCE_ID, sourceId);
        cpu.store(device, Device.SOURCE_IDS, 1);
        addBridges(cpu, device, sourceId);
        cpu.store(device, Device.IOMMU, DeviceScopes.unitOf(cpu, sourceId));
        cpu.store(device, Device.BAR, cpu.readConfig(sourceId, BAR0, 4) & ~0xfL);
        return add(cpu, device, sourceId);
    }

    /** The device that stands in the list with a source-id of its own; 0 if none does. */
    private static long known(Cpu cpu, long sourceId) {
        long device = cpu.load(KernelLayout.DEVICES);
        while (device != 0 && cpu.load(device, Device.SOURCE_ID) != sourceId) {
            device = cpu.load(device, Device.NEXT);
        }
        return device;
    }

    /** The source-ids that bridges give to a device's requests, from the device upwards. */
    @KernelFunction("pci_for_each_dma_alias")
    private static void addBridges(Cpu cpu, long device, long sourceId) {
        for (long bridge = Bridges.above(cpu, sourceId); bridge != 0;
                bridge = Bridges.above(cpu, cpu.load(bridge, KernelLayout.Bridge.SOURCE_ID))) {
            long alias = Bridges.alias(cpu, bridge);
            if (alias >= 0) {
                append(cpu, device, alias);
            }
        }
    }

    /** Another source-id of a device; false if it has too many. */
    private static boolean append(Cpu cpu, long device, long alias) {
        int count = sourceIds(cpu, device);
        if (count > KernelLayout.ALIASES) {
            return false;
        }
        cpu.store(device + Device.ALIAS.offset() + (count - 1L) * Device.ALIAS.widthBytes(), Device.ALIAS.widthBytes(),
                alias);
        cpu.store(device, Device.SOURCE_IDS, count + 1L);
        return true;
    }

    /** Puts a device in front of the list, from which none is taken; or finds that somebody else was faster. */
    private static long add(Cpu cpu, long device, long sourceId) {
        long lock = KernelLayout.DEVICE_DOMAIN_LOCK.address();
        long flags = SpinLock.irqSave(cpu, lock);
        long faster = known(cpu, sourceId);
        if (faster == 0) {
            cpu.store(device, Device.NEXT, cpu.load(KernelLayout.DEVICES));
            cpu.store(KernelLayout.DEVICES, device);
        }
        SpinLock.irqRestore(cpu, lock, flags);
        if (faster != 0) {
            cpu.free(device);
            return faster;
        }
        return device;
    }

    /** The device of a unit's segment that is known to send with a source-id; 0 if none is. */
    public static long withSourceId(Cpu cpu, long iommu, long busAndFunction) {
        long sourceId = (cpu.load(iommu, KernelLayout.IntelIommu.SEGMENT) << SEGMENT_SHIFT) | busAndFunction;
        long device = cpu.load(KernelLayout.DEVICES);
        while (device != 0 && !sendsAs(cpu, device, sourceId)) {
            device = cpu.load(device, Device.NEXT);
        }
        return device;
    }

    /** Tells whether a device's requests may carry a source-id. */
    static boolean sendsAs(Cpu cpu, long device, long sourceId) {
        for (int i = 0; i < sourceIds(cpu, device); i++) {
            if (sourceId(cpu, device, i) == sourceId) {
                return true;
            }
        }
        return false;
    }

    /** Another device than this one, attached, whose requests may carry a source-id; 0 if there is none. */
    static long otherAttached(Cpu cpu, long device, long sourceId) {
        long other = cpu.load(KernelLayout.DEVICES);
        while (other != 0 && (other == device || cpu.load(other, Device.DOMAIN) == 0
                || !sendsAs(cpu, other, sourceId))) {
            other = cpu.load(other, Device.NEXT);
        }
        return other;
    }

    /** {@code pci_add_dma_alias}: 0, {@code -EBUSY} if the device is attached already, {@code -ENOSPC}. */
    @KernelFunction("pci_add_dma_alias")
    public static long addAlias(Cpu cpu, long sourceId, long alias) {
        long device = find(cpu, sourceId);
        if (isError(device)) {
            return device;
        }
        if (cpu.load(device, Device.DOMAIN) != 0) {
            return Errno.EBUSY;
        }
        return append(cpu, device, alias) ? 0 : Errno.ENOSPC;
    }

    /** Announces a buffer for each source-id that a device's requests may carry. */
    static void note(Cpu cpu, int kind, long device, long busAddress, long physical, long lengthAndDirection) {
        for (int i = 0; i < sourceIds(cpu, device); i++) {
            cpu.note(kind, sourceId(cpu, device, i), busAddress, physical, lengthAndDirection);
        }
    }

    /** Tells whether an address is an error number. */
    public static boolean isError(long pointer) {
        return pointer < 0 && pointer > -4096;
    }

    /** Tells whether there is no bridge before a device: its bus is that of one of the two host bridges. */
    static boolean onRootBus(long sourceId) {
        return Bridges.bus(sourceId) == 0 || Bridges.bus(sourceId) == SECOND_ROOT_BUS;
    }

    /** {@code device_rmrr_is_relaxable}: USB and graphics need their regions while firmware drives them only. */
    @KernelFunction("device_rmrr_is_relaxable")
    static boolean regionIsRelaxable(Cpu cpu, long sourceId) {
        long type = cpu.readConfig(sourceId, CLASS, 4) >>> 16;
        return type == USB || type >>> 8 == DISPLAY;
    }

    /** Number of source-ids that a device's requests may carry. */
    public static int sourceIds(Cpu cpu, long device) {
        return (int) cpu.load(device, Device.SOURCE_IDS);
    }

    /** One of them; 0 is its own. */
    public static long sourceId(Cpu cpu, long device, int index) {
        return index == 0 ? cpu.load(device, Device.SOURCE_ID) : cpu.load(device + Device.ALIAS.offset()
                + (index - 1L) * Device.ALIAS.widthBytes(), Device.ALIAS.widthBytes());
    }

    /** {@code pci_enable_device} and {@code pci_set_master}. */
    @KernelFunction("pci_enable_device")
    static void enable(Cpu cpu, long device) {
        cpu.writeConfig(cpu.load(device, Device.SOURCE_ID), COMMAND, 2, MEMORY_AND_MASTER);
    }
}
