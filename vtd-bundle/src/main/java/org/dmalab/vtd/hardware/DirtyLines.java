package org.dmalab.vtd.hardware;

import org.dmalab.api.Spontaneous;
import org.dmalab.api.event.Actor;
import org.dmalab.api.event.Emitter;
import org.dmalab.api.store.Region;
import org.dmalab.api.store.Store;

/**
 * The dirty lines of the processors' caches: what was written and is not yet in memory. All processors share them, as
 * their caches are coherent; devices' data accesses snoop them; table walks of a unit with ECAP.C=0 do not.
 *
 * <p>Clean lines need no place here, since they equal memory. A line goes back when it is flushed, when its place is
 * needed (places take turns), or by itself at any moment.
 */
public final class DirtyLines implements Spontaneous {
    /** Size of a line in bytes. */
    public static final int BYTES = 64;
    /** Why a line was written back: its place was needed, by itself, a device wrote to it. */
    static final int REPLACED = 1;
    static final int BY_ITSELF = 2;
    static final int SNOOPED = 3;
    private static final int WORDS = BYTES / 8;
    private static final int CELLS = 1 + WORDS;
    private static final int MAXIMUM = 1 << 12;
    private static final int LINES = 0;
    private static final int TURN = 1;
    private static final int FIRST = 2;
    private static final long SLOT = 0xffff;
    private static final long ONE_LINE = SLOT + 1;
    private final Region memory;
    private final Region cells;
    private final Region index;
    private final Emitter emitter;
    private final int capacity;
    private final int buckets;

    /** With a capacity of 0 every write goes to memory at once. */
    DirtyLines(Store store, Region memory, Emitter emitter, int capacity) {
        if (capacity < 0 || capacity > MAXIMUM) {
            throw new IllegalArgumentException("cpuCacheLines: " + capacity + ", expected 0 to " + MAXIMUM);
        }
        this.memory = memory;
        this.emitter = emitter;
        this.capacity = capacity;
        this.cells = store.dense("cpu.dirtyLines", FIRST + capacity * CELLS, Region.Kind.STATE, cell -> {
            if (cell == LINES) {
                return "dirty lines";
            }
            return cell == TURN ? "dirty line to go next" : "dirty line " + (cell - FIRST) / CELLS;
        });
        this.buckets = Integer.highestOneBit(Math.max(16, capacity * 4));
        this.index = store.dense("cpu.dirtyLines.index", 1 + buckets, Region.Kind.DERIVED, null);
    }

    /** Reads as a processor or a snooping device does. */
    long load(long address, int widthBytes) {
        if (cells.get(LINES) == 0) {
            return memory.load(address, widthBytes);
        }
        if ((address & BYTES - 1) + widthBytes > BYTES) {
            long value = 0;
            for (int i = 0; i < widthBytes; i++) {
                value |= load(address + i, 1) << (8 * i);
            }
            return value;
        }
        int slot = find(address & -BYTES);
        return slot < 0 ? memory.load(address, widthBytes) : cells.load(byteOf(slot, address), widthBytes);
    }

    /** Writes as a processor does. */
    void store(long address, int widthBytes, long value) {
        if (capacity == 0) {
            memory.store(address, widthBytes, value);
            return;
        }
        if ((address & BYTES - 1) + widthBytes > BYTES) {
            for (int i = 0; i < widthBytes; i++) {
                store(address + i, 1, value >>> (8 * i));
            }
            return;
        }
        int slot = find(address & -BYTES);
        cells.store(byteOf(slot < 0 ? fill(address & -BYTES) : slot, address), widthBytes, value);
    }

    /** Writes the lines of a range back, before a device writes to it or for a line flush. */
    void writeBack(long address, int widthBytes, int why) {
        if (cells.get(LINES) == 0) {
            return;
        }
        for (long line = address & -BYTES; line < address + widthBytes; line += BYTES) {
            int slot = find(line);
            if (slot >= 0) {
                evict(slot, why);
            }
        }
    }

    private int find(long line) {
        if (index.get(0) != 0) {
            long entry = index.get(bucket(line));
            int latest = (int) (entry & SLOT) - 1;
            if (entry < ONE_LINE || (latest >= 0 && holds(latest, line))) {
                return entry < ONE_LINE ? -1 : latest;
            }
        }
        int slot = capacity - 1;
        while (slot >= 0 && !holds(slot, line)) {
            slot--;
        }
        return slot;
    }

    /**
     * The index says how many lines fall into a bucket, and the slot of the latest. A rollback empties it, and the next
     * new line makes it again; a step that only reads does not, since steps that write the same cells depend on each
     * other.
     */
    private void enter(int slot) {
        boolean empty = index.get(0) == 0;
        index.set(0, 1);
        for (int i = empty ? 0 : slot; i < (empty ? capacity : slot + 1); i++) {
            if (enabled(i)) {
                int bucket = bucket(cells.get(FIRST + i * CELLS) & -BYTES);
                index.set(bucket, (index.get(bucket) & ~SLOT) + ONE_LINE | i + 1);
            }
        }
    }

    private void leave(int slot) {
        if (index.get(0) != 0) {
            int bucket = bucket(cells.get(FIRST + slot * CELLS) & -BYTES);
            long entry = index.get(bucket) - ONE_LINE;
            index.set(bucket, (entry & SLOT) == slot + 1 ? entry & ~SLOT : entry);
        }
    }

    private boolean holds(int slot, long line) {
        return cells.get(FIRST + slot * CELLS) == (line | 1);
    }

    private int bucket(long line) {
        long mixed = (line / BYTES) * 0x9E3779B97F4A7C15L;
        return 1 + ((int) (mixed >>> 32) & buckets - 1);
    }

    /** A free place, or the one whose turn it is. */
    private int fill(long line) {
        int slot = 0;
        if (cells.get(LINES) == capacity) {
            slot = (int) cells.get(TURN);
            cells.set(TURN, (slot + 1) % capacity);
            evict(slot, REPLACED);
        } else {
            while (enabled(slot)) {
                slot++;
            }
        }
        cells.set(FIRST + slot * CELLS, line | 1);
        enter(slot);
        for (int word = 0; word < WORDS; word++) {
            cells.set(FIRST + slot * CELLS + 1 + word, memory.load(line + word * 8L, 8));
        }
        cells.set(LINES, cells.get(LINES) + 1);
        return slot;
    }

    private void evict(int slot, int why) {
        int first = FIRST + slot * CELLS;
        long line = cells.get(first) & -BYTES;
        leave(slot);
        for (int word = 0; word < WORDS; word++) {
            memory.store(line + word * 8L, 8, cells.get(first + 1 + word));
            cells.set(first + 1 + word, 0);
        }
        cells.set(first, 0);
        cells.set(LINES, cells.get(LINES) - 1);
        if (why != 0) {
            emitter.emit(HardwareEvent.LINE_WRITTEN_BACK, Actor.MACHINE, line, why, 0, 0);
        }
    }

    private static long byteOf(int slot, long address) {
        return (FIRST + slot * CELLS + 1) * 8L + (address & BYTES - 1);
    }

    @Override
    public String family() {
        return "table-line-writeback";
    }

    @Override
    public String summary() {
        return "a processor's cache writes a dirty line back; table walks see memory only (cpuCacheLines, ECAP.C=0)";
    }

    @Override
    public int count() {
        return capacity;
    }

    @Override
    public boolean enabled(int index) {
        return cells.get(FIRST + index * CELLS) != 0;
    }

    @Override
    public void take(int index) {
        evict(index, BY_ITSELF);
    }

    @Override
    public String describe(int index) {
        return String.format("write dirty line 0x%x back", cells.get(FIRST + index * CELLS) & -BYTES);
    }
}
