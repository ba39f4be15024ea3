package org.dmalab.lab.run;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

import org.dmalab.lab.Verdict;
import org.dmalab.lab.catalog.Selection;
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
}
