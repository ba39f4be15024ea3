package org.dmalab.lab.explore;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

import org.dmalab.api.Machine;
import org.dmalab.api.Oracle;
import org.dmalab.api.Spontaneous;
import org.dmalab.api.cpu.Blocked;
import org.dmalab.api.cpu.KernelBug;
import org.dmalab.api.event.EventSink;
import org.dmalab.api.store.Region;
import org.dmalab.api.store.Store;
import org.dmalab.lab.Changed;
import org.dmalab.lab.Changes;

/**
 * Searches every schedule of the concurrent part of a scenario on one machine, with undo and a table of visited states.
 * First it decides: depth first, all states. If something was violated it searches again in the order of what is
 * unusual in a schedule (preemptions, interrupts, hardware), so that the schedule shown has the fewest possible. The
 * machine is left as it was found.
 */
public final class Exploration {
    private static final int MAX_UNUSUAL = 64;
    private static final int ANY = Integer.MAX_VALUE;
    private static final long BUDGET_KEY = -30_000;
    private static final int WATCH_MASK = 0x3ff;

    private final Machine machine;
    private final World world;
    private final Wording wording;
    private final List<Oracle> oracles;
    private final Runnable after;
    private final Limits limits;
    private final List<Point> path = new ArrayList<>();
    private final Map<String, SearchResult.Found> found = new LinkedHashMap<>();
    private final List<Watcher> watchers = new ArrayList<>();
    private VisitedStates visited = new VisitedStates();
    private long placements;
    private long transitions;
    private long executions;
    private String bound = "";
    private boolean ordered;
    private boolean stopAtFirst;

    private record Watcher(Oracle oracle, Oracle.Watch watch, EventSink sink) { }

    /** A state on the way, with the transitions that are still to be tried and what undoes the one taken. */
    private static final class Point {
        private final int[] transitions;
        private final int unusualLeft;
        private final World.Undo undo = new World.Undo();
        private int next;
        private boolean taken;
        private int kindOfCall;
        private String column;
        private String strand;
        private String line;

        Point(int[] transitions, int unusualLeft) {
            this.transitions = transitions;
            this.unusualLeft = unusualLeft;
        }

        int transition() {
            return transitions[next - 1];
        }
    }

    /**
     * What a search may use.
     *
     * @param maxStates bound on the number of states
     * @param watch told how far it is, now and then
     */
    public record Limits(long maxStates, Watch watch) {
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
     * @param oracles who watches; they see only what the concurrent part does
     * @param after what runs when all strands have ended, on the live machine
     * @param limits bounds
     */
    public Exploration(Machine machine, List<Strand> strands, List<Spontaneous> families, List<Oracle> oracles,
            Runnable after, Limits limits) {
        this.machine = machine;
        this.world = new World(machine, strands, families);
        this.wording = new Wording(world);
        this.oracles = List.copyOf(oracles);
        this.after = after;
        this.limits = limits;
    }

    /** Code of processors only, with nothing after it. */
    public Exploration(Machine machine, List<Strand> strands, List<Oracle> oracles, long maxStates) {
        this(machine, strands, List.of(), oracles, () -> { }, Limits.states(maxStates));
    }

    /**
     * Searches. An interrupt of the calling thread ends the search early, with what is known so far.
     *
     * @return what was found
     * @throws BrokenCode if the code breaks the rules by which it can be replayed
     */
    public SearchResult run() {
        return onMachine(() -> {
            world.start();
            search(ANY);
            world.histories().verifyAll();
            SearchResult decided = new SearchResult(bound.isEmpty(), bound, placements, visited.size(), transitions,
                    executions, world.histories().size(), world.histories().runs(), List.copyOf(found.values()));
            return found.isEmpty() ? decided : decided.withFirst(simplest(found.values().iterator().next()));
        });
    }

    /** The schedule of a violation in which least is unusual; the one given if that could not be searched to the end. */
    private SearchResult.Found simplest(SearchResult.Found otherwise) {
        stopAtFirst = true;
        ordered = true;
        for (int unusual = 0; unusual <= MAX_UNUSUAL; unusual++) {
            found.clear();
            bound = "";
            search(unusual);
            if (!found.isEmpty()) {
                return found.values().iterator().next();
            }
            if (!bound.isEmpty()) {
                return otherwise;
            }
        }
        return otherwise;
    }

    /**
     * Takes one schedule as the search does, then once more live, with real stacks, and tells each of its steps.
     *
     * @param schedule the choices
     * @param told each step
     * @return what was violated, or null
     * @throws IllegalArgumentException if the schedule does not fit; the message names the step
     * @throws BrokenCode if the live run comes to something else
     */
    public SearchResult.Found replay(Schedule schedule, Consumer<ReplayStep> told) {
        List<LiveSchedule.Step> taken = new ArrayList<>();
        List<ReplayStep> steps = new ArrayList<>();
        SearchResult.Found searched = taken(schedule, taken, steps);
        List<List<String>> stacks = new ArrayList<>();
        try {
            requireSame(searched, live(taken, stacks));
        } finally {
            for (int i = 0; i < steps.size(); i++) {
                told.accept(i < stacks.size() ? steps.get(i).with(stacks.get(i)) : steps.get(i));
            }
        }
        return searched;
    }

    /** A schedule must come to the same verdict however it is run. */
    static void requireSame(SearchResult.Found searched, SearchResult.Found live) {
        String expected = searched == null ? "pass" : searched.oracle() + ": " + searched.message();
        String found = live == null ? "pass" : live.oracle() + ": " + live.message();
        if (!expected.equals(found)) {
            throw new BrokenCode("the search comes to \"" + expected + "\", the same schedule taken again to \"" + found
                    + "\"");
        }
    }

    private SearchResult.Found firstFound() {
        return found.isEmpty() ? null : found.values().iterator().next();
    }

    private SearchResult.Found live(List<LiveSchedule.Step> taken, List<List<String>> stacks) {
        found.clear();
        return onMachine(() -> {
            LiveSchedule live = new LiveSchedule(world, taken);
            try {
                stacks.addAll(live.run());
                reportViolation();
                if (!found.isEmpty()) {
                    return firstFound();
                }
                if (!live.waiting().isEmpty()) {
                    report("no-lock-cycle", Wording.DEADLOCK + live.waiting());
                } else {
                    endOfCode();
                }
                return firstFound();
            } finally {
                live.end();
            }
        });
    }

    private SearchResult.Found taken(Schedule schedule, List<LiveSchedule.Step> taken, List<ReplayStep> steps) {
        return onMachine(() -> {
            world.start();
            Schedule.Reader choices = schedule.reader();
            while (true) {
                int[] enabled = world.enabled();
                if (enabled.length == 0) {
                    endOfSchedule();
                } else {
                    Point point = new Point(enabled, 0);
                    point.next = choices.next(enabled.length) + 1;
                    path.add(point);
                    int transition = point.transition();
                    choices.check(world.kindOfCall(transition));
                    String words = wording.words(transition);
                    taken.add(new LiveSchedule.Step(transition, world.call(transition)));
                    boolean goesOn = take(point);
                    List<Changed> changes = Changes.of(machine, machine.store().changesSince(point.undo.mark()));
                    steps.add(new ReplayStep(path.size(), point.column, point.strand, words, point.line, changes,
                            List.of()));
                    if (goesOn) {
                        continue;
                    }
                }
                choices.checkEnd();
                return firstFound();
            }
        });
    }

    private interface Task<T> {
        T run();
    }

    private <T> T onMachine(Task<T> task) {
        Store store = machine.store();
        watch();
        long mark = store.mark();
        machine.hold(true);
        try {
            return task.run();
        } finally {
            store.rollback(mark);
            while (store.reaches(mark)) {
                store.release();
            }
            machine.hold(false);
            machine.observe(null);
        }
    }

    private void watch() {
        for (Oracle oracle : watchers.isEmpty() ? oracles : List.<Oracle>of()) {
            Oracle.Watch watch = new SearchWatch(oracle.name());
            watchers.add(new Watcher(oracle, watch, oracle.attach(watch)));
        }
        machine.observe((kind, actor, a, b, c, d, e, result) -> {
            for (Watcher watcher : watchers) {
                watcher.sink().event(kind, actor, a, b, c, d, e, result);
            }
        });
    }

    /** Depth first with an explicit stack: a schedule may have more steps than a Java stack has room for. */
    private void search(int unusual) {
        visited = new VisitedStates();
        enter(unusual);
        while (!path.isEmpty()) {
            Point point = path.get(path.size() - 1);
            undo(point);
            boolean more = bound.isEmpty() && !(stopAtFirst && !found.isEmpty());
            if (more && point.next < point.transitions.length && (point.next == 0 || point.unusualLeft > 0)) {
                int left = point.next == 0 || point.unusualLeft == ANY ? point.unusualLeft : point.unusualLeft - 1;
                point.next++;
                if (take(point)) {
                    enter(left);
                }
            } else {
                path.remove(path.size() - 1);
            }
        }
    }

    /** Comes to a state; if it is new, its transitions are to be tried. */
    private void enter(int unusualLeft) {
        long fingerprint = ordered ? world.fingerprintWithOrder() + Store.mix(BUDGET_KEY, unusualLeft)
                : world.fingerprint();
        if (!visited.add(fingerprint)) {
            return;
        }
        if (visited.size() >= limits.maxStates()) {
            bound = "max-states " + limits.maxStates();
        } else if (Thread.currentThread().isInterrupted()) {
            bound = "interrupted";
        } else if ((visited.size() & WATCH_MASK) == 0) {
            bound = limits.watch().progress(visited.size(), executions, path.size());
        }
        int[] enabled = world.enabled();
        if (enabled.length == 0) {
            endOfSchedule();
        } else {
            path.add(new Point(enabled, unusualLeft));
        }
    }

    private boolean take(Point point) {
        transitions++;
        int transition = point.transition();
        int kind = Transition.kind(transition);
        placements += kind == Transition.ARRIVAL ? 1 : 0;
        point.column = wording.column(transition);
        point.strand = wording.strand(transition);
        point.line = wording.line(transition);
        point.kindOfCall = world.kindOfCall(transition);
        point.taken = true;
        boolean goesOn = world.take(transition, point.undo);
        reportViolation();
        return goesOn;
    }

    private void undo(Point point) {
        if (point.taken) {
            world.undo(point.undo);
            point.taken = false;
        }
    }

    private void endOfSchedule() {
        if (!world.finished()) {
            report("no-lock-cycle", wording.deadlock());
            return;
        }
        endOfCode();
    }

    private void endOfCode() {
        executions++;
        long mark = machine.store().mark();
        machine.hold(false);
        try {
            after.run();
        } catch (KernelBug | Blocked e) {
            world.violated("no-bug", "after the concurrent part: " + e.getMessage());
        } finally {
            machine.hold(true);
        }
        reportViolation();
        for (Watcher watcher : watchers) {
            watcher.oracle().end(watcher.watch(), watcher.sink());
            reportViolation();
        }
        machine.store().rollback(mark);
        machine.store().release();
    }

    private void reportViolation() {
        if (world.violatedOracle() != null) {
            report(world.violatedOracle(), world.violation());
            world.clearViolation();
        }
    }

    private void report(String oracle, String message) {
        found.computeIfAbsent(oracle + message, key -> new SearchResult.Found(oracle, message, turns(), schedule()));
    }

    /** The way here as choices, with what each step is, so that a replay sees where it no longer fits. */
    private Schedule schedule() {
        return Schedule.of(path.stream().mapToInt(point -> point.next - 1).toArray(),
                path.stream().mapToInt(point -> point.kindOfCall).toArray());
    }

    /** The way here, in turns: who ran, for how many calls, and where an interrupt was let in. */
    private List<String> turns() {
        List<String> turns = new ArrayList<>();
        int first = 0;
        while (first < path.size()) {
            int last = first;
            while (last + 1 < path.size() && path.get(last + 1).column.equals(path.get(first).column)
                    && path.get(last + 1).strand.equals(path.get(first).strand)) {
                last++;
            }
            turns.add(turn(first, last));
            first = last + 1;
        }
        return turns;
    }

    private String turn(int first, int last) {
        Point start = path.get(first);
        int kind = Transition.kind(start.transition());
        boolean arrives = kind == Transition.ARRIVAL || kind == Transition.IPI;
        int calls = last - first + (arrives ? 0 : 1);
        String arrival = "";
        if (arrives) {
            arrival = first == 0 ? ", let in before anything else"
                    : ", let in after " + path.get(first - 1).line;
        }
        String where = path.get(last).line.isEmpty() ? "" : ", last at " + path.get(last).line;
        String unit = kind == Transition.DEVICE || kind == Transition.HARDWARE ? " step" : " call";
        return start.column + " " + start.strand + ": " + calls + unit + (calls == 1 ? "" : "s") + arrival
                + where;
    }

    /** What an oracle works with during a search. */
    private final class SearchWatch implements Oracle.Watch {
        private final String oracle;

        SearchWatch(String oracle) {
            this.oracle = oracle;
        }

        @Override
        public Machine machine() {
            return machine;
        }

        @Override
        public Region memory(String name, long cells) {
            return machine.store().sparse("oracle." + oracle + "." + name, cells, Region.Kind.STATE, null);
        }

        @Override
        public void violation(String message) {
            world.violated(oracle, message);
        }
    }
}
