package org.dmalab.pseries.kernel;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.service.Direction;
import org.dmalab.api.service.Errno;
import org.dmalab.pseries.kernel.KernelLayout.Buffer;
import org.dmalab.pseries.kernel.KernelLayout.PciDev;

/** Buffers that drivers keep mapped: what a driver's own ring remembers. */
public final class Buffers {
    private Buffers() { }

    /** Maps a buffer and remembers it: the bus address, or a negative error number. */
    public static long map(Cpu cpu, long device, long physical, long sizeBytes, Direction direction) {
        long buffer = cpu.alloc(Buffer.STRUCT);
        if (buffer == 0) {
            return Errno.ENOMEM;
        }
        long bus = DmaApi.map(cpu, device, physical, sizeBytes, direction);
        if (bus < 0) {
            cpu.free(buffer);
            return bus;
        }
        cpu.store(buffer, Buffer.DEVICE, device);
        cpu.store(buffer, Buffer.SOURCE_ID, cpu.load(device, PciDev.SOURCE_ID));
        cpu.store(buffer, Buffer.BUS, bus);
        cpu.store(buffer, Buffer.PHYSICAL, physical);
        cpu.store(buffer, Buffer.LENGTH, sizeBytes);
        cpu.store(buffer, Buffer.DIRECTION, direction.ordinal());
        cpu.lock(KernelLayout.DRIVER_BUFFERS_LOCK);
        ListHead.addTail(cpu, KernelLayout.DRIVER_BUFFERS, buffer, Buffer.LIST);
        cpu.unlock(KernelLayout.DRIVER_BUFFERS_LOCK);
        return bus;
    }

    /** The buffer of a device that starts at a physical address; 0 if there is none. */
    public static long find(Cpu cpu, long sourceId, long physical) {
        cpu.lock(KernelLayout.DRIVER_BUFFERS_LOCK);
        long buffer = first(cpu);
        while (buffer != 0 && (cpu.load(buffer, Buffer.SOURCE_ID) != sourceId
                || cpu.load(buffer, Buffer.PHYSICAL) != physical)) {
            buffer = next(cpu, buffer);
        }
        cpu.unlock(KernelLayout.DRIVER_BUFFERS_LOCK);
        return buffer;
    }

    /** Unmaps a buffer and forgets it; 0 or a negative error number. */
    public static long unmap(Cpu cpu, long buffer) {
        long result = DmaApi.unmap(cpu, cpu.load(buffer, Buffer.DEVICE), cpu.load(buffer, Buffer.BUS),
                cpu.load(buffer, Buffer.PHYSICAL), cpu.load(buffer, Buffer.LENGTH),
                Direction.of(cpu.load(buffer, Buffer.DIRECTION)));
        cpu.lock(KernelLayout.DRIVER_BUFFERS_LOCK);
        ListHead.remove(cpu, buffer, Buffer.LIST);
        cpu.unlock(KernelLayout.DRIVER_BUFFERS_LOCK);
        cpu.free(buffer);
        return result;
    }

    /** What a driver does when its device goes: all of its buffers are unmapped. */
    public static void unmapAll(Cpu cpu, long sourceId) {
        long buffer = first(cpu);
        while (buffer != 0) {
            long next = next(cpu, buffer);
            if (cpu.load(buffer, Buffer.SOURCE_ID) == sourceId) {
                unmap(cpu, buffer);
            }
            buffer = next;
        }
    }

    private static long first(Cpu cpu) {
        return ListHead.first(cpu, KernelLayout.DRIVER_BUFFERS, Buffer.LIST);
    }

    private static long next(Cpu cpu, long buffer) {
        return ListHead.next(cpu, KernelLayout.DRIVER_BUFFERS, buffer, Buffer.LIST);
    }
}
