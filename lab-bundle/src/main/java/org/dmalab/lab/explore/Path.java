package org.dmalab.lab.explore;

import java.util.Arrays;
import java.util.function.Supplier;

/**
 * The way from the start to the present state of a world, and at each state on it the transitions that were enabled.
 * What it is made of is used again, so that going forth and back allocates nothing.
 *
 * @param <N> what a search has to remember of a state
 */
final class Path<N> {
    private static final int FIRST_BUCKETS = 1 << 13;
    /** Of a state with what undoes it, without what its sleepers touched. */
    private static final int POINT_BYTES = 256;
    private final World world;
    private final Supplier<N> notes;
    private final int noteBytes;
    private Point<N>[] points = points(64);
    private final World.Undo spare = new World.Undo();
    /** For each bucket of fingerprints the newest state in it, counted from 1; the others are chained to it. */
    private int[] newest = new int[FIRST_BUCKETS];
    private int length;
    private int longest;
    private int[] transitions = new int[1024];
    private int transitionCount;

    /**
     * A state on the way.
     *
     * @param <N> what a search has to remember of it
     */
    static final class Point<N> {
        private final N note;
        private final World.Undo undo = new World.Undo();
        private int first;
        private int count;
        private int taken;
        /** Steps of the same processor, each without a choice, that were taken as one with the transition. */
        private int more;
        /** Next transition to be looked at. */
        int next;
        private long fingerprint;
        private int olderInBucket;

        Point(N note) {
            this.note = note;
        }

        /** What the search has to remember of the state. */
        N note() {
            return note;
        }

        int count() {
            return count;
        }

        /** The store before the transition taken. */
        long mark() {
            return undo.mark();
        }

        /** How many codes lay on one another on its processor before the transition taken. */
        int framesBefore() {
            return undo.frames();
        }

        /** How much was declined before the transition taken. */
        int declinedBefore() {
            return undo.declined();
        }
    }

    /**
     * @param notes makes room for what a search has to remember of a state
     * @param noteBytes that such room takes
     */
    Path(World world, Supplier<N> notes, int noteBytes) {
        this.world = world;
        this.notes = notes;
        this.noteBytes = noteBytes;
    }

    /** For who has to remember nothing. */
    static Path<Void> of(World world) {
        return new Path<>(world, () -> null, 0);
    }

    /** Bytes that the way takes. */
    long bytes() {
        return longest * (long) (POINT_BYTES + noteBytes) + 4L * newest.length + 12L * transitions.length;
    }

    @SuppressWarnings("unchecked")
    private static <N> Point<N>[] points(int length) {
        return (Point<N>[]) new Point<?>[length];
    }

    boolean isEmpty() {
        return length == 0;
    }

    int length() {
        return length;
    }

    Point<N> top() {
        return points[length - 1];
    }

    /** The state before the last one. */
    Point<N> below() {
        return points[length - 2];
    }

    /** What the next state will be put in. */
    Point<N> following() {
        if (length == points.length) {
            points = Arrays.copyOf(points, length * 2);
        }
        if (points[length] == null) {
            points[length] = new Point<>(notes.get());
            longest = length + 1;
        }
        return points[length];
    }

    /** Adds the present state with its enabled transitions, found by {@link Enabled#count}. */
    Point<N> push(int enabled) {
        Point<N> point = following();
        length++;
        point.first = transitionCount;
        point.count = enabled;
        point.taken = -1;
        point.next = 0;
        transitionCount += enabled;
        if (transitionCount > transitions.length) {
            transitions = Arrays.copyOf(transitions, Math.max(transitionCount, transitions.length * 2));
        }
        System.arraycopy(world.enabled().buffer(), 0, transitions, point.first, enabled);
        return point;
    }

    /** Tells whether a state is on the way, of those that were named by {@link #name}. */
    boolean contains(long fingerprint) {
        for (int i = newest[bucket(fingerprint)]; i > 0; i = points[i - 1].olderInBucket) {
            if (points[i - 1].fingerprint == fingerprint) {
                return true;
            }
        }
        return false;
    }

    /** Names the last state; all before it are named. */
    void name(long fingerprint) {
        top().fingerprint = fingerprint;
        if (length > newest.length) {
            newest = new int[newest.length * 4];
            for (int i = 1; i < length; i++) {
                chain(i);
            }
        }
        chain(length);
    }

    private void chain(int number) {
        Point<N> point = points[number - 1];
        int bucket = bucket(point.fingerprint);
        point.olderInBucket = newest[bucket];
        newest[bucket] = number;
    }

    /** Takes the name of the last state back. */
    void unname() {
        newest[bucket(top().fingerprint)] = top().olderInBucket;
    }

    private int bucket(long fingerprint) {
        return (int) (fingerprint >>> 32) & newest.length - 1;
    }

    /** Removes the last state, whose transitions were all taken back. */
    void pop() {
        length--;
        transitionCount = points[length].first;
    }

    int transition(Point<N> point, int number) {
        return transitions[point.first + number];
    }

    /** Takes a transition of the last state; false if the schedule ends there. */
    boolean take(Point<N> point, int number) {
        point.taken = number;
        point.more = 0;
        return world.take(transitions[point.first + number], point.undo);
    }

    /** Takes one more step of the processor, after the transition taken, until it is kept or taken back. */
    boolean takeMore(Point<N> point, int step) {
        point.more++;
        return world.take(step, spare);
    }

    /** Makes what {@link #takeMore} took one with the transition before. */
    void keepMore() {
        world.join();
    }

    /** Takes back what {@link #takeMore} took. */
    void undoMore(Point<N> point) {
        point.more--;
        world.undo(spare);
    }

    /** Takes a transition of the last state with the steps after it, as they were remembered. */
    void takeAgain(Point<N> point, int number, MacroSteps.MacroStep stretch) {
        point.taken = number;
        point.more = stretch.more();
        world.takeAgain(transitions[point.first + number], stretch, point.undo);
    }

    /** Steps that were taken as one with the transition taken. */
    int more(Point<N> point) {
        return point.more;
    }

    /** Takes back what was taken at the last state, if anything was. */
    void undo(Point<N> point) {
        if (point.taken >= 0) {
            world.undo(point.undo);
            point.taken = -1;
        }
    }

    /** Takes everything back and leaves the path empty. */
    void unwind() {
        while (length > 0) {
            undo(top());
            pop();
        }
    }

    /** The transitions that lead to the present state. */
    int[] schedule() {
        int states = length > 0 && top().taken < 0 ? length - 1 : length;
        int[] schedule = new int[Arrays.stream(points, 0, states).mapToInt(point -> 1 + point.more).sum()];
        int at = 0;
        for (int i = 0; i < states; i++) {
            Point<N> point = points[i];
            int taken = transitions[point.first + point.taken];
            schedule[at++] = taken;
            for (int step = 0; step < point.more; step++) {
                schedule[at++] = Transition.of(Transition.STEP, Transition.processor(taken), 0);
            }
        }
        return schedule;
    }
}
