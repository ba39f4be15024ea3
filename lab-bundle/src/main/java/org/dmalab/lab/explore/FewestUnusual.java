package org.dmalab.lab.explore;

/**
 * The search for the simplest schedule of a violation: without reductions, first those in which nothing is unusual, then
 * those with one unusual choice, and so on. A state counts with who ran last, as that decides what is unusual.
 */
final class FewestUnusual {
    private static final int MAX_UNUSUAL = 64;

    private final World world;
    private final Path path;
    private final Findings findings;
    private final Meter meter;
    private final VisitedStates stuck;
    private VisitedStates visited;

    /**
     * @param stuck states from which there is no way out; null if none are known
     */
    FewestUnusual(World world, Findings findings, Meter meter, VisitedStates stuck) {
        this.stuck = stuck;
        this.world = world;
        this.path = new Path(world);
        this.findings = findings;
        this.meter = meter;
    }

    /** The violation met first in that order; null if a bound was hit before. */
    Findings.Violation find() {
        for (int unusual = 0; unusual <= MAX_UNUSUAL && !meter.hit(); unusual++) {
            findings.clear();
            search(unusual);
            if (!findings.isEmpty()) {
                return findings.all().get(0);
            }
        }
        return null;
    }

    private void search(int unusual) {
        visited = new VisitedStates(true);
        enter(unusual);
        while (!path.isEmpty()) {
            Path.Point point = path.top();
            path.undo(point);
            if (meter.hit() || !findings.isEmpty() || !goOn(point)) {
                path.pop();
            }
        }
    }

    /** Comes to a state; it is new if nobody came here before with as many unusual choices left. */
    private void enter(int unusualLeft) {
        if (visited.add(world.fingerprintWithOrder())) {
            meter.state(visited);
        } else if (visited.note() >= unusualLeft) {
            return;
        }
        visited.note(unusualLeft);
        String objects = Livelocks.oracle(stuck, world.fingerprint());
        if (objects != null) {
            findings.stuck(objects, path);
            return;
        }
        int enabled = world.countEnabled();
        if (enabled == 0) {
            findings.end(path);
        } else {
            path.push(enabled).unusualLeft = unusualLeft;
        }
    }

    private boolean goOn(Path.Point point) {
        if (point.next == point.count() || point.next > 0 && point.unusualLeft == 0) {
            return false;
        }
        int left = point.next == 0 ? point.unusualLeft : point.unusualLeft - 1;
        int number = point.next++;
        meter.transition(path.transition(point, number), visited, path);
        boolean goesOn = path.take(point, number);
        findings.collect(path);
        if (goesOn) {
            enter(left);
        }
        return true;
    }
}
