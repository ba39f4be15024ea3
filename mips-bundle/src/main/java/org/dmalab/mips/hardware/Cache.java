package org.dmalab.mips.hardware;

import java.util.List;

import org.dmalab.api.store.BitField;
import org.dmalab.api.store.Region;
import org.dmalab.api.store.Store;

/**
 * Tag and data arrays of one kind of cache, for one or several processors. A slot is a place for a line: the number of
 * processor, set and way. Knows no other level.
 *
 * <p>A set is named by an index address: the physical one, or the virtual one where the cache is indexed by it. An
 * invalid slot is all zero, and the ages of the valid lines of a set are 0 (newest) upwards without gaps, so that
 * machines that behave alike have equal cells.
 */
final class Cache {
    private static final BitField VALID = BitField.bit("V", 0);
    private static final BitField DIRTY = BitField.bit("D", 1);
    private static final BitField AGE = BitField.bits("LRU", 15, 8);
    private static final BitField LINE = BitField.bits("line", 63, 16);
    private static final long AGE_ONE = AGE.of(1);

    private final CacheGeometry geometry;
    private final int lineCells;
    private final int slots;
    private final Region tags;
    private final Region data;

    Cache(Store store, String name, int instances, CacheGeometry geometry) {
        this.geometry = geometry;
        this.lineCells = geometry.lineBytes() >>> 3;
        this.slots = instances * geometry.sets() * geometry.ways();
        this.tags = store.dense(name + ".tags", slots, Region.Kind.STATE, new Tags(name, geometry));
        this.data = store.sparse(name + ".data", (long) slots * lineCells, Region.Kind.STATE,
                cell -> name + slotName(geometry, (int) (cell / lineCells)) + " byte " + (cell % lineCells) * 8);
    }

    private record Tags(String cache, CacheGeometry geometry) implements Region.Namer {
        @Override
        public String name(long slot) {
            return cache + slotName(geometry, (int) slot) + " tag";
        }

        @Override
        public List<BitField> fields(long slot) {
            return List.of(VALID, DIRTY, AGE, LINE);
        }
    }

    private static String slotName(CacheGeometry geometry, int slot) {
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

    /** The slot of the set of an index address that holds a line, or -1. */
    int find(int instance, long index, long line) {
        int first = firstSlot(instance, index);
        for (int slot = first; slot < first + geometry.ways(); slot++) {
            long tag = tags.get(slot);
            if (VALID.isSet(tag) && LINE.get(tag) == line) {
                return slot;
            }
        }
        return -1;
    }

    /** The slot that a line would take in a set: a free one, else the oldest. */
    int victim(int instance, long index) {
        int first = firstSlot(instance, index);
        int oldest = first;
        for (int slot = first; slot < first + geometry.ways(); slot++) {
            long tag = tags.get(slot);
            if (tag == 0) {
                return slot;
            }
            if (AGE.in(tag) > AGE.in(tags.get(oldest))) {
                oldest = slot;
            }
        }
        return oldest;
    }

    /** The slot of a set and way, as index operations name it. */
    int slotAt(int instance, long set, long way) {
        return (int) ((instance * (long) geometry.sets() + (set & (geometry.sets() - 1))) * geometry.ways()
                + way % geometry.ways());
    }

    private int firstSlot(int instance, long index) {
        return slotAt(instance, index >>> geometry.lineShift(), 0);
    }

    boolean valid(int slot) {
        return tags.get(slot) != 0;
    }

    boolean dirty(int slot) {
        return DIRTY.isSet(tags.get(slot));
    }

    void setDirty(int slot, boolean dirty) {
        tags.set(slot, DIRTY.set(tags.get(slot), dirty ? 1 : 0));
    }

    /** Address of the line in a valid slot. */
    long line(int slot) {
        return LINE.get(tags.get(slot));
    }

    /** Takes an empty slot for a line, clean and the newest of its set; its data is still zero. */
    void install(int slot, long line) {
        tags.set(slot, LINE.of(line) | AGE.of(geometry.ways() - 1L) | VALID.mask());
        touch(slot);
    }

    /** Makes a line the newest of its set. */
    void touch(int slot) {
        long age = AGE.in(tags.get(slot));
        if (age == 0) {
            return;
        }
        int first = slot - slot % geometry.ways();
        for (int other = first; other < first + geometry.ways(); other++) {
            long tag = tags.get(other);
            if (other == slot) {
                tags.set(other, tag & ~AGE.mask());
            } else if (tag != 0 && AGE.in(tag) < age) {
                tags.set(other, tag + AGE_ONE);
            }
        }
    }

    /** Empties a slot; whatever it held is lost. */
    void drop(int slot) {
        long age = AGE.in(tags.get(slot));
        tags.set(slot, 0);
        for (int i = 0; i < lineCells; i++) {
            data.set((long) slot * lineCells + i, 0);
        }
        int first = slot - slot % geometry.ways();
        for (int other = first; other < first + geometry.ways(); other++) {
            long tag = tags.get(other);
            if (tag != 0 && AGE.in(tag) > age) {
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
        return ((long) slot << geometry.lineShift()) + (physicalAddress & (geometry.lineBytes() - 1));
    }
}
