package org.dmalab.lab.explore;

import java.util.Arrays;

import org.dmalab.api.cpu.Op;
import org.dmalab.api.store.Footprint;

/**
 * Persistent sets of one step, for {@link DepthFirst}: a step that goes alone, so that at its state nothing else needs
 * to be tried.
 *
 * <p>A step that touches no byte that another context touches (or all only read) can go first: who comes later finds
 * the same. That holds for an interrupt on the same processor, too, unless the step ends its code. It does not for a
 * task that may move, nor at the head of an unbounded loop, or others would be put off for ever. Which bytes are
 * private is learned during the search; if one that was used so turns out to be shared, the search begins again and
 * knows better. So it has to be learned whatever anybody touches, and what decides whether somebody may go on: a step
 * alone could shut him out, and nobody would ever see what he does.
 *
 * <p>Steps that go alone, and steps where nothing else is enabled because all code is of one processor that lets no
 * interrupt in, are taken as one with the transition before them: the states between have one way on, so nothing is
 * lost if they are not kept. What such a stretch does is remembered, see {@link MacroSteps}.
 */
final class PersistentSets {
    private static final int MIN_RESTART_STATES = 1000;

    private final World world;
    private final Path<Reduction> path;
    private final Findings findings;
    private final Meter meter;
    private final int processors;
    private final boolean sleepSets;
    /** What was touched since the state before; what the newest step has touched. */
    private final Footprint footprint;
    private final Footprint step = new Footprint();
    private final PrivateCells cells = new PrivateCells();
    private final Contexts contexts;
    private final MacroSteps stretches;
    /** Histories after which a step does not go alone. */
    private boolean[] notAlone = new boolean[1024];
    private VisitedStates visited;
    private long restartAt;

    /** What has come of a transition and the steps after it. */
    enum Went {
        /** To a state. */
        ON,
        /** To the end of the schedule: something was violated. */
        TO_AN_END,
        /** It was to go alone and can't. */
        NOT_ALONE
    }

    /**
     * @param footprint gets what a transition has touched with the steps that were taken as one with it
     * @param sleepSets whether that has to be said of one that is remembered, too
     */
    PersistentSets(World world, Path<Reduction> path, Findings findings, Meter meter, Footprint footprint,
            boolean sleepSets) {
        this.world = world;
        this.path = path;
        this.findings = findings;
        this.meter = meter;
        this.processors = world.processors();
        this.footprint = footprint;
        this.sleepSets = sleepSets;
        this.contexts = new Contexts(world);
        this.stretches = new MacroSteps(world);
    }

    /**
     * A search begins, or begins again: what is private is still known.
     *
     * @param givesUp whether no step goes alone from now on
     */
    void begin(VisitedStates newVisited, boolean givesUp) {
        visited = newVisited;
        cells.begin();
        if (givesUp) {
            cells.giveUp();
        }
        stretches.clear();
        restartAt = Long.MAX_VALUE;
    }

    /** Tells whether a step went alone that should not have: the search has to begin again. */
    boolean wrong() {
        return cells.wrong();
    }

    /** Tells whether it should do so at once; until then it learns what else is shared. */
    boolean beginsAgain() {
        return visited.size() >= restartAt;
    }

    /** Takes the step of a processor that can go alone, if there is one, and goes on from there; else null. */
    Went goAlone(Path.Point<Reduction> point) {
        while (point.note().candidate < processors) {
            int p = point.note().candidate++;
            if ((point.note().asleep & 1L << p) != 0 || !mayGoAlone(p)) {
                continue;
            }
            int number = numberOfStep(point, p);
            point.note().alone = p;
            point.note().aloneNode = world.run().node(p);
            Went went = take(point, number);
            if (went != Went.NOT_ALONE) {
                point.note().candidate = processors;
                point.next = number + 1;
                point.note().trying = p;
                return went;
            }
            path.undo(point);
            point.note().alone = -1;
        }
        learnGuards();
        return null;
    }

    /** Takes a transition and the steps that go alone after it. */
    Went go(Path.Point<Reduction> point, int number) {
        Went went = take(point, number);
        if (went == Went.NOT_ALONE) { // another outcome of the same step went alone
            cells.setWrong();
            restartAt = 0;
        }
        return went;
    }

    /** Takes a transition as it is remembered, if it is, or else with the steps that may follow it. */
    private Went take(Path.Point<Reduction> point, int number) {
        int transition = path.transition(point, number);
        long key = stretches.key(transition);
        MacroSteps.MacroStep known = stretches.find(key);
        meter.transition(transition, visited, path);
        if (known != null) {
            meter.more(known.more());
            path.takeAgain(point, number, known);
            if (sleepSets) {
                known.touched(footprint);
            }
            return Went.ON;
        }
        int context = contexts.of(transition);
        boolean goesOn = path.take(point, number);
        findings.collect(path);
        learn(context, footprint);
        if (point.note().alone >= 0 && !(goesOn && isAlone(point))) {
            notAlone(point.note().aloneNode);
            return Went.NOT_ALONE;
        }
        return goesOn && runOn(point, transition, key) ? Went.ON : Went.TO_AN_END;
    }

    /**
     * After a transition its processor goes on while its steps go alone, or are all that can happen; all of them are
     * remembered. False if the schedule ends there.
     */
    private boolean runOn(Path.Point<Reduction> point, int transition, long key) {
        int kind = Transition.kind(transition);
        if (kind > Transition.IPI) {
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
            more = undisturbed || (goesOn && world.run().frames(p) == frames && cells.alone(step));
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
        if (goesOn && world.engine().declinedCount() == point.declinedBefore()) {
            stretches.remember(key, p, point.mark(), footprint, path.more(point), world.run().frames(p) < frames);
        }
        return goesOn;
    }

    /** Tells whether the next step of a processor has one outcome and may belong to those before it. */
    private boolean mayRunOn(int p) {
        int kind = world.histories().kind(world.run().node(p));
        return kind < Op.COUNT && kind != Op.MARK && world.enabled().choices(p) == 1
                && (mayGoAlone(p) || (world.enabled().canStep(p) && world.enabled().undisturbed(p)));
    }

    private boolean takeMore(Path.Point<Reduction> point, int p, boolean undisturbed) {
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

    /** Learns what decides, in the present state, whether somebody may go on. */
    void learnGuards() {
        learnGuards(footprint);
    }

    private void learnGuards(Footprint notedIn) {
        world.touched().guards();
        learn(Contexts.EVERYBODY, notedIn);
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

    private int numberOfStep(Path.Point<Reduction> point, int p) {
        int number = 0;
        while (path.transition(point, number) != Transition.of(Transition.STEP, p, 0)) {
            number++;
        }
        return number;
    }

    /** What is known before the step is taken. */
    private boolean mayGoAlone(int p) {
        if (p >= SleepSets.MAX || world.run().frames(p) == 0 || world.enabled().migrates(p)) {
            return false;
        }
        int node = world.run().node(p);
        Histories histories = world.histories();
        int kind = histories.kind(node);
        if ((node < notAlone.length && notAlone[node]) || kind == Op.MARK || !world.enabled().canStep(p)) {
            return false;
        }
        if (kind != Op.CHOOSE) {
            return true;
        }
        for (int choice = 0; choice < world.enabled().choices(p); choice++) {
            if (histories.kind(histories.next(node, choice)) >= Op.COUNT) {
                return false;
            }
        }
        return true;
    }

    /** Tells whether the step just taken, at a point that is to go on alone, was one that can. */
    private boolean isAlone(Path.Point<Reduction> point) {
        return world.run().frames(point.note().alone) == point.framesBefore() && cells.alone(footprint);
    }

    private void notAlone(int node) {
        if (node >= notAlone.length) {
            notAlone = Arrays.copyOf(notAlone, Math.max(node + 1, notAlone.length * 2));
        }
        notAlone[node] = true;
    }
}
