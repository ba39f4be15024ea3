package org.dmalab.lab.explore;

/**
 * A set of 64-bit fingerprints by open addressing, each with a note of 64 bits if wanted. It takes 12 to 24 bytes a
 * state without notes, twice that with them, and half as much again while it grows.
 */
final class VisitedStates {
    private static final int FIRST_SLOTS = 1 << 10;
    private static final int MAX_SLOTS = 1 << 29;
    /** In place of the fingerprint 0, which marks a free slot. */
    private static final long ZERO = 0x9E3779B97F4A7C15L;

    private long[] table = new long[FIRST_SLOTS];
    private long[] notes;
    private int size;
    private int slot;

    VisitedStates(boolean withNotes) {
        notes = withNotes ? new long[FIRST_SLOTS] : null;
    }

    /** Adds a fingerprint; true if it is new. Its note can be read and written until the next one is added. */
    boolean add(long fingerprint) {
        long key = fingerprint == 0 ? ZERO : fingerprint;
        slot = slot(table, key);
        if (table[slot] == key) {
            return false;
        }
        table[slot] = key;
        if (++size * 3L > table.length * 2L) {
            grow();
            slot = slot(table, key); // it has moved: a note must not go to where it was
        }
        return true;
    }

    /** Tells whether a fingerprint is in the set; its note can be read and written until the next call. */
    boolean contains(long fingerprint) {
        long key = fingerprint == 0 ? ZERO : fingerprint;
        slot = slot(table, key);
        return table[slot] == key;
    }

    long note() {
        return notes[slot];
    }

    void note(long note) {
        notes[slot] = note;
    }

    /** Number of fingerprints. */
    long size() {
        return size;
    }

    /** Bytes that it takes now. */
    long bytes() {
        return 8L * table.length * (notes == null ? 1 : 2);
    }

    /** Bytes that it takes while one more is added: thrice as many if it has to grow. */
    long bytesToAdd() {
        boolean grows = (size + 1) * 3L > table.length * 2L;
        if (!grows) {
            return bytes();
        }
        return table.length < MAX_SLOTS ? bytes() * 3 : Long.MAX_VALUE / 2;
    }

    private void grow() {
        long[] larger = new long[table.length * 2];
        long[] largerNotes = notes == null ? null : new long[table.length * 2];
        for (int i = 0; i < table.length; i++) {
            if (table[i] != 0) {
                int to = slot(larger, table[i]);
                larger[to] = table[i];
                if (notes != null) {
                    largerNotes[to] = notes[i];
                }
            }
        }
        table = larger;
        notes = largerNotes;
    }

    /** By the upper bits, so that a table is copied into a larger one from front to back. */
    private static int slot(long[] in, long key) {
        int mask = in.length - 1;
        int at = (int) (key >>> Long.numberOfLeadingZeros(mask));
        while (in[at] != 0 && in[at] != key) {
            at = at + 1 & mask;
        }
        return at;
    }
}
