package org.dmalab.lab.explore;

import org.dmalab.api.store.Footprint;

/**
 * The search that decides: depth first over all states, with sleep sets and with {@link LoneSteps steps that go alone}.
 *
 * <p>What was tried at a state sleeps while what comes after it does not touch what it touches. A state keeps the set
 * with which it was searched; come to again, those are tried that slept then and are awake now.
 */
final class DepthFirst {
    private static final long ALL = -1;
    /** After so many beginnings no step goes alone any more. */
    private static final int MAX_ROUNDS = 32;

    private final World world;
    private final Path path;
    private final Findings findings;
    private final Meter meter;
    private final boolean sleepSets;
    /** What was touched since the state before. */
    private final Footprint footprint = new Footprint();
    private final Sleepers sleepers = new Sleepers();
    /** Null if none is to go alone. */
    private final LoneSteps lone;
    private final int processors;
    private VisitedStates visited;
    private boolean cyclic;

    DepthFirst(World world, Findings findings, Meter meter, Exploration.Reductions reductions) {
        this.world = world;
        this.path = new Path(world);
        this.findings = findings;
        this.meter = meter;
        this.sleepSets = reductions.sleepSets() && !world.enabled().solo();
        this.processors = world.processors();
        this.lone = reductions.privateCells() ? new LoneSteps(world, path, findings, meter, footprint,
                sleepSets) : null;
    }

    /** Distinct states. */
    long states() {
        return visited.size();
    }

    /** Bytes of the table of states. */
    long bytes() {
        return visited.bytes();
    }

    /** Tells whether the search came back to a state that it had not left. */
    boolean cyclic() {
        return cyclic;
    }

    /** Searches; the world is at its start before and after. */
    void run() {
        world.touched().into(sleepSets || lone != null ? footprint : null);
        try {
            int rounds = 0;
            do {
                visited = new VisitedStates(sleepSets);
                meter.reset();
                findings.resetExecutions();
                if (lone != null) {
                    lone.begin(visited, ++rounds == MAX_ROUNDS);
                }
                search();
            } while (lone != null && lone.wrong() && !meter.hit());
        } finally {
            world.touched().into(null);
        }
    }

    private void search() {
        enter(0, 0);
        while (!path.isEmpty()) {
            Path.Point point = path.top();
            path.undo(point);
            if (meter.hit() || (lone != null && lone.beginsAgain()) || !goOn(point)) {
                path.unname();
                path.pop();
            }
        }
    }

    /** Comes to a state; if there is something to try, it is put on the path. */
    private void enter(long asleepBefore, int footprintsEnd) {
        long asleep = asleepBefore;
        long awake = ALL;
        long fingerprint = world.fingerprint();
        boolean isNew = visited.add(fingerprint);
        if (isNew) {
            meter.state(visited, path);
        } else {
            cyclic = cyclic || path.contains(fingerprint);
            if (!sleepSets) {
                return;
            }
            awake = visited.note() & ~asleep;
            if (awake == 0) {
                return;
            }
            asleep &= visited.note();
        }
        if (sleepSets) {
            visited.note(asleep);
        }
        int enabled = world.enabled().count();
        if (enabled == 0) {
            if (lone != null) {
                lone.learnGuards();
            }
            findings.end(path);
            return;
        }
        Path.Point point = path.push(enabled);
        path.name(fingerprint);
        point.asleep = asleep;
        point.awake = awake;
        point.footprintsEnd = footprintsEnd;
        point.candidate = lone != null ? 0 : processors;
        point.alone = -1;
        point.trying = -1;
    }

    /** Takes the next transition of a state that is to be tried; false if there is none. */
    private boolean goOn(Path.Point point) {
        if (point.candidate < processors) {
            LoneSteps.Went went = lone.goAlone(point);
            if (went != null) {
                follow(point, point.alone, went);
                return true;
            }
        }
        while (point.next < point.count()) {
            int number = point.next++;
            int id = id(path.transition(point, number));
            if (id != point.trying) {
                fallAsleep(point);
            }
            if (point.alone >= 0 ? id == point.alone : isAwake(point, id)) {
                point.trying = id;
                follow(point, id, lone != null ? lone.go(point, number) : take(point, number));
                return true;
            }
        }
        return false;
    }

    private LoneSteps.Went take(Path.Point point, int number) {
        meter.transition(path.transition(point, number), visited, path);
        boolean goesOn = path.take(point, number);
        findings.collect(path);
        return goesOn ? LoneSteps.Went.ON : LoneSteps.Went.TO_AN_END;
    }

    private static boolean isAwake(Path.Point point, int id) {
        return id < 0 ? point.awake == ALL : (point.awake & ~point.asleep & 1L << id) != 0;
    }

    /** What was tried in all its outcomes sleeps at this state from now on. */
    private void fallAsleep(Path.Point point) {
        if (sleepSets && point.trying >= 0) {
            point.asleep |= 1L << point.trying;
        }
        point.trying = -1;
    }

    /** A number for a transition, the same for all outcomes of a step; -1 if it can't sleep. */
    private int id(int transition) {
        int operand = Transition.operand(transition);
        int id = switch (Transition.kind(transition)) {
            case Transition.STEP -> Transition.processor(transition);
            case Transition.IPI -> processors + Transition.processor(transition);
            case Transition.ARRIVAL, Transition.DEVICE -> 2 * processors + operand;
            case Transition.HARDWARE -> 2 * processors + world.strands().size() + operand;
            default -> -1;
        };
        return id < Sleepers.MAX ? id : -1;
    }

    /** Goes on to the state after a transition, with those asleep whom it does not wake. */
    private void follow(Path.Point point, int id, LoneSteps.Went went) {
        boolean goesOn = went == LoneSteps.Went.ON;
        long asleep = 0;
        if (sleepSets) {
            asleep = goesOn ? sleepers.stillAsleep(point, path.following().footprints(), footprint) : 0;
            keep(point, id);
        }
        if (goesOn) {
            enter(asleep, point.footprintsEnd);
        }
    }

    /** Keeps what a transition touched for when it sleeps; of a step with several outcomes, all of it. */
    private void keep(Path.Point point, int id) {
        if (id >= 0) {
            boolean again = point.keptFor == id;
            int start = point.footprintsEnd;
            point.footprintsEnd = sleepers.keep(footprint, start, again ? point.footprints()[id] : -1);
            if (!again) {
                point.footprints()[id] = start;
                point.keptFor = id;
            }
        }
    }
}
