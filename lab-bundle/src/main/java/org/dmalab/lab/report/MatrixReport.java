package org.dmalab.lab.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

import org.dmalab.lab.run.Comparison;
import org.dmalab.lab.run.RunResult;

/** The comparison matrix, for people: scenarios by patches, the reasons below, then the metrics. */
public final class MatrixReport {

    private MatrixReport() { }

    /** The whole report; scenarios with other patches (of another architecture) stand in a matrix of their own. */
    public static String text(Comparison comparison) {
        List<String> lines = new ArrayList<>();
        for (List<String> group : groups(comparison)) {
            if (!lines.isEmpty()) {
                lines.add("");
            }
            lines.addAll(matrix(comparison, group));
        }
        List<String> reasons = reasons(comparison);
        if (!reasons.isEmpty()) {
            lines.add("");
            lines.addAll(reasons);
        }
        for (String scenario : comparison.scenarios()) {
            lines.add("");
            lines.addAll(metrics(comparison, scenario));
        }
        return String.join("\n", lines) + "\n";
    }

    /** The matrix of some scenarios alone. */
    static List<String> matrix(Comparison comparison, List<String> scenarios) {
        List<String> patches = comparison.patches(scenarios);
        List<List<String>> rows = new ArrayList<>();
        List<String> head = new ArrayList<>(List.of("scenario"));
        head.addAll(patches);
        rows.add(head);
        for (String scenario : scenarios) {
            List<String> row = new ArrayList<>(List.of(scenario));
            for (String patch : patches) {
                row.add(comparison.result(scenario, patch).map(cell -> cell.verdict().text()).orElse("-"));
            }
            rows.add(row);
        }
        return Layout.columns(rows, "");
    }

    /** Scenarios that are compared with the same patches. */
    private static Iterable<List<String>> groups(Comparison comparison) {
        Map<List<String>, List<String>> groups = new LinkedHashMap<>();
        for (String scenario : comparison.scenarios()) {
            groups.computeIfAbsent(comparison.patches(List.of(scenario)), any -> new ArrayList<>()).add(scenario);
        }
        return groups.values();
    }

    private static List<String> reasons(Comparison comparison) {
        List<String> lines = new ArrayList<>();
        for (RunResult cell : comparison.results()) {
            if (!cell.reason().isEmpty()) {
                lines.add(cell.scenario() + " with " + cell.patch() + ": " + cell.verdict().text());
                lines.addAll(Layout.parts(cell.reason(), "  "));
            }
        }
        return lines;
    }

    private static List<String> metrics(Comparison comparison, String scenario) {
        List<String> patches = comparison.patches(List.of(scenario));
        TreeSet<String> names = new TreeSet<>();
        comparison.results().stream().filter(cell -> cell.scenario().equals(scenario))
                .forEach(cell -> names.addAll(cell.metrics().keySet()));
        List<List<String>> rows = new ArrayList<>();
        List<String> head = new ArrayList<>(List.of("metrics of " + scenario));
        head.addAll(patches);
        rows.add(head);
        for (String name : names) {
            List<String> row = new ArrayList<>(List.of("  " + name));
            for (String patch : patches) {
                row.add(comparison.result(scenario, patch).map(cell -> cell.metrics().get(name))
                        .map(String::valueOf).orElse("-"));
            }
            rows.add(row);
        }
        return Layout.columns(rows, "");
    }
}
