package org.dmalab.lab.run;

import java.util.List;
import java.util.TreeMap;

import org.dmalab.api.Action;
import org.dmalab.api.Architecture;
import org.dmalab.api.MachineSpec;
import org.dmalab.api.Oracle;
import org.dmalab.lab.Verdict;
import org.dmalab.lab.catalog.Selection;
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
        Verdict verdict = broken != null ? Verdict.BROKEN : !violations.isEmpty() ? Verdict.FAIL
                : !refusals.isEmpty() ? Verdict.REFUSED : Verdict.PASS;
        return result(verdict, reason(broken, violations, refusals), violations, metrics, timeline, dmesg);
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
