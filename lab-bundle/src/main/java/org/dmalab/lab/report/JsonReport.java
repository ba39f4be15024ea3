package org.dmalab.lab.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.dmalab.lab.catalog.Selection;
import org.dmalab.lab.catalog.VariantInfo;
import org.dmalab.lab.explore.ScenarioExplorer.Outcome;
import org.dmalab.lab.explore.SearchResult;
import org.dmalab.lab.oracle.Violation;
import org.dmalab.lab.run.RunResult;
import org.dmalab.lab.scenario.Scenario;

/** JSON documents, in the shapes of design.md section 7. */
public final class JsonReport {
    private JsonReport() { }

    /** A value as a document. */
    public static String document(Object value) {
        return Json.write(value) + "\n";
    }

    /** Runs or a comparison: an array of {scenario, patch, profile, backend, verdict, reason, violations, metrics}. */
    public static String results(List<RunResult> results) {
        return document(results.stream().map(JsonReport::result).toList());
    }

    private static Map<String, Object> result(RunResult result) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("scenario", result.scenario());
        json.put("patch", result.patch());
        json.put("profile", result.profile());
        json.put("backend", result.backend());
        json.put("verdict", result.verdict().text());
        json.put("reason", result.reason());
        json.put("violations", result.violations().stream().map(JsonReport::violation).toList());
        json.put("metrics", result.metrics());
        return json;
    }

    static Map<String, Object> violation(Violation violation) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("oracle", violation.oracle());
        json.put("step", violation.step());
        json.put("message", violation.message());
        return json;
    }

    /** Variants: an array of {arch, patch, services, commit, since, origin, description}. */
    public static String patches(List<VariantInfo> variants) {
        return document(variants.stream().map(JsonReport::patch).toList());
    }

    static Map<String, Object> patch(VariantInfo variant) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("arch", variant.arch());
        json.put("patch", variant.id());
        json.put("services", variant.services().stream().map(Selection::serviceName).toList());
        json.put("commit", variant.commit());
        json.put("since", variant.since());
        json.put("origin", variant.origin());
        json.put("description", variant.description());
        return json;
    }

    /** Scenarios: an array of {scenario, arch, title, source}. */
    public static String scenarios(List<Scenario> scenarios) {
        List<Object> all = new ArrayList<>();
        for (Scenario scenario : scenarios) {
            Map<String, Object> json = new LinkedHashMap<>();
            json.put("scenario", scenario.name());
            json.put("arch", scenario.arch());
            json.put("title", scenario.title());
            json.put("source", scenario.source());
            all.add(json);
        }
        return document(all);
    }

    /**
     * Searches: an object for one, else an array of {scenario, patch, verdict, reason, exhausted, bound, executions,
     * states, tableBytes, verified, secondsTotal, token, violations}.
     *
     * @param seconds how long each search took
     * @param several whether more than one was asked for, however many were made
     */
    public static String explorations(List<Outcome> outcomes, List<Double> seconds, boolean several) {
        List<Object> all = new ArrayList<>();
        for (int i = 0; i < outcomes.size(); i++) {
            all.add(exploration(outcomes.get(i), seconds.get(i)));
        }
        return document(several || all.isEmpty() ? all : all.get(0));
    }

    private static Map<String, Object> exploration(Outcome outcome, double seconds) {
        SearchResult search = outcome.search();
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("scenario", outcome.scenario());
        json.put("patch", outcome.patch());
        json.put("verdict", outcome.verdict().text());
        json.put("reason", outcome.reason());
        json.put("exhausted", search.exhausted());
        json.put("bound", search.bound());
        json.put("executions", search.executions());
        json.put("states", search.states());
        json.put("tableBytes", search.tableBytes());
        json.put("verified", search.verified());
        json.put("secondsTotal", seconds);
        json.put("token", outcome.token());
        List<Object> violations = new ArrayList<>();
        for (SearchResult.Found found : search.violations()) {
            Map<String, Object> violation = new LinkedHashMap<>();
            violation.put("oracle", found.oracle());
            violation.put("message", found.message());
            violation.put("schedule", found.turns().stream().map(SearchResult.Turn::toString).toList());
            violation.put("token", outcome.token(found));
            violations.add(violation);
        }
        json.put("violations", violations);
        return json;
    }
}
