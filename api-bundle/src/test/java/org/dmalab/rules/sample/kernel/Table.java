package org.dmalab.rules.sample.kernel;

/** A constant whose elements are none. */
final class Table {
    private static final long[] CELLS = {1};

    private Table() { }

    static long first() {
        return CELLS[0]++;
    }
}
