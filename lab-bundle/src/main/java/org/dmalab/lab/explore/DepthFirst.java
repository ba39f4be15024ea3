package org.dmalab.lab.explore;

import org.dmalab.api.store.Footprint;

/**
 * The search that decides: depth first over all states with partial-order reduction, that is with sleep sets and with
 * {@link PersistentSets persistent sets} of one step.
 *
 * <p>What was tried at a state sleeps while what comes after it does not touch what it touches. A state keeps the set
 * with which it was searched; come to again, those are tried that slept then and are awake now.
 */
final class DepthFirst {
    private static final long ALL = -1;
    private static final int NOTE_BYTES = 64;
    /** After so many beginnings no step goes alone any more. */
    private static final int MAX_ROUNDS = 32;

    private final World world;
    private final Path<Reduction> path;
    private final Findings findings;
    private final Meter meter;
    private final boolean sleepSets;
    /** What was touched since the state before. */
    private final Footprint footprint = new Footprint();
    private final SleepSets sleepers = new SleepSets();
    /** Null if none is to go alone. */
    private final PersistentSets lone;
    private final int processors;
    private VisitedStates visited;
    private boolean cyclic;

    DepthFirst(World world, Findings findings, Meter meter, Exploration.Reductions reductions) {
        this.world = world;
        this.sleepSets = reductions.sleepSets() && !world.enabled().solo();
        int asleepAtMost = sleepSets ? Reduction.sleepers(world) : 0;
        this.path = new Path<>(world, () -> new Reduction(asleepAtMost), NOTE_BYTES + (4 * asleepAtMost));
        this.findings = findings;
        this.meter = meter;
        this.processors = world.processors();
        this.lone = reductions.persistentSets() ? new PersistentSets(world, path, findings, meter, footprint,
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
            meter.keeps(0);
            world.touched().into(null);
        }
    }

    private void search() {
        enter(0, 0);
        while (!path.isEmpty()) {
            Path.Point<Reduction> point = path.top();
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
        Path.Point<Reduction> point = path.push(enabled);
        path.name(fingerprint);
        point.note().begin(asleep, awake, footprintsEnd, lone != null ? 0 : processors);
    }

    /** Takes the next transition of a state that is to be tried; false if there is none. */
    private boolean goOn(Path.Point<Reduction> point) {
        if (point.note().candidate < processors) {
            PersistentSets.Went went = lone.goAlone(point);
            if (went != null) {
                follow(point, point.note().alone, went);
                return true;
            }
        }
        while (point.next < point.count()) {
            int number = point.next++;
            int id = id(path.transition(point, number));
            if (id != point.note().trying) {
                fallAsleep(point);
            }
            if (point.note().alone >= 0 ? id == point.note().alone : isAwake(point, id)) {
                point.note().trying = id;
                follow(point, id, lone != null ? lone.go(point, number) : take(point, number));
                return true;
            }
        }
        return false;
    }

    private PersistentSets.Went take(Path.Point<Reduction> point, int number) {
        meter.transition(path.transition(point, number), visited, path);
        boolean goesOn = path.take(point, number);
        findings.collect(path);
        return goesOn ? PersistentSets.Went.ON : PersistentSets.Went.TO_AN_END;
    }

    private static boolean isAwake(Path.Point<Reduction> point, int id) {
        return id < 0 ? point.note().awake == ALL : (point.note().awake & ~point.note().asleep & 1L << id) != 0;
    }

    /** What was tried in all its outcomes sleeps at this state from now on. */
    private void fallAsleep(Path.Point<Reduction> point) {
        if (sleepSets && point.note().trying >= 0) {
            point.note().asleep |= 1L << point.note().trying;
        }
        point.note().trying = -1;
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
        return id < SleepSets.MAX ? id : -1;
    }

    /** Goes on to the state after a transition, with those asleep whom it does not wake. */
    private void follow(Path.Point<Reduction> point, int id, PersistentSets.Went went) {
        boolean goesOn = went == PersistentSets.Went.ON;
        long asleep = 0;
        if (sleepSets) {
            asleep = goesOn ? sleepers.stillAsleep(point.note(), path.following().note().footprints(), footprint) : 0;
            keep(point, id);
        }
        if (goesOn) {
            enter(asleep, point.note().footprintsEnd);
        }
    }

    /** Keeps what a transition touched for when it sleeps; of a step with several outcomes, all of it. */
    private void keep(Path.Point<Reduction> point, int id) {
        if (id >= 0) {
            boolean again = point.note().keptFor == id;
            int start = point.note().footprintsEnd;
            point.note().footprintsEnd = sleepers.keep(footprint, start, again ? point.note().footprints()[id] : -1);
            meter.keeps(sleepers.bytes());
            if (!again) {
                point.note().footprints()[id] = start;
                point.note().keptFor = id;
            }
        }
    }
}
