package org.dmalab.vtd.hardware;

import org.dmalab.api.store.Region;
import org.dmalab.api.store.Store;

/**
 * A fully associative cache of two-word keys and two-word values in a store.
 *
 * <p>The entries are state and lie close together from slot 0; a hash index over them is derived: it is rebuilt when a
 * rollback has emptied it. An insertion into a full cache empties the cache first, or replaces the oldest entry that
 * kept its slot (slots take turns).
 */
final class AssociativeCache {
    private static final int CELLS = 4;
    private static final int TOMBSTONE = -1;
    private final Region entries;
    private final Region index;
    private final int capacity;
    private final boolean overflowEmpties;
    private final int buckets;

    AssociativeCache(Store store, String name, int capacity, boolean overflowEmpties) {
        this.capacity = capacity;
        this.overflowEmpties = overflowEmpties;
        this.buckets = Integer.highestOneBit(Math.max(16, capacity * 4 - 1)) << 1;
        this.entries = store.dense(name, 2 + capacity * CELLS, Region.Kind.STATE, cell -> cell == 0
                ? name + " entries" : cell > (long) capacity * CELLS ? name + " next victim"
                : name + " entry " + (cell - 1) / CELLS);
        this.index = store.dense(name + ".index", 1 + buckets, Region.Kind.DERIVED, null);
    }

    /** Number of entries. */
    int count() {
        return (int) entries.get(0);
    }

    /** Slot of an entry, or -1. */
    int find(long key0, long key1) {
        if (entries.get(0) == 0) {
            return -1;
        }
        int bucket = bucketOf(key0, key1);
        return bucket < 0 ? -1 : (int) index.get(1 + bucket) - 1;
    }

    long key0(int slot) {
        return entries.get(1 + slot * CELLS);
    }

    long key1(int slot) {
        return entries.get(2 + slot * CELLS);
    }

    long value0(int slot) {
        return entries.get(3 + slot * CELLS);
    }

    long value1(int slot) {
        return entries.get(4 + slot * CELLS);
    }

    /** Puts an entry in, over an older one with the same key; returns its slot. */
    int put(long key0, long key1, long value0, long value1) {
        int slot = find(key0, key1);
        if (slot < 0) {
            slot = newSlot();
            entries.set(1 + slot * CELLS, key0);
            entries.set(2 + slot * CELLS, key1);
            addToIndex(slot);
        }
        entries.set(3 + slot * CELLS, value0);
        entries.set(4 + slot * CELLS, value1);
        return slot;
    }

    /** A slot for a new key: a free one, or that of an entry that goes. */
    private int newSlot() {
        if (count() == capacity && !overflowEmpties) {
            int turn = 1 + capacity * CELLS;
            int victim = (int) entries.get(turn);
            entries.set(turn, (victim + 1) % capacity);
            index.set(1 + bucketOf(key0(victim), key1(victim)), TOMBSTONE);
            return victim;
        }
        if (count() == capacity) {
            clear();
        }
        int slot = count();
        entries.set(0, slot + 1);
        return slot;
    }

    /** Removes an entry; the last one takes its slot, so that removing in descending order visits each once. */
    void remove(int slot) {
        int last = count() - 1;
        index.set(1 + bucketOf(key0(slot), key1(slot)), TOMBSTONE);
        if (slot != last) {
            int bucket = bucketOf(key0(last), key1(last));
            for (int i = 1; i <= CELLS; i++) {
                entries.set(slot * CELLS + i, entries.get(last * CELLS + i));
            }
            index.set(1 + bucket, slot + 1L);
        }
        for (int i = 1; i <= CELLS; i++) {
            entries.set(last * CELLS + i, 0);
        }
        entries.set(0, last);
    }

    /** Removes all entries. */
    void clear() {
        for (int slot = count() - 1; slot >= 0; slot--) {
            remove(slot);
        }
    }

    private int bucketOf(long key0, long key1) {
        if (index.get(0) == 0) {
            rebuild();
        }
        int bucket = hash(key0, key1);
        long slot = index.get(1 + bucket);
        while (slot != 0) {
            if (slot > 0 && key0((int) slot - 1) == key0 && key1((int) slot - 1) == key1) {
                return bucket;
            }
            bucket = bucket + 1 & buckets - 1;
            slot = index.get(1 + bucket);
        }
        return -1;
    }

    /** Cell 0 of the index counts the buckets ever used, plus one; 0 says that a rollback has emptied the index. */
    private void addToIndex(int slot) {
        if (index.get(0) == 0 || index.get(0) > buckets / 2) {
            rebuild();
            return;
        }
        place(slot);
    }

    private void rebuild() {
        for (int i = 1; i <= buckets; i++) {
            index.set(i, 0);
        }
        index.set(0, 1);
        int count = count();
        for (int slot = 0; slot < count; slot++) {
            place(slot);
        }
    }

    private void place(int slot) {
        int bucket = hash(key0(slot), key1(slot));
        while (index.get(1 + bucket) > 0) {
            bucket = bucket + 1 & buckets - 1;
        }
        if (index.get(1 + bucket) == 0) {
            index.set(0, index.get(0) + 1);
        }
        index.set(1 + bucket, slot + 1L);
    }

    private int hash(long key0, long key1) {
        long mixed = (key0 * 0x9E3779B97F4A7C15L) ^ (key1 * 0xD1B54A32D192ED03L);
        return (int) (mixed ^ mixed >>> 32) & buckets - 1;
    }
}
