package org.dmalab.lab.run;

import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

import org.dmalab.api.Action;
import org.dmalab.api.Architecture;
import org.dmalab.api.Machine;
import org.dmalab.api.MachineSpec;
import org.dmalab.api.Oracle;
import org.dmalab.api.event.Dmesg;
import org.dmalab.api.service.Binding;
import org.dmalab.api.service.Services;
import org.dmalab.lab.InputException;
import org.dmalab.lab.Verdict;
import org.dmalab.lab.catalog.Catalog;
import org.dmalab.lab.catalog.Lease;
import org.dmalab.lab.catalog.Selection;
import org.dmalab.lab.oracle.OracleSet;
import org.dmalab.lab.oracle.Violation;
import org.dmalab.lab.scenario.MachineSpecs;
import org.dmalab.lab.scenario.Scenario;
import org.dmalab.lab.scenario.ScenarioMachines;

/**
 * Runs scenarios. Each run makes its own machine, borrows the service objects of the variant, and gives them back. A
 * run is executed three times with the same objects: a variant that remembers something shows in a later event stream.
 */
public final class Runner {
    private static final int NONE_FAILS = -1;

    private final Catalog catalog;
    private final RunLimits limits;

    /** A runner with the usual limits. */
    public Runner(Catalog catalog) {
        this(catalog, RunLimits.DEFAULT);
    }

    /** A runner with other limits. */
    public Runner(Catalog catalog, RunLimits limits) {
        this.catalog = catalog;
        this.limits = limits;
    }

    /**
     * Runs one scenario with one variant.
     *
     * @return the verdict with its evidence; whatever the variant or the model throws is in it
     * @throws InputException if a name is not known or a value is refused
     * @throws RunInterrupted if the thread was interrupted
     */
    public RunResult run(Scenario scenario, Selection selection, RunOptions options) {
        return run(scenario, selection, options, NONE_FAILS);
    }

    /**
     * Runs one scenario with one variant, and lets one call fail that can.
     *
     * @param point number of a {@link FailurePoint}
     * @throws InputException if a name is not known, a value is refused, or the run has no such point
     */
    public RunResult runFailing(Scenario scenario, Selection selection, RunOptions options, int point) {
        return run(scenario, selection, options, Math.max(0, point));
    }

    /**
     * The calls of a run that can fail, each once for every way.
     *
     * @throws InputException if a name is not known or a value is refused
     * @throws RunInterrupted if the thread was interrupted
     */
    public List<FailurePoint> failurePoints(Scenario scenario, Selection selection, RunOptions options) {
        Job job = job(scenario, selection, options, 0);
        try (Lease lease = catalog.borrow(job.spec(), selection)) {
            Machine machine = ScenarioMachines.create(job.architecture(), scenario, job.spec(),
                    Services.fixed(lease.binding()));
            FailureSweep sweep = job.sweep();
            execute(job, machine, new EventStream(0), null, sweep);
            return sweep.points();
        }
    }

    private RunResult run(Scenario scenario, Selection selection, RunOptions options, int failing) {
        Job job = job(scenario, selection, options, failing);
        try (Lease lease = catalog.borrow(job.spec(), selection)) {
            return run(job, lease.binding());
        }
    }

    private Job job(Scenario scenario, Selection selection, RunOptions options, int failing) {
        Architecture architecture = catalog.architecture(scenario.arch());
        MachineSpec spec = MachineSpecs.resolve(architecture,
                options.preset() == null ? scenario.preset() : options.preset(),
                options.profile() == null ? scenario.profile() : options.profile(),
                options.backend(), scenario.parameters(), scenario.files());
        return new Job(scenario, selection, options, architecture, spec, catalog.actions(scenario.arch()),
                oracles(scenario), failing);
    }

    private record Job(Scenario scenario, Selection selection, RunOptions options, Architecture architecture,
            MachineSpec spec, List<Action> actions, List<Oracle> oracles, int failing) {
        FailureSweep sweep() {
            return failing == NONE_FAILS ? null : new FailureSweep(architecture.failures(), failing);
        }

        RunResult result(Verdict verdict, String reason, List<Violation> violations, Metrics metrics,
                Timeline timeline, List<String> dmesg) {
            return new RunResult(scenario.name(), selection.name(), spec.profile(), spec.backend(), verdict, reason,
                    violations, metrics == null ? new TreeMap<>() : metrics.values(), timeline, dmesg);
        }

        RunResult broken(String reason) {
            return result(Verdict.BROKEN, reason, List.of(), null, Timeline.EMPTY, List.of());
        }
    }

    private List<Oracle> oracles(Scenario scenario) {
        return catalog.oracles(scenario.arch()).stream()
                .filter(oracle -> scenario.oracles().isEmpty() || scenario.oracles().contains(oracle.name())).toList();
    }

    private RunResult run(Job job, Binding binding) {
        Optional<String> hidden = HiddenState.of(binding);
        if (hidden.isPresent()) {
            return job.broken("hidden state: " + hidden.get());
        }
        LimitedCalls services = new LimitedCalls(binding, Long.MAX_VALUE, () -> { });
        Machine machine;
        Metrics metrics;
        TimelineRecorder recorder;
        OracleSet oracles;
        try {
            machine = ScenarioMachines.create(job.architecture(), job.scenario(), job.spec(), services);
            metrics = new Metrics(job.architecture(), machine);
            recorder = new TimelineRecorder(job.architecture(), machine, limits);
            oracles = new OracleSet(job.architecture(), machine, job.oracles());
        } catch (InputException e) {
            throw e;
        } catch (RuntimeException | LinkageError e) {
            return job.broken("the machine cannot be made: " + Thrown.describe(e, Services.fixed(binding)));
        }
        FailureSweep sweep = job.sweep();
        Execution first = execute(job, machine, new EventStream(0),
                new Execution.Observers(metrics, recorder, oracles), sweep);
        if (sweep != null && !sweep.failed() && first.broken() == null) {
            throw new InputException(job.scenario().name() + " with " + job.selection().name()
                    + " has no such failing point, expected 1 to " + sweep.count());
        }
        String broken = first.broken() != null ? first.broken() : repeat(job, binding, first, services.calls());
        Verdict verdict = broken != null ? Verdict.BROKEN : !oracles.violations().isEmpty() ? Verdict.FAIL
                : !first.refusals().isEmpty() ? Verdict.REFUSED : Verdict.PASS;
        return job.result(verdict, reason(broken, oracles.violations(), first.refusals()), oracles.violations(),
                metrics, recorder.timeline(), machine.dmesg().lines().stream().map(Dmesg.Line::toString).toList());
    }

    private Execution execute(Job job, Machine machine, EventStream stream, Execution.Observers observers,
            FailureSweep sweep) {
        Execution execution = new Execution(machine, job.actions(), limits, stream, observers);
        execution.run(job.scenario(), job.options().seed(), sweep);
        if (execution.interrupted()) {
            Thread.currentThread().interrupt();
            throw new RunInterrupted(job.scenario().name() + " with " + job.selection().name()
                    + " was interrupted");
        }
        return execution;
    }

    private Execution again(Job job, Binding binding, long firstInWindow) {
        Machine machine = job.architecture().create(job.spec(), Services.fixed(binding));
        return execute(job, machine, new EventStream(firstInWindow), null, job.sweep());
    }

    /**
     * Executes again; says what was different, or null. The second run ends before the last call, so that a counter
     * that comes out even in each run (a parity) has another phase when the third begins.
     */
    private String repeat(Job job, Binding binding, Execution first, long calls) {
        try {
            String different = compareUpToLastCall(job, binding, first, calls);
            return different != null ? different : compare(job, binding, first);
        } catch (RunInterrupted e) {
            throw e;
        } catch (RuntimeException | LinkageError e) {
            return "hidden state: the second run cannot be made: " + Thrown.describe(e, Services.fixed(binding));
        }
    }

    private String compareUpToLastCall(Job job, Binding binding, Execution first, long calls) {
        EventStream stream = new EventStream(0);
        Services allButOne = new LimitedCalls(binding, calls - 1, stream::close);
        execute(job, job.architecture().create(job.spec(), allButOne), stream, null, job.sweep());
        long event = first.stream().firstDifference(stream);
        return event < 0 || event >= stream.count() ? null
                : "hidden state: two runs with the same service objects differ, "
                        + difference(job, binding, first.stream(), stream);
    }

    private String compare(Job job, Binding binding, Execution first) {
        Execution second = again(job, binding, 0);
        if (first.stream().same(second.stream()) && second.broken() == null) {
            return null;
        }
        String where = difference(job, binding, first.stream(), second.stream());
        if (where == null) {
            long chunk = first.stream().firstDifferentChunk(second.stream());
            where = difference(job, binding, again(job, binding, chunk).stream(),
                    again(job, binding, chunk).stream());
            where = where != null ? where : "the runs part after event " + chunk;
        }
        return "hidden state: two runs with the same service objects differ, " + where
                + (second.broken() == null ? "" : "; the second ended with " + second.broken());
    }

    /** The first event that differs, with where it comes from in a further run; null if there is none. */
    private String difference(Job job, Binding binding, EventStream first, EventStream second) {
        long event = first.firstDifference(second);
        if (event < 0) {
            return null;
        }
        EventStream further = new EventStream(0).locating(event);
        execute(job, job.architecture().create(job.spec(), Services.fixed(binding)), further, null,
                job.sweep());
        return "event " + (event + 1) + " was " + first.describe(event) + ", then " + second.describe(event) + ", at "
                + further.place();
    }

    private static String reason(String broken, List<Violation> violations, List<String> refusals) {
        if (broken != null) {
            return broken;
        }
        StringBuilder text = new StringBuilder();
        if (!violations.isEmpty()) {
            text.append(violations.get(0).oracle()).append(": ").append(violations.get(0).message());
        }
        if (!refusals.isEmpty()) {
            text.append(text.length() == 0 ? "" : "; ").append(refusals.get(0));
            if (refusals.size() > 1) {
                text.append(" and ").append(refusals.size() - 1).append(" more");
            }
        }
        return text.toString();
    }
}
