package org.dmalab.api.store;

import java.util.Arrays;

/**
 * Which bytes of which cells one step reads and writes: two steps whose footprints do not meet can change places. A
 * list with a hash index over it, reused from step to step without allocation. A step that touches more cells than are
 * listed counts as touching everything. Logs are left out, derived regions are not.
 */
public final class Footprint {
    /** All eight bytes of a cell. */
    public static final int ALL_BYTES = 0xff;
    /** Cells that are listed at most. */
    public static final int CAPACITY = 1 << 14;
    private static final int WRITTEN_SHIFT = 8;
    /** Of an entry: its cell was written as a whole before it was read, if it was read. */
    private static final int OVERWRITTEN = 1 << 16;
    private static final int READ_AND_WRITTEN = OVERWRITTEN - 1;
    /** Keys from here on belong to no region: whoever orders steps names there what is not in the store. */
    private static final long OUTSIDE = -1L << 48;

    private long[] keys = new long[64];
    private int[] bytes = new int[64];
    /** Index of an entry, and above it the generation in which it was placed. */
    private long[] slots = new long[256];
    private long generation = 1;
    private int size;
    private long reads;
    private long writes;
    private boolean everything;

    /** Empties it for the next step. */
    public void clear() {
        generation++;
        size = 0;
        reads = 0;
        writes = 0;
        everything = false;
    }

    /** The key of something that is not in the store, for {@link #add}. */
    public static long outside(int number) {
        return OUTSIDE + number;
    }

    /**
     * Adds bytes of a cell.
     *
     * @param key region and cell, or {@link #outside}
     * @param read bit i for byte i of the cell
     * @param written bit i for byte i of the cell
     */
    public void add(long key, int read, int written) {
        if ((read | written) == 0) {
            return;
        }
        int first = read == 0 && written == ALL_BYTES ? OVERWRITTEN : 0;
        merge(key, read | written << WRITTEN_SHIFT | first);
    }

    private void merge(long key, int touched) {
        long bit = signature(key);
        reads |= (touched & ALL_BYTES) == 0 ? 0 : bit;
        writes |= (touched & ALL_BYTES << WRITTEN_SHIFT) == 0 ? 0 : bit;
        int slot = slot(key);
        if (slots[slot] >>> 16 == generation) {
            bytes[(int) slots[slot] & 0xffff] |= touched & READ_AND_WRITTEN;
        } else if (size == CAPACITY) {
            everything = true;
        } else {
            slots[slot] = generation << 16 | size;
            keys[size] = key;
            bytes[size++] = touched;
            if (size == keys.length) {
                grow();
            }
        }
    }

    private void grow() {
        keys = Arrays.copyOf(keys, size * 2);
        bytes = Arrays.copyOf(bytes, size * 2);
        slots = new long[size * 8];
        for (int i = 0; i < size; i++) {
            slots[slot(keys[i])] = generation << 16 | i;
        }
    }

    /** Adds all that another one has, of a step that follows. */
    public void addAll(Footprint other) {
        everything |= other.everything;
        for (int i = 0; i < other.size; i++) {
            merge(other.keys[i], other.bytes[i]);
        }
    }

    /** Makes it count as touching everything. */
    public void addEverything() {
        everything = true;
    }

    private int slot(long key) {
        int slot = (int) ((key * 0x9E3779B97F4A7C15L) >>> Long.numberOfLeadingZeros(slots.length - 1));
        while (slots[slot] >>> 16 == generation && keys[(int) slots[slot] & 0xffff] != key) {
            slot = slot + 1 & slots.length - 1;
        }
        return slot;
    }

    private static long signature(long key) {
        return 1L << ((key * 0xD1B54A32D192ED03L) >>> 58);
    }

    /** Number of cells. */
    public int size() {
        return size;
    }

    /** Tells whether it counts as touching everything. */
    public boolean everything() {
        return everything;
    }

    /** Key of an entry. */
    public long key(int index) {
        return keys[index];
    }

    /** Bytes of an entry: bits 0 to 7 those read, bits 8 to 15 those written. */
    public int bytes(int index) {
        return bytes[index] & READ_AND_WRITTEN;
    }

    /** Tells whether the cell of an entry was written as a whole first: what was in it before does not matter. */
    public boolean overwritten(int index) {
        return (bytes[index] & OVERWRITTEN) != 0;
    }

    /** A bit for the key of each cell that is read, several keys to a bit. */
    public long readSignature() {
        return reads;
    }

    /** A bit for the key of each cell that is written, several keys to a bit. */
    public long writeSignature() {
        return writes;
    }

    /**
     * Tells whether bytes of a cell that another step reads or writes meet those of this one: either writes what the
     * other reads or writes.
     *
     * @param key the cell
     * @param otherBytes as {@link #bytes}
     */
    public boolean meets(long key, int otherBytes) {
        int slot = slot(key);
        if (slots[slot] >>> 16 != generation) {
            return false;
        }
        int own = bytes[(int) slots[slot] & 0xffff];
        int ownWritten = own >>> WRITTEN_SHIFT;
        int otherWritten = otherBytes >>> WRITTEN_SHIFT;
        return ((ownWritten & (otherBytes | otherWritten) & ALL_BYTES) | (otherWritten & own & ALL_BYTES)) != 0;
    }
}
