package org.dmalab.mips.hardware;

import org.dmalab.api.store.Region;
import org.dmalab.api.store.Store;

/**
 * Tag and data arrays of one kind of cache, for one or several processors. A slot is a place for a line: the number of
 * processor, set and way. Knows no other level.
 *
 * <p>An invalid slot is all zero, and the ages of the valid lines of a set are 0 (newest) upwards without gaps, so that
 * machines that behave alike have equal cells.
 */
final class Cache {
    private static final long VALID = 1;
    private static final long DIRTY = 2;
    private static final int AGE_SHIFT = 8;
    private static final long AGE_ONE = 1L << AGE_SHIFT;
    private static final long AGE_MASK = 0xffL << AGE_SHIFT;
    private static final int LINE_SHIFT = 16;

    private final CacheGeometry geometry;
    private final int lineCells;
    private final int slots;
    private final Region tags;
    private final Region data;

    Cache(Store store, String name, int instances, CacheGeometry geometry) {
        this.geometry = geometry;
        this.lineCells = geometry.lineBytes() >>> 3;
        this.slots = instances * geometry.sets() * geometry.ways();
        this.tags = store.dense(name + ".tags", slots, Region.Kind.STATE, slot -> name + slotName((int) slot) + " tag");
        this.data = store.sparse(name + ".data", (long) slots * lineCells, Region.Kind.STATE,
                cell -> name + slotName((int) (cell / lineCells)) + " byte " + cell % lineCells * 8);
    }

    private String slotName(int slot) {
        int set = slot / geometry.ways();
        return " cpu" + set / geometry.sets() + " set " + set % geometry.sets() + " way " + slot % geometry.ways();
    }

    CacheGeometry geometry() {
        return geometry;
    }

    /** Places for lines, of all processors. */
    int slots() {
        return slots;
    }

    /** Address of the line that holds an address. */
    long lineOf(long physicalAddress) {
        return physicalAddress & -geometry.lineBytes();
    }

    /** The slot that holds a line, or -1. */
    int find(int instance, long line) {
        int first = firstSlot(instance, line);
        for (int slot = first; slot < first + geometry.ways(); slot++) {
            long tag = tags.get(slot);
            if ((tag & VALID) != 0 && tag >>> LINE_SHIFT == line) {
                return slot;
            }
        }
        return -1;
    }

    /** The slot that a line would take: a free one, else the oldest. */
    int victim(int instance, long line) {
        int first = firstSlot(instance, line);
        int oldest = first;
        for (int slot = first; slot < first + geometry.ways(); slot++) {
            long tag = tags.get(slot);
            if (tag == 0) {
                return slot;
            }
            if ((tag & AGE_MASK) > (tags.get(oldest) & AGE_MASK)) {
                oldest = slot;
            }
        }
        return oldest;
    }

    /** The slot of a set and way, as index operations name it. */
    int slotAt(int instance, long index, long way) {
        return (int) ((instance * (long) geometry.sets() + (index & (geometry.sets() - 1))) * geometry.ways()
                + way % geometry.ways());
    }

    private int firstSlot(int instance, long line) {
        return slotAt(instance, line / geometry.lineBytes(), 0);
    }

    boolean valid(int slot) {
        return tags.get(slot) != 0;
    }

    boolean dirty(int slot) {
        return (tags.get(slot) & DIRTY) != 0;
    }

    void setDirty(int slot, boolean dirty) {
        long tag = tags.get(slot);
        tags.set(slot, dirty ? tag | DIRTY : tag & ~DIRTY);
    }

    /** Address of the line in a valid slot. */
    long line(int slot) {
        return tags.get(slot) >>> LINE_SHIFT;
    }

    /** Takes an empty slot for a line, clean and the newest of its set; its data is still zero. */
    void install(int slot, long line) {
        long age = geometry.ways() - 1L;
        tags.set(slot, line << LINE_SHIFT | age << AGE_SHIFT | VALID);
        touch(slot);
    }

    /** Makes a line the newest of its set. */
    void touch(int slot) {
        long age = tags.get(slot) & AGE_MASK;
        int first = slot - slot % geometry.ways();
        for (int other = first; age != 0 && other < first + geometry.ways(); other++) {
            long tag = tags.get(other);
            if (other == slot) {
                tags.set(other, tag & ~AGE_MASK);
            } else if (tag != 0 && (tag & AGE_MASK) < age) {
                tags.set(other, tag + AGE_ONE);
            }
        }
    }

    /** Empties a slot; whatever it held is lost. */
    void drop(int slot) {
        long age = tags.get(slot) & AGE_MASK;
        tags.set(slot, 0);
        for (int i = 0; i < lineCells; i++) {
            data.set((long) slot * lineCells + i, 0);
        }
        int first = slot - slot % geometry.ways();
        for (int other = first; other < first + geometry.ways(); other++) {
            long tag = tags.get(other);
            if (tag != 0 && (tag & AGE_MASK) > age) {
                tags.set(other, tag - AGE_ONE);
            }
        }
    }

    long load(int slot, long physicalAddress, int widthBytes) {
        return data.load(byteOf(slot, physicalAddress), widthBytes);
    }

    void store(int slot, long physicalAddress, int widthBytes, long value) {
        data.store(byteOf(slot, physicalAddress), widthBytes, value);
    }

    private long byteOf(int slot, long physicalAddress) {
        return (long) slot * geometry.lineBytes() + (physicalAddress & (geometry.lineBytes() - 1));
    }
}
