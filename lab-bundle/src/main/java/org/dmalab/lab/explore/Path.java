package org.dmalab.lab.explore;

import java.util.Arrays;

/**
 * The way from the start to the present state of a world, and at each state on it the transitions that were enabled.
 * What it is made of is used again, so that going forth and back allocates nothing.
 */
final class Path {
    private static final int FIRST_BUCKETS = 1 << 13;
    /** Of a state with what undoes it, without what its sleepers touched. */
    private static final int POINT_BYTES = 256;
    /** Of one word in the footprints of sleepers, while there is room made for more. */
    private static final int FOOTPRINT_BYTES = 36;

    private final World world;
    private final int sleepers;
    private Point[] points = new Point[64];
    private final World.Undo spare = new World.Undo();
    /** For each bucket of fingerprints the newest state in it, counted from 1; the others are chained to it. */
    private int[] newest = new int[FIRST_BUCKETS];
    private int length;
    private int longest;
    private int[] transitions = new int[1024];
    private int transitionCount;

    /** A state on the way. What a search has to remember of it, it puts here. */
    static final class Point {
        private final World.Undo undo = new World.Undo();
        private int first;
        private int count;
        private int taken;
        /** Steps of the same processor, each without a choice, that were taken as one with the transition. */
        private int more;
        /** Next transition to be looked at. */
        int next;
        /** Of a search in the order of unusual choices: how many more are allowed. */
        int unusualLeft;
        /** Of such a search for a warning: it was given on the way here. */
        boolean warned;
        /** Of a search with sleep sets: who sleeps, and who is to be tried. */
        long asleep;
        long awake;
        /** What the sleepers touched, see {@link Sleepers}. */
        private int[] footprints;
        private final int sleepers;
        int footprintsEnd;
        /** The transition, numbered for sleep sets, that is being tried, and the one whose footprint was kept last. */
        int trying;
        int keptFor;
        /** The processor that is tried as one that can go alone; from the number of processors on it is settled. */
        int candidate;
        /** Only this processor goes on from here; -1 if all may. */
        int alone;
        int aloneNode;
        /** Of a search for states that can't be left: see {@link Livelocks}. */
        long index;
        long low;
        int firstOpen;
        int entered;
        boolean leaves;
        boolean cycle;
        boolean moves;
        private long fingerprint;
        private int olderInBucket;

        Point(int sleepers) {
            this.sleepers = sleepers;
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

        /** For each transition that can sleep, where its footprint lies. */
        int[] footprints() {
            if (footprints == null) {
                footprints = new int[sleepers];
            }
            return footprints;
        }
    }

    Path(World world) {
        this.world = world;
        this.sleepers = Math.min(Sleepers.MAX,
                2 * world.processors() + world.strands().size() + world.places());
    }

    /** Bytes that the way takes. */
    long bytes() {
        return longest * (POINT_BYTES + 4L * sleepers) + 4L * newest.length + 12L * transitions.length
                + (length == 0 ? 0 : FOOTPRINT_BYTES * (long) top().footprintsEnd);
    }

    boolean isEmpty() {
        return length == 0;
    }

    int length() {
        return length;
    }

    Point top() {
        return points[length - 1];
    }

    /** The state before the last one. */
    Point below() {
        return points[length - 2];
    }

    /** What the next state will be put in. */
    Point following() {
        if (length == points.length) {
            points = Arrays.copyOf(points, length * 2);
        }
        if (points[length] == null) {
            points[length] = new Point(sleepers);
            longest = length + 1;
        }
        return points[length];
    }

    /** Adds the present state with its enabled transitions, found by {@link Enabled#count}. */
    Point push(int enabled) {
        Point point = following();
        length++;
        point.first = transitionCount;
        point.count = enabled;
        point.taken = -1;
        point.next = 0;
        point.keptFor = -1;
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
        Point point = points[number - 1];
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

    int transition(Point point, int number) {
        return transitions[point.first + number];
    }

    /** Takes a transition of the last state; false if the schedule ends there. */
    boolean take(Point point, int number) {
        point.taken = number;
        point.more = 0;
        return world.take(transitions[point.first + number], point.undo);
    }

    /** Takes one more step of the processor, after the transition taken, until it is kept or taken back. */
    boolean takeMore(Point point, int step) {
        point.more++;
        return world.take(step, spare);
    }

    /** Makes what {@link #takeMore} took one with the transition before. */
    void keepMore() {
        world.join();
    }

    /** Takes back what {@link #takeMore} took. */
    void undoMore(Point point) {
        point.more--;
        world.undo(spare);
    }

    /** Takes a transition of the last state with the steps after it, as they were remembered. */
    void takeAgain(Point point, int number, Stretches.Stretch stretch) {
        point.taken = number;
        point.more = stretch.more();
        world.takeAgain(transitions[point.first + number], stretch, point.undo);
    }

    /** Steps that were taken as one with the transition taken. */
    int more(Point point) {
        return point.more;
    }

    /** Takes back what was taken at the last state, if anything was. */
    void undo(Point point) {
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
            Point point = points[i];
            int taken = transitions[point.first + point.taken];
            schedule[at++] = taken;
            for (int step = 0; step < point.more; step++) {
                schedule[at++] = Transition.of(Transition.STEP, Transition.processor(taken), 0);
            }
        }
        return schedule;
    }
}
