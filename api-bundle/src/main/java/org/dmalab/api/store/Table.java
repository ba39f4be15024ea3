package org.dmalab.api.store;

import java.util.List;
import java.util.function.IntFunction;

/**
 * Rows of named columns over a dense region of a {@link Store}. Changes of it are told by the names of row, column and
 * bit field.
 */
public final class Table {
    private final Region cells;
    private final int rows;
    private final int width;

    /**
     * Declares a table in a store.
     *
     * @param store the machine's
     * @param name of the region, unique in the store
     * @param rows how many
     * @param kind what it is for
     * @param columns in their order, as {@code values()} of their enum gives them
     * @param rowName name of a row in the field's terms: {@code TCE table 3}
     */
    public Table(Store store, String name, int rows, Region.Kind kind, Column[] columns, IntFunction<String> rowName) {
        for (int i = 0; i < columns.length; i++) {
            if (columns[i].ordinal() != i) {
                throw new IllegalArgumentException("table " + name + ": column " + columns[i].label()
                        + " is not in its place");
            }
        }
        this.rows = rows;
        this.width = columns.length;
        this.cells = store.dense(name, Math.multiplyExact(rows, width), kind,
                new Names(List.of(columns), rowName));
    }

    private record Names(List<Column> columns, IntFunction<String> rowName) implements Region.Namer {
        @Override
        public String name(long cell) {
            return rowName.apply((int) (cell / columns.size())) + " " + column(cell).label();
        }

        @Override
        public List<BitField> fields(long cell) {
            return column(cell).fields();
        }

        private Column column(long cell) {
            return columns.get((int) (cell % columns.size()));
        }
    }

    /** Number of rows. */
    public int rows() {
        return rows;
    }

    /** The region beneath. */
    public Region region() {
        return cells;
    }

    /** The number in a column of a row. */
    public long get(int row, Column column) {
        return cells.get((long) row * width + column.ordinal());
    }

    /** Sets the number in a column of a row. */
    public void set(int row, Column column, long value) {
        cells.set((long) row * width + column.ordinal(), value);
    }

    /** The number in a bit field of a column of a row. */
    public long get(int row, Column column, BitField field) {
        return field.get(get(row, column));
    }

    /** Sets the number in a bit field of a column of a row. */
    public void set(int row, Column column, BitField field, long value) {
        set(row, column, field.set(get(row, column), value));
    }

    /** Makes every column of a row zero. */
    public void clear(int row) {
        long first = (long) row * width;
        for (long cell = first; cell < first + width; cell++) {
            cells.set(cell, 0);
        }
    }
}
