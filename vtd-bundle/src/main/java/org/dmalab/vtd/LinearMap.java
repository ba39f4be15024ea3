package org.dmalab.vtd;

import org.dmalab.api.cpu.CacheOp;
import org.dmalab.api.cpu.Endian;
import org.dmalab.api.cpu.KernelBug;
import org.dmalab.api.cpu.Level;
import org.dmalab.api.event.Actor;
import org.dmalab.api.event.Emitter;
import org.dmalab.api.event.EventKind;
import org.dmalab.api.port.Memory;
import org.dmalab.vtd.hardware.DirtyLines;
import org.dmalab.vtd.hardware.HardwareEvent;
import org.dmalab.vtd.hardware.MachineMemory;
import org.dmalab.vtd.kernel.Pages;

/**
 * Memory as the kernel reaches it: by addresses of its linear map, or by physical addresses. Where the machine has no
 * memory the processor takes a page fault, and the kernel an oops.
 *
 * @param memory the machine's memory
 * @param emitter where accesses are announced
 */
public record LinearMap(MachineMemory memory, Emitter emitter) implements Memory {
    private static final long BYTES = 1L << 46;

    @Override
    public long read(int processor, long address, int widthBytes, Endian order) {
        long physical = physical(processor, address, widthBytes);
        long value = memory.snoop(physical, widthBytes);
        emitter.emit(EventKind.CPU_READ, Actor.processor(processor, Level.USER), physical, widthBytes, value, 0);
        return order.swap(value, widthBytes);
    }

    @Override
    public void write(int processor, long address, int widthBytes, Endian order, long value) {
        long physical = physical(processor, address, widthBytes);
        long bytes = order.swap(value, widthBytes);
        memory.store(physical, widthBytes, bytes);
        emitter.emit(EventKind.CPU_WRITE, Actor.processor(processor, Level.USER), physical, widthBytes, bytes, 0);
    }

    @Override
    public void cache(int processor, CacheOp operation, long address) {
        if (operation == CacheOp.FLUSH_LINE) {
            memory.flushLine(physical(processor, address & -DirtyLines.BYTES, DirtyLines.BYTES));
        }
    }

    private long physical(int processor, long address, int widthBytes) {
        long offset = address - Pages.LINEAR_MAP;
        long physical = offset >= 0 && offset < BYTES ? offset : address;
        if (!memory.isRam(physical, widthBytes)) {
            emitter.emit(HardwareEvent.PAGE_FAULT, Actor.processor(processor, Level.USER), address, widthBytes, 0, 0);
            throw new KernelBug("unable to handle page fault for address: 0x" + Long.toHexString(address)
                    + ", on processor " + processor);
        }
        return physical;
    }
}
