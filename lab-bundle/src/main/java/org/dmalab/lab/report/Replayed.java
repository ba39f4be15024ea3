package org.dmalab.lab.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;

import org.dmalab.lab.Changed;
import org.dmalab.lab.Verdict;
import org.dmalab.lab.explore.ReplayStep;
import org.dmalab.lab.explore.ScenarioExplorer.Outcome;
import org.dmalab.lab.explore.SearchResult;
import org.dmalab.lab.run.RunResult;

/**
 * What came of a token: of an explored schedule, or of a run in which one call failed.
 *
 * @param token as typed
 * @param verdict the verdict
 * @param came the verdict in lines
 * @param full all of it, for people
 * @param facts all of it, for programs
 */
public record Replayed(String token, Verdict verdict, List<String> came, Supplier<String> full,
        Map<String, Object> facts) {
    /** What {@code --brief} leaves out. */
    private static final Set<String> AT_LENGTH = Set.of("steps", "metrics");

    /** A schedule that was taken again. */
    public static Replayed of(String token, Outcome outcome, List<ReplayStep> steps) {
        Map<String, Object> facts = facts(token, outcome.scenario(), outcome.patch(), outcome.verdict());
        facts.put("reason", outcome.reason());
        facts.put("violations", outcome.search().violations().stream().map(Replayed::describe).toList());
        facts.put("steps", steps.stream().map(Replayed::describe).toList());
        return new Replayed(token, outcome.verdict(), ReplayText.verdict(outcome),
                () -> ReplayText.text(outcome, steps), facts);
    }

    /** A run in which one call failed. */
    public static Replayed of(String token, RunResult result) {
        Map<String, Object> facts = facts(token, result.scenario(), result.patch(), result.verdict());
        facts.put("profile", result.profile());
        facts.put("backend", result.backend());
        facts.put("reason", result.reason());
        facts.put("violations", result.violations().stream().map(JsonReport::violation).toList());
        facts.put("metrics", result.metrics());
        return new Replayed(token, result.verdict(), Layout.wrap(result.verdict().text()
                + (result.reason().isEmpty() ? "" : ": " + result.reason()), "", "  "), () -> TextReport.run(result),
                facts);
    }

    private static Map<String, Object> facts(String token, String scenario, String patch, Verdict verdict) {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("token", token);
        facts.put("scenario", scenario);
        facts.put("patch", patch);
        facts.put("verdict", verdict.text());
        return facts;
    }

    /** For people: one after the other. */
    public static String text(List<Replayed> all, boolean brief) {
        return all.stream().map(one -> !brief ? one.full().get() : Layout.text(List.of(one.token()))
                + one.came().stream().map(line -> "  " + line + "\n").collect(Collectors.joining()))
                .collect(Collectors.joining(brief ? "" : "\n"));
    }

    /** For programs: an array of several, else the one. */
    public static String json(List<Replayed> all, boolean several, boolean brief) {
        List<Map<String, Object>> documents = new ArrayList<>();
        for (Replayed one : all) {
            Map<String, Object> document = new LinkedHashMap<>(one.facts());
            document.keySet().removeIf(key -> brief && AT_LENGTH.contains(key));
            documents.add(document);
        }
        return JsonReport.document(several || documents.isEmpty() ? documents : documents.get(0));
    }

    private static Map<String, Object> describe(SearchResult.Found found) {
        Map<String, Object> one = new LinkedHashMap<>();
        one.put("oracle", found.oracle());
        one.put("message", found.message());
        return one;
    }

    private static Map<String, Object> describe(ReplayStep step) {
        Map<String, Object> one = new LinkedHashMap<>();
        one.put("step", step.number());
        one.put("actor", step.column().toLowerCase(Locale.ROOT));
        one.put("strand", step.strand());
        one.put("call", step.words());
        one.put("line", step.line());
        one.put("changes", step.changes().stream().map(Replayed::describe).toList());
        one.put("stack", step.stack());
        return one;
    }

    private static Map<String, Object> describe(Changed changed) {
        Map<String, Object> one = new LinkedHashMap<>();
        one.put("region", changed.region());
        one.put("cell", changed.cell());
        one.put("before", "0x" + Long.toHexString(changed.before()));
        one.put("after", "0x" + Long.toHexString(changed.after()));
        return one;
    }
}
