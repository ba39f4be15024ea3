package org.dmalab.api.store;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * Where a paged region finds its pages. Small tables are one array. A sparse table is a map of the pages that were
 * touched: nothing is there before. A bulk table has rows of 1024 pages (4 MiB), so that going from page to page of a
 * memory image costs two array reads.
 */
final class PageTable {
    private static final long SMALL_PAGES = 1 << 12;
    private static final int ROW_SHIFT = 10;
    private static final int ROW_PAGES = 1 << ROW_SHIFT;
    /** Rows that a bulk table finds by an array; one of more is an address space of which little is memory. */
    private static final long ARRAY_ROWS = 1 << 16;

    private final boolean bulk;
    private final long[][] small;
    private final long[][][] rows;
    private final Map<Long, long[][]> manyRows = new HashMap<>();
    private final Map<Long, long[]> pages = new HashMap<>();

    PageTable(long pageCount, boolean bulk) {
        long rowCount = (pageCount + ROW_PAGES - 1) >>> ROW_SHIFT;
        this.bulk = bulk;
        this.small = pageCount <= SMALL_PAGES ? new long[(int) pageCount][] : null;
        this.rows = bulk && small == null && rowCount <= ARRAY_ROWS ? new long[(int) rowCount][][] : null;
    }

    /** A page; null if there is none and none is to be made. */
    long[] page(long number, boolean create) {
        if (small != null) {
            return page(small, (int) number, create);
        }
        if (!bulk) {
            return create ? pages.computeIfAbsent(number, PageTable::newPage) : pages.get(number);
        }
        long[][] row = row(number >>> ROW_SHIFT, create);
        return row == null ? null : page(row, (int) number & (ROW_PAGES - 1), create);
    }

    private long[][] row(long number, boolean create) {
        if (rows == null) {
            return create ? manyRows.computeIfAbsent(number, none -> new long[ROW_PAGES][]) : manyRows.get(number);
        }
        long[][] row = rows[(int) number];
        if (row == null && create) {
            row = new long[ROW_PAGES][];
            rows[(int) number] = row;
        }
        return row;
    }

    private static long[] page(long[][] row, int index, boolean create) {
        long[] page = row[index];
        if (page == null && create) {
            page = newPage(index);
            row[index] = page;
        }
        return page;
    }

    private static long[] newPage(long number) {
        return new long[Region.PAGE_CELLS];
    }

    void clear() {
        if (small != null) {
            Arrays.fill(small, null);
        }
        if (rows != null) {
            Arrays.fill(rows, null);
        }
        manyRows.clear();
        pages.clear();
    }

    /** Receives the pages that there are. */
    interface Visitor {
        void page(long number, long[] cells);
    }

    /** Visits the pages that there are in ascending order. */
    void forEach(Visitor visitor) {
        if (small != null) {
            visit(small, 0, visitor);
        }
        for (int i = 0; rows != null && i < rows.length; i++) {
            visit(rows[i], (long) i << ROW_SHIFT, visitor);
        }
        new TreeMap<>(manyRows).forEach((number, row) -> visit(row, number << ROW_SHIFT, visitor));
        new TreeMap<>(pages).forEach(visitor::page);
    }

    private static void visit(long[][] row, long first, Visitor visitor) {
        for (int i = 0; row != null && i < row.length; i++) {
            if (row[i] != null) {
                visitor.page(first + i, row[i]);
            }
        }
    }
}
