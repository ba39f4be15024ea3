package org.dmalab.lab.explore;

import java.util.Arrays;
import java.util.List;

import org.dmalab.api.store.Store;

/**
 * What is still to run: on each processor the codes that lie on one another, each with its history, level and strand,
 * and how often each strand is still to be chosen. Its fingerprint is kept by differences.
 */
final class RunState {
    /** In place of a strand: the kernel's handler of inter-processor interrupts. */
    static final int IPI_HANDLER = -1;
    private static final int MAX_FRAMES = 16;
    private static final long FRAME_KEY = -1;
    private static final long TURN_KEY = -10_000;
    private static final long LAST_KEY = -20_000;

    /** Of each frame of each processor; a processor's frames lie one after another. */
    private final int[] node;
    private final int[] level;
    private final int[] strand;
    private final int[] frames;
    private final int[] turnsLeft;
    private final long seed;
    private int last;
    private long fingerprint;

    /** What a transition may change on one processor, to be put back. */
    static final class Saved {
        private int last;
        private long fingerprint;
        private int frames;
        private int node;
        private int level;
        private int strand;

        int frames() {
            return frames;
        }
    }

    RunState(int processors, int strands, long seed) {
        this.node = new int[processors * MAX_FRAMES];
        this.level = new int[processors * MAX_FRAMES];
        this.strand = new int[processors * MAX_FRAMES];
        this.frames = new int[processors];
        this.turnsLeft = new int[strands];
        this.seed = seed;
    }

    /** Nothing runs, every strand has its turns before it. */
    void start(List<Strand> strands) {
        Arrays.fill(frames, 0);
        last = 0;
        fingerprint = 0;
        for (int i = 0; i < turnsLeft.length; i++) {
            turnsLeft[i] = 0;
            addTurns(i, strands.get(i).turns());
        }
    }

    /** The processor that ran last. */
    int last() {
        return last;
    }

    void setLast(int p) {
        last = p;
    }

    /** How many codes lie on one another on a processor. */
    int frames(int p) {
        return frames[p];
    }

    /** History of the code that a processor runs. */
    int node(int p) {
        return node[top(p)];
    }

    /** Level of the code that a processor runs. */
    int level(int p) {
        return level[top(p)];
    }

    /** Strand of the code that a processor runs. */
    int strand(int p) {
        return strand[top(p)];
    }

    private int top(int p) {
        return p * MAX_FRAMES + frames[p] - 1;
    }

    /** How often a strand is still to be chosen. */
    int turnsLeft(int index) {
        return turnsLeft[index];
    }

    void addTurns(int index, int by) {
        fingerprint -= turnsLeft[index] == 0 ? 0 : mix(TURN_KEY - index, turnsLeft[index]);
        turnsLeft[index] += by;
        fingerprint += turnsLeft[index] == 0 ? 0 : mix(TURN_KEY - index, turnsLeft[index]);
    }

    void push(int p, int newNode, int newLevel, int newStrand) {
        if (frames[p] == MAX_FRAMES) {
            throw new BrokenCode("more than " + MAX_FRAMES + " handlers on one another on processor " + p);
        }
        frames[p]++;
        put(top(p), newNode, newLevel, newStrand);
        fingerprint += mix(FRAME_KEY - top(p), newNode);
    }

    void pop(int p) {
        fingerprint -= mix(FRAME_KEY - top(p), node(p));
        frames[p]--;
    }

    /** The code that a processor runs has gone on. */
    void advance(int p, int newNode) {
        int top = top(p);
        long key = FRAME_KEY - top;
        fingerprint += mix(key, newNode) - mix(key, node[top]);
        node[top] = newNode;
    }

    /** Tells whether no processor runs anything. */
    boolean idle() {
        for (int count : frames) {
            if (count > 0) {
                return false;
            }
        }
        return true;
    }

    void save(int p, Saved into) {
        into.last = last;
        into.fingerprint = fingerprint;
        into.frames = frames[p];
        if (frames[p] > 0) {
            int top = top(p);
            into.node = node[top];
            into.level = level[top];
            into.strand = strand[top];
        }
    }

    /** Puts a processor back; turns and other processors are the caller's. */
    void restore(int p, Saved from) {
        last = from.last;
        frames[p] = from.frames;
        if (from.frames > 0) {
            put(top(p), from.node, from.level, from.strand); // what came later has used the frame
        }
        fingerprint = from.fingerprint;
    }

    private void put(int frame, int newNode, int newLevel, int newStrand) {
        node[frame] = newNode;
        level[frame] = newLevel;
        strand[frame] = newStrand;
    }

    private long mix(long key, long value) {
        return Store.mix(key, value + seed);
    }

    /** Fingerprint of all that is still to run. */
    long fingerprint() {
        return fingerprint;
    }

    /** The same with who ran last, on which the order of the transitions depends. */
    long fingerprintWithOrder() {
        return fingerprint + mix(LAST_KEY, last);
    }
}
