package org.dmalab.lab.run;

import java.util.List;
import java.util.TreeMap;

import org.dmalab.api.Action;
import org.dmalab.api.Architecture;
import org.dmalab.api.MachineSpec;
import org.dmalab.api.Oracle;
import org.dmalab.lab.Verdict;
import org.dmalab.lab.catalog.Selection;
import org.dmalab.lab.engine.Judgement;
import org.dmalab.lab.oracle.Violation;
import org.dmalab.lab.scenario.Scenario;

/**
 * What is to be run.
 *
 * @param scenario the steps
 * @param selection of variants
 * @param options over the scenario
 * @param architecture of the machine
 * @param spec of the machine
 * @param actions by which steps are taken
 * @param oracles who watch
 * @param failing number of the call that fails; {@link #NONE_FAILS}
 */
record Job(Scenario scenario, Selection selection, RunOptions options, Architecture architecture, MachineSpec spec,
        List<Action> actions, List<Oracle> oracles, int failing) {
    static final int NONE_FAILS = -1;

    /** The same with one call failing. */
    Job failing(int point) {
        return new Job(scenario, selection, options, architecture, spec, actions, oracles, point);
    }

    /** What lets the call fail; null if none is to. */
    FailingCall failingCall() {
        return failing == NONE_FAILS ? null
                : new FailingCall(FailingCall.ways(architecture.failures()), failing, 0);
    }

    RunResult result(Verdict verdict, String reason, List<Violation> violations, Metrics metrics, Timeline timeline,
            List<String> dmesg) {
        return new RunResult(scenario.name(), selection.name(), spec.profile(), spec.backend(), verdict, reason,
                violations, metrics == null ? new TreeMap<>() : metrics.values(), timeline, dmesg);
    }

    RunResult broken(String reason) {
        return result(Verdict.BROKEN, reason, List.of(), null, Timeline.EMPTY, List.of());
    }

    /** The verdict of an execution, with its reason. */
    RunResult judge(String broken, List<Violation> violations, List<String> refusals, Metrics metrics,
            Timeline timeline, List<String> dmesg) {
        Judgement judgement = Judgement.of(broken,
                violations.stream().map(one -> one.oracle() + ": " + one.message()).toList(), null, refusals);
        return result(judgement.verdict(), judgement.reason(), violations, metrics, timeline, dmesg);
    }
}
