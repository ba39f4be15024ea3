package org.dmalab.lab.run;

import java.util.List;
import java.util.Optional;
import java.util.function.BiPredicate;

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
import org.dmalab.lab.guard.UnusableVariant;
import org.dmalab.lab.oracle.OracleSet;
import org.dmalab.lab.scenario.MachineSpecs;
import org.dmalab.lab.scenario.Scenario;
import org.dmalab.lab.scenario.ScenarioMachines;

/**
 * Runs scenarios. Each run makes its own machine, borrows the service objects of the variant, and gives them back. A
 * run is executed three times with the same objects: a variant that remembers something shows in a later event stream.
 */
public final class Runner {
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
     * @throws OutOfMemory if the memory of the JVM ran out, which may be the fault of another run
     * @throws InputException if a name is not known or a value is refused
     * @throws RunInterrupted if the thread was interrupted
     */
    public RunResult run(Scenario scenario, Selection selection, RunOptions options) {
        return run(scenario, selection, options, Job.NONE_FAILS);
    }

    /** What comes of a run that cannot be made, for this reason. */
    public RunResult broken(Scenario scenario, Selection selection, RunOptions options, String reason) {
        return job(scenario, selection, options).broken(reason);
    }

    /**
     * Runs one scenario with one variant, and lets one call fail that can. If the step in which it fails is declined,
     * the run ends with that step, and the oracles look at what is left.
     *
     * @param point number of a {@link FailurePoint}
     * @throws InputException if a name is not known, a value is refused, or the run has no such point
     */
    public RunResult runFailing(Scenario scenario, Selection selection, RunOptions options, int point) {
        return run(scenario, selection, options, Math.max(0, point));
    }

    /**
     * Runs one scenario with one variant as it is, and then lets each call fail that can, one at a time. A run that is
     * broken as it is has no others.
     *
     * @param goOn is told how many calls are done and how many there are, and says whether there is time for another
     * @throws InputException if a name is not known or a value is refused
     * @throws RunInterrupted if the thread was interrupted
     */
    public Sweep sweep(Scenario scenario, Selection selection, RunOptions options, BiPredicate<Integer, Integer> goOn) {
        Job job = job(scenario, selection, options);
        try (Lease lease = catalog.borrow(job.spec(), selection)) {
            RunResult none = run(job, lease.binding());
            return none.verdict() == Verdict.BROKEN ? new Sweep(none, 0, List.of())
                    : new FailureSweep(job, lease.binding(), limits,
                            point -> run(job.failing(point), lease.binding())).run(none, goOn);
        } catch (UnusableVariant e) {
            return new Sweep(job.broken(e.getMessage()), 0, List.of());
        }
    }

    private RunResult run(Scenario scenario, Selection selection, RunOptions options, int failing) {
        Job job = job(scenario, selection, options).failing(failing);
        try (Lease lease = catalog.borrow(job.spec(), selection)) {
            return run(job, lease.binding());
        } catch (UnusableVariant e) {
            return job.broken(e.getMessage());
        }
    }

    private Job job(Scenario scenario, Selection selection, RunOptions options) {
        Architecture architecture = catalog.architecture(scenario.arch());
        MachineSpec spec = MachineSpecs.resolve(architecture,
                options.preset() == null ? scenario.preset() : options.preset(),
                options.profile() == null ? scenario.profile() : options.profile(),
                options.backend(), scenario.parameters(), scenario.files());
        return new Job(scenario, selection, options, architecture, spec, catalog.actions(scenario.arch()),
                oracles(scenario), Job.NONE_FAILS);
    }

    private List<Oracle> oracles(Scenario scenario) {
        return catalog.oracles(scenario.arch()).stream()
                .filter(oracle -> scenario.oracles().isEmpty() || scenario.oracles().contains(oracle.name())).toList();
    }

    private RunResult run(Job job, Binding binding) {
        Optional<String> hidden = HiddenState.of(binding);
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
        } catch (OutOfMemoryError e) {
            throw new OutOfMemory(Thrown.describe(e, Services.fixed(binding)));
        } catch (Throwable e) {
            return job.broken("the machine cannot be made: " + Thrown.describe(e, Services.fixed(binding)));
        }
        FailingCall failing = job.failingCall();
        EventStream stream = new EventStream(0);
        Execution first = execute(job, machine, hidden.isPresent() ? stream.withPlaces() : stream,
                new Execution.Observers(metrics, recorder, oracles), failing);
        if (failing != null && !failing.failed() && first.broken() == null) {
            throw new InputException(job.scenario().name() + " with " + job.selection().name()
                    + " has no such failing point, expected 1 to " + failing.count());
        }
        return job.judge(broken(job, binding, hidden, first, services.calls()), oracles.violations(),
                first.refusals(), metrics, recorder.timeline(),
                machine.dmesg().lines().stream().map(Dmesg.Line::toString).toList());
    }

    /** Why a run is broken, or null; of hidden state the field, if one was found, and the calls that differ. */
    private String broken(Job job, Binding binding, Optional<String> hidden, Execution first, long calls) {
        String different = first.broken() == null ? repeat(job, binding, first.stream(), calls) : first.broken();
        if (hidden.isPresent()) {
            return "hidden state: " + hidden.get() + "; "
                    + (different == null ? "no call of three runs differed" : different);
        }
        return first.broken() != null || different == null ? different : "hidden state: " + different;
    }

    private Execution execute(Job job, Machine machine, EventStream stream, Execution.Observers observers,
            FailingCall failing) {
        Execution execution = new Execution(machine, job.actions(), limits, stream, observers);
        execution.run(job.scenario(), job.options().seed(), failing);
        if (execution.interrupted()) {
            throw interrupted(job);
        }
        return execution;
    }

    /** What ends a run that was interrupted; the thread's status says so, too. */
    static RunInterrupted interrupted(Job job) {
        Thread.currentThread().interrupt();
        return new RunInterrupted(job.scenario().name() + " with " + job.selection().name() + " was interrupted");
    }

    /** Once more on another machine, watched by nobody. */
    private Execution again(Job job, Services services, EventStream stream) {
        return execute(job, job.architecture().create(job.spec(), services), stream, null, job.failingCall());
    }

    private EventStream withoutLastCall(Job job, Binding binding, EventStream stream, long calls) {
        again(job, new LimitedCalls(binding, calls - 1, stream::close), stream);
        return stream;
    }

    /**
     * Executes again; says what was different, or null. The second run ends before the last call, so that a counter
     * that comes out even in each run (a parity) has another phase when the third begins.
     */
    private String repeat(Job job, Binding binding, EventStream first, long calls) {
        try {
            EventStream shorter = withoutLastCall(job, binding, first.like(0), calls);
            long event = first.firstDifference(shorter);
            if (event >= 0 && event < shorter.count()) {
                return difference(job, binding, first, shorter, calls);
            }
            Execution third = again(job, Services.fixed(binding), first.like(0));
            if (first.same(third.stream()) && third.broken() == null) {
                return null;
            }
            return difference(job, binding, first, third.stream(), calls)
                    + (third.broken() == null ? "" : "; the second ended with " + third.broken());
        } catch (RunInterrupted | OutOfMemory e) {
            throw e;
        } catch (OutOfMemoryError e) {
            throw new OutOfMemory(Thrown.describe(e, Services.fixed(binding)));
        } catch (Throwable e) {
            return "the second run cannot be made: " + Thrown.describe(e, Services.fixed(binding));
        }
    }

    /**
     * The first event in which two runs differ, with the places of both: seen in these two, or else in further runs
     * that note places. Where those do not differ (what is hidden has been used up), the one place they have.
     */
    private String difference(Job job, Binding binding, EventStream first, EventStream second, long calls) {
        long event = first.firstDifference(second);
        if (event >= 0 && first.hasPlaces()) {
            return difference(first, second);
        }
        long from = event >= 0 ? first.firstInWindow() : first.firstDifferentChunk(second);
        EventStream one = again(job, Services.fixed(binding), new EventStream(from).withPlaces()).stream();
        EventStream other = again(job, Services.fixed(binding), one.like(from)).stream();
        if (one.firstDifference(other) < 0) {
            withoutLastCall(job, binding, new EventStream(from), calls);
            other = again(job, Services.fixed(binding), one.like(from)).stream();
        }
        if (one.firstDifference(other) >= 0) {
            return difference(one, other);
        }
        return event < 0 ? "two runs with the same service objects part after event " + from
                : difference(first, second) + " at " + other.place(event);
    }

    /** The first event in which two runs differ. */
    static String difference(EventStream first, EventStream second) {
        long event = first.firstDifference(second);
        return "two runs with the same service objects differ" + (event < 0 ? "" : ", event " + (event + 1) + " was "
                + first.describe(event) + ", then " + second.describe(event));
    }
}
