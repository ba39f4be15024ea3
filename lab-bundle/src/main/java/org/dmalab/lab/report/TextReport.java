package org.dmalab.lab.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

import org.dmalab.lab.oracle.Violation;
import org.dmalab.lab.run.RunResult;
import org.dmalab.lab.run.Timeline;

/** The report of one run, for people. */
public final class TextReport {
    private static final int BEFORE = 12;
    private static final int AFTER = 6;
    private static final int WITHOUT_VIOLATION = 60;

    private TextReport() { }

    /** Verdict, violations, and the timeline around each; the timeline as a whole, in brief, if there is none. */
    public static String run(RunResult result) {
        List<String> lines = new ArrayList<>();
        lines.add(result.scenario() + " with " + result.patch() + ": " + result.verdict().text());
        lines.add("profile " + result.profile() + ", back end " + result.backend());
        if (!result.reason().isEmpty() && result.violations().isEmpty()) {
            lines.addAll(Layout.parts(result.reason(), ""));
        }
        violations(result, lines);
        Set<Long> marked = result.violations().stream().map(Violation::step).collect(Collectors.toCollection(
                TreeSet::new));
        lines.add("");
        lines.add("timeline" + (marked.isEmpty() ? "" : " around what was violated") + " ("
                + result.timeline().events() + " events)");
        lines.add(TimelineText.LEGEND);
        timeline(result.timeline().entries(), marked, lines);
        lines.add("");
        lines.add("metrics");
        lines.addAll(Layout.columns(result.metrics().entrySet().stream()
                .map(entry -> List.of(entry.getKey(), Long.toString(entry.getValue()))).toList(), "  "));
        return String.join("\n", lines) + "\n";
    }

    private static void violations(RunResult result, List<String> lines) {
        int number = 0;
        for (Violation violation : result.violations()) {
            lines.add("");
            lines.add("violation " + ++number + ": " + violation.oracle() + " at step " + violation.step());
            lines.addAll(Layout.parts(violation.message(), "  "));
        }
        String first = result.violations().isEmpty() ? "" : result.violations().get(0).oracle() + ": "
                + result.violations().get(0).message();
        if (!first.isEmpty() && result.reason().startsWith(first + "; ")) {
            lines.add("");
            lines.add("refused: " + result.reason().substring(first.length() + 2));
        } else if (!first.isEmpty() && !result.reason().equals(first)) {
            lines.add("");
            lines.addAll(Layout.parts(result.reason(), ""));
        }
    }

    private static void timeline(List<Timeline.Entry> entries, Set<Long> marked, List<String> lines) {
        List<String> all = TimelineText.lines(entries, marked);
        if (marked.isEmpty()) {
            addMiddleOut(all, lines);
            return;
        }
        boolean[] shown = new boolean[all.size()];
        for (int i = 0; i < all.size(); i++) {
            if (all.get(i).startsWith(">")) {
                for (int k = Math.max(0, i - BEFORE); k <= Math.min(all.size() - 1, i + AFTER); k++) {
                    shown[k] = true;
                }
            }
        }
        int hidden = 0;
        for (int i = 0; i < all.size(); i++) {
            if (!shown[i]) {
                hidden++;
                continue;
            }
            if (hidden > 0) {
                lines.add(TimelineText.leftOut(hidden));
                hidden = 0;
            }
            lines.add(all.get(i));
        }
        if (hidden > 0) {
            lines.add(TimelineText.leftOut(hidden));
        }
    }

    private static void addMiddleOut(List<String> all, List<String> lines) {
        int half = WITHOUT_VIOLATION / 2;
        if (all.size() <= WITHOUT_VIOLATION) {
            lines.addAll(all);
            return;
        }
        lines.addAll(all.subList(0, half));
        lines.add(TimelineText.leftOut((all.size() - 2 * half)));
        lines.addAll(all.subList(all.size() - half, all.size()));
    }
}
