package org.dmalab.pseries.hardware;

import org.dmalab.api.event.Actor;
import org.dmalab.api.event.Emitter;
import org.dmalab.api.event.EventKind;
import org.dmalab.api.port.DmaMaster;

/**
 * DMA by devices behind the host bridges: the window that holds the bus address, its TCE, the permission bits, then
 * memory (LoPAR 4.1). An access that crosses into another TCE is made byte by byte. What the tables refuse is a fault
 * and EEH freezes the endpoint; that is announced, and the next access is tried all the same.
 */
public final class PhbDma implements DmaMaster {
    private static final long NOWHERE = -1;
    private final MachineMemory memory;
    private final TceTables tables;
    private final Emitter emitter;

    /** DMA through tables into memory. */
    public PhbDma(MachineMemory memory, TceTables tables, Emitter emitter) {
        this.memory = memory;
        this.tables = tables;
        this.emitter = emitter;
    }

    @Override
    public Access read(long sourceId, long busAddress, int widthBytes) {
        return access(sourceId, busAddress, widthBytes, false, 0);
    }

    @Override
    public Access write(long sourceId, long busAddress, int widthBytes, long value) {
        return access(sourceId, busAddress, widthBytes, true, value);
    }

    private Access access(long sourceId, long busAddress, int widthBytes, boolean write, long value) {
        int table = table(sourceId, busAddress);
        boolean split = table >= 0 && widthBytes > 1
                && tables.index(table, busAddress) != tables.index(table, busAddress + widthBytes - 1);
        if (!split) {
            return single(sourceId, busAddress, widthBytes, write, value, table);
        }
        long read = 0;
        Access access = null;
        for (int i = 0; i < widthBytes; i++) {
            access = access(sourceId, busAddress + i, 1, write, (value >>> (8 * i)) & 0xff);
            if (access.outcome() != Outcome.OK) {
                return access;
            }
            read |= access.value() << (8 * i);
        }
        return new Access(Outcome.OK, read, access.physicalAddress());
    }

    private Access single(long sourceId, long busAddress, int widthBytes, boolean write, long value, int table) {
        int actor = Actor.device(sourceId);
        if (table < 0) {
            return fault(actor, sourceId, busAddress, write, HardwareEvent.NO_WINDOW);
        }
        long tce = tables.tce(table, tables.index(table, busAddress));
        if (!(write ? Tce.WRITE : Tce.READ).isSet(tce)) {
            return fault(actor, sourceId, busAddress, write, HardwareEvent.NO_PERMISSION);
        }
        int pageShift = tables.pageShift(table);
        long offset = (busAddress - tables.busAddress(table)) & ((1L << pageShift) - 1);
        long physical = Tce.page(tce, pageShift) | offset;
        if (!memory.isPresent(physical) || !memory.isPresent(physical + widthBytes - 1)) {
            emitter.emit(EventKind.DMA_ABORT, actor, busAddress, physical, widthBytes, write ? 1 : 0);
            return new Access(Outcome.DROPPED, 0, physical);
        }
        if (write) {
            memory.store(physical, widthBytes, value);
            emitter.emit(EventKind.DMA_WRITE, actor, busAddress, physical, widthBytes, value);
            return new Access(Outcome.OK, value, physical);
        }
        long read = memory.load(physical, widthBytes);
        emitter.emit(EventKind.DMA_READ, actor, busAddress, physical, widthBytes, read);
        return new Access(Outcome.OK, read, physical);
    }

    private Access fault(int actor, long sourceId, long busAddress, boolean write, int reason) {
        emitter.emit(EventKind.DMA_FAULT, actor, busAddress, write ? 1 : 0, reason, 0);
        Phb phb = phbOf(sourceId);
        emitter.emit(HardwareEvent.PE_FROZEN, Actor.MACHINE, phb == null ? -1 : phb.index(), busAddress, 0, 0);
        return new Access(Outcome.FAULT, 0, NOWHERE);
    }

    private Phb phbOf(long sourceId) {
        for (Phb phb : tables.phbs()) {
            if (phb.owns(sourceId)) {
                return phb;
            }
        }
        return null;
    }

    /** The table that translates a device's bus address; -1 if there is none. */
    private int table(long sourceId, long busAddress) {
        Phb phb = phbOf(sourceId);
        return phb == null ? -1 : tables.translating(phb, busAddress);
    }
}
