package org.dmalab.mips.hardware;

import org.dmalab.api.event.Actor;
import org.dmalab.api.event.Emitter;
import org.dmalab.api.event.EventKind;
import org.dmalab.api.store.BitField;
import org.dmalab.api.store.Region;
import org.dmalab.api.store.Store;

/**
 * Lines on their way to memory, first in first out. Fills look into it; uncached accesses and devices don't. A full
 * buffer sends its oldest line on; SYNC sends all.
 */
final class WriteBuffer {
    private static final BitField EVICTED = BitField.bit("evicted", 0);
    private static final BitField LINE = BitField.bits("line", 63, 8);

    private final Region cells;
    private final int depth;
    private final int lineBytes;
    private final int entryCells;
    private final PhysicalMemory memory;
    private final Emitter emitter;

    /**
     * Declares the buffer in a store.
     *
     * @param depth lines it holds; 0 for none
     * @param lineBytes line size of the cache in front of memory
     */
    WriteBuffer(Store store, Emitter emitter, int depth, int lineBytes, PhysicalMemory memory) {
        if (depth < 0 || depth > 64) {
            throw new IllegalArgumentException("writeBufferLines: " + depth + ", expected 0 to 64");
        }
        this.depth = depth;
        this.lineBytes = lineBytes;
        this.entryCells = 1 + (lineBytes >>> 3);
        this.memory = memory;
        this.emitter = emitter;
        this.cells = store.dense("write.buffer", 1 + (depth + 1) * entryCells, Region.Kind.STATE,
                cell -> cell == 0 ? "write buffer lines" : "write buffer line " + (cell - 1) / entryCells);
    }

    /** Lines in the buffer. */
    int count() {
        return (int) cells.get(0);
    }

    /** Takes a line from a cache. */
    void push(Cache from, int slot, boolean evicted) {
        int entry = entry(count());
        long line = from.line(slot);
        cells.set(entry, LINE.of(line) | EVICTED.of(evicted ? 1 : 0));
        for (int i = 0; i < lineBytes; i += 8) {
            cells.set(entry + 1 + (i >>> 3), from.load(slot, line + i, 8));
        }
        cells.set(0, count() + 1L);
        while (count() > depth) {
            drainOne();
        }
    }

    /** Brings a line to a cache: the newest one here, else the one in memory. */
    void fill(Cache to, int slot, long line) {
        int found = -1;
        for (int i = 0; i < count(); i++) {
            found = LINE.get(cells.get(entry(i))) == line ? i : found;
        }
        for (int i = 0; i < lineBytes; i += 8) {
            long value = found >= 0 ? cells.get(entry(found) + 1 + (i >>> 3)) : memory.load(line + i, 8);
            to.store(slot, line + i, 8, value);
        }
    }

    /** Eight bytes as a fill would bring them. */
    long load(long address) {
        long line = address & -lineBytes;
        long value = memory.load(address, 8);
        for (int i = 0; i < count(); i++) {
            if (LINE.get(cells.get(entry(i))) == line) {
                value = cells.get(entry(i) + 1 + (int) ((address - line) >>> 3));
            }
        }
        return value;
    }

    /** Sends the oldest line to memory; false if there is none. */
    boolean drainOne() {
        int count = count();
        if (count == 0) {
            return false;
        }
        long header = cells.get(entry(0));
        long line = LINE.get(header);
        for (int i = 0; i < lineBytes; i += 8) {
            memory.store(line + i, 8, cells.get(entry(0) + 1 + (i >>> 3)));
        }
        int used = count * entryCells;
        for (int i = 0; i < used; i++) {
            cells.set(1 + i, i + entryCells < used ? cells.get(1 + i + entryCells) : 0);
        }
        cells.set(0, count - 1L);
        emitter.emit(EventKind.WRITE_BACK, Actor.MACHINE, line, lineBytes, EVICTED.get(header), 0);
        return true;
    }

    private int entry(int index) {
        return 1 + index * entryCells;
    }
}
