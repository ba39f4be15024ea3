package org.dmalab.lab.explore;

import java.util.Arrays;

import org.dmalab.api.cpu.Op;
import org.dmalab.api.store.Footprint;

/**
 * The search that decides: depth first over all states, with sleep sets and with steps on private cells that go alone.
 *
 * <p>Sleep sets. What was tried at a state sleeps while what comes after it does not touch what it touches. A state
 * keeps the set with which it was searched; come to again, those are tried that slept then and are awake now.
 *
 * <p>Steps that go alone. A step that touches no byte that another context touches (or all only read) can go first, and
 * nothing else needs to be tried: who comes later finds the same. That holds for an interrupt on the same processor,
 * too, unless the step ends its code. It does not for a task that may move, nor at the head of an unbounded loop, or
 * others would be put off for ever. Which bytes are private is learned during the search; if one that was used so turns
 * out to be shared, the search begins again and knows better; after 32 rounds no step goes alone any more.
 *
 * <p>Stretches. Steps that go alone, and steps where nothing else is enabled because all code is of one processor that
 * lets no interrupt in, are taken as one with the transition before them: the states between have one way on, so
 * nothing is lost if they are not kept. What such a stretch does is remembered, see {@link Stretches}.
 */
final class DepthFirst {
    private static final long ALL = -1;
    private static final int OTHER_CONTEXT = 255;
    private static final int MIN_RESTART_STATES = 1000;
    private static final int MAX_ROUNDS = 32;

    private final World world;
    private final Path path;
    private final Findings findings;
    private final Meter meter;
    private final boolean sleepSets;
    private final boolean privateCells;
    /** What was touched since the present state; what the newest step has touched. */
    private final Footprint footprint = new Footprint();
    private final Footprint step = new Footprint();
    private final Sleepers sleepers = new Sleepers();
    private final PrivateCells cells = new PrivateCells();
    private final Contexts contexts;
    private final Stretches stretches;
    private final int processors;
    /** Histories after which a step does not go alone. */
    private boolean[] notAlone = new boolean[1024];
    private VisitedStates visited;
    private boolean cyclic;
    private long restartAt;
    private int rounds;

    DepthFirst(World world, Findings findings, Meter meter, Exploration.Reductions reductions) {
        this.world = world;
        this.path = new Path(world);
        this.findings = findings;
        this.meter = meter;
        this.sleepSets = reductions.sleepSets() && !world.enabled().solo();
        this.privateCells = reductions.privateCells();
        this.processors = world.processors();
        this.contexts = new Contexts(world);
        this.stretches = new Stretches(world);
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

    /** How often the search began. */
    int rounds() {
        return rounds;
    }

    /** Searches; the world is at its start before and after. */
    void run() {
        world.touched().into(sleepSets || privateCells ? footprint : null);
        try {
            do {
                rounds++;
                cells.begin();
                stretches.clear();
                if (rounds == MAX_ROUNDS) {
                    cells.giveUp();
                }
                restartAt = Long.MAX_VALUE;
                meter.reset();
                findings.resetExecutions();
                visited = new VisitedStates(sleepSets);
                search();
            } while (cells.wrong() && !meter.hit());
        } finally {
            world.touched().into(null);
        }
    }

    private void search() {
        enter(0, 0);
        while (!path.isEmpty()) {
            Path.Point point = path.top();
            path.undo(point);
            if (meter.hit() || visited.size() >= restartAt || !goOn(point)) {
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
            learnGuards(footprint);
            findings.end(path);
            return;
        }
        Path.Point point = path.push(enabled);
        path.name(fingerprint);
        point.asleep = asleep;
        point.awake = awake;
        point.footprintsEnd = footprintsEnd;
        point.candidate = privateCells ? 0 : processors;
        point.alone = -1;
        point.trying = -1;
    }

    /** Takes the next transition of a state that is to be tried; false if there is none. */
    private boolean goOn(Path.Point point) {
        if (point.candidate < processors && goAlone(point)) {
            return true;
        }
        while (point.next < point.count()) {
            int number = point.next++;
            int transition = path.transition(point, number);
            int id = id(transition);
            if (id != point.trying) {
                fallAsleep(point);
            }
            if (point.alone >= 0 ? id == point.alone : isAwake(point, id)) {
                point.trying = id;
                follow(point, id, go(point, number, transition));
                return true;
            }
        }
        return false;
    }

    /** Takes a transition and the steps that go alone after it; false if the schedule ends there. */
    private boolean go(Path.Point point, int number, int transition) {
        long key = privateCells ? stretches.key(transition, point.alone >= 0) : -1;
        if (again(point, number, key)) {
            return true;
        }
        boolean goesOn = take(point, number, transition);
        if (point.alone >= 0 && !(goesOn && isAlone(point))) {
            notAlone(point.aloneNode);
            cells.setWrong();
            restartAt = 0;
            return goesOn;
        }
        return goesOn && runOn(point, transition, key);
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

    private boolean take(Path.Point point, int number, int transition) {
        meter.transition(transition, visited, path);
        int context = privateCells ? contexts.of(transition) : 0;
        boolean goesOn = path.take(point, number);
        findings.collect(path);
        if (privateCells) {
            learn(context, footprint);
        }
        return goesOn;
    }

    /** Takes a transition with the steps that go alone after it as they are remembered; false if they are not. */
    private boolean again(Path.Point point, int number, long key) {
        Stretches.Stretch known = key == -1 ? null : stretches.find(key);
        if (known == null) {
            return false;
        }
        meter.transition(path.transition(point, number), visited, path);
        meter.more(known.more());
        path.takeAgain(point, number, known);
        if (sleepSets) {
            known.touched(footprint);
        }
        return true;
    }

    /**
     * After a transition its processor goes on while its steps go alone, or are all that can happen; all of them are
     * remembered. False if the schedule ends there.
     */
    private boolean runOn(Path.Point point, int transition, long key) {
        int kind = Transition.kind(transition);
        if (!privateCells || kind > Transition.IPI) {
            return true;
        }
        int p = Transition.processor(transition);
        int frames = point.framesBefore() + (kind == Transition.STEP ? 0 : 1);
        boolean goesOn = true;
        boolean more = true;
        world.touched().into(step);
        while (goesOn && more && world.run().frames(p) == frames && mayRunOn(p)) {
            boolean undisturbed = world.enabled().undisturbed(p);
            int node = world.run().node(p);
            goesOn = takeMore(point, p, undisturbed);
            more = undisturbed || goesOn && world.run().frames(p) == frames && cells.alone(step);
            if (more) {
                path.keepMore();
                footprint.addAll(step);
            } else {
                path.undoMore(point);
                notAlone(node);
                goesOn = true;
            }
        }
        if (!goesOn) {
            learnGuards(step); // what went alone before may have shut somebody out, and no state is come to now
        }
        world.touched().into(footprint);
        if (goesOn) {
            stretches.remember(key, p, point.mark(), footprint, path.more(point), world.run().frames(p) < frames);
        }
        return goesOn;
    }

    /** Tells whether the next step of a processor has one outcome and may belong to those before it. */
    private boolean mayRunOn(int p) {
        int kind = world.histories().kind(world.run().node(p));
        return kind < Op.COUNT && kind != Op.MARK && world.enabled().choices(p) == 1
                && (mayGoAlone(p) || world.enabled().canStep(p) && world.enabled().undisturbed(p));
    }

    private boolean takeMore(Path.Point point, int p, boolean undisturbed) {
        int transition = Transition.of(Transition.STEP, p, 0);
        int context = contexts.of(transition);
        meter.transition(transition, visited, path);
        boolean goesOn = path.takeMore(point, transition);
        findings.collect(path);
        learn(context, step);
        if (undisturbed) {
            world.touched().undisturbed(p);
        }
        return goesOn;
    }

    /** Goes on to the state after a transition, with those asleep whom it does not wake. */
    private void follow(Path.Point point, int id, boolean goesOn) {
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

    /** Tries to find a processor whose next step can go alone; takes it and goes on from there if there is one. */
    private boolean goAlone(Path.Point point) {
        while (point.candidate < processors) {
            int p = point.candidate++;
            if ((point.asleep & 1L << p) != 0 || !mayGoAlone(p)) {
                continue;
            }
            int number = numberOfStep(point, p);
            int node = world.run().node(p);
            point.alone = p;
            point.aloneNode = node;
            int transition = path.transition(point, number);
            long key = stretches.key(transition, true);
            boolean again = again(point, number, key);
            if (again || take(point, number, transition) && isAlone(point)) {
                point.candidate = processors;
                point.next = number + 1;
                point.trying = p;
                follow(point, p, again || runOn(point, transition, key));
                return true;
            }
            path.undo(point);
            point.alone = -1;
            notAlone(node);
        }
        learnGuards(footprint);
        return false;
    }

    /** What decides whether somebody may go on counts as touched, or a step alone could shut him out unseen. */
    private void learnGuards(Footprint notedIn) {
        if (!privateCells) {
            return;
        }
        world.touched().guards();
        learn(OTHER_CONTEXT, notedIn);
        for (int p = 0; p < processors; p++) {
            if (world.touched().waits(p)) {
                learn(contexts.of(Transition.of(Transition.STEP, p, 0)), notedIn);
            }
        }
    }

    private void learn(int context, Footprint touched) {
        cells.learn(touched, context);
        if (cells.wrong() && restartAt == Long.MAX_VALUE) {
            restartAt = visited.size() + visited.size() / 2 + MIN_RESTART_STATES;
        }
    }

    private int numberOfStep(Path.Point point, int p) {
        int number = 0;
        while (path.transition(point, number) != Transition.of(Transition.STEP, p, 0)) {
            number++;
        }
        return number;
    }

    /** What is known before the step is taken. */
    private boolean mayGoAlone(int p) {
        if (p >= Sleepers.MAX || world.run().frames(p) == 0 || world.enabled().migrates(p)) {
            return false;
        }
        int node = world.run().node(p);
        Histories histories = world.histories();
        int kind = histories.kind(node);
        if (node < notAlone.length && notAlone[node] || kind == Op.MARK || !world.enabled().canStep(p)) {
            return false;
        }
        if (kind != Op.CHOOSE) {
            return world.enabled().choices(p) == 1;
        }
        for (int choice = 0; choice < world.enabled().choices(p); choice++) {
            if (histories.kind(histories.next(node, choice)) >= Op.COUNT) {
                return false;
            }
        }
        return true;
    }

    /** Tells whether the step just taken, at a point that is to go on alone, was one that can. */
    private boolean isAlone(Path.Point point) {
        return world.run().frames(point.alone) == point.framesBefore() && cells.alone(footprint);
    }

    private void notAlone(int node) {
        if (node >= notAlone.length) {
            notAlone = Arrays.copyOf(notAlone, Math.max(node + 1, notAlone.length * 2));
        }
        notAlone[node] = true;
    }
}
