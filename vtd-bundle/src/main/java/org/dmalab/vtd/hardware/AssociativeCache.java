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
    private final Region entries;
    private final Region index;
    private final int capacity;
    private final boolean overflowEmpties;
    private final RecentTranslations recent;
    private final int buckets;

    AssociativeCache(Store store, String name, int capacity, boolean overflowEmpties, RecentTranslations recent) {
        this.recent = recent;
        this.capacity = capacity;
        this.overflowEmpties = overflowEmpties;
        this.buckets = Integer.highestOneBit(Math.max(16, capacity * 4 - 1)) << 1;
        this.entries = store.dense(name, 2 + capacity * CELLS, Region.Kind.STATE, cell -> {
            if (cell == 0) {
                return name + " entries";
            }
            return cell > (long) capacity * CELLS ? name + " next victim" : name + " entry " + (cell - 1) / CELLS;
        });
        this.index = store.dense(name + ".index", 2 + buckets, Region.Kind.DERIVED, null);
    }

    /** Number of entries. */
    int count() {
        return (int) entries.get(0);
    }

    /** Slot of an entry, or -1. The one found last is tried first. */
    int find(long key0, long key1) {
        int last = (int) index.get(1 + buckets) - 1;
        if (last >= 0 && isAt(last, key0, key1)) {
            return last;
        }
        if (entries.get(0) == 0) {
            return -1;
        }
        if (index.get(0) == 0) {
            rebuild();
        }
        int bucket = hash(key0, key1);
        int slot = (int) index.get(1 + bucket) - 1;
        while (slot >= 0 && !isAt(slot, key0, key1)) {
            bucket = bucket + 1 & buckets - 1;
            slot = (int) index.get(1 + bucket) - 1;
        }
        if (slot >= 0) {
            index.set(1 + buckets, slot + 1L);
        }
        return slot;
    }

    private boolean isAt(int slot, long key0, long key1) {
        return key1(slot) == key1 && key0(slot) == key0;
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
            return add(key0, key1, value0, value1);
        }
        setValues(slot, value0, value1);
        return slot;
    }

    /** Puts an entry in whose key is not there; returns its slot. */
    int add(long key0, long key1, long value0, long value1) {
        assert find(key0, key1) < 0 : "the key is there";
        int slot = newSlot();
        entries.set(1 + slot * CELLS, key0);
        entries.set(2 + slot * CELLS, key1);
        place(slot);
        setValues(slot, value0, value1);
        return slot;
    }

    private void setValues(int slot, long value0, long value1) {
        entries.set(3 + slot * CELLS, value0);
        entries.set(4 + slot * CELLS, value1);
        recent.forget();
    }

    /** A slot for a new key: a free one, or that of an entry that goes. */
    private int newSlot() {
        if (count() == capacity && !overflowEmpties) {
            int turn = 1 + capacity * CELLS;
            int victim = (int) entries.get(turn);
            entries.set(turn, victim + 1 == capacity ? 0 : victim + 1);
            unlink(victim);
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
        unlink(slot);
        if (slot != last) {
            unlink(last);
            for (int i = 1; i <= CELLS; i++) {
                entries.set(slot * CELLS + i, entries.get(last * CELLS + i));
            }
            place(slot);
        }
        for (int i = 1; i <= CELLS; i++) {
            entries.set(last * CELLS + i, 0);
        }
        entries.set(0, last);
        recent.forget();
    }

    /** Removes all entries. */
    void clear() {
        for (int slot = count() - 1; slot >= 0; slot--) {
            remove(slot);
        }
    }

    /** Takes a slot out of the index; entries behind it that could stand nearer to their bucket move up. */
    private void unlink(int slot) {
        if (index.get(0) == 0) {
            rebuild();
        }
        index.set(1 + buckets, 0);
        int hole = hash(key0(slot), key1(slot));
        while (index.get(1 + hole) != slot + 1) {
            hole = hole + 1 & buckets - 1;
        }
        int bucket = hole + 1 & buckets - 1;
        for (int other = (int) index.get(1 + bucket) - 1; other >= 0; other = (int) index.get(1 + bucket) - 1) {
            int home = hash(key0(other), key1(other));
            if ((bucket - home & buckets - 1) >= (bucket - hole & buckets - 1)) {
                index.set(1 + hole, other + 1L);
                hole = bucket;
            }
            bucket = bucket + 1 & buckets - 1;
        }
        index.set(1 + hole, 0);
    }

    private void rebuild() {
        index.set(0, 1); // the others are 0, as when the store was made
        int count = count();
        for (int slot = 0; slot < count; slot++) {
            link(slot);
        }
    }

    /** Cell 0 of the index says that it is whole; a rollback has emptied it. */
    private void place(int slot) {
        if (index.get(0) == 0) {
            rebuild();
        } else {
            link(slot);
        }
    }

    private void link(int slot) {
        int bucket = hash(key0(slot), key1(slot));
        while (index.get(1 + bucket) != 0) {
            bucket = bucket + 1 & buckets - 1;
        }
        index.set(1 + bucket, slot + 1L);
    }

    private int hash(long key0, long key1) {
        long mixed = (key0 * 0x9E3779B97F4A7C15L) ^ (key1 * 0xD1B54A32D192ED03L);
        return (int) (mixed ^ mixed >>> 32) & buckets - 1;
    }
}
