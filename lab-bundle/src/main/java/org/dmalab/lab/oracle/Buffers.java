package org.dmalab.lab.oracle;

import org.dmalab.api.service.Direction;
import org.dmalab.api.store.Region;
import org.dmalab.api.store.Store;

/**
 * The buffers that the kernel has given to devices and not taken back, as it announced them; the newest last. Of those
 * that are mapped it may take parts for a time: these are the processor's.
 *
 * @param cells the buffers
 * @param lent the parts, by physical address
 */
record Buffers(Region cells, Ranges lent) {
    private static final int CAPACITY = 1 << 16;
    private static final int RECORD = 4;
    private static final long LENGTH_MASK = (1L << 56) - 1;

    static Buffers in(Store store) {
        return new Buffers(store.sparse(Watchers.REGIONS + "buffers", 1 + (long) CAPACITY * RECORD,
                Region.Kind.STATE, null), Ranges.in(store, Watchers.REGIONS + "lent"));
    }

    int count() {
        return (int) cells.get(0);
    }

    long sourceId(int index) {
        return cells.get(1 + (long) index * RECORD);
    }

    long bus(int index) {
        return cells.get(2 + (long) index * RECORD);
    }

    long physical(int index) {
        return cells.get(3 + (long) index * RECORD);
    }

    long lengthBytes(int index) {
        return cells.get(4 + (long) index * RECORD) & LENGTH_MASK;
    }

    Direction direction(int index) {
        return directionOf(cells.get(4 + (long) index * RECORD));
    }

    static Direction directionOf(long lengthAndDirection) {
        return Direction.of(lengthAndDirection >>> 56);
    }

    static long lengthOf(long lengthAndDirection) {
        return lengthAndDirection & LENGTH_MASK;
    }

    /** The kernel gives a buffer to a device; what it mapped there before is gone. */
    void give(long sourceId, long bus, long physical, long lengthAndDirection) {
        take(sourceId, bus, physical, lengthAndDirection);
        append(sourceId, bus, physical, lengthAndDirection);
    }

    /** The kernel takes a range of bus addresses back; what is left of a buffer stays. */
    void take(long sourceId, long bus, long physical, long lengthAndDirection) {
        lent.remove(physical, lengthOf(lengthAndDirection));
        remove(sourceId, bus, lengthAndDirection);
    }

    /** A part of a buffer that stays mapped changes its owner. */
    void lend(long physical, long lengthAndDirection, boolean toCpu) {
        lent.remove(physical, lengthOf(lengthAndDirection));
        if (toCpu) {
            lent.add(physical, lengthOf(lengthAndDirection));
        }
    }

    private void remove(long sourceId, long bus, long lengthAndDirection) {
        long end = bus + lengthOf(lengthAndDirection);
        for (int i = count() - 1; i >= 0; i--) {
            long start = bus(i);
            long length = lengthBytes(i);
            if (sourceId(i) != sourceId || start >= end || start + length <= bus) {
                continue;
            }
            long physical = physical(i);
            long direction = (long) direction(i).ordinal() << 56;
            remove(i);
            if (start < bus) {
                append(sourceId, start, physical, bus - start | direction);
            }
            if (start + length > end) {
                append(sourceId, end, physical + (end - start), start + length - end | direction);
            }
        }
    }

    private void append(long sourceId, long bus, long physical, long lengthAndDirection) {
        int index = count();
        if (index == CAPACITY) {
            throw new IllegalStateException("more than " + CAPACITY + " buffers are with devices at once");
        }
        long first = 1 + (long) index * RECORD;
        cells.set(first, sourceId);
        cells.set(first + 1, bus);
        cells.set(first + 2, physical);
        cells.set(first + 3, lengthAndDirection);
        cells.set(0, index + 1L);
    }

    private void remove(int index) {
        long last = 1 + (long) count() * RECORD;
        for (long cell = 1 + (long) index * RECORD; cell < last; cell++) {
            cells.set(cell, cell + RECORD < last ? cells.get(cell + RECORD) : 0);
        }
        cells.set(0, count() - 1L);
    }

    /** The newest buffer of a device that has all bytes of an access by bus address; -1 if there is none. */
    int find(long sourceId, long bus, long widthBytes) {
        for (int i = count() - 1; i >= 0; i--) {
            if (sourceId(i) == sourceId && bus >= bus(i) && bus + widthBytes <= bus(i) + lengthBytes(i)) {
                return i;
            }
        }
        return -1;
    }

    /** Where the kernel wants an access to a buffer to go. */
    long physicalOf(int index, long bus) {
        return physical(index) + (bus - bus(index));
    }

    /** A mask with all bits of those bytes set that are in a buffer of a device; any device if sourceId is -1. */
    long inside(long sourceId, long physical, int widthBytes) {
        long mask = 0;
        for (int i = 0; i < count(); i++) {
            if (sourceId == -1 || sourceId(i) == sourceId) {
                mask |= Ranges.common(physical(i), lengthBytes(i), physical, widthBytes);
            }
        }
        return mask;
    }

    /** A mask with all bits of those bytes set that a device owns: in a buffer, and not lent to the processor. */
    long owned(long physical, int widthBytes) {
        long mask = inside(-1, physical, widthBytes);
        return mask == 0 ? 0 : mask & ~lent.inside(physical, widthBytes);
    }
}
