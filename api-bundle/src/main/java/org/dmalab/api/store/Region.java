package org.dmalab.api.store;

import java.util.Arrays;
import java.util.List;

/**
 * A named range of 64-bit cells of a {@link Store}: the only place where a machine remembers anything.
 *
 * <p>A dense region is one array. Sparse and bulk regions are paged (512 cells a page); an untouched cell is zero and
 * costs nothing. Cell {@code k} holds bytes {@code 8k} to {@code 8k+7}, byte {@code i} in bits {@code 8i}; the byte
 * methods are little endian, a port swaps to the order it is asked for.
 */
public final class Region {
    static final int PAGE_SHIFT = 9;
    static final int PAGE_CELLS = 1 << PAGE_SHIFT;

    /** What a region is for: it decides whether the fingerprint covers it and what a rollback does to it. */
    public enum Kind {
        /** State of the machine: hashed, rolled back. */
        STATE,
        /** Event log, dmesg, metrics, simulated time: rolled back, not hashed, or no two states would ever match. */
        LOG,
        /** An index that only speeds up a lookup: neither hashed nor rolled back, emptied by a rollback. */
        DERIVED
    }

    /** Says in the field's terms which variable, register or table entry a cell is. */
    @FunctionalInterface
    public interface Namer {
        /**
         * Names one cell.
         *
         * @param cell index in the region
         * @return the name, for example {@code kmap_lock} or {@code TCE 0x80000001[12]}
         */
        String name(long cell);

        /**
         * The bit fields that a cell is made of.
         *
         * @param cell index in the region
         * @return none if it is one number
         */
        default List<BitField> fields(long cell) {
            return List.of();
        }
    }

    /** Cells that a region may have: region and cell together are one 64-bit key. */
    static final long MAX_CELLS = 1L << 48;
    /** In a footprint: the region as a whole. */
    static final long WHOLE = MAX_CELLS - 1;

    final int id;
    /** The region's part of the key of a cell. */
    final long key;
    private final Store store;
    private final String name;
    private final long cells;
    private final Kind kind;
    private final Namer namer;
    private final boolean tracked;
    private final long[] dense;
    /** The same array, or null while every access is to be noted in a {@link Footprint}. */
    private long[] direct;
    private final PageTable pages;
    private boolean scannable;
    /** Of a derived region: it was written since it was last emptied. */
    private boolean stale;
    private long lastPageNumber = -1;
    private long[] lastPage;

    /** How cells are kept. */
    enum Layout {
        DENSE, SPARSE, BULK
    }

    Region(Store store, int id, String name, long cells, Layout layout, Kind kind, Namer namer) {
        if (cells <= 0 || cells > MAX_CELLS) {
            throw new IllegalArgumentException("region " + name + ": " + cells + " cells, expected 1 to 2^48");
        }
        this.store = store;
        this.id = id;
        this.key = (long) id << 48;
        this.name = name;
        this.cells = cells;
        this.kind = kind;
        this.namer = namer;
        this.tracked = kind != Kind.DERIVED;
        long pageCount = (cells + PAGE_CELLS - 1) >>> PAGE_SHIFT;
        this.dense = layout == Layout.DENSE ? new long[Math.toIntExact(cells)] : null;
        this.pages = layout == Layout.DENSE ? null : new PageTable(pageCount, layout == Layout.BULK);
        this.direct = dense;
    }

    /** The region's name, unique in its store. */
    public String name() {
        return name;
    }

    /** Number of cells. */
    public long cells() {
        return cells;
    }

    /** What the region is for. */
    public Kind kind() {
        return kind;
    }

    /** The name of one cell in the field's terms. */
    public String cellName(long cell) {
        return namer == null ? name + "[0x" + Long.toHexString(cell) + "]" : namer.name(cell);
    }

    /** The bit fields that a cell is made of; none if it is one number. */
    public List<BitField> cellFields(long cell) {
        return namer == null ? List.of() : namer.fields(cell);
    }

    /**
     * Reads a cell.
     *
     * @param cell index, from 0
     * @return its value; zero if never written
     */
    public long get(long cell) {
        long[] array = direct;
        if (array != null) {
            return array[(int) cell];
        }
        note(cell, Footprint.ALL_BYTES, 0);
        return value(cell);
    }

    /**
     * Writes a cell.
     *
     * @param cell index, from 0
     * @param value new value
     */
    public void set(long cell, long value) {
        long[] array = direct;
        if (array != null) {
            change(array, (int) cell, cell, value);
            return;
        }
        note(cell, 0, Footprint.ALL_BYTES);
        setValue(cell, value);
    }

    /**
     * Writes one value to cells that follow each other. Where a sparse region has no page, zero makes none.
     *
     * @param first index of the first one, from 0
     * @param count how many, 0 or more
     * @param value new value of each
     */
    public void fill(long first, long count, long value) {
        boolean leaps = value == 0 && dense == null && store.footprint == null;
        long end = first + count;
        for (long cell = first; cell < end;) {
            long next = Math.min(end, (cell | (PAGE_CELLS - 1)) + 1);
            if (!leaps || page(cell, false) != null) {
                for (long each = cell; each < next; each++) {
                    set(each, value);
                }
            }
            cell = next;
        }
    }

    private void change(long[] array, int index, long cell, long value) {
        long old = array[index];
        if (old != value) {
            array[index] = value;
            if (store.recording) {
                recordChange(cell, old, value);
            }
        }
    }

    private void recordChange(long cell, long old, long value) {
        if (tracked) {
            store.record(this, cell, old, value);
        } else {
            stale = true;
        }
    }

    /** Notes which bytes of a cell a step reads and writes; a log decides nothing and does not count. */
    private void note(long cell, int read, int written) {
        Footprint footprint = store.footprint;
        if (footprint != null && kind != Kind.LOG) {
            footprint.add(key + cell, read, written);
            if (scannable && written != 0) {
                footprint.add(key + WHOLE, Footprint.ALL_BYTES, 0);
            }
        }
    }

    /**
     * Says that steps visit the region as a whole by {@link #forEachNonZero}: such a step conflicts with all that write
     * in the region, not with all that there is. In a {@link Footprint} it writes one more cell, {@link Store#isWhole},
     * which whoever writes in the region reads, so that these do not conflict with each other.
     *
     * @return this region
     */
    public Region scannable() {
        scannable = true;
        return this;
    }

    private void noteScan() {
        if (direct == null && store.footprint != null && kind != Kind.LOG) {
            if (scannable) {
                store.footprint.add(key + WHOLE, 0, Footprint.ALL_BYTES);
            } else {
                store.footprint.addEverything();
            }
        }
    }

    private long value(long cell) {
        return dense != null ? dense[(int) cell] : sparseGet(cell);
    }

    private void setValue(long cell, long value) {
        if (dense != null) {
            change(dense, (int) cell, cell, value);
        } else {
            sparseSet(cell, value);
        }
    }

    /** Accesses take the way on which they are noted, or the short one. */
    void noteAccesses(boolean on) {
        direct = on ? null : dense;
    }

    /**
     * Reads {@code width} bytes, least significant first.
     *
     * @param byteOffset offset of the first byte; need not be aligned
     * @param widthBytes 1, 2, 4 or 8
     * @return the value, zero-extended
     */
    public long load(long byteOffset, int widthBytes) {
        if (widthBytes == 8 && (byteOffset & 7) == 0) {
            return get(byteOffset >>> 3);
        }
        return loadPart(byteOffset, widthBytes);
    }

    private long loadPart(long byteOffset, int widthBytes) {
        long cell = byteOffset >>> 3;
        int shift = (int) (byteOffset & 7) << 3;
        int bits = widthBytes << 3;
        if (direct == null) {
            int bytes = ((1 << widthBytes) - 1) << (shift >>> 3);
            note(cell, bytes & Footprint.ALL_BYTES, 0);
            note(cell + 1, bytes >>> 8, 0);
        }
        long value = value(cell) >>> shift;
        if (shift + bits > 64) {
            value |= value(cell + 1) << (64 - shift);
        }
        return bits == 64 ? value : value & ((1L << bits) - 1);
    }

    /**
     * Writes {@code width} bytes, least significant first.
     *
     * @param byteOffset offset of the first byte; need not be aligned
     * @param widthBytes 1, 2, 4 or 8
     * @param value the value; bits above the width are ignored
     */
    public void store(long byteOffset, int widthBytes, long value) {
        if (widthBytes == 8 && (byteOffset & 7) == 0) {
            set(byteOffset >>> 3, value);
        } else {
            storePart(byteOffset, widthBytes, value);
        }
    }

    private void storePart(long byteOffset, int widthBytes, long value) {
        long cell = byteOffset >>> 3;
        int shift = (int) (byteOffset & 7) << 3;
        int bits = widthBytes << 3;
        long mask = bits == 64 ? -1L : (1L << bits) - 1;
        if (direct == null) {
            int bytes = ((1 << widthBytes) - 1) << (shift >>> 3);
            note(cell, 0, bytes & Footprint.ALL_BYTES);
            note(cell + 1, 0, bytes >>> 8);
        }
        setValue(cell, (value(cell) & ~(mask << shift)) | ((value & mask) << shift));
        if (shift + bits > 64) {
            int done = 64 - shift;
            setValue(cell + 1, (value(cell + 1) & ~(mask >>> done)) | ((value & mask) >>> done));
        }
    }

    private long sparseGet(long cell) {
        long[] page = page(cell, false);
        return page == null ? 0 : page[(int) cell & (PAGE_CELLS - 1)];
    }

    private void sparseSet(long cell, long value) {
        long[] page = page(cell, value != 0);
        if (page == null) {
            return;
        }
        int index = (int) cell & (PAGE_CELLS - 1);
        long old = page[index];
        if (old != value) {
            if (store.recording) {
                recordChange(cell, old, value);
            }
            page[index] = value;
        }
    }

    private long[] page(long cell, boolean create) {
        if (cell < 0 || cell >= cells) {
            throw new IndexOutOfBoundsException("region " + name + ": cell 0x" + Long.toHexString(cell)
                    + " of 0x" + Long.toHexString(cells));
        }
        long number = cell >>> PAGE_SHIFT;
        if (number != lastPageNumber || (lastPage == null && create)) {
            lastPage = pages.page(number, create);
            lastPageNumber = number;
        }
        return lastPage;
    }

    /** Writes without recording: only {@link Store} uses it, to undo and to load. */
    void restore(long cell, long value) {
        if (dense != null) {
            dense[(int) cell] = value;
            return;
        }
        long[] page = page(cell, value != 0);
        if (page != null) {
            page[(int) cell & (PAGE_CELLS - 1)] = value;
        }
    }

    /** Empties a derived region that may no longer fit what was rolled back. */
    void clearStale() {
        if (stale) {
            stale = false;
            clear();
        }
    }

    /** Empties the region without recording. */
    void clear() {
        if (dense != null) {
            Arrays.fill(dense, 0);
        } else {
            pages.clear();
        }
        lastPageNumber = -1;
        lastPage = null;
    }

    /** Visits every cell that is not zero, in ascending order; see {@link #scannable}. */
    public void forEachNonZero(CellVisitor visitor) {
        noteScan();
        if (dense != null) {
            visit(dense, 0, visitor);
        } else {
            pages.forEach((number, page) -> visit(page, number << PAGE_SHIFT, visitor));
        }
    }

    private static void visit(long[] values, long firstCell, CellVisitor visitor) {
        for (int i = 0; i < values.length; i++) {
            if (values[i] != 0) {
                visitor.cell(firstCell + i, values[i]);
            }
        }
    }

    /** Receives cells. */
    @FunctionalInterface
    public interface CellVisitor {
        /**
         * One cell.
         *
         * @param cell index
         * @param value its value, not zero
         */
        void cell(long cell, long value);
    }
}
