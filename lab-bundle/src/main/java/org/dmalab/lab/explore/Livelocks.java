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

    private final World world;
    private final Path path;
    private final Findings findings;
    private final Meter meter;
    private final VisitedStates visited = new VisitedStates(true);
    private final VisitedStates stuck = new VisitedStates(true);
    private long[] open = new long[1024];
    private int openCount;
    private long next;

    Livelocks(World world, Findings findings, Meter meter) {
        this.world = world;
        this.path = new Path(world);
        this.findings = findings;
        this.meter = meter;
    }

    /** Searches from the present state of the world on; returns the states from which there is no way out. */
    VisitedStates find() {
        enter(null, 0);
        while (!path.isEmpty()) {
            Path.Point point = path.top();
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
                    point.leaves = true;
                }
            } else {
                leave(point, path.length() > 1 ? path.below() : null);
            }
        }
        return stuck;
    }

    private void enter(Path.Point from, int transition) {
        long fingerprint = world.fingerprint();
        if (!visited.add(fingerprint)) {
            if (visited.note() == CLOSED) {
                from.leaves = true;
            } else {
                from.low = Math.min(from.low, visited.note());
                from.cycle = true;
                from.moves |= moves(transition);
            }
            return;
        }
        meter.state(visited, path);
        int enabled = world.enabled().count();
        if (enabled == 0) {
            visited.note(CLOSED);
            if (from != null) {
                from.leaves = true;
            }
            return;
        }
        visited.note(next);
        if (openCount == open.length) {
            open = Arrays.copyOf(open, openCount * 2);
            meter.keeps(3 * 8L * open.length + stuck.bytesToAdd());
        }
        open[openCount] = fingerprint;
        Path.Point point = path.push(enabled);
        point.firstOpen = openCount++;
        point.index = next;
        point.low = next++;
        point.entered = transition;
        point.leaves = false;
        point.cycle = false;
        point.moves = false;
    }

    /** Tells whether code goes on or comes to run; a task that only moves waits as before. */
    private static boolean moves(int transition) {
        int kind = Transition.kind(transition);
        return kind != Transition.HARDWARE && kind != Transition.MIGRATION;
    }

    /** All is tried from a state: it belongs to the component of one below it, or it closes its own. */
    private void leave(Path.Point point, Path.Point below) {
        boolean root = point.low == point.index;
        if (root && !meter.hit()) {
            boolean found = point.cycle && !point.leaves;
            if (found) {
                findings.stuck(point.moves ? ORACLE : Findings.DEADLOCK, path);
            }
            while (openCount > point.firstOpen) {
                long member = open[--openCount];
                visited.contains(member);
                visited.note(CLOSED);
                if (found) {
                    stuck.add(member);
                    stuck.note(point.moves ? LIVELOCK : DEADLOCK);
                }
            }
        }
        path.pop();
        if (below != null) {
            below.leaves |= root || point.leaves;
            if (!root) {
                below.low = Math.min(below.low, point.low);
                below.cycle = true;
                below.moves |= point.moves | moves(point.entered);
            }
        }
    }

    /** Who objects to a state from which there is no way out; null if it is none of {@link #find}. */
    static String oracle(VisitedStates stuck, long state) {
        return stuck == null || !stuck.contains(state) ? null : stuck.note() == LIVELOCK ? ORACLE : Findings.DEADLOCK;
    }
}
