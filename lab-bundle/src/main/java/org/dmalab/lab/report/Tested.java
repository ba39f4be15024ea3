package org.dmalab.lab.report;

import java.util.ArrayList;
import java.util.List;

import org.dmalab.lab.Verdict;
import org.dmalab.lab.explore.ScenarioExplorer;
import org.dmalab.lab.run.RunResult;

/**
 * A scenario with a patch as test reports tell it, whether it was run once or searched.
 *
 * @param scenario name of the scenario
 * @param patch name of the selection
 * @param verdict the verdict
 * @param reason why, in one line; empty if all is well
 * @param evidence a line or several for each violation
 */
public record Tested(String scenario, String patch, Verdict verdict, String reason, List<String> evidence) {
    /** Copies the list. */
    public Tested {
        evidence = List.copyOf(evidence);
    }

    /** What came of one run. */
    public static Tested of(RunResult result) {
        return new Tested(result.scenario(), result.patch(), result.verdict(), result.reason(),
                result.violations().stream().map(violation -> violation.oracle() + " at step " + violation.step()
                        + ": " + violation.message()).toList());
    }

    /** What came of one search; tokens of the first schedule of each oracle are the last lines. */
    public static Tested of(ScenarioExplorer.Outcome outcome) {
        List<String> evidence = new ArrayList<>(outcome.search().violations().stream()
                .map(found -> found.oracle() + ": " + found.message()).toList());
        outcome.search().firstOfEachOracle().stream().map(outcome::token).filter(token -> !token.isEmpty())
                .forEach(token -> evidence.add("scenario:replay " + token));
        return new Tested(outcome.scenario(), outcome.patch(), outcome.verdict(), outcome.reason(), evidence);
    }

    /** Tells whether a test of it has to end with a failure. */
    boolean bad() {
        return verdict == Verdict.FAIL || noVerdict();
    }

    /** Tells whether it could not be decided: neither pass nor fail. */
    boolean noVerdict() {
        return verdict == Verdict.BROKEN || verdict == Verdict.UNDECIDED;
    }

    /** Names of the scenarios, in the order of the results. */
    static List<String> scenarios(List<Tested> all) {
        return all.stream().map(Tested::scenario).distinct().toList();
    }
}
