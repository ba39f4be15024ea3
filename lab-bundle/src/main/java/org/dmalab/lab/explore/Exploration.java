package org.dmalab.lab.explore;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.dmalab.api.Machine;
import org.dmalab.api.Oracle;
import org.dmalab.api.Spontaneous;
import org.dmalab.api.store.Store;
import org.dmalab.lab.Changed;
import org.dmalab.lab.Changes;
import org.dmalab.lab.KernelFunctions;
import org.dmalab.lab.engine.Engine;
import org.dmalab.lab.oracle.Watchers;

/**
 * Searches every schedule of the concurrent part of a scenario on one machine, with undo and a table of visited states.
 * First it decides: depth first, all states. If something was violated it searches again in the order of what is
 * unusual in a schedule (preemptions, interrupts, hardware), so that the schedule shown has the fewest possible. The
 * machine is left as it was found.
 */
public final class Exploration {
    private static final long OTHER_SEED = 0x5851F42D4C957F2DL;
    private static final long MAX_AROUND = 10_000_000;

    private final Machine machine;
    private final World world;
    private final List<Spontaneous> families;
    private final Consumer<Engine> after;
    private final List<String> declinedBefore;
    private final Limits limits;
    private final Reductions reductions;
    private final Findings findings;
    private final Meter meter;
    private VisitedStates stuck;
    private boolean endless;
    private final Watchers watchers;

    /**
     * What the search that decides may leave out. What it finds is the same with and without; only which of several
     * schedules to a violation it meets differs.
     *
     * @param sleepSets steps that can change places are tried in one order
     * @param persistentSets steps that touch only what nobody else touches go alone
     */
    public record Reductions(boolean sleepSets, boolean persistentSets) {
        /** All of them. */
        public static final Reductions ALL = new Reductions(true, true);
        /** The search of every state by every way. */
        public static final Reductions NONE = new Reductions(false, false);
    }

    /**
     * What a search may use.
     *
     * @param maxStates bound on the number of states
     * @param maxBytes bound on the memory for states, the way to the present one and what was found
     * @param watch told how far it is, now and then
     */
    public record Limits(long maxStates, long maxBytes, Watch watch) {
        /** With half of the memory that Java may use. */
        public Limits(long maxStates, Watch watch) {
            this(maxStates, Runtime.getRuntime().maxMemory() / 2, watch);
        }

        /** No more than a number of states. */
        public static Limits states(long maxStates) {
            return new Limits(maxStates, (states, executions, open) -> "");
        }
    }

    /** Is told how far a search is. */
    @FunctionalInterface
    public interface Watch {
        /**
         * Called now and then.
         *
         * @param states found so far
         * @param executions complete schedules so far
         * @param open states whose transitions are not all tried
         * @return the bound that ends the search; empty to go on
         */
        String progress(long states, long executions, long open);
    }

    /**
     * Prepares a search.
     *
     * @param machine brought by the scenario's steps to where the concurrent part begins; no mark may be open
     * @param strands the concurrent part
     * @param families what the hardware may do by itself
     * @param watchers who watches the machine, and from now on reports to the search
     * @param after what runs when all strands have ended, on the live machine
     * @param limits bounds
     * @param reductions what may be left out
     */
    public Exploration(Machine machine, List<Strand> strands, List<Spontaneous> families, Watchers watchers,
            Runnable after, Limits limits, Reductions reductions) {
        this(machine, strands, families, watchers, List.of(), engine -> after.run(), limits, reductions, 0);
    }

    /**
     * Prepares a search.
     *
     * @param declinedBefore what was declined before the concurrent part
     * @param after takes the steps that run when all strands have ended, on the live machine
     * @param seed of the fingerprints of states
     */
    Exploration(Machine machine, List<Strand> strands, List<Spontaneous> families, Watchers watchers,
            List<String> declinedBefore, Consumer<Engine> after, Limits limits, Reductions reductions, long seed) {
        this.machine = machine;
        this.world = new World(machine, strands, families, watchers, declinedBefore, seed);
        this.declinedBefore = List.copyOf(declinedBefore);
        this.families = List.copyOf(families);
        this.after = after;
        this.limits = limits;
        this.watchers = watchers;
        this.reductions = reductions;
        this.findings = new Findings(world, watchers, after);
        this.meter = new Meter(limits, findings, world);
    }

    /** With oracles that see only what the concurrent part does. */
    public Exploration(Machine machine, List<Strand> strands, List<Spontaneous> families, List<Oracle> oracles,
            Runnable after, Limits limits, Reductions reductions) {
        this(machine, strands, families, new Watchers(null, machine, oracles, (oracle, message) -> { }), after,
                limits, reductions);
    }

    /** With all reductions. */
    public Exploration(Machine machine, List<Strand> strands, List<Spontaneous> families, List<Oracle> oracles,
            Runnable after, Limits limits) {
        this(machine, strands, families, oracles, after, limits, Reductions.ALL);
    }

    /** Code of processors only, with nothing after it. */
    public Exploration(Machine machine, List<Strand> strands, List<Oracle> oracles, long maxStates) {
        this(machine, strands, List.of(), oracles, () -> { }, Limits.states(maxStates));
    }

    /**
     * Searches. An interrupt of the calling thread ends the search early, with what is known so far.
     *
     * @return what was found; in front a violation with the schedule in which least is unusual, behind it the first
     *     warning of each oracle, with the one of those in which nothing worse happens, if there is one
     * @throws BrokenCode if the code breaks the rules by which it can be replayed
     */
    public SearchResult run() {
        return onMachine(() -> {
            world.start();
            SearchResult result = search();
            Findings.Violation ending = findings.first(false);
            for (Findings.Violation warning : findings.warnings()) {
                result = simplest(result, warning);
            }
            return ending == null ? result : simplest(result, ending);
        });
    }

    /**
     * Searches, and if that came to its end, once more with another hash function for the fingerprints of states: two
     * states that share a fingerprint would be taken for one, and hardly do so under both.
     *
     * @return what was found, confirmed if the second search came to its end, too
     * @throws BrokenCode if the two differ, or the code breaks the rules by which it can be replayed
     */
    public SearchResult runVerified() {
        SearchResult first = run();
        if (!first.exhausted()) {
            return first;
        }
        machine.store().seed(OTHER_SEED);
        try {
            SearchResult second = new Exploration(machine, world.strands(), families, watchers, declinedBefore, after,
                    limits, reductions, OTHER_SEED).decide();
            if (!second.exhausted()) {
                return first;
            }
            requireSame(first, second);
        } finally {
            machine.store().seed(0);
        }
        return first.confirmed();
    }

    private static void requireSame(SearchResult first, SearchResult second) {
        if (first.states() != second.states() || first.violations().isEmpty() != second.violations().isEmpty()) {
            throw new BrokenCode("two hash functions disagree: " + first.states() + " states and "
                    + first.violations().size() + " violations, then " + second.states() + " and "
                    + second.violations().size());
        }
    }

    /**
     * Searches, and leaves it at the schedules in which each violation was met first.
     *
     * @return what was found
     * @throws BrokenCode if the code breaks the rules by which it can be replayed
     */
    public SearchResult decide() {
        return onMachine(() -> {
            world.start();
            return search();
        });
    }

    /** What was declined before and in the last search, each once. */
    List<String> declined() {
        return Stream.concat(declinedBefore.stream(), findings.declined().stream()).distinct().toList();
    }

    /** All that was declined before and in the schedule taken last, in its order. */
    List<String> declinedInSchedule() {
        return findings.declinedLast().isEmpty() ? declinedBefore : findings.declinedLast();
    }

    /** States of the last search in which nothing was enabled and something had not ended. */
    public long deadlocks() {
        return findings.deadlockedStates();
    }

    private SearchResult search() {
        DepthFirst search = new DepthFirst(world, findings, meter, reductions);
        search.run();
        long arrivals = meter.arrivals();
        long transitions = meter.transitions();
        long states = search.states();
        long bytes = search.bytes();
        boolean cyclic = search.cyclic();
        search = null; // its memory is needed
        String bound = meter.bound();
        if (cyclic && bound.isEmpty()) {
            stuck = new Livelocks(world, findings, meter).find();
            meter.keeps(stuck.bytes());
            // It leaves out nothing, so that it may come to more states than the search that decides.
            bound = meter.hit() ? meter.bound() + " in the search for livelocks" : "";
        }
        world.histories().verifyAll();
        return new SearchResult(bound.isEmpty(), bound, arrivals, states, transitions,
                findings.executions(), world.histories().size(), world.histories().runs(),
                findings.all().stream().map(new Retelling(world)::tell).toList(), bytes, false);
    }

    /**
     * A result with, in front, the schedule in which least is unusual: of any violation if the one given ends
     * schedules, of the one given if it is a warning and nothing worse comes after it. If that could not be searched to
     * the end it is the schedule met first, and says so.
     */
    private SearchResult simplest(SearchResult result, Findings.Violation met) {
        meter.reset();
        Findings.Violation simplest = new PreemptionBound(world, findings, meter, stuck, met.warning() ? met : null)
                .find();
        if (simplest != null) {
            SearchResult.Found told = new Retelling(world).tell(simplest);
            return result.withFirst(met.warning() ? told.with("all come to their end") : told);
        }
        SearchResult.Found first = result.found(met.oracle(), met.message());
        return meter.hit() ? result.withFirst(first.with("the schedule met first; a simpler one was not searched for to"
                + " the end: " + meter.bound())) : result;
    }

    /**
     * Takes one schedule as the search does, then once more live, with real stacks, and tells each of its steps.
     *
     * @param schedule the choices
     * @param told each step; null if only the verdict matters, as naming all that changed takes time
     * @return what was violated: first what ended the schedule, then what was warned of on the way
     * @throws IllegalArgumentException if the schedule does not fit; the message names the step
     * @throws BrokenCode if the live run comes to something else
     */
    public List<SearchResult.Found> replay(Schedule schedule, Consumer<ReplayStep> told) {
        return replay(schedule.reader(), told);
    }

    /** The same for a schedule that is chosen on the way. */
    List<SearchResult.Found> replay(Choices choices, Consumer<ReplayStep> told) {
        List<LiveSchedule.Step> taken = new ArrayList<>();
        List<ReplayStep> steps = new ArrayList<>();
        List<SearchResult.Found> searched = taken(choices, taken, told == null ? null : steps);
        List<String> declined = declinedInSchedule();
        List<List<StackWalker.StackFrame>> stacks = new ArrayList<>();
        try {
            requireSame(searched, live(taken, stacks));
            if (!endless && !declined.equals(declinedInSchedule())) {
                throw differs("declined: " + declined, "declined: " + declinedInSchedule());
            }
        } finally {
            for (int i = 0; i < steps.size(); i++) {
                told.accept(i < stacks.size() ? steps.get(i).with(frames(stacks.get(i))) : steps.get(i));
            }
        }
        return searched;
    }

    private static List<String> frames(List<StackWalker.StackFrame> stack) {
        return stack.stream().map(frame -> frame == null ? ReplayStep.INTERRUPT : KernelFunctions.frame(frame))
                .toList();
    }

    /** A schedule must come to the same verdict however it is run. */
    private void requireSame(List<SearchResult.Found> searched, List<SearchResult.Found> live) {
        if (!words(comparable(searched)).equals(words(comparable(live)))) {
            throw differs(words(searched), words(live));
        }
    }

    /** Who goes round for ever has only come to where the schedule ends when it is run live. */
    private List<SearchResult.Found> comparable(List<SearchResult.Found> all) {
        return !endless ? all : all.stream().filter(one -> !one.oracle().equals(Findings.DEADLOCK)
                && !one.oracle().equals(Livelocks.ORACLE)).toList();
    }

    /** What a search has found must be among what its schedule leads to when it is taken again. */
    static void requireAgain(SearchResult.Found found, List<SearchResult.Found> again) {
        if (again.stream().noneMatch(one -> words(one).equals(words(found)))) {
            throw differs(words(found), words(again));
        }
    }

    private static BrokenCode differs(String searched, String again) {
        return new BrokenCode("the search comes to \"" + searched + "\", the same schedule taken again to \"" + again
                + "\"");
    }

    private static String words(List<SearchResult.Found> found) {
        return found.isEmpty() ? "pass" : found.stream().map(Exploration::words).collect(Collectors.joining("; "));
    }

    private static String words(SearchResult.Found found) {
        return found.oracle() + ": " + found.message();
    }

    private List<SearchResult.Found> live(List<LiveSchedule.Step> taken,
            List<List<StackWalker.StackFrame>> stacks) {
        findings.clear();
        return onMachine(() -> {
            world.engine().resume(declinedBefore);
            world.begin();
            LiveSchedule live = new LiveSchedule(world, taken);
            Path<Void> path = Path.of(world);
            try {
                stacks.addAll(live.run());
                boolean ended = world.violatedOracle() != null;
                findings.collect(path);
                if (!ended && !live.waiting().isEmpty()) {
                    findings.add(Findings.DEADLOCK, Wording.DEADLOCK + live.waiting(), path);
                } else if (!ended) {
                    findings.endOfCode(path);
                }
                return findings.all().stream().map(Exploration::found).toList();
            } finally {
                live.end();
            }
        });
    }

    /** A violation without a schedule. */
    private static SearchResult.Found found(Findings.Violation violation) {
        return new SearchResult.Found(violation.oracle(), violation.message(), List.of(), null);
    }

    private List<SearchResult.Found> taken(Choices choices, List<LiveSchedule.Step> taken, List<ReplayStep> steps) {
        return onMachine(() -> {
            world.start();
            Wording wording = new Wording(world);
            Path<Void> path = Path.of(world);
            VisitedStates seen = new VisitedStates(false);
            endless = false;
            while (true) {
                int enabled = world.enabled().count();
                if (enabled == 0) {
                    findings.end(path);
                } else if (choices.over() && !seen.add(world.fingerprintWithOrder())) {
                    goesRound(path);
                } else {
                    Path.Point<Void> point = path.push(enabled);
                    int choice = choices.next(world, world.enabled().list());
                    int transition = path.transition(point, choice);
                    choices.check(world.kindOfCall(transition));
                    String column = wording.column(transition);
                    String strand = wording.strand(transition);
                    String words = wording.words(transition);
                    String line = wording.line(transition);
                    taken.add(new LiveSchedule.Step(transition, world.call(transition)));
                    boolean goesOn = path.take(point, choice);
                    findings.collect(path);
                    if (steps != null) {
                        List<Changed> changes = Changes.of(machine, machine.store().changesSince(point.mark()));
                        steps.add(new ReplayStep(path.length(), column, strand, words, line, changes, List.of()));
                    }
                    if (goesOn) {
                        continue;
                    }
                }
                choices.checkEnd();
                path.unwind();
                world.histories().verifyAll();
                return findings.all().stream().map(new Retelling(world)::tell).toList();
            }
        });
    }

    /** A schedule has come back to a state: either there is no way out, or it need not have gone on like that. */
    private void goesRound(Path<?> path) {
        endless = true;
        Findings inside = new Findings(world, nobody(machine), engine -> { });
        VisitedStates around = new Livelocks(world, inside, new Meter(Limits.states(MAX_AROUND), inside, world)).find();
        String objects = Livelocks.oracle(around, world.fingerprint());
        if (objects != null) {
            findings.stuck(objects, path);
        }
    }

    private interface Task<T> {
        T run();
    }

    private <T> T onMachine(Task<T> task) {
        Store store = machine.store();
        watch();
        store.limitTrail(Integer.MAX_VALUE - 8); // the search minds its memory itself, and must find back
        long mark = store.mark();
        machine.hold(true);
        try {
            return task.run();
        } finally {
            store.rollback(mark);
            while (store.reaches(mark)) {
                store.release();
            }
            store.limitTrail(Store.DEFAULT_TRAIL_LIMIT);
            machine.hold(false);
            machine.observe(null);
        }
    }

    private static Watchers nobody(Machine machine) {
        return new Watchers(null, machine, List.of(), (oracle, message) -> { });
    }

    private void watch() {
        watchers.reportTo(new Watchers.Reports() {
            @Override
            public void violation(String oracle, String message) {
                world.violated(oracle, message);
            }

            @Override
            public void warning(String oracle, String message) {
                world.warned(oracle, message);
            }
        });
        if (!watchers.isEmpty()) {
            machine.observe(watchers);
        }
    }
}
