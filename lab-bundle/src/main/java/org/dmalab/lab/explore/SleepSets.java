package org.dmalab.lab.explore;

import java.util.Arrays;

import org.dmalab.api.store.Footprint;

/**
 * Sleep sets (Godefroid) with footprints: a transition that was tried at a state needs not be tried again after those
 * whose footprints do not meet its own. The footprints of sleepers lie in one array used as a stack; each is what the
 * transition touched when it was taken, which is what it would touch now, as nothing that it reads has changed.
 */
final class SleepSets {
    /** Transitions that can sleep: what has a greater number never does. */
    static final int MAX = 64;
    /** Cells, and whether the footprint of another outcome of the same step follows. */
    private static final int HEADER = 3;
    private static final int EVERYTHING = Integer.MAX_VALUE;
    private static final int MAX_CELLS = 1024;

    private long[] words = new long[512];
    private int[] follows = new int[512];

    /**
     * The set with which a state is entered: those asleep before whom the transition just taken does not wake.
     *
     * @param point the state before
     * @param into the state entered, which gets the footprints
     * @param taken footprint of the transition
     */
    long stillAsleep(Reduction point, int[] into, Footprint taken) {
        if (taken.everything()) {
            return 0;
        }
        long still = 0;
        for (long left = point.asleep; left != 0; left &= left - 1) {
            int id = Long.numberOfTrailingZeros(left);
            if (independent(point.footprints()[id], taken)) {
                still |= 1L << id;
                into[id] = point.footprints()[id];
            }
        }
        return still;
    }

    private boolean independent(int first, Footprint taken) {
        int at = first;
        while (true) {
            int count = (int) words[at];
            if (count == EVERYTHING) {
                return false;
            }
            long reads = words[at + 1];
            long writes = words[at + 2];
            if (((writes & (taken.readSignature() | taken.writeSignature())) | (reads & taken.writeSignature())) != 0) {
                for (int i = 0; i < count; i++) {
                    if (taken.meets(words[at + HEADER + i], follows[at + HEADER + i])) {
                        return false;
                    }
                }
            }
            if (follows[at] == 0) {
                return true;
            }
            at = follows[at];
        }
    }

    /** Bytes that the footprints take, while there is room made for more. */
    long bytes() {
        return (8L + 4) * words.length * 3;
    }

    /**
     * Keeps a footprint behind those that end at a place.
     *
     * @param earlier footprint of an earlier outcome of the same step; -1 if there is none
     * @return where it ends
     */
    int keep(Footprint taken, int end, int earlier) {
        boolean all = taken.everything() || taken.size() > MAX_CELLS;
        int count = all ? 0 : taken.size();
        if (end + HEADER + count > words.length) {
            words = Arrays.copyOf(words, Math.max(words.length * 2, end + HEADER + count));
            follows = Arrays.copyOf(follows, words.length);
        }
        words[end] = all ? EVERYTHING : count;
        words[end + 1] = taken.readSignature();
        words[end + 2] = taken.writeSignature();
        follows[end] = 0;
        for (int i = 0; i < count; i++) {
            words[end + HEADER + i] = taken.key(i);
            follows[end + HEADER + i] = taken.bytes(i);
        }
        if (earlier >= 0) {
            int lastOf = earlier;
            while (follows[lastOf] != 0) {
                lastOf = follows[lastOf];
            }
            follows[lastOf] = end;
        }
        return end + HEADER + count;
    }
}
