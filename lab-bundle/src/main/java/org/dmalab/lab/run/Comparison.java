package org.dmalab.lab.run;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

import org.dmalab.lab.Verdict;
import org.dmalab.lab.catalog.Selection;
import org.dmalab.lab.scenario.ExpectedMatrix;
import org.dmalab.lab.scenario.Scenario;

/**
 * Scenarios by patches.
 *
 * @param results all cells, scenario by scenario, in the order in which they were run
 */
public record Comparison(List<RunResult> results) {
    /** Copies the list. */
    public Comparison {
        results = List.copyOf(results);
    }

    /**
     * Runs every scenario with each of its selections.
     *
     * @param selections says which patches are compared on a scenario
     * @param progress is told each result when it is there
     */
    public static Comparison run(Runner runner, List<Scenario> scenarios,
            Function<Scenario, List<Selection>> selections, RunOptions options, Consumer<RunResult> progress) {
        List<RunResult> results = new ArrayList<>();
        for (Scenario scenario : scenarios) {
            for (Selection selection : selections.apply(scenario)) {
                RunResult result = runner.run(scenario, selection, options);
                results.add(result);
                progress.accept(result);
            }
        }
        return new Comparison(results);
    }

    /** Names of the scenarios, in the order of the results. */
    public List<String> scenarios() {
        return results.stream().map(RunResult::scenario).distinct().toList();
    }

    /** Names of the patches of some scenarios, in the order of the results. */
    public List<String> patches(List<String> scenarios) {
        return results.stream().filter(result -> scenarios.contains(result.scenario())).map(RunResult::patch)
                .distinct().toList();
    }

    /** One cell. */
    public Optional<RunResult> result(String scenario, String patch) {
        return results.stream().filter(one -> one.scenario().equals(scenario) && one.patch().equals(patch))
                .findFirst();
    }

    /** Tells whether any cell has this verdict. */
    public boolean has(Verdict verdict) {
        return results.stream().anyMatch(result -> result.verdict() == verdict);
    }

    /**
     * A cell that is not as expected.
     *
     * @param scenario full name
     * @param patch the patch
     * @param expected what must come out; null if the matrix says nothing about it
     * @param actual what came out
     * @param reason why that came out
     */
    public record Difference(String scenario, String patch, Verdict expected, Verdict actual, String reason) {
        @Override
        public String toString() {
            return scenario + " with " + patch + ": " + actual.text() + (reason.isEmpty() ? "" : " (" + reason + ")")
                    + ", expected " + (expected == null ? "nothing: the matrix has no such cell" : expected.text());
        }
    }

    /**
     * Holds the cells against what must come out.
     *
     * @param expected gives the matrix of an architecture
     * @return the cells that differ, those about which no matrix says anything included
     */
    public List<Difference> differences(Function<String, Optional<ExpectedMatrix>> expected) {
        List<Difference> differences = new ArrayList<>();
        for (RunResult result : results) {
            String arch = result.scenario().substring(0, Math.max(0, result.scenario().indexOf('/')));
            Verdict wanted = expected.apply(arch).flatMap(matrix -> matrix.expected(result.scenario(),
                    result.patch())).orElse(null);
            if (wanted != result.verdict()) {
                differences.add(new Difference(result.scenario(), result.patch(), wanted, result.verdict(),
                        result.reason()));
            }
        }
        return differences;
    }
}
