package org.dmalab.lab.report;

import java.util.ArrayList;
import java.util.List;

import org.dmalab.lab.Verdict;
import org.dmalab.lab.oracle.Violation;
import org.dmalab.lab.run.Comparison;
import org.dmalab.lab.run.RunResult;

/** KTAP version 1: a test for each scenario, in it a subtest for each patch, named {@code scenario:patch}. */
public final class KtapReport {
    private static final String INDENT = "  ";

    private KtapReport() { }

    /** The document. */
    public static String text(Comparison comparison) {
        List<String> lines = new ArrayList<>();
        lines.add("KTAP version 1");
        lines.add("1.." + comparison.scenarios().size());
        int number = 0;
        for (String scenario : comparison.scenarios()) {
            List<RunResult> results = comparison.results().stream()
                    .filter(result -> result.scenario().equals(scenario)).toList();
            lines.add(INDENT + "KTAP version 1");
            lines.add(INDENT + "# Subtest: " + name(scenario));
            lines.add(INDENT + "1.." + results.size());
            int sub = 0;
            for (RunResult result : results) {
                subtest(++sub, result, lines);
            }
            boolean ok = results.stream().noneMatch(KtapReport::bad);
            lines.add((ok ? "ok " : "not ok ") + ++number + " " + name(scenario));
        }
        return String.join("\n", lines) + "\n";
    }

    private static void subtest(int number, RunResult result, List<String> lines) {
        for (Violation violation : result.violations()) {
            lines.add(INDENT + "# " + line(violation.oracle() + " at step " + violation.step() + ": "
                    + violation.message()));
        }
        String directive = switch (result.verdict()) {
            case BROKEN -> " # ERROR broken: " + line(result.reason());
            case REFUSED -> " # SKIP refused: " + line(result.reason());
            default -> "";
        };
        lines.add(INDENT + (bad(result) ? "not ok " : "ok ") + number + " "
                + name(result.scenario() + ":" + result.patch()) + directive);
    }

    private static boolean bad(RunResult result) {
        return result.verdict() == Verdict.FAIL || result.verdict() == Verdict.BROKEN;
    }

    /** A description can't have a hash sign: a directive would begin there. */
    private static String name(String name) {
        return line(name).replace('#', '_');
    }

    private static String line(String text) {
        return text.replaceAll("[\\p{Cntrl}]+", " ");
    }
}
