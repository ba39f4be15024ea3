package org.dmalab.vtd.kernel;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.cpu.Endian;
import org.dmalab.api.event.EventKind;
import org.dmalab.api.kernel.KernelFunction;
import org.dmalab.api.service.Binding;
import org.dmalab.api.service.Direction;
import org.dmalab.api.service.Errno;
import org.dmalab.vtd.kernel.KernelLayout.Buffer;
import org.dmalab.vtd.kernel.KernelLayout.Device;

/** The DMA API as drivers use it. */
public final class DmaApi {
    private static final long LIMIT_PFN = 0xfffff; // below 4 GiB
    private static final int DIRECTION_SHIFT = 56;
    private static final int BAR1 = 0x14;
    private static final int MAXIMUM_PAGES = 64;
    private static final int MAXIMUM_HUGE_PAGES = 1024;
    private static final long ANY = -1;
    private static final long PATTERN = 0x0101010101010101L;
    private static final int FILLED_BYTES = 64;

    private DmaApi() { }

    /** Attaches a device as its first use of the DMA API does. */
    public static long attach(Cpu cpu, long sourceId) {
        long device = Devices.find(cpu, sourceId);
        if (Devices.isError(device)) {
            return device;
        }
        long domain = cpu.load(device, Device.IOMMU) == 0 ? Errno.ENODEV : Domains.ofDevice(cpu, device);
        return Devices.isError(domain) ? domain : 0;
    }

    /** VFIO takes a device: {@link Domains#attachForUser}. */
    public static long attachForUser(Cpu cpu, long sourceId) {
        long device = Devices.find(cpu, sourceId);
        if (Devices.isError(device)) {
            return device;
        }
        return cpu.load(device, Device.IOMMU) == 0 ? Errno.ENODEV : Domains.attachForUser(cpu, device);
    }

    /** Takes a device out of its domain. */
    public static long detach(Cpu cpu, long sourceId) {
        long device = Devices.find(cpu, sourceId);
        return Devices.isError(device) ? device : Domains.detach(cpu, device);
    }

    /** A driver allocates a buffer, fills its start if the device is to read it, and maps it: its bus address. */
    public static long mapNew(Cpu cpu, long sourceId, long sizeBytes, Direction direction) {
        long device = Devices.find(cpu, sourceId);
        if (Devices.isError(device)) {
            return device;
        }
        long buffer = alloc(cpu, device, sizeBytes, direction);
        return Devices.isError(buffer) ? buffer : cpu.load(buffer, Buffer.ADDRESS);
    }

    /**
     * A driver maps a buffer in memory that was added: its bus address.
     *
     * @return the bus address; {@code -EINVAL} if that is no such memory; or another error number
     */
    public static long mapAdded(Cpu cpu, long sourceId, long physical, long sizeBytes, Direction direction) {
        long device = Devices.find(cpu, sourceId);
        if (Devices.isError(device)) {
            return device;
        }
        long block = HotMemory.find(cpu, physical, 1);
        if (sizeBytes <= 0 || (physical & 0xfff) != 0 || Mappings.pages(0, sizeBytes) > MAXIMUM_PAGES) {
            return Errno.EINVAL;
        }
        if (block == 0 || HotMemory.find(cpu, physical + sizeBytes - 1, 1) != block) {
            return Errno.EINVAL;
        }
        fillStart(cpu, Pages.linear(physical), sizeBytes, direction);
        long buffer = map(cpu, device, Pages.linear(physical), sizeBytes, direction, ANY);
        return Devices.isError(buffer) ? buffer : cpu.load(buffer, Buffer.ADDRESS);
    }

    /**
     * A user of the IOMMU API, such as VFIO, maps a new buffer at a bus address of its choice: {@code iommu_map}.
     *
     * @return the bus address; {@code -EBUSY} if it is in use; or another error number
     */
    public static long mapAt(Cpu cpu, long sourceId, long busAddress, long sizeBytes, Direction direction) {
        long device = Devices.find(cpu, sourceId);
        if (Devices.isError(device)) {
            return device;
        }
        long count = Mappings.pages(0, sizeBytes);
        boolean huge = count > MAXIMUM_PAGES;
        if (sizeBytes <= 0 || count > MAXIMUM_HUGE_PAGES || ((count & MAXIMUM_PAGES - 1) != 0 && huge)
                || busAddress <= 0 || (busAddress & 0xfff) != 0) {
            return Errno.EINVAL;
        }
        long page = huge ? Pages.allocAligned(cpu, (int) count) : Pages.alloc(cpu, (int) count);
        if (page == 0) {
            return Errno.ENOMEM;
        }
        long buffer = map(cpu, device, page, sizeBytes, direction, busAddress >>> 12);
        if (Devices.isError(buffer)) {
            Pages.free(cpu, page, (int) count);
            return buffer;
        }
        return busAddress;
    }

    /** Unmaps and frees the buffer at a bus address. */
    public static long unmap(Cpu cpu, long sourceId, long busAddress) {
        long device = Devices.find(cpu, sourceId);
        if (Devices.isError(device)) {
            return device;
        }
        long flags = lock(cpu, device);
        long buffer = cpu.load(device, Device.BUFFERS);
        while (buffer != 0 && cpu.load(buffer, Buffer.ADDRESS) != busAddress) {
            buffer = cpu.load(buffer, Buffer.NEXT);
        }
        unlock(cpu, device, flags);
        return buffer == 0 ? Errno.EINVAL : release(cpu, buffer);
    }

    /**
     * A driver tells its device to read at a bus address, by its doorbell.
     *
     * @return 0; {@code -ENODEV}; or {@code -EINVAL} if the device has no doorbell
     */
    public static long start(Cpu cpu, long sourceId, long busAddress) {
        long device = Devices.find(cpu, sourceId);
        if (Devices.isError(device)) {
            return device;
        }
        long doorbell = cpu.readConfig(sourceId, BAR1, 4) & ~0xfL;
        if (doorbell == 0) {
            return Errno.EINVAL;
        }
        cpu.writeRegister(doorbell, 8, busAddress);
        return 0;
    }

    /** Tells whether a driver has a buffer that begins in a range of physical addresses. */
    static boolean anyBufferIn(Cpu cpu, long start, long sizeBytes) {
        boolean any = false;
        for (long device = cpu.load(KernelLayout.DEVICES); device != 0; device = cpu.load(device, Device.NEXT)) {
            long flags = lock(cpu, device);
            for (long buffer = cpu.load(device, Device.BUFFERS); buffer != 0; buffer = cpu.load(buffer, Buffer.NEXT)) {
                long offset = cpu.load(buffer, Buffer.PHYSICAL) - start;
                any |= offset >= 0 && offset < sizeBytes;
            }
            unlock(cpu, device, flags);
        }
        return any;
    }

    /** Each driver keeps its mappings in a list, under a lock of its own. */
    private static long lock(Cpu cpu, long device) {
        return SpinLock.irqSave(cpu, device + Device.DRIVER_LOCK.offset());
    }

    private static void unlock(Cpu cpu, long device, long flags) {
        SpinLock.irqRestore(cpu, device + Device.DRIVER_LOCK.offset(), flags);
    }

    /** Pages, their bus addresses, and a record of both: its address, or an error number. */
    static long alloc(Cpu cpu, long device, long sizeBytes, Direction direction) {
        long count = Mappings.pages(0, sizeBytes);
        if (sizeBytes <= 0 || count > MAXIMUM_PAGES) {
            return Errno.EINVAL;
        }
        long page = Pages.alloc(cpu, (int) count);
        if (page == 0) {
            return Errno.ENOMEM;
        }
        fillStart(cpu, page, sizeBytes, direction);
        long buffer = map(cpu, device, page, sizeBytes, direction, ANY);
        if (Devices.isError(buffer)) {
            Pages.free(cpu, page, (int) count);
        }
        return buffer;
    }

    private static void fillStart(Cpu cpu, long page, long sizeBytes, Direction direction) {
        if (direction != Direction.FROM_DEVICE) {
            for (int offset = 0; offset < Math.min(sizeBytes, FILLED_BYTES); offset += 8) {
                cpu.write(page + offset, 8, Endian.LITTLE, PATTERN * (offset / 8 + 1));
            }
        }
    }

    /** {@code intel_map_page}. The services are entered first: without a variant nothing has changed. */
    @KernelFunction("intel_map_page")
    private static long map(Cpu cpu, long device, long page, long sizeBytes, Direction direction, long wantedPfn) {
        Binding variant = cpu.services().enter();
        try {
            long physical = Pages.physical(page);
            if (cpu.load(device, Device.IOMMU) == 0) {
                return identity(cpu, device, physical, sizeBytes, direction, wantedPfn);
            }
            long domain = Domains.ofDevice(cpu, device);
            if (Devices.isError(domain)) {
                return domain;
            }
            if (domain == cpu.load(KernelLayout.SI_DOMAIN)) { // attached by now, in a capture kernel too (a11bfde9c77d)
                return identity(cpu, device, physical, sizeBytes, direction, wantedPfn);
            }
            long count = Mappings.pages(0, sizeBytes);
            if (wantedPfn != ANY && (wantedPfn + count - 1) >>> (9 * Mappings.levels(cpu, domain)) != 0) {
                return Errno.EINVAL;
            }
            long buffer = cpu.alloc(Buffer.STRUCT);
            long pfn = wantedPfn;
            if (buffer != 0 && wantedPfn == ANY) {
                pfn = Iovas.alloc(cpu, domain, count, LIMIT_PFN);
            }
            if (buffer == 0 || pfn == 0) {
                freeIf(cpu, buffer);
                return Errno.ENOMEM;
            }
            if (wantedPfn != ANY && !Iovas.reserve(cpu, domain, pfn, pfn + count - 1)) {
                freeIf(cpu, buffer);
                return Errno.EBUSY;
            }
            long address = variant.iommu().map(cpu, domain, pfn << 12, physical, sizeBytes, direction);
            if (address < 0) {
                Iovas.free(cpu, domain, pfn);
                freeIf(cpu, buffer);
                return address;
            }
            return remember(cpu, buffer, device, address, physical, sizeBytes, direction);
        } finally {
            cpu.services().leave();
        }
    }

    /** {@code iommu_no_mapping}: the bus address is the physical one. */
    @KernelFunction("iommu_no_mapping")
    private static long identity(Cpu cpu, long device, long physical, long sizeBytes, Direction direction,
            long wantedPfn) {
        if (wantedPfn != ANY) {
            return Errno.EINVAL;
        }
        long buffer = cpu.alloc(Buffer.STRUCT);
        return buffer == 0 ? Errno.ENOMEM : remember(cpu, buffer, device, physical, physical, sizeBytes, direction);
    }

    private static void freeIf(Cpu cpu, long object) {
        if (object != 0) {
            cpu.free(object);
        }
    }

    private static long remember(Cpu cpu, long buffer, long device, long address, long physical, long sizeBytes,
            Direction direction) {
        cpu.store(buffer, Buffer.DEVICE, device);
        cpu.store(buffer, Buffer.ADDRESS, address);
        cpu.store(buffer, Buffer.PHYSICAL, physical);
        cpu.store(buffer, Buffer.SIZE, sizeBytes);
        cpu.store(buffer, Buffer.DIRECTION, direction.ordinal());
        long flags = lock(cpu, device);
        cpu.store(buffer, Buffer.NEXT, cpu.load(device, Device.BUFFERS));
        cpu.store(device, Device.BUFFERS, buffer);
        unlock(cpu, device, flags);
        Devices.note(cpu, EventKind.BUFFER_TO_DEVICE, device, address, physical,
                sizeBytes | (long) direction.ordinal() << DIRECTION_SHIFT);
        return buffer;
    }

    /** {@code intel_unmap}, and the pages go. */
    @KernelFunction("intel_unmap")
    static long release(Cpu cpu, long buffer) {
        long device = cpu.load(buffer, Buffer.DEVICE);
        long domain = cpu.load(device, Device.DOMAIN);
        long address = cpu.load(buffer, Buffer.ADDRESS);
        long size = cpu.load(buffer, Buffer.SIZE);
        Direction direction = Direction.of(cpu.load(buffer, Buffer.DIRECTION));
        boolean identity = domain == cpu.load(KernelLayout.SI_DOMAIN);
        long result = identity ? 0 : unmap(cpu, domain, address, size, direction);
        if (result < 0) {
            return result;
        }
        long physical = cpu.load(buffer, Buffer.PHYSICAL);
        Devices.note(cpu, EventKind.BUFFER_TO_CPU, device, address, physical,
                size | (long) direction.ordinal() << DIRECTION_SHIFT);
        if (!identity) {
            FlushQueue.release(cpu, domain, address >>> 12);
        }
        if (Pages.owns(cpu, physical)) {
            Pages.free(cpu, Pages.linear(physical), (int) Mappings.pages(physical, size));
        }
        unlink(cpu, device, buffer);
        return 0;
    }

    private static long unmap(Cpu cpu, long domain, long address, long sizeBytes, Direction direction) {
        Binding variant = cpu.services().enter();
        try {
            return variant.iommu().unmap(cpu, domain, address, sizeBytes, direction);
        } finally {
            cpu.services().leave();
        }
    }

    private static void unlink(Cpu cpu, long device, long buffer) {
        long flags = lock(cpu, device);
        long previous = device + Device.BUFFERS.offset();
        while (cpu.load(previous, 8) != buffer) {
            previous = cpu.load(previous, 8) + Buffer.NEXT.offset();
        }
        cpu.store(previous, 8, cpu.load(buffer, Buffer.NEXT));
        unlock(cpu, device, flags);
        cpu.free(buffer);
    }
}
