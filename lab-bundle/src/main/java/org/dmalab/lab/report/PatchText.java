package org.dmalab.lab.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.dmalab.api.event.Actor;
import org.dmalab.lab.catalog.Selection;
import org.dmalab.lab.catalog.VariantInfo;
import org.dmalab.lab.run.RunResult;
import org.dmalab.lab.run.Timeline;

/** Patches in words, and as the documents of {@code patch:show} and {@code patch:diff}. */
public final class PatchText {
    private static final int COMMON = 3;
    private static final int FOLLOWING = 100;

    private PatchText() { }

    /** One line each, in the order of history. */
    public static String list(List<VariantInfo> variants) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("arch", "patch", "origin", "commit", "since", "description"));
        variants.forEach(one -> rows.add(List.of(one.arch(), one.id(), one.origin(), orDash(one.commit()),
                orDash(one.since()), one.description())));
        return variants.isEmpty() ? "" : Layout.text(Layout.columns(rows, ""));
    }

    /**
     * One patch in full.
     *
     * @param functions the C functions that it replaces
     */
    public static String show(VariantInfo variant, List<String> functions) {
        List<String> lines = new ArrayList<>(Layout.wrap(variant.id() + " (" + variant.arch() + "): "
                + variant.description(), "", "  "));
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("commit", orDash(variant.commit())));
        rows.add(List.of("since", orDash(variant.since())));
        rows.add(List.of("origin", variant.origin()));
        rows.add(List.of("services", String.join(", ", services(variant))));
        rows.add(List.of("layout", orDash(variant.layout())));
        lines.addAll(Layout.columns(rows, "  "));
        lines.add(functions.isEmpty() ? "C functions replaced: none" : "C functions replaced");
        functions.forEach(function -> lines.add("  " + function));
        if (!variant.steps().isEmpty()) {
            lines.add("order of steps");
            for (int i = 0; i < variant.steps().size(); i++) {
                lines.addAll(Layout.wrap(variant.steps().get(i), String.format("  %2d. ", i + 1), "      "));
            }
        }
        lines.add(variant.defects().isEmpty() ? "known defects: none" : "known defects");
        variant.defects().forEach(defect -> lines.addAll(Layout.wrap(defect, "  - ", "    ")));
        return Layout.text(lines);
    }

    private static String orDash(String text) {
        return text.isEmpty() ? "-" : text;
    }

    private static List<String> services(VariantInfo variant) {
        return variant.services().stream().map(Selection::serviceName).toList();
    }

    /** One patch as JSON values: those of {@code patch:list} and what else there is. */
    public static Map<String, Object> json(VariantInfo variant, List<String> functions) {
        Map<String, Object> result = JsonReport.patch(variant);
        result.put("functions", functions);
        result.put("steps", variant.steps());
        result.put("defects", variant.defects());
        result.put("layout", variant.layout());
        return result;
    }

    /** Where two runs part, as JSON values; the position is the number of timeline entries before it, null if none. */
    public static Map<String, Object> diff(RunResult first, RunResult second) {
        int at = PatchDiff.firstDifference(first.timeline(), second.timeline());
        List<Timeline.Entry> entries = first.timeline().entries();
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("scenario", first.scenario());
        result.put("same", at < 0);
        result.put("firstDifference", at < 0 ? null : at);
        result.put("before", at < 0 ? List.of() : entries(entries.subList(Math.max(0, at - COMMON), at)));
        result.put("runs", List.of(side(first, at), side(second, at)));
        return result;
    }

    private static Map<String, Object> side(RunResult run, int at) {
        List<Timeline.Entry> entries = run.timeline().entries();
        int from = at < 0 ? entries.size() : Math.min(at, entries.size());
        int to = Math.min(entries.size(), from + FOLLOWING);
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("patch", run.patch());
        result.put("verdict", run.verdict().text());
        result.put("reason", run.reason());
        result.put("following", entries(entries.subList(from, to)));
        result.put("more", entries.size() - to);
        return result;
    }

    private static List<Object> entries(List<Timeline.Entry> entries) {
        List<Object> result = new ArrayList<>();
        for (Timeline.Entry entry : entries) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("step", entry.step());
            one.put("actor", Actor.name(entry.actor()));
            one.put("words", entry.words());
            result.add(one);
        }
        return result;
    }
}
