package org.dmalab.lab.oracle;

import org.dmalab.api.store.Region;
import org.dmalab.api.store.Store;

/** A set of bytes, as ranges that do not overlap; the newest last. */
record Ranges(Region cells) {
    private static final int CAPACITY = 1 << 12;
    private static final int RECORD = 2;

    static Ranges in(Store store, String name) {
        return new Ranges(store.sparse(name, 1 + (long) CAPACITY * RECORD, Region.Kind.STATE, null));
    }

    int count() {
        return (int) cells.get(0);
    }

    private long start(int index) {
        return cells.get(1 + (long) index * RECORD);
    }

    private long lengthBytes(int index) {
        return cells.get(2 + (long) index * RECORD);
    }

    /** Adds a range of which no byte is in the set. */
    void add(long start, long lengthBytes) {
        int index = count();
        if (index == CAPACITY) {
            throw new IllegalStateException("more than " + CAPACITY + " ranges in one set");
        }
        cells.set(1 + (long) index * RECORD, start);
        cells.set(2 + (long) index * RECORD, lengthBytes);
        cells.set(0, index + 1L);
    }

    /** Takes a range out; what stands before and behind it stays. */
    void remove(long start, long lengthBytes) {
        long end = start + lengthBytes;
        for (int i = count() - 1; i >= 0; i--) {
            long first = start(i);
            long last = first + lengthBytes(i);
            if (first >= end || last <= start) {
                continue;
            }
            drop(i);
            if (first < start) {
                add(first, start - first);
            }
            if (last > end) {
                add(end, last - end);
            }
        }
    }

    private void drop(int index) {
        long last = 1 + (long) count() * RECORD;
        for (long cell = 1 + (long) index * RECORD; cell < last; cell++) {
            cells.set(cell, cell + RECORD < last ? cells.get(cell + RECORD) : 0);
        }
        cells.set(0, count() - 1L);
    }

    /** A mask with all bits of those bytes of an access set that are in the set. */
    long inside(long address, int widthBytes) {
        long mask = 0;
        for (int i = 0; i < count(); i++) {
            mask |= common(start(i), lengthBytes(i), address, widthBytes);
        }
        return mask;
    }

    /** A mask with all bits of those bytes of an access set that are in a range. */
    static long common(long start, long lengthBytes, long address, int widthBytes) {
        if (address >= start + lengthBytes || address + widthBytes <= start) {
            return 0;
        }
        long mask = 0;
        for (int k = 0; k < widthBytes; k++) {
            if (address + k >= start && address + k < start + lengthBytes) {
                mask |= 0xffL << (8 * k);
            }
        }
        return mask;
    }
}
