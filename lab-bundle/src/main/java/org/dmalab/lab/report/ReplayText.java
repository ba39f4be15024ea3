package org.dmalab.lab.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.dmalab.lab.explore.ReplayStep;
import org.dmalab.lab.explore.ScenarioExplorer.Outcome;
import org.dmalab.lab.explore.SearchResult;

/** What {@code scenario:replay} prints: a row for each step, a column for each processor and device. */
public final class ReplayText {
    private ReplayText() { }

    /** The steps and what came of them. */
    public static String text(Outcome outcome, List<ReplayStep> steps) {
        Map<String, Integer> columns = new LinkedHashMap<>();
        steps.stream().map(ReplayStep::column).sorted().forEach(one -> columns.putIfAbsent(one, columns.size()));
        List<List<String>> rows = new ArrayList<>();
        List<String> head = new ArrayList<>(List.of("step"));
        head.addAll(columns.keySet());
        rows.add(head);
        for (ReplayStep step : steps) {
            List<String> row = new ArrayList<>(List.of(Long.toString(step.number())));
            for (String column : columns.keySet()) {
                row.add(column.equals(step.column()) ? cell(step) : "");
            }
            rows.add(row);
        }
        List<String> lines = new ArrayList<>(List.of(outcome.scenario() + " with " + outcome.patch(), ""));
        lines.addAll(Layout.columns(rows, ""));
        lines.add("");
        lines.addAll(verdict(outcome));
        return Layout.text(lines);
    }

    /** What came of it, and what was warned of on the way. */
    public static List<String> verdict(Outcome outcome) {
        List<String> lines = new ArrayList<>(Layout.wrap(outcome.verdict().text() + (outcome.reason().isEmpty() ? ""
                : ": " + outcome.reason()), "", "  "));
        List<SearchResult.Found> violations = outcome.search().violations();
        for (int i = 1; i < violations.size(); i++) {
            lines.addAll(Layout.wrap("on the way: " + violations.get(i).oracle() + ": " + violations.get(i).message(),
                    "",
                    "  "));
        }
        return lines;
    }

    private static String cell(ReplayStep step) {
        return step.strand() + ": " + step.words() + (step.line().isEmpty() ? "" : "  " + step.line());
    }
}
