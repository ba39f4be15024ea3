package org.dmalab.lab.explore;

import org.dmalab.api.store.Footprint;

/**
 * Which bytes only one context has been seen to touch, or all only to read: a step that touches no others can go
 * alone. What is learned stays; where a byte on which a step went alone turns out to be shared, the search has to begin
 * again.
 */
final class PrivateCells {
    private static final int OWNERS = 8;
    private static final int SHARED = 0xff;
    private static final long LOW_BITS = 0x0101010101010101L;
    private static final int ALONE_SHIFT = 8;
    private static final int CONTENDED_SHIFT = 16;
    /** For each set of bytes, all bits of each of them. */
    private static final long[] BITS = bits();

    private long[] keys = new long[1 << 10];
    /** Byte i: who touches byte i of the cell; 0 nobody so far, {@link #SHARED} several. */
    private long[] owners = new long[1 << 10];
    /**
     * Bits 0 to 7: bytes written; 8 to 15: those on which a step went alone; 16 to 23: those of several, and written.
     */
    private int[] flags = new int[1 << 10];
    private int size;
    private boolean wrong;
    private boolean unknown;

    /** Tells whether a step went alone that should not have. */
    boolean wrong() {
        return wrong;
    }

    /** Nothing counts as private from now on. */
    void giveUp() {
        unknown = true;
    }

    /** A step went alone that should not have, for a reason that is no cell's. */
    void setWrong() {
        wrong = true;
    }

    /** Forgets that; what is private is still known. */
    void begin() {
        wrong = false;
        for (int i = 0; i < flags.length; i++) {
            flags[i] &= ~(SHARED << ALONE_SHIFT);
        }
    }

    /**
     * Learns what a context touches. Where a step touches everything, nothing is private.
     *
     * @param context 1 to 254; 255 for one that shares with all
     */
    void learn(Footprint footprint, int context) {
        if (footprint.everything()) {
            wrong |= !unknown;
            unknown = true;
        }
        for (int i = 0; i < footprint.size(); i++) {
            if (footprint.key(i) >= 0) {
                learn(footprint.key(i), footprint.bytes(i), context);
            }
        }
    }

    private void learn(long key, int bytes, int context) {
        int slot = find(key);
        int touched = (bytes | bytes >>> OWNERS) & SHARED;
        int written = bytes >>> OWNERS & SHARED;
        long mask = BITS[touched];
        long before = owners[slot] & mask;
        boolean known = before == mask || before == (LOW_BITS * context & mask);
        if (known && (written & ~flags[slot]) == 0) {
            return;
        }
        for (int left = touched; left != 0; left &= left - 1) {
            int shift = Integer.numberOfTrailingZeros(left) * 8;
            int owner = (int) (owners[slot] >>> shift) & SHARED;
            long now = owner == 0 || owner == context ? context : SHARED;
            owners[slot] = (owners[slot] & ~(0xffL << shift)) | now << shift;
        }
        int contended = shared(owners[slot]) & (flags[slot] | written);
        flags[slot] |= written | contended << CONTENDED_SHIFT;
        wrong |= (flags[slot] >>> ALONE_SHIFT & contended) != 0;
    }

    /** Bytes that several contexts touch. */
    private static int shared(long owners) {
        int shared = 0;
        for (int i = 0; i < OWNERS; i++) {
            shared |= ((int) (owners >>> (i * 8)) & SHARED) == SHARED ? 1 << i : 0;
        }
        return shared;
    }

    private static long[] bits() {
        long[] bits = new long[SHARED + 1];
        for (int bytes = 0; bytes <= SHARED; bytes++) {
            for (int i = 0; i < OWNERS; i++) {
                bits[bytes] |= (bytes >>> i & 1) == 0 ? 0 : 0xffL << (i * 8);
            }
        }
        return bits;
    }

    /**
     * Tells whether a step whose footprint was learned touches only what is private or only read; notes that it may.
     */
    boolean alone(Footprint footprint) {
        if (footprint.everything() || unknown) {
            return false;
        }
        for (int i = 0; i < footprint.size(); i++) {
            if (footprint.key(i) >= 0
                    && (touched(footprint, i) & flags[find(footprint.key(i))] >>> CONTENDED_SHIFT) != 0) {
                return false;
            }
        }
        for (int i = 0; i < footprint.size(); i++) {
            if (footprint.key(i) >= 0) {
                flags[find(footprint.key(i))] |= touched(footprint, i) << ALONE_SHIFT;
            }
        }
        return true;
    }

    private static int touched(Footprint footprint, int i) {
        return (footprint.bytes(i) | footprint.bytes(i) >>> OWNERS) & SHARED;
    }

    private int find(long key) {
        int slot = slot(keys, key + 1);
        if (keys[slot] == 0) {
            if (++size * 2 > keys.length) {
                grow();
                slot = slot(keys, key + 1);
            }
            keys[slot] = key + 1;
        }
        return slot;
    }

    private void grow() {
        long[] oldKeys = keys;
        long[] oldOwners = owners;
        int[] oldFlags = flags;
        keys = new long[oldKeys.length * 2];
        owners = new long[keys.length];
        flags = new int[keys.length];
        for (int i = 0; i < oldKeys.length; i++) {
            if (oldKeys[i] != 0) {
                int to = slot(keys, oldKeys[i]);
                keys[to] = oldKeys[i];
                owners[to] = oldOwners[i];
                flags[to] = oldFlags[i];
            }
        }
    }

    private static int slot(long[] in, long key) {
        int mask = in.length - 1;
        int slot = (int) ((key * 0x9E3779B97F4A7C15L) >>> Long.numberOfLeadingZeros(mask));
        while (in[slot] != 0 && in[slot] != key) {
            slot = slot + 1 & mask;
        }
        return slot;
    }
}
