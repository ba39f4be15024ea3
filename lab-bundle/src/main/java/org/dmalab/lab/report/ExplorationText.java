package org.dmalab.lab.report;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

import org.dmalab.lab.explore.ScenarioExplorer.Outcome;
import org.dmalab.lab.explore.SearchResult;

/** What {@code scenario:explore} prints. */
public final class ExplorationText {
    private static final String INDENT = "    ";

    private ExplorationText() { }

    /** For people: a line for each patch, then the first violation of each oracle with its schedule. */
    public static String text(List<Outcome> outcomes) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("scenario", "patch", "verdict", "searched", "states", "executions"));
        for (Outcome outcome : outcomes) {
            SearchResult search = outcome.search();
            String exhaustively = search.verified() ? "exhaustively, twice" : "exhaustively";
            rows.add(List.of(outcome.scenario(), outcome.patch(), outcome.verdict().text(),
                    search.exhausted() ? exhaustively : search.bound(),
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
            more(outcome.search().bound()).ifPresent(hint -> lines.addAll(Layout.wrap(hint, "  ")));
        }
        for (SearchResult.Found found : outcome.search().firstOfEachOracle()) {
            lines.add("");
            lines.addAll(Layout.wrap(head + found.oracle() + ": " + found.message(), "", "  "));
            lines.addAll(schedule(found.turns()));
            if (!outcome.token(found).isEmpty()) {
                lines.add("  again, step by step: scenario:replay " + outcome.token(found));
            } else if (found.schedule() != null) {
                lines.add("  its schedule is too long for a token");
            }
            long more = outcome.search().violations().stream()
                    .filter(one -> one.oracle().equals(found.oracle())).count() - 1;
            if (more > 0) {
                lines.add("  and " + more + " more of " + found.oracle() + "; --format json has them all");
            }
        }
    }

    /** What gives a search more of what it ran out of. */
    private static Optional<String> more(String bound) {
        return Optional.ofNullable(switch (bound.split(" ")[0]) {
            case "budget" -> "--budget gives it more time";
            case "max-states" -> "--max-states gives it more";
            case "memory" -> "a larger heap gives it more: JAVA_TOOL_OPTIONS=-Xmx8g ./dmalab ...";
            default -> null;
        }).map(hint -> hint + "; \"Bounding a search\" in docs/exploring.md tells what makes it smaller");
    }

    /** A column for each processor and device, a row for each turn; below it what is said of all. */
    private static List<String> schedule(List<SearchResult.Turn> turns) {
        List<String> columns = turns.stream().map(SearchResult.Turn::column).filter(one -> !one.isEmpty()).distinct()
                .sorted().toList();
        List<String> lines = table(turns, columns, false);
        if (lines.stream().anyMatch(line -> line.length() > Layout.WIDTH)) {
            lines = table(turns, columns, true);
        }
        for (SearchResult.Turn turn : turns) {
            if (turn.column().isEmpty()) {
                lines.add(INDENT + turn.text());
            }
        }
        return lines;
    }

    /** The parts of a turn stand side by side, or below each other in a narrow table. */
    private static List<String> table(List<SearchResult.Turn> turns, List<String> columns, boolean narrow) {
        List<List<String>> rows = new ArrayList<>();
        if (!columns.isEmpty()) {
            rows.add(columns);
        }
        for (SearchResult.Turn turn : turns) {
            int column = columns.indexOf(turn.column());
            if (column < 0) {
                continue;
            }
            String text = turn.text().startsWith(turn.column() + ": ")
                    ? turn.text().substring(turn.column().length() + 2) : turn.text();
            String indent = "";
            for (String part : narrow ? text.split(", ") : new String[] {text}) {
                List<String> row = new ArrayList<>(Collections.nCopies(columns.size(), ""));
                row.set(column, indent + part);
                rows.add(row);
                indent = "  ";
            }
        }
        return Layout.columns(rows, INDENT);
    }
}
