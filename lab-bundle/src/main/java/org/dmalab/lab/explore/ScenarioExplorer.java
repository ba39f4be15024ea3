package org.dmalab.lab.explore;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;

import org.dmalab.api.Action;
import org.dmalab.api.Architecture;
import org.dmalab.api.Machine;
import org.dmalab.api.MachineSpec;
import org.dmalab.api.Spontaneous;
import org.dmalab.api.Values;
import org.dmalab.api.cpu.Code;
import org.dmalab.api.cpu.Hook;
import org.dmalab.api.cpu.Level;
import org.dmalab.api.cpu.LiveCpu;
import org.dmalab.api.service.Services;
import org.dmalab.lab.InputException;
import org.dmalab.lab.Verdict;
import org.dmalab.lab.catalog.Catalog;
import org.dmalab.lab.catalog.Lease;
import org.dmalab.lab.engine.ActionEnd;
import org.dmalab.lab.engine.Engine;
import org.dmalab.lab.engine.Judgement;
import org.dmalab.lab.engine.Steps;
import org.dmalab.lab.guard.EndlessLoop;
import org.dmalab.lab.guard.Loops;
import org.dmalab.lab.guard.UnusableVariant;
import org.dmalab.lab.oracle.OracleSet;
import org.dmalab.lab.run.HiddenState;
import org.dmalab.lab.run.OutOfMemory;
import org.dmalab.lab.run.PairedServices;
import org.dmalab.lab.run.RunInterrupted;
import org.dmalab.lab.run.RunLimits;
import org.dmalab.lab.run.RunOptions;
import org.dmalab.lab.run.Thrown;
import org.dmalab.lab.scenario.ActionValues;
import org.dmalab.lab.scenario.MachineSpecs;
import org.dmalab.lab.scenario.Scenario;
import org.dmalab.lab.scenario.ScenarioMachines;

/**
 * Explores a scenario's concurrent part with one variant: runs the steps before it on a machine of its own, then {@link
 * Exploration} over its strands, and at the end of every schedule the steps after it. The oracles watch from the first
 * step on, so that they know what is mapped when the strands begin.
 */
public final class ScenarioExplorer {
    private static final int INTERRUPT_CHECK_MASK = 0xff;

    private final Catalog catalog;

    /** Searches with what a catalog has. */
    public ScenarioExplorer(Catalog catalog) {
        this.catalog = catalog;
    }

    /**
     * What came of a search.
     *
     * @param scenario name of the scenario
     * @param patch name of what was explored
     * @param verdict broken, fail, undecided (a bound was hit), refused (a step was declined, before the concurrent
     *     part, in any schedule of it, or after it) or pass
     * @param reason why, in one line; empty if all is well
     * @param search what was found; of the steps before the concurrent part only if they were violated
     * @param tokens name the schedule of each violation of the search; empty where it has none
     */
    public record Outcome(String scenario, String patch, Verdict verdict, String reason, SearchResult search,
            List<String> tokens) {
        /** Copies the list. */
        public Outcome {
            tokens = List.copyOf(tokens);
        }

        /** Names the schedule of the first violation; empty if there is none. */
        public String token() {
            return tokens.isEmpty() ? "" : tokens.get(0);
        }

        /** What comes of it when the variant has a field in which it can remember something. */
        private Outcome withHidden(Optional<String> field) {
            if (field.isEmpty()) {
                return this;
            }
            String why = verdict == Verdict.BROKEN ? reason + "; " + field.get()
                    : "hidden state: " + field.get() + "; no call that was tried differed";
            return new Outcome(scenario, patch, Verdict.BROKEN, why, nothing("broken", List.of()), List.of());
        }

        /** Names the schedule of a violation of the search; empty if it has none. */
        public String token(SearchResult.Found found) {
            return tokens.get(search.violations().indexOf(found));
        }
    }

    /**
     * Checks that a scenario can be searched.
     *
     * @throws InputException if it has no concurrent part, or one that can't be searched
     */
    public void check(Scenario scenario) {
        if (scenario.concurrent().isEmpty()) {
            throw wrong(scenario, scenario.name() + " has no concurrent part, so there is nothing to explore; "
                    + "scenario:run runs its steps");
        }
        Set<Integer> busy = new HashSet<>();
        List<Action> actions = catalog.actions(scenario.arch());
        for (Scenario.Strand strand : scenario.concurrent()) {
            if (!strand.device() && strand.level() == Level.USER && !busy.add(strand.processor())) {
                throw scenario.wrong("concurrent[" + scenario.concurrent().indexOf(strand) + "]", "strand "
                        + strand.name() + " is the second one at user level on processor " + strand.processor()
                        + "; give it another processor or level");
            }
            for (Scenario.Step step : strand.steps()) {
                Predicate<Action> allowed = strand.device() ? Action::byDevice : Action::concurrent;
                if (!allowed.test(Steps.action(actions, step))) {
                    throw new InputException(scenario.file(), step.line(), step.column(), "concurrent", "action "
                            + step.action() + " of strand " + strand.name() + " can't run concurrently; there is: "
                            + String.join(", ", actions.stream().filter(allowed).map(Action::name).toList()));
                }
            }
        }
    }

    /**
     * Searches. An interrupt of the thread during the search ends it early, with what is known so far and the bound
     * {@code interrupted}.
     *
     * @param limits bounds
     * @param verify search once more with another hash function, which must find the same
     * @return the verdict with its evidence; whatever the variant or the model throws is in it
     * @throws OutOfMemory if the memory of the JVM ran out, which may be the fault of another search
     * @throws InputException if a name is not known, a value is refused or the scenario can't be searched
     * @throws RunInterrupted if the thread was interrupted before the search began
     */
    public Outcome search(Scenario scenario, Patches patches, RunOptions options, Exploration.Limits limits,
            boolean verify) {
        return explore(scenario, patches, options, search -> search.decide(limits, verify));
    }

    /** What comes of a search that cannot be made, for this reason. */
    public static Outcome broken(Scenario scenario, Patches patches, String reason) {
        return new Outcome(scenario.name(), patches.name(), Verdict.BROKEN, reason, nothing("broken", List.of()),
                List.of());
    }

    /** Searches once. */
    public Outcome search(Scenario scenario, Patches patches, RunOptions options, Exploration.Limits limits) {
        return search(scenario, patches, options, limits, false);
    }

    /**
     * Takes one schedule again.
     *
     * @param steps told each step of the concurrent part
     * @return the verdict, with the violation that the schedule leads to
     * @throws InputException if the schedule does not fit; the message names the step
     */
    public Outcome replay(Scenario scenario, Patches patches, RunOptions options, Schedule schedule,
            Consumer<ReplayStep> steps) {
        return replay(scenario, patches, options, schedule.reader(), steps);
    }

    /** Takes a schedule that is chosen on the way. */
    Outcome replay(Scenario scenario, Patches patches, RunOptions options, Choices choices,
            Consumer<ReplayStep> steps) {
        return explore(scenario, patches, options, search -> search.replay(choices, steps));
    }

    private Outcome explore(Scenario scenario, Patches patches, RunOptions options,
            Function<Search, SearchResult> task) {
        check(scenario);
        Architecture architecture = catalog.architecture(scenario.arch());
        MachineSpec spec = MachineSpecs.resolve(architecture,
                options.preset() == null ? scenario.preset() : options.preset(),
                options.profile() == null ? scenario.profile() : options.profile(),
                options.backend(), scenario.parameters(), scenario.files());
        try (Lease lease = catalog.borrow(spec, patches.first())) {
            Optional<String> hidden = HiddenState.of(lease.binding());
            if (patches.then() == null) {
                return explore(scenario, patches, architecture, spec,
                        new PairedServices(Services.fixed(lease.binding())), task)
                        .withHidden(hidden);
            }
            patches.requireSameLayout(catalog, scenario.arch());
            try (Lease other = catalog.borrow(spec, patches.then())) {
                return explore(scenario, patches, architecture, spec,
                        new Swap(patches, lease.binding(), other.binding()), task)
                        .withHidden(hidden.or(() -> HiddenState.of(other.binding())));
            }
        } catch (UnusableVariant e) {
            return broken(scenario, patches, e.getMessage());
        }
    }

    private Outcome explore(Scenario scenario, Patches patches, Architecture architecture, MachineSpec spec,
            Services services, Function<Search, SearchResult> task) {
        try {
            Machine machine = ScenarioMachines.create(architecture, scenario, spec, services);
            List<Spontaneous> families = new ArrayList<>(ScenarioMachines.families(architecture, scenario, machine));
            if (services instanceof Swap swap) {
                swap.on(machine);
                families.add(swap);
            }
            return new Search(scenario, patches, spec, architecture, machine, families).run(task);
        } catch (InputException | RunInterrupted | OutOfMemory e) {
            throw e;
        } catch (OutOfMemoryError e) {
            throw new OutOfMemory(Thrown.describe(e, services));
        } catch (Throwable e) {
            return broken(scenario, patches, "the machine cannot be made: " + Thrown.describe(e, services));
        }
    }

    private static InputException wrong(Scenario scenario, String problem) {
        return new InputException(scenario.file(), 0, 0, "concurrent", problem);
    }

    /** One search on one machine. */
    private final class Search {
        private final Scenario scenario;
        private final Patches patches;
        private final String profile;
        private final Architecture architecture;
        private final Machine machine;
        private final List<Spontaneous> families;
        private final List<Action> actions;
        /** They see the steps before the search, and go on in it with what they remember in the store. */
        private OracleSet oracles;
        private final Engine engine;
        /** Number of the last event of each step before the concurrent part, with its words. */
        private final SortedMap<Long, String> stepEnds = new TreeMap<>();
        /** What was declined before the search, and in it. */
        private List<String> declined = List.of();

        Search(Scenario scenario, Patches patches, MachineSpec spec, Architecture architecture, Machine machine,
                List<Spontaneous> families) {
            this.scenario = scenario;
            this.patches = patches;
            this.profile = spec.profile();
            this.architecture = architecture;
            this.machine = machine;
            this.families = families;
            this.actions = catalog.actions(scenario.arch());
            this.engine = new Engine(machine, (oracle, message) -> oracles.violationUnlessReported(oracle, message));
        }

        SearchResult decide(Exploration.Limits limits, boolean verify) {
            Exploration exploration = exploration(limits);
            SearchResult result = verify ? exploration.runVerified() : exploration.run();
            declined = exploration.declined();
            for (SearchResult.Found shown : result.firstOfEachOracle()) {
                Exploration.requireAgain(shown, exploration(Exploration.Limits.states(Long.MAX_VALUE))
                        .replay(shown.schedule(), null));
            }
            return result;
        }

        SearchResult replay(Choices choices, Consumer<ReplayStep> steps) {
            try {
                Exploration exploration = exploration(Exploration.Limits.states(Long.MAX_VALUE));
                SearchResult result = new SearchResult(true, "", 1, exploration.replay(choices, steps));
                declined = exploration.declinedInSchedule();
                return result;
            } catch (IllegalArgumentException e) {
                throw new InputException(e.getMessage());
            }
        }

        private Exploration exploration(Exploration.Limits limits) {
            return new Exploration(machine, strands(), families, oracles.watchers(), engine.declined(),
                    this::stepsAfter, limits, Exploration.Reductions.ALL, 0);
        }

        Outcome run(Function<Search, SearchResult> task) {
            try {
                oracles = new OracleSet(architecture, machine, catalog.oracles(scenario.arch()).stream()
                        .filter(one -> scenario.oracles().isEmpty() || scenario.oracles().contains(one.name()))
                        .toList());
                stepsBefore();
                declined = engine.declined();
                if (oracles.reported() > 0) {
                    return outcome(none("violated before the concurrent part"));
                }
                return outcome(task.apply(this));
            } catch (InputException | RunInterrupted e) {
                throw e;
            } catch (BrokenCode e) {
                return broken(e.getMessage());
            } catch (OutOfMemoryError e) {
                throw new OutOfMemory(Thrown.describe(e, machine.services()));
            } catch (Throwable e) {
                if (e instanceof EndlessLoop) {
                    checkInterrupt();
                }
                return broken(Thrown.describe(e, machine.services()));
            } finally {
                machine.observe(null);
                Loops.begin();
            }
        }

        private Outcome outcome(SearchResult result) {
            Judgement judgement = Judgement.of(null,
                    result.violations().stream().map(one -> one.oracle() + ": " + one.message()).toList(),
                    result.exhausted() ? null : "not searched to the end (" + result.bound()
                            + "); nothing was violated so far", declined);
            return new Outcome(scenario.name(), patches.name(), judgement.verdict(), judgement.reason(), result,
                    result.violations().stream().map(this::token).toList());
        }

        private String token(SearchResult.Found found) {
            if (found.schedule() == null) {
                return "";
            }
            String token = new Token(scenario.name(), patches.token(catalog, scenario.arch()), profile,
                    found.schedule()).toString();
            return token.length() > Token.MAX_LENGTH ? "" : token;
        }

        private Outcome broken(String reason) {
            return ScenarioExplorer.broken(scenario, patches, reason);
        }

        /** No search: what was violated before it, each with its step. */
        private SearchResult none(String bound) {
            return nothing(bound, oracles.violations().stream().map(one -> new SearchResult.Found(one.oracle(),
                    one.message(), List.of(new SearchResult.Turn("", "before the concurrent part, in "
                            + stepEnds.get(stepEnds.tailMap(one.step()).firstKey()))), null)).toList());
        }

        private void stepsBefore() {
            Loops.begin(() -> oracles.step());
            machine.observe(this::eventBefore);
            LiveCpu cpu = machine.cpu(0, Level.USER);
            boolean goesOn = true;
            for (int i = 0; i < scenario.steps().size() && goesOn; i++) {
                checkInterrupt();
                goesOn = !take(scenario.steps().get(i), cpu, engine).ends();
                stepEnds.put(oracles.step(), scenario.steps().get(i).toString());
            }
        }

        private void stepsAfter(Engine ofSchedule) {
            Loops.begin();
            Hook watching = machine.hook();
            machine.hook(limited(watching));
            try {
                LiveCpu cpu = machine.cpu(0, Level.USER);
                boolean goesOn = true;
                for (int i = 0; i < scenario.after().size() && goesOn; i++) {
                    goesOn = !take(scenario.after().get(i), cpu, ofSchedule).ends();
                }
            } finally {
                machine.hook(watching);
            }
        }

        /** The steps after a schedule end, too, though they make calls for ever. */
        private Hook limited(Hook watching) {
            long[] calls = {0};
            return (cpu, kind, a, b, c, d, e) -> {
                if ((++calls[0] & INTERRUPT_CHECK_MASK) == 0) {
                    checkInterrupt();
                }
                if (calls[0] > RunLimits.DEFAULT.maxEvents()) {
                    throw new BrokenCode("more than " + RunLimits.DEFAULT.maxEvents()
                            + " calls after the concurrent part (limit maxEvents)");
                }
                return watching == null ? cpu.execute(kind, a, b, c, d, e) : watching.call(cpu, kind, a, b, c, d, e);
            };
        }

        private ActionEnd take(Scenario.Step step, LiveCpu cpu, Engine by) {
            Action action = Steps.action(actions, step);
            Values values = ActionValues.parse(action, step.values());
            return by.take(cpu.actor(), action.name(), () -> action.run(machine, cpu, values));
        }

        private void eventBefore(int kind, int actor, long a, long b, long c, long d, long e, long result) {
            if ((oracles.step() & INTERRUPT_CHECK_MASK) == 0) {
                checkInterrupt();
            }
            if (oracles.step() > RunLimits.DEFAULT.maxEvents()) {
                throw new BrokenCode("more than " + RunLimits.DEFAULT.maxEvents()
                        + " events before the concurrent part (limit maxEvents)");
            }
            oracles.event(kind, actor, a, b, c, d, e, result);
        }

        private void checkInterrupt() {
            if (Thread.currentThread().isInterrupted()) {
                throw new RunInterrupted(scenario.name() + " with " + patches.name() + " was interrupted");
            }
        }

        private List<Strand> strands() {
            List<Strand> strands = new ArrayList<>();
            for (Scenario.Strand strand : scenario.concurrent()) {
                List<Action> own = strand.steps().stream().map(one -> Steps.action(actions, one)).toList();
                List<Values> values = new ArrayList<>();
                for (int i = 0; i < own.size(); i++) {
                    values.add(ActionValues.parse(own.get(i), strand.steps().get(i).values()));
                }
                strands.add(new Strand(strand.name(), strand.processor(), strand.level(), strand.device(),
                        strand.times(), strand.migrates(), parts(strand, own, values)));
            }
            return strands;
        }

        /** What a processor runs is one piece of code; of a device each step is one. */
        private List<Code> parts(Scenario.Strand strand, List<Action> own, List<Values> values) {
            if (!strand.device()) {
                return List.of(new StrandCode(machine, own, List.copyOf(values)));
            }
            List<Code> parts = new ArrayList<>();
            for (int i = 0; i < own.size(); i++) {
                parts.add(new StrandCode(machine, List.of(own.get(i)), List.of(values.get(i))));
            }
            return parts;
        }
    }

    private static SearchResult nothing(String bound, List<SearchResult.Found> before) {
        return new SearchResult(false, bound, 0, before);
    }
}
