package org.dmalab.lab.explore;

import java.util.List;
import java.util.Objects;

import org.dmalab.lab.InputException;
import org.dmalab.lab.Verdict;
import org.dmalab.lab.catalog.Catalog;
import org.dmalab.lab.catalog.Selection;
import org.dmalab.lab.explore.ScenarioExplorer.Outcome;
import org.dmalab.lab.oracle.Violation;
import org.dmalab.lab.run.RunOptions;
import org.dmalab.lab.run.RunResult;
import org.dmalab.lab.run.Runner;
import org.dmalab.lab.scenario.Scenario;

/** Holds a plain run against the schedule in which exploring takes the same order. */
final class SameVerdict {
    private static final String BLOCKED = "no-lock-cycle";
    private static final String BEFORE = "violated before";

    private SameVerdict() { }

    /** What is not the same; null if nothing is. */
    static String difference(Catalog catalog, Scenario scenario, Selection selection) {
        RunOrder order = new RunOrder(scenario);
        RunResult run = null;
        String runSays = "";
        try {
            run = new Runner(catalog).run(scenario, selection, RunOptions.DEFAULT);
        } catch (InputException e) {
            runSays = e.getMessage();
        }
        Outcome explored = null;
        String exploreSays = "";
        try {
            explored = new ScenarioExplorer(catalog).replay(scenario, Patches.of(selection), RunOptions.DEFAULT, order,
                    null);
        } catch (InputException e) {
            exploreSays = e.getMessage();
        }
        if (run == null && explored != null && explored.search().bound().startsWith(BEFORE)) {
            return null; // it did not come to where the mistake is
        }
        if (run == null || explored == null) {
            if (runSays.equals(exploreSays)) {
                return null;
            }
            return scenario.name() + " with " + selection + "\n  run:      "
                    + (run == null ? runSays : run.verdict() + " " + run.reason()) + "\n  explored: "
                    + (explored == null ? exploreSays : explored.verdict() + " " + explored.reason());
        }
        String both = scenario.name() + " with " + selection + "\n  run:      " + run.verdict() + " " + run.reason()
                + "\n  explored: " + explored.verdict() + " " + explored.reason();
        if (order.blocked()) {
            return run.violations().stream().anyMatch(one -> one.oracle().equals(BLOCKED)) ? null
                    : both + "\n  but a strand waits for a later one";
        }
        if (run.verdict() != explored.verdict()) {
            return both;
        }
        boolean same = run.verdict() == Verdict.FAIL ? sameViolations(run.violations(), explored.search().violations())
                : Objects.equals(run.reason(), explored.reason());
        return same ? null : both + "\n  " + run.violations() + "\n  " + explored.search().violations();
    }

    /**
     * A schedule ends with its first violation, but for warnings; a run goes on, and adds to its words what is known
     * later. So what a schedule has is what the run has first.
     */
    private static boolean sameViolations(List<Violation> run, List<SearchResult.Found> explored) {
        return explored.stream().allMatch(found -> run.stream().anyMatch(one -> same(one, found)))
                && explored.stream().anyMatch(found -> same(run.get(0), found));
    }

    private static boolean same(Violation run, SearchResult.Found explored) {
        return run.oracle().equals(explored.oracle()) && (run.message().startsWith(explored.message())
                || run.oracle().equals(BLOCKED) && waitsForTheSame(run.message(), explored.message()));
    }

    /** A run says who waits, a schedule where. */
    private static boolean waitsForTheSame(String run, String explored) {
        int at = explored.lastIndexOf(" for ");
        return explored.startsWith(Wording.DEADLOCK) && at >= 0
                && run.contains("waits for " + explored.substring(at + " for ".length()));
    }
}
