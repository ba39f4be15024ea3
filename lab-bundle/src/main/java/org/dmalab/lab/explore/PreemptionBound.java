package org.dmalab.lab.explore;

/**
 * Iterative preemption bounding: the search for the simplest schedule of a violation. Without reductions, first those
 * in which nothing is unusual, then those with one unusual choice, and so on. A state counts with who ran last, as that
 * decides what is unusual.
 *
 * <p>Of a warning it is one in which all come to their end and nothing worse happens. There need not be one.
 */
final class PreemptionBound {
    private static final int MAX_UNUSUAL = 64;
    private static final long WARNED = 0x9E3779B97F4A7C15L;
    private static final int NOTE_BYTES = 24;

    private final World world;
    private final Path<Bound> path;
    private final Findings findings;
    private final Meter meter;
    private final VisitedStates stuck;
    private final Findings.Violation warning;
    private VisitedStates visited;
    private Findings.Violation found;
    private boolean limited;

    /** What has to be remembered of a state. */
    private static final class Bound {
        /** How many unusual choices are still allowed. */
        private int unusualLeft;
        /** Of a search for a warning: it was given on the way here. */
        private boolean warned;
    }

    /**
     * @param stuck states from which there is no way out; null if none are known
     * @param warning which one; null for what ends a schedule
     */
    PreemptionBound(World world, Findings findings, Meter meter, VisitedStates stuck, Findings.Violation warning) {
        this.stuck = stuck;
        this.warning = warning;
        this.world = world;
        this.path = new Path<>(world, Bound::new, NOTE_BYTES);
        this.findings = findings;
        this.meter = meter;
    }

    /** The violation met first in that order; null if there is none, or a bound was hit before. */
    Findings.Violation find() {
        limited = true;
        for (int unusual = 0; unusual <= MAX_UNUSUAL && limited && found == null && !meter.hit(); unusual++) {
            search(unusual);
        }
        return found;
    }

    private void search(int unusual) {
        limited = false;
        visited = new VisitedStates(true);
        enter(unusual, false);
        while (!path.isEmpty()) {
            Path.Point<Bound> point = path.top();
            path.undo(point);
            if (meter.hit() || found != null || !goOn(point)) {
                path.pop();
            }
        }
    }

    /** Comes to a state; it is new if nobody came here before with as many unusual choices left. */
    private void enter(int unusualLeft, boolean warned) {
        if (visited.add(world.fingerprintWithOrder() + (warned ? WARNED : 0))) {
            meter.state(visited, path);
        } else if (visited.note() >= unusualLeft) {
            return;
        }
        visited.note(unusualLeft);
        String objects = Livelocks.oracle(stuck, world.fingerprint());
        int enabled = objects == null ? world.enabled().count() : 0;
        if (enabled == 0) {
            findings.clear();
            if (objects == null) {
                findings.end(path);
            } else {
                findings.stuck(objects, path);
            }
            ended(warned);
        } else {
            Path.Point<Bound> point = path.push(enabled);
            point.note().unusualLeft = unusualLeft;
            point.note().warned = warned;
        }
    }

    private boolean goOn(Path.Point<Bound> point) {
        if (point.next == point.count()) {
            return false;
        }
        if (point.next > 0 && point.note().unusualLeft == 0) {
            limited = true;
            return false;
        }
        int left = point.next == 0 ? point.note().unusualLeft : point.note().unusualLeft - 1;
        int number = point.next++;
        meter.transition(path.transition(point, number), visited, path);
        boolean goesOn = path.take(point, number);
        findings.clear();
        findings.collect(path);
        boolean warned = point.note().warned || findings.has(warning);
        if (goesOn) {
            enter(left, warned);
        } else {
            ended(warned);
        }
        return true;
    }

    /** A schedule has come to its end, with what the findings have. */
    private void ended(boolean warned) {
        Findings.Violation ending = findings.first(false);
        if (warning == null) {
            found = ending;
        } else if (ending == null && (warned || findings.has(warning))) {
            found = new Findings.Violation(warning.oracle(), warning.message(), true, path.schedule());
        }
    }
}
