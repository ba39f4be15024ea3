package org.dmalab.lab.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.dmalab.lab.Verdict;
import org.dmalab.lab.run.FailurePoint;
import org.dmalab.lab.run.RunResult;

/** What {@code scenario:explore --fail-each} prints. */
public final class FailureSweepText {
    private FailureSweepText() { }

    /**
     * A run in which one call failed.
     *
     * @param point the call; number 0 is the run in which none did
     * @param result what came of it
     * @param token by which it is run again; empty for number 0
     */
    public record Failed(FailurePoint point, RunResult result, String token) {
        /** As a test, named after the patch and the call. */
        public Tested tested() {
            Tested run = Tested.of(result);
            return new Tested(run.scenario(), point.number() == 0 ? run.patch() : run.patch() + ", call "
                    + point.number() + ": " + point.call() + " at " + point.line(), run.verdict(), run.reason(),
                    run.evidence());
        }
    }

    /**
     * For people: a line for the run as it is and one for each point; neighbours that differ in their number only
     * share one.
     */
    public static String text(List<Failed> all) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("scenario", "patch", "verdict", "times", "call that fails", "at", "what comes of it"));
        List<String> tokens = new ArrayList<>();
        String before = "";
        for (Failed one : all) {
            RunResult result = one.result();
            String key = result.scenario() + result.patch() + result.verdict() + one.point().call()
                    + one.point().line();
            if (key.equals(before)) {
                List<String> last = new ArrayList<>(rows.remove(rows.size() - 1));
                last.set(3, Integer.toString(Integer.parseInt(last.get(3)) + 1));
                rows.add(last);
            } else {
                rows.add(List.of(result.scenario(), result.patch(), result.verdict().text(), "1", one.point().call(),
                        one.point().line(), result.reason()));
                if (!one.token().isEmpty()
                        && (result.verdict() == Verdict.FAIL || result.verdict() == Verdict.BROKEN)) {
                    tokens.add("  " + one.point().call() + " at " + one.point().line() + ": scenario:replay "
                            + one.token());
                }
            }
            before = key;
        }
        List<String> lines = new ArrayList<>(Layout.columns(rows, ""));
        if (!tokens.isEmpty()) {
            lines.add("");
            lines.add("again, step by step:");
            lines.addAll(tokens);
        }
        return Layout.text(lines);
    }

    /** For programs: one element for each point. */
    public static List<Map<String, Object>> json(List<Failed> all) {
        List<Map<String, Object>> rows = new ArrayList<>();
        for (Failed one : all) {
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("scenario", one.result().scenario());
            row.put("patch", one.result().patch());
            row.put("point", one.point().number());
            row.put("call", one.point().call());
            row.put("line", one.point().line());
            row.put("verdict", one.result().verdict().text());
            row.put("reason", one.result().reason());
            row.put("token", one.token());
            rows.add(row);
        }
        return rows;
    }
}
