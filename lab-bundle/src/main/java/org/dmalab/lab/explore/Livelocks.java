package org.dmalab.lab.explore;

import java.util.Arrays;

/**
 * The search for livelocks: sets of states that can't be left and in which nobody comes to an end, as strongly
 * connected components of the state graph without a way out (Tarjan's algorithm, without reductions, since a reduction
 * may leave out the way out). One in which only hardware acts or tasks move is a deadlock: no code goes on.
 *
 * <p>It is run only when the search that decides has come back to a state that it had not left, so most searches have
 * no need of it. It takes 24 to 48 bytes a state.
 */
final class Livelocks {
    static final String ORACLE = "no-livelock";
    private static final long LIVELOCK = 0;
    private static final long DEADLOCK = 1;
    private static final long CLOSED = Long.MAX_VALUE;
    private static final int NOTE_BYTES = 48;

    private final World world;
    private final Path<Component> path;
    private final Findings findings;
    private final Meter meter;
    private final VisitedStates visited = new VisitedStates(true);
    private final VisitedStates stuck = new VisitedStates(true);
    private long[] open = new long[1024];
    private int openCount;
    private long next;

    /** What has to be remembered of a state: where its strongly connected component begins. */
    private static final class Component {
        private long index;
        private long low;
        private int firstOpen;
        /** The transition that led to it. */
        private int entered;
        private boolean leaves;
        private boolean cycle;
        private boolean moves;
    }

    Livelocks(World world, Findings findings, Meter meter) {
        this.world = world;
        this.path = new Path<>(world, Component::new, NOTE_BYTES);
        this.findings = findings;
        this.meter = meter;
    }

    /** Searches from the present state of the world on; returns the states from which there is no way out. */
    VisitedStates find() {
        enter(null, 0);
        while (!path.isEmpty()) {
            Path.Point<Component> point = path.top();
            path.undo(point);
            if (!meter.hit() && point.next < point.count()) {
                int number = point.next++;
                int transition = path.transition(point, number);
                meter.transition(transition, visited, path);
                boolean goesOn = path.take(point, number);
                world.clearViolation(); // it was reported by the search that decides
                if (goesOn) {
                    enter(point, transition);
                } else {
                    point.note().leaves = true;
                }
            } else {
                leave(point, path.length() > 1 ? path.below() : null);
            }
        }
        return stuck;
    }

    private void enter(Path.Point<Component> from, int transition) {
        long fingerprint = world.fingerprint();
        if (!visited.add(fingerprint)) {
            if (visited.note() == CLOSED) {
                from.note().leaves = true;
            } else {
                from.note().low = Math.min(from.note().low, visited.note());
                from.note().cycle = true;
                from.note().moves |= moves(transition);
            }
            return;
        }
        meter.state(visited, path);
        int enabled = world.enabled().count();
        if (enabled == 0) {
            visited.note(CLOSED);
            if (from != null) {
                from.note().leaves = true;
            }
            return;
        }
        visited.note(next);
        if (openCount == open.length) {
            open = Arrays.copyOf(open, openCount * 2);
            meter.keeps(3 * 8L * open.length + stuck.bytesToAdd());
        }
        open[openCount] = fingerprint;
        Path.Point<Component> point = path.push(enabled);
        point.note().firstOpen = openCount++;
        point.note().index = next;
        point.note().low = next++;
        point.note().entered = transition;
        point.note().leaves = false;
        point.note().cycle = false;
        point.note().moves = false;
    }

    /** Tells whether code goes on or comes to run; a task that only moves waits as before. */
    private static boolean moves(int transition) {
        int kind = Transition.kind(transition);
        return kind != Transition.HARDWARE && kind != Transition.MIGRATION;
    }

    /** All is tried from a state: it belongs to the component of one below it, or it closes its own. */
    private void leave(Path.Point<Component> point, Path.Point<Component> below) {
        boolean root = point.note().low == point.note().index;
        if (root && !meter.hit()) {
            boolean found = point.note().cycle && !point.note().leaves;
            if (found) {
                findings.stuck(point.note().moves ? ORACLE : Findings.DEADLOCK, path);
            }
            while (openCount > point.note().firstOpen) {
                long member = open[--openCount];
                visited.contains(member);
                visited.note(CLOSED);
                if (found) {
                    stuck.add(member);
                    stuck.note(point.note().moves ? LIVELOCK : DEADLOCK);
                }
            }
        }
        path.pop();
        if (below != null) {
            below.note().leaves |= root || point.note().leaves;
            if (!root) {
                below.note().low = Math.min(below.note().low, point.note().low);
                below.note().cycle = true;
                below.note().moves |= point.note().moves | moves(point.note().entered);
            }
        }
    }

    /** Who objects to a state from which there is no way out; null if it is none of {@link #find}. */
    static String oracle(VisitedStates stuck, long state) {
        if (stuck == null || !stuck.contains(state)) {
            return null;
        }
        return stuck.note() == LIVELOCK ? ORACLE : Findings.DEADLOCK;
    }
}
