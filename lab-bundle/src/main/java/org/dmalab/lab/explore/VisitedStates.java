package org.dmalab.lab.explore;

/** A set of 64-bit fingerprints by open addressing. */
final class VisitedStates {
    private long[] table = new long[1 << 12];
    private int size;
    private boolean zero;

    /** Adds a fingerprint; true if it is new. */
    boolean add(long fingerprint) {
        if (fingerprint == 0) {
            boolean isNew = !zero;
            zero = true;
            return isNew;
        }
        int slot = slot(table, fingerprint);
        if (table[slot] == fingerprint) {
            return false;
        }
        table[slot] = fingerprint;
        if (++size * 3L > table.length * 2L) {
            grow();
        }
        return true;
    }

    /** Number of fingerprints. */
    long size() {
        return size + (zero ? 1 : 0);
    }

    private void grow() {
        long[] larger = new long[table.length * 2];
        for (long fingerprint : table) {
            if (fingerprint != 0) {
                larger[slot(larger, fingerprint)] = fingerprint;
            }
        }
        table = larger;
    }

    private static int slot(long[] in, long fingerprint) {
        int mask = in.length - 1;
        int slot = (int) (fingerprint >>> 20) & mask;
        while (in[slot] != 0 && in[slot] != fingerprint) {
            slot = (slot + 1) & mask;
        }
        return slot;
    }
}
