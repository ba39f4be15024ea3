package org.dmalab.vtd.hardware;

import org.dmalab.api.event.Actor;
import org.dmalab.api.event.Emitter;
import org.dmalab.api.event.EventKind;
import org.dmalab.api.port.DmaMaster;
import org.dmalab.vtd.spec.SecondLevelEntry;

/**
 * A device's way to memory: through the remapping unit, and through its own TLB if it has one. An access that crosses a
 * page is made byte by byte.
 */
public final class DmaPath implements DmaMaster {
    private static final int SOURCE_ID = 0xfffff; // with the segment
    private static final Access DROPPED = new Access(Outcome.DROPPED, 0, 0);
    private static final Access FAULT = new Access(Outcome.FAULT, 0, 0);
    private final Units units;
    private final MachineMemory memory;
    private final Emitter emitter;
    private final MessageInterrupt interrupt;

    /** Connects devices to one unit that serves them all; writes to the interrupt range are messages. */
    public DmaPath(RemappingUnit unit, MachineMemory memory, Emitter emitter, MessageInterrupt interrupt) {
        this(Units.of(unit), memory, emitter, interrupt);
    }

    /** Connects devices to the units that serve them; their writes to the interrupt range are messages. */
    public DmaPath(Units units, MachineMemory memory, Emitter emitter, MessageInterrupt interrupt) {
        this.units = units;
        this.memory = memory;
        this.emitter = emitter;
        this.interrupt = interrupt;
    }

    @Override
    public Access read(long sourceId, long busAddress, int widthBytes) {
        return access(units.requester((int) sourceId & SOURCE_ID), busAddress, widthBytes, false, 0);
    }

    @Override
    public Access write(long sourceId, long busAddress, int widthBytes, long value) {
        return access(units.requester((int) sourceId & SOURCE_ID), busAddress, widthBytes, true, value);
    }

    private Access access(int sourceId, long busAddress, int widthBytes, boolean write, long value) {
        if ((busAddress & 0xfff) + widthBytes <= 0x1000) {
            return one(sourceId, busAddress, widthBytes, write, value);
        }
        long result = 0;
        Access first = null;
        for (int i = 0; i < widthBytes; i++) {
            Access part = one(sourceId, busAddress + i, 1, write, value >>> (8 * i));
            if (part.outcome() != Outcome.OK) {
                return part;
            }
            first = first == null ? part : first;
            result |= part.value() << (8 * i);
        }
        return new Access(Outcome.OK, result, first.physicalAddress());
    }

    private Access one(int sourceId, long busAddress, int widthBytes, boolean write, long value) {
        int actor = Actor.device(sourceId);
        long direction = write ? 1 : 0;
        // The interrupt address range is not translated. (DMA Remapping, Interrupt Address Range.)
        if (busAddress >= InterruptRange.FIRST && busAddress < InterruptRange.END) {
            if (write) {
                interrupt.send(busAddress, value);
            }
            return new Access(Outcome.OK, 0, busAddress);
        }
        int access = write ? Translator.WRITES : 0;
        RemappingUnit unit = units.of(sourceId);
        long physical = unit == null ? busAddress : translate(unit, sourceId & 0xffff, busAddress, access);
        if (physical == Translator.DROPPED || physical == Translator.NOTHING) {
            emitter.emit(EventKind.DMA_DROPPED, actor, busAddress, direction, 0, 0);
            return DROPPED;
        }
        if (physical < 0) {
            emitter.emit(EventKind.DMA_FAULT, actor, busAddress, direction, -1 - physical, 0);
            return FAULT;
        }
        if (!memory.isRam(physical, widthBytes)) {
            emitter.emit(EventKind.DMA_ABORT, actor, busAddress, physical, widthBytes, direction);
            return DROPPED;
        }
        if (write) {
            memory.snoopedPut(physical, widthBytes, value);
            emitter.emit(EventKind.DMA_WRITE, actor, busAddress, physical, widthBytes, memory.snoop(physical,
                    widthBytes));
            return new Access(Outcome.OK, 0, physical);
        }
        long found = memory.snoop(physical, widthBytes);
        emitter.emit(EventKind.DMA_READ, actor, busAddress, physical, widthBytes, found);
        return new Access(Outcome.OK, found, physical);
    }

    private static long translate(RemappingUnit unit, int sourceId, long address, int access) {
        return unit.deviceTlbs().enabled(sourceId) ? throughDeviceTlb(unit, sourceId, address, access)
                : unit.translate(sourceId, address, access);
    }

    /**
     * A device with a TLB of its own asks for a translation that it does not have, and then makes a translated request.
     * Without permission it makes none. (Address Translation Services.)
     */
    private static long throughDeviceTlb(RemappingUnit unit, int sourceId, long address, int access) {
        DeviceTlbs tlbs = unit.deviceTlbs();
        long needed = (access & Translator.WRITES) != 0 ? SecondLevelEntry.WRITE : SecondLevelEntry.READ;
        int entry = tlbs.lookUp(sourceId, address, needed);
        if (entry < 0) {
            long answer = unit.ask(sourceId, address, access);
            if (answer < 0) {
                return answer;
            }
            entry = tlbs.lookUp(sourceId, address, needed);
        }
        return entry < 0 ? Translator.NOTHING
                : unit.translate(sourceId, tlbs.physical(entry, address), access | Translator.TRANSLATED);
    }
}
