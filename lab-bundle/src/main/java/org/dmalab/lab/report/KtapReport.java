package org.dmalab.lab.report;

import java.util.ArrayList;
import java.util.List;

/** KTAP version 1: a test for each scenario, in it a subtest for each patch, named {@code scenario:patch}. */
public final class KtapReport {
    private static final String INDENT = "  ";

    private KtapReport() { }

    /** The document. */
    public static String text(List<Tested> all) {
        List<String> lines = new ArrayList<>();
        lines.add("KTAP version 1");
        lines.add("1.." + Tested.scenarios(all).size());
        int number = 0;
        for (String scenario : Tested.scenarios(all)) {
            List<Tested> results = all.stream().filter(one -> one.scenario().equals(scenario)).toList();
            lines.add(INDENT + "KTAP version 1");
            lines.add(INDENT + "# Subtest: " + name(scenario));
            lines.add(INDENT + "1.." + results.size());
            int sub = 0;
            for (Tested result : results) {
                subtest(++sub, result, lines);
            }
            boolean ok = results.stream().noneMatch(Tested::bad);
            lines.add((ok ? "ok " : "not ok ") + ++number + " " + name(scenario));
        }
        return String.join("\n", lines) + "\n";
    }

    private static void subtest(int number, Tested result, List<String> lines) {
        result.evidence().forEach(evidence -> lines.add(INDENT + "# " + line(evidence)));
        String directive = switch (result.verdict()) {
            case BROKEN, UNDECIDED -> " # ERROR " + result.verdict().text() + ": " + line(result.reason());
            case REFUSED -> " # SKIP refused: " + line(result.reason());
            default -> "";
        };
        lines.add(INDENT + (result.bad() ? "not ok " : "ok ") + number + " "
                + name(result.scenario() + ":" + result.patch()) + directive);
    }

    /** A description can't have a hash sign: a directive would begin there. */
    private static String name(String name) {
        return line(name).replace('#', '_');
    }

    private static String line(String text) {
        return text.replaceAll("[\\p{Cntrl}]+", " ");
    }
}
