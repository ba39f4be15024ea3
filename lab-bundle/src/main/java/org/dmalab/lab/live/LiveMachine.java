package org.dmalab.lab.live;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import java.util.function.LongSupplier;
import java.util.function.ToLongFunction;

import org.dmalab.api.Action;
import org.dmalab.api.Architecture;
import org.dmalab.api.Backend;
import org.dmalab.api.Machine;
import org.dmalab.api.MachineSpec;
import org.dmalab.api.Oracle;
import org.dmalab.api.Values;
import org.dmalab.api.cpu.KernelBug;
import org.dmalab.api.cpu.Level;
import org.dmalab.api.cpu.LiveCpu;
import org.dmalab.api.cpu.Text;
import org.dmalab.api.event.Actor;
import org.dmalab.api.event.Dmesg;
import org.dmalab.api.event.Event;
import org.dmalab.api.event.EventKind;
import org.dmalab.api.event.EventSink;
import org.dmalab.api.service.NoVariantException;
import org.dmalab.api.service.Services;
import org.dmalab.api.store.Region;
import org.dmalab.lab.Changed;
import org.dmalab.lab.Changes;
import org.dmalab.lab.EventWords;
import org.dmalab.lab.InputException;
import org.dmalab.lab.Names;
import org.dmalab.lab.catalog.Catalog;
import org.dmalab.lab.engine.ActionEnd;
import org.dmalab.lab.engine.Engine;
import org.dmalab.lab.guard.EndlessLoop;
import org.dmalab.lab.guard.Loops;
import org.dmalab.lab.oracle.Violation;
import org.dmalab.lab.oracle.Watchers;
import org.dmalab.lab.run.Metrics;
import org.dmalab.lab.run.RunInterrupted;
import org.dmalab.lab.run.RunLimits;
import org.dmalab.lab.run.Thrown;
import org.dmalab.lab.run.Timeline;
import org.dmalab.lab.scenario.ActionValues;
import org.dmalab.lab.scenario.MachineSpecs;

/**
 * A machine with a name that is kept between commands. Its methods may be called from any thread, one at a time gets
 * through. Actions are looked up in the catalog at every call, variants through the services it was made with.
 *
 * <p>Changes are recorded from the start, so that it can step back by action and be compared with marks, as far as the
 * bounded trail of its store reaches.
 */
public final class LiveMachine {
    /** Changes of cells that are kept for stepping back. */
    public static final int TRAIL_LIMIT = 1 << 22;
    private static final int MAX_HISTORY = 10_000;
    private static final int MAX_RECENT = 2_000;
    private static final int INTERRUPT_CHECK_MASK = 0xff;

    private final String name;
    private final Catalog catalog;
    private final Services services;
    private final Machine machine;
    private final Backend backend;
    private final Metrics metrics;
    private final List<Oracle> watching;
    private final LiveOracles oracles;
    private final Region count;
    private final SortedMap<String, Long> marks = new TreeMap<>();
    private final Deque<Done> history = new ArrayDeque<>();
    private final Deque<Timeline.Entry> recent = new ArrayDeque<>();

    private record Done(String action, long mark, long events) { }

    private LiveMachine(String name, Catalog catalog, Architecture architecture, MachineSpec spec,
            List<Oracle> watching, Services services) {
        this.name = name;
        this.catalog = catalog;
        this.watching = watching;
        this.services = services;
        try {
            machine = architecture.create(spec, services);
        } catch (IllegalArgumentException e) {
            throw new InputException(null, 0, 0, name, e.getMessage());
        }
        backend = MachineSpecs.backend(architecture, spec.backend());
        metrics = new Metrics(architecture, machine);
        oracles = new LiveOracles(architecture, machine, watching);
        count = machine.store().dense("lab.events", 1, Region.Kind.LOG, null);
        machine.store().limitTrail(TRAIL_LIMIT);
        machine.store().mark();
    }

    /**
     * Makes a machine, powered on, its kernel not booted.
     *
     * @param name its name
     * @param catalog where actions are looked up
     * @param arch architecture
     * @param preset equipment; null for the usual one
     * @param profile behaviour; null for the usual one
     * @param oracles names of those who watch; null for all of the architecture and all common ones
     * @param services how its kernel code reaches the variant in use
     * @throws InputException if a name is not known
     */
    public static LiveMachine create(String name, Catalog catalog, String arch, String preset, String profile,
            List<String> oracles, Services services) {
        return create(name, catalog, MachineSpecs.resolve(catalog.architecture(arch), preset, profile, null, Map.of(),
                Map.of()), oracles, services);
    }

    /** The same from what names stand for, with the files of parameters. */
    public static LiveMachine create(String name, Catalog catalog, MachineSpec spec, List<String> oracles,
            Services services) {
        return new LiveMachine(name, catalog, catalog.architecture(spec.arch()), spec,
                oracles(catalog.oracles(spec.arch()), oracles), services);
    }

    private static List<Oracle> oracles(List<Oracle> known, List<String> wanted) {
        for (String one : wanted == null ? List.<String>of() : wanted) {
            if (known.stream().noneMatch(oracle -> oracle.name().equals(one))) {
                throw new InputException(Names.unknown("oracle", one, known.stream().map(Oracle::name).toList()));
            }
        }
        return known.stream().filter(oracle -> wanted == null || wanted.contains(oracle.name())).toList();
    }

    /** Its name. */
    public String name() {
        return name;
    }

    /** What it was made from. */
    public MachineSpec spec() {
        return machine.spec();
    }

    /** Runs the steps that bring it to where traffic makes sense; stops at the first that fails. */
    public synchronized List<ActionOutcome> boot() {
        List<ActionOutcome> outcomes = new ArrayList<>();
        for (Architecture.Step step : architecture().bootSteps()) {
            ActionOutcome outcome = run(step.action(), step.values());
            outcomes.add(outcome);
            if (outcome.problem() != null || outcome.result() < 0) {
                break;
            }
        }
        return outcomes;
    }

    /** Runs an action on processor 0. */
    public ActionOutcome run(String action, Map<String, String> typed) {
        return run(action, typed, 0);
    }

    /**
     * Runs an action.
     *
     * @param action its name
     * @param typed its values as typed, by parameter
     * @param processor the processor that runs it
     * @return what came of it; whatever the kernel code throws is in it
     * @throws InputException if a name or value is wrong, or another action has to come first; then nothing has
     * happened
     * @throws RunInterrupted if the thread was interrupted; what the action did is undone as far as the trail reaches
     */
    public synchronized ActionOutcome run(String action, Map<String, String> typed, int processor) {
        List<Action> actions = catalog.actions(spec().arch());
        Action found = actions.stream().filter(one -> one.name().equals(action)).findFirst()
                .orElseThrow(() -> new InputException(Names.unknown("action of " + spec().arch(), action,
                        actions.stream().map(Action::name).toList())));
        Values values = ActionValues.parse(found, typed);
        if (processor < 0 || processor >= machine.processors().count()) {
            throw new InputException(null, 0, 0, "processor", processor + ", expected 0 to "
                    + (machine.processors().count() - 1));
        }
        StringBuilder words = new StringBuilder(action);
        new TreeMap<>(typed).forEach((key, value) -> words.append(' ').append(key).append('=').append(value));
        LiveCpu cpu = machine.cpu(processor, Level.USER);
        return perform(action, words.toString(), cpu, () -> found.run(machine, cpu, values),
                result -> found.describe(machine, values, result));
    }

    /**
     * Does something else with the machine, as an action that is watched and can be undone.
     *
     * @param what its name
     * @param work gets the machine and returns the result
     * @return what came of it, as of an action
     */
    public synchronized ActionOutcome use(String what, ToLongFunction<Machine> work) {
        return perform(what, what, machine.cpu(0, Level.USER), () -> work.applyAsLong(machine), result -> "");
    }

    private ActionOutcome perform(String name, String words, LiveCpu cpu, LongSupplier work,
            LongFunction<String> describe) {
        List<Timeline.Entry> happened = new ArrayList<>();
        EventSink observer = observer(happened);
        remember(words);
        long linesBefore = machine.dmesg().count();
        long result = -1;
        String problem = null;
        oracles.begin(count.get(0));
        Loops.begin(() -> count.get(0));
        machine.observe(observer);
        try {
            ActionEnd end = new Engine(machine, oracles::ended).take(cpu.actor(), name, work);
            result = end.ends() ? -1 : end.result();
            problem = problem(end);
        } catch (NoVariantException e) {
            takeBack();
            return new ActionOutcome(words, result, "", e.getMessage(), List.of(), List.of(), List.of());
        } catch (InputException e) {
            takeBack();
            throw new InputException("machine " + this.name + ": " + e.getMessage());
        } catch (RunInterrupted e) {
            takeBack();
            Thread.currentThread().interrupt();
            throw e;
        } catch (Throwable e) { // whatever it is, the platform lives on
            if (e instanceof EndlessLoop && Thread.currentThread().isInterrupted()) {
                takeBack();
                throw interrupted();
            }
            problem = "broken: " + Thrown.describe(e, services);
        } finally {
            machine.observe(null);
            Loops.begin();
        }
        happened.forEach(this::addRecent);
        return new ActionOutcome(words, result, problem != null || result < 0 ? "" : describe.apply(result), problem,
                happened, linesSince(linesBefore), oracles.end(words));
    }

    /** Why the kernel does not go on; null if it does. */
    private static String problem(ActionEnd end) {
        return switch (end.kind()) {
            case BUG -> ((KernelBug) end.thrown()).words();
            case BLOCKED -> "the kernel hangs: " + end.thrown().getMessage();
            default -> null;
        };
    }

    private EventSink observer(List<Timeline.Entry> happened) {
        Architecture architecture = architecture();
        long last = count.get(0) + RunLimits.DEFAULT.maxEvents();
        return (kind, actor, a, b, c, d, e, result) -> {
            long step = count.get(0) + 1;
            count.set(0, step);
            if ((step & INTERRUPT_CHECK_MASK) == 0 && Thread.interrupted()) {
                throw interrupted();
            }
            if (step > last) {
                throw new IllegalStateException("more than " + RunLimits.DEFAULT.maxEvents()
                        + " events in one action (limit maxEvents)");
            }
            metrics.event(kind, actor, a, b, c, d, e, result);
            oracles.event(kind, actor, a, b, c, d, e, result);
            Event event = new Event(step, machine.timeNanos(), kind, actor, a, b, c, d, e, result);
            String words = EventWords.of(architecture, machine, event);
            if (!words.isEmpty() && happened.size() < MAX_HISTORY) {
                happened.add(new Timeline.Entry(step, event.timeNanos(), actor, kind, words, 0));
            }
        };
    }

    private RunInterrupted interrupted() {
        return new RunInterrupted("machine " + name + ": the action was interrupted and undone");
    }

    private void addRecent(Timeline.Entry entry) {
        recent.addLast(entry);
        if (recent.size() > MAX_RECENT) {
            recent.removeFirst();
        }
    }

    private List<String> linesSince(long before) {
        List<String> lines = dmesg();
        long printed = machine.dmesg().count() - before;
        return lines.subList((int) Math.max(0, lines.size() - printed), lines.size());
    }

    private void remember(String action) {
        history.addLast(new Done(action, here(), count.get(0)));
        if (history.size() > MAX_HISTORY) {
            history.removeFirst();
        }
    }

    /** The current position of the trail; recording goes on because one mark is always open. */
    private long here() {
        long mark = machine.store().mark();
        machine.store().release();
        return mark;
    }

    /**
     * Undoes actions, the last one first.
     *
     * @param actions how many
     * @return what was undone, the last one first
     * @throws InputException if it can't go back so far; then nothing has changed
     */
    public synchronized List<String> stepBack(int actions) {
        if (actions < 1) {
            throw new InputException("stepping back by " + actions + " actions, expected 1 or more");
        }
        if (actions > history.size()) {
            throw new InputException("machine " + name + " can go back by " + history.size() + " actions, not "
                    + actions);
        }
        List<Done> undone = new ArrayList<>();
        history.descendingIterator().forEachRemaining(done -> {
            if (undone.size() < actions) {
                undone.add(done);
            }
        });
        Done first = undone.get(actions - 1);
        requireReach(first.mark(), "action \"" + first.action() + "\"");
        undone.forEach(done -> history.removeLast());
        machine.store().rollback(first.mark());
        marks.values().removeIf(mark -> mark > first.mark());
        recent.removeIf(entry -> entry.step() > first.events());
        return undone.stream().map(Done::action).toList();
    }

    /** Undoes what an action did that could not go on. */
    private void takeBack() {
        Done done = history.removeLast();
        if (machine.store().reaches(done.mark())) {
            machine.store().rollback(done.mark());
        }
    }

    private void requireReach(long mark, String what) {
        requireBackend();
        if (!machine.store().reaches(mark)) {
            throw new InputException("machine " + name + " can go no further back: of its changes the last "
                    + TRAIL_LIMIT + " are kept, and " + what + " lies before them");
        }
    }

    /** What was done since the start, since it was loaded, or since the trail was dropped; oldest first. */
    public synchronized List<String> history() {
        return history.stream().map(Done::action).toList();
    }

    /** Gives this moment a name, to be compared with later. */
    public synchronized void mark(String mark) {
        if (mark.isBlank()) {
            throw new InputException("a mark needs a name");
        }
        marks.put(mark, here());
    }

    /** An emulator's state is not in the store, so it can neither be compared nor taken back. */
    private void requireBackend() {
        if (!backend.marks() || !backend.rollsBack()) {
            throw new InputException("machine " + name + " runs on back end " + backend.name()
                    + ", which cannot mark or roll back; use one on back end embedded");
        }
    }

    /** Names of marks. */
    public synchronized Collection<String> marks() {
        return List.copyOf(marks.keySet());
    }

    /** The cells that differ from what they were at a mark, in the order of the store; not what oracles remember. */
    public synchronized List<Changed> diff(String mark) {
        Long position = marks.get(mark);
        if (position == null) {
            throw new InputException(Names.unknown("mark of machine " + name, mark, marks.keySet()));
        }
        requireReach(position, "mark \"" + mark + "\"");
        return Changes.of(machine, machine.store().changesSince(position).stream()
                .filter(change -> !change.region().name().startsWith(Watchers.REGIONS)).toList());
    }

    /** Names of the oracles that watch it. */
    public List<String> oracles() {
        return oracles.names();
    }

    /** What was violated since the start, oldest first, as far as it was not taken back; the first 1000. */
    public synchronized List<Found> violations() {
        return oracles.found();
    }

    /** The kernel log. */
    public synchronized List<String> dmesg() {
        return machine.dmesg().lines().stream().map(Dmesg.Line::toString).toList();
    }

    /** The last things that happened, oldest first. */
    public synchronized List<Timeline.Entry> recent(int entries) {
        List<Timeline.Entry> all = List.copyOf(recent);
        return all.subList(Math.max(0, all.size() - Math.max(0, entries)), all.size());
    }

    /** What was counted. */
    public synchronized SortedMap<String, Long> metrics() {
        return metrics.values();
    }

    /**
     * A summary in lines.
     *
     * @param patches what to say of the variants in use, by service
     */
    public synchronized List<String> show(Map<String, String> patches) {
        List<String> lines = new ArrayList<>();
        MachineSpec spec = spec();
        lines.add("machine " + name + ": " + spec.arch() + ", preset " + spec.preset() + ", profile "
                + (spec.profile().isEmpty() ? "-" : spec.profile()) + ", back end " + spec.backend());
        lines.add("time " + machine.timeNanos() / 1_000_000_000L + "."
                + String.format("%09d", machine.timeNanos() % 1_000_000_000L) + " s simulated, "
                + machine.processors().count() + (machine.processors().count() == 1 ? " processor, " : " processors, ")
                + count.get(0) + " events, " + history.size()
                + " actions can be undone");
        patches.forEach((service, patch) -> lines.add("patch " + service + " = " + patch));
        spec.parameters().forEach((key, value) -> lines.add("parameter " + key + " = " + value
                + (value > 9 || value < 0 ? " (0x" + Long.toHexString(value) + ")" : "")));
        for (Region region : machine.store().regions()) {
            long[] used = {0};
            region.forEachNonZero((cell, value) -> used[0]++);
            if (used[0] > 0 && !region.name().startsWith(Watchers.REGIONS)) {
                lines.add("region " + region.name() + ": " + used[0] + " of " + region.cells() + " cells in use");
            }
        }
        lines.addAll(showOracles());
        return lines;
    }

    private List<String> showOracles() {
        List<String> lines = new ArrayList<>();
        int watch = oracles.names().size();
        String watching = switch (watch) {
            case 0 -> "no oracle watches";
            case 1 -> "1 oracle watches";
            default -> watch + " oracles watch";
        };
        String violated = switch ((int) oracles.count()) {
            case 0 -> ": nothing was violated";
            case 1 -> ": 1 violation";
            default -> ": " + oracles.count() + " violations";
        };
        lines.add(watch == 0 ? watching : watching + violated);
        for (Found one : oracles.found()) {
            lines.add("violation of " + one.violation().oracle() + " at step " + one.violation().step() + ", "
                    + one.action() + ": " + one.violation().message());
        }
        if (oracles.count() > LiveOracles.MAX_FOUND) {
            lines.add("and " + (oracles.count() - LiveOracles.MAX_FOUND) + " violations more");
        }
        return lines;
    }

    /**
     * Uses the machine under load: without recording, so that what could be undone is forgotten, and without a timeline
     * and metrics. The oracles watch all of it as one action.
     *
     * @param what the name of that action
     * @param load gets the machine, with the thread that calls as its owner
     * @return what was violated
     */
    public synchronized Load underLoad(String what, Consumer<Machine> load) {
        forget();
        oracles.begin(count.get(0));
        machine.observe(oracles);
        try {
            machine.emitter().emit(EventKind.ACTION, Actor.MACHINE, Text.id(what), 0, 0, 0);
            load.accept(machine);
            machine.emitter().emit(EventKind.ACTION_END, Actor.MACHINE, Text.id(what), 0, 0, 0);
            count.set(0, oracles.step());
            return new Load(oracles.end(what), oracles.occurrences());
        } finally {
            machine.observe(null);
            machine.store().mark();
        }
    }

    /**
     * What came of a load.
     *
     * @param violations each kind once
     * @param occurrences how often something was violated
     */
    public record Load(List<Violation> violations, long occurrences) { }

    private void forget() {
        history.clear();
        marks.clear();
        machine.store().release();
    }

    /** Writes the machine's state; see {@link SavedMachine}. */
    public synchronized void save(OutputStream out) throws IOException {
        SavedMachine.write(machine, oracles.names(), out);
    }

    /**
     * Replaces the machine's state by a saved one. If that fails the machine is as it was.
     *
     * @throws InputException if the input is no saved machine of the same specification and the same oracles
     */
    public synchronized void load(InputStream in) {
        LiveMachine other = new LiveMachine(name, catalog, architecture(), spec(), watching, services);
        other.machine.store().release();
        SavedMachine.read(other.machine, oracles.names(), in);
        forget();
        recent.clear();
        machine.store().copyFrom(other.machine.store());
        machine.store().mark();
    }

    private Architecture architecture() {
        return catalog.architecture(spec().arch());
    }
}
