package org.dmalab.lab.fake;

import org.dmalab.api.cpu.CacheOp;
import org.dmalab.api.cpu.Endian;
import org.dmalab.api.event.Actor;
import org.dmalab.api.event.Emitter;
import org.dmalab.api.event.EventKind;
import org.dmalab.api.port.DmaMaster;
import org.dmalab.api.port.Firmware;
import org.dmalab.api.port.Memory;
import org.dmalab.api.store.Region;
import org.dmalab.api.store.Store;

/** 64 KiB of memory behind a write-back cache with lines of 8 bytes, and a table of 16 bus pages of 4 KiB. */
final class FakeHardware implements Memory, DmaMaster, Firmware {
    static final int BYTES = 1 << 16;
    static final int PAGE_SHIFT = 12;
    private static final int CLEAN = 1;
    private static final int DIRTY = 2;

    private final Emitter emitter;
    private final Region memory;
    private final Region lines;
    private final Region states;
    private final Region table;

    FakeHardware(Store store, Emitter emitter) {
        this.emitter = emitter;
        memory = store.dense("memory", BYTES / 8, Region.Kind.STATE, null);
        lines = store.sparse("cache", BYTES / 8, Region.Kind.STATE, null);
        states = store.sparse("cache.state", BYTES / 8, Region.Kind.STATE, null);
        table = store.dense("table", 16, Region.Kind.STATE, cell -> "entry " + cell);
    }

    private void fill(long address) {
        long line = address >>> 3;
        if (states.get(line) == 0) {
            lines.set(line, memory.get(line));
            states.set(line, CLEAN);
        }
    }

    @Override
    public long read(int processor, long address, int widthBytes, Endian order) {
        fill(address);
        long value = lines.load(address, widthBytes);
        emitter.emit(EventKind.CPU_READ, processor << 2, address, widthBytes, value, 0);
        return order.swap(value, widthBytes);
    }

    @Override
    public void write(int processor, long address, int widthBytes, Endian order, long value) {
        fill(address);
        long swapped = order.swap(value, widthBytes);
        lines.store(address, widthBytes, swapped);
        states.set(address >>> 3, DIRTY);
        emitter.emit(EventKind.CPU_WRITE, processor << 2, address, widthBytes, swapped, 0);
    }

    @Override
    public void cache(int processor, CacheOp operation, long address) {
        long line = address >>> 3;
        if (operation == CacheOp.HIT_WRITEBACK_INVALIDATE_D && states.get(line) == DIRTY) {
            memory.set(line, lines.get(line));
        }
        states.set(line, 0);
    }

    private long translate(long bus) {
        long page = bus >>> PAGE_SHIFT;
        long entry = page < 0 || page >= 16 ? 0 : table.get(page);
        return entry == 0 ? -1 : (entry - 1 << PAGE_SHIFT) | bus & ((1 << PAGE_SHIFT) - 1);
    }

    @Override
    public Access read(long sourceId, long busAddress, int widthBytes) {
        long physical = translate(busAddress);
        if (physical < 0) {
            emitter.emit(EventKind.DMA_FAULT, Actor.device(sourceId), busAddress, 0, 6, 0);
            return new Access(Outcome.FAULT, 0, 0);
        }
        long value = memory.load(physical, widthBytes);
        emitter.emit(EventKind.DMA_READ, Actor.device(sourceId), busAddress, physical, widthBytes, value);
        return new Access(Outcome.OK, value, physical);
    }

    @Override
    public Access write(long sourceId, long busAddress, int widthBytes, long value) {
        long physical = translate(busAddress);
        if (physical < 0) {
            emitter.emit(EventKind.DMA_FAULT, Actor.device(sourceId), busAddress, 1, 5, 0);
            return new Access(Outcome.FAULT, 0, 0);
        }
        memory.store(physical, widthBytes, value);
        emitter.emit(EventKind.DMA_WRITE, Actor.device(sourceId), busAddress, physical, widthBytes, value);
        return new Access(Outcome.OK, value, physical);
    }

    /** Hypercall 1 sets a table entry: page, entry. Every other one is refused with -4. */
    @Override
    public long hcall(long number, long[] arguments, long[] results) {
        if (number != 1 || arguments[0] < 0 || arguments[0] >= 16) {
            return -4;
        }
        table.set(arguments[0], arguments[1]);
        return 0;
    }

    @Override
    public void rtas(long argumentBlock) {
        throw new IllegalStateException("no RTAS");
    }
}
