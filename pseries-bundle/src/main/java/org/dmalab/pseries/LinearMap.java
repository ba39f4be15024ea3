package org.dmalab.pseries;

import org.dmalab.api.cpu.Endian;
import org.dmalab.api.cpu.KernelBug;
import org.dmalab.api.cpu.Level;
import org.dmalab.api.event.Actor;
import org.dmalab.api.event.Emitter;
import org.dmalab.api.event.EventKind;
import org.dmalab.api.port.Memory;
import org.dmalab.pseries.hardware.MachineMemory;
import org.dmalab.pseries.kernel.Pages;

/**
 * Memory as the kernel reaches it: by addresses of its linear map, or by real addresses before there is one. Where the
 * partition has no memory the processor takes a machine check, which is a bug of the kernel.
 *
 * @param memory the partition's memory
 * @param emitter where accesses are announced
 */
record LinearMap(MachineMemory memory, Emitter emitter) implements Memory {
    @Override
    public long read(int processor, long address, int widthBytes, Endian order) {
        long real = real(address, widthBytes, "load from");
        long value = memory.load(real, widthBytes);
        emitter.emit(EventKind.CPU_READ, Actor.processor(processor, Level.USER), real, widthBytes, value, 0);
        return order.swap(value, widthBytes);
    }

    @Override
    public void write(int processor, long address, int widthBytes, Endian order, long value) {
        long real = real(address, widthBytes, "store to");
        long stored = order.swap(value, widthBytes);
        memory.store(real, widthBytes, stored);
        emitter.emit(EventKind.CPU_WRITE, Actor.processor(processor, Level.USER), real, widthBytes, stored, 0);
    }

    private long real(long address, int widthBytes, String what) {
        long offset = address - Pages.PAGE_OFFSET;
        long real = offset >>> MachineMemory.ADDRESS_BITS == 0 ? offset : address;
        if (!memory.isPresent(real) || !memory.isPresent(real + widthBytes - 1)) {
            throw new KernelBug("Machine check: " + what + " 0x" + Long.toHexString(address)
                    + ", the partition has no memory there");
        }
        return real;
    }
}
