package org.dmalab.lab.run;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.BiPredicate;
import java.util.function.IntFunction;

import org.dmalab.api.Failure;
import org.dmalab.api.Machine;
import org.dmalab.api.service.Binding;
import org.dmalab.api.service.Services;
import org.dmalab.lab.Verdict;
import org.dmalab.lab.oracle.OracleSet;
import org.dmalab.lab.scenario.ScenarioMachines;

/**
 * Lets each call of a run that can fail do so, on one machine: {@link Forks} marks it at each of them while none fails;
 * then, from the last to the first, the machine is rolled back to the mark, the code of the step is brought there again
 * by the results that it has had, and goes on with the failure. So what comes before a call is run once for all.
 *
 * <p>What comes after it is run twice: a variant that remembers something differs, and is run from the start once more
 * so that the difference is named. From the start, too, is run what lies too far back for the machine's trail.
 */
final class FailureSweep {
    /** Changes that are kept, 16 bytes each. */
    private static final int TRAIL_LIMIT = 1 << 23;

    private final Job job;
    private final RunLimits limits;
    private final IntFunction<RunResult> fromTheStart;
    private final List<Failure> failures;
    private final Machine machine;
    private final OracleSet oracles;

    FailureSweep(Job job, Binding binding, RunLimits limits, IntFunction<RunResult> fromTheStart) {
        this.job = job;
        this.limits = limits;
        this.fromTheStart = fromTheStart;
        this.failures = FailingCall.ways(job.architecture().failures());
        this.machine = ScenarioMachines.create(job.architecture(), job.scenario(), job.spec(),
                Services.fixed(binding));
        this.oracles = new OracleSet(job.architecture(), machine, job.oracles());
        machine.store().limitTrail(TRAIL_LIMIT);
    }

    Sweep run(RunResult none, BiPredicate<Integer, Integer> goOn) {
        Forks forks = new Forks(failures, machine, oracles);
        Execution marking = execution(true);
        marking.run(job.scenario(), 0, forks);
        requireNotInterrupted(marking);
        List<Sweep.Failed> failed = new ArrayList<>();
        int points = forks.forks().size();
        for (int i = points - 1; i >= 0 && goOn.test(failed.size(), points); i--) {
            Forks.Fork fork = forks.forks().get(i);
            failed.add(new Sweep.Failed(fork.point(), fail(fork)));
        }
        Collections.reverse(failed);
        return new Sweep(none, points, failed);
    }

    private RunResult fail(Forks.Fork fork) {
        int number = fork.point().number();
        if (!machine.store().reaches(fork.start().mark())) {
            return fromTheStart.apply(number);
        }
        Execution first = resume(fork, true);
        RunResult result = job.judge(first.broken(), oracles.violations(), first.refusals(), null, Timeline.EMPTY,
                List.of());
        Execution second = resume(fork, false);
        if (first.broken() == null && second.broken() == null && first.stream().same(second.stream())) {
            return result;
        }
        RunResult again = fromTheStart.apply(number);
        return first.broken() != null || again.verdict() == Verdict.BROKEN ? again
                : job.broken("hidden state: " + Runner.difference(first.stream(), second.stream()));
    }

    private Execution resume(Forks.Fork fork, boolean watched) {
        Forks.Start start = fork.start();
        machine.store().rollback(start.mark(), start.fingerprint());
        oracles.restore(start.oracles());
        Execution execution = execution(watched);
        execution.resume(job.scenario(), start,
                new FedCalls(start, new FailingCall(failures, fork.point().number(), start.points())));
        requireNotInterrupted(execution);
        return execution;
    }

    private Execution execution(boolean watched) {
        return new Execution(machine, job.actions(), limits, new EventStream(0),
                watched ? new Execution.Observers(null, null, oracles) : null);
    }

    private void requireNotInterrupted(Execution execution) {
        if (execution.interrupted()) {
            throw Runner.interrupted(job);
        }
    }
}
