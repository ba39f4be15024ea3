package org.dmalab.lab.report;

import java.util.ArrayList;
import java.util.List;

import org.dmalab.lab.Verdict;
import org.dmalab.lab.catalog.VariantInfo;
import org.dmalab.lab.run.Comparison;
import org.dmalab.lab.run.RunResult;
import org.dmalab.lab.scenario.Scenario;

/** A scenario explained, for {@code tour}: what it is about, the row of the matrix, and a few lines per variant. */
public final class TourReport {

    private TourReport() { }

    /**
     * One stop of the tour.
     *
     * @param scenario the scenario
     * @param row its results, one for each patch
     * @param variants what the variants say of themselves; those without a result are left out
     */
    public static String text(Scenario scenario, List<RunResult> row, List<VariantInfo> variants) {
        List<String> lines = new ArrayList<>();
        lines.add(scenario.name() + ": " + scenario.title());
        if (!scenario.source().isEmpty()) {
            lines.addAll(Layout.wrap("source: " + scenario.source(), ""));
        }
        if (!scenario.about().isEmpty()) {
            lines.add("");
            lines.addAll(Layout.wrap(scenario.about(), "  "));
        }
        lines.add("");
        lines.addAll(MatrixReport.matrix(new Comparison(row), List.of(scenario.name())));
        for (RunResult result : row) {
            lines.add("");
            variant(result, variants, lines);
        }
        return String.join("\n", lines) + "\n";
    }

    private static void variant(RunResult result, List<VariantInfo> variants, List<String> lines) {
        StringBuilder said = new StringBuilder();
        for (String id : result.patch().split("\\+")) {
            variants.stream().filter(info -> info.id().equals(id)).findFirst().ifPresent(info -> said.append(' ')
                    .append(info.description()).append(info.since().isEmpty() ? "" : " (" + info.since() + ")"));
        }
        lines.addAll(Layout.wrap(result.patch() + ":" + said, "  "));
        String outcome = result.verdict() == Verdict.PASS ? "passes: no oracle is violated"
                : result.verdict().text() + ": " + result.reason();
        lines.addAll(Layout.parts(outcome, "    "));
    }
}
