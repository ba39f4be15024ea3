package org.dmalab.shell.scenario;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.dmalab.lab.explore.ScenarioExplorer.Outcome;
import org.dmalab.lab.explore.SearchResult;

/** What {@code scenario:explore} prints. */
final class ExplorationText {
    private ExplorationText() { }

    /** For people: a line for each patch, then the first violation of each oracle with its schedule. */
    static String text(List<Outcome> outcomes) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("scenario", "patch", "verdict", "searched", "states", "executions"));
        for (Outcome outcome : outcomes) {
            SearchResult search = outcome.search();
            rows.add(List.of(outcome.scenario(), outcome.patch(), outcome.verdict().text(),
                    search.exhausted() ? search.verified() ? "exhaustively, twice" : "exhaustively" : search.bound(),
                    Long.toString(search.states()), Long.toString(search.executions())));
        }
        List<String> lines = new ArrayList<>(Layout.columns(rows, ""));
        outcomes.forEach(outcome -> evidence(outcome, lines));
        return Layout.text(lines);
    }

    private static void evidence(Outcome outcome, List<String> lines) {
        String head = outcome.scenario() + " with " + outcome.patch() + ": ";
        if (outcome.search().violations().isEmpty() && !outcome.reason().isEmpty()) {
            lines.add("");
            lines.add(head + outcome.verdict().text());
            lines.addAll(Layout.wrap(outcome.reason(), "  "));
        }
        for (SearchResult.Found found : outcome.search().firstOfEachOracle()) {
            lines.add("");
            lines.addAll(Layout.wrap(head + found.oracle() + ": " + found.message(), "", "  "));
            found.turns().forEach(turn -> lines.add("    " + turn));
            if (!outcome.token(found).isEmpty()) {
                lines.add("  again, step by step: scenario:replay " + outcome.token(found));
            }
            long more = outcome.search().violations().stream()
                    .filter(one -> one.oracle().equals(found.oracle())).count() - 1;
            if (more > 0) {
                lines.add("  and " + more + " more of " + found.oracle() + "; --format json has them all");
            }
        }
    }

    /** For programs: an array, one element for each search. */
    static List<Map<String, Object>> json(List<Outcome> outcomes, List<Double> seconds) {
        List<Map<String, Object>> result = new ArrayList<>();
        for (Outcome outcome : outcomes) {
            SearchResult search = outcome.search();
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("scenario", outcome.scenario());
            one.put("patch", outcome.patch());
            one.put("verdict", outcome.verdict().text());
            one.put("reason", outcome.reason());
            one.put("exhausted", search.exhausted());
            one.put("bound", search.bound());
            one.put("executions", search.executions());
            one.put("states", search.states());
            one.put("tableBytes", search.tableBytes());
            one.put("verified", search.verified());
            one.put("secondsTotal", seconds.get(outcomes.indexOf(outcome)));
            one.put("token", outcome.token());
            List<Object> violations = new ArrayList<>();
            for (SearchResult.Found found : search.violations()) {
                Map<String, Object> violation = new LinkedHashMap<>();
                violation.put("oracle", found.oracle());
                violation.put("message", found.message());
                violation.put("schedule", found.turns());
                violation.put("token", outcome.token(found));
                violations.add(violation);
            }
            one.put("violations", violations);
            result.add(one);
        }
        return result;
    }
}
