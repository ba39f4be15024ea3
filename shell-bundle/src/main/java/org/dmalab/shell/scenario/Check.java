package org.dmalab.shell.scenario;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;

import org.dmalab.lab.Verdict;
import org.dmalab.lab.catalog.Catalog;
import org.dmalab.lab.catalog.VariantInfo;
import org.dmalab.lab.report.Differences;
import org.dmalab.lab.report.Layout;
import org.dmalab.lab.report.Tested;
import org.dmalab.lab.scenario.ExpectedMatrix;
import org.dmalab.lab.scenario.Scenario;
import org.dmalab.shell.command.Arguments;
import org.dmalab.shell.command.CommandException;
import org.dmalab.shell.command.ExitCode;

/**
 * The option {@code --check}: holds what came out against a matrix beside the scenarios.
 *
 * @param expected the matrices by architecture; null if the option was not given
 */
record Check(Catalog catalog, Map<String, Optional<ExpectedMatrix>> expected, boolean everyPatch) {
    /** Reads the matrices before anything is run: a wrong one must not cost the results. */
    static Check of(Catalog catalog, Arguments args, List<Scenario> scenarios,
            Function<String, Optional<ExpectedMatrix>> read) {
        return new Check(catalog, !args.has("--check") ? null : scenarios.stream().map(Scenario::arch).distinct()
                .collect(Collectors.toMap(arch -> arch, read)), !args.has("--patch"));
    }

    /** Tells whether the option was given. */
    boolean asked() {
        return expected != null;
    }

    /** Cells that are not as expected, and cells that are expected of a patch that is not there. */
    List<String> differences(List<Tested> cells) {
        List<String> lines = new ArrayList<>();
        if (!asked()) {
            return lines;
        }
        Differences.of(cells, arch -> expected.getOrDefault(arch, Optional.empty()))
                .forEach(difference -> lines.add(difference.toString()));
        for (String scenario : everyPatch ? cells.stream().map(Tested::scenario).distinct().toList()
                : List.<String>of()) {
            String arch = scenario.substring(0, Math.max(0, scenario.indexOf('/')));
            Map<String, Verdict> row = expected.getOrDefault(arch, Optional.empty())
                    .map(matrix -> matrix.verdicts().getOrDefault(scenario, Map.of())).orElse(Map.of());
            Set<String> there = row.isEmpty() ? Set.of() : catalog.variants(arch).stream().map(VariantInfo::id)
                    .collect(Collectors.toCollection(TreeSet::new));
            row.forEach((patch, verdict) -> {
                if (patch.indexOf('+') < 0 && patch.indexOf("..") < 0 && !there.contains(patch)) {
                    lines.add(scenario + " with " + patch + ": there is no such patch, expected " + verdict.text());
                }
            });
        }
        return lines;
    }

    /** The differences as text; empty if the option was not given. */
    String text(int cells, List<String> differences) {
        return asked() ? summary(cells, differences) : "";
    }

    /** The differences as text. */
    static String summary(int cells, List<String> differences) {
        List<String> lines = new ArrayList<>(differences);
        String unit = differences.size() == 1 ? " difference" : " differences";
        lines.add(differences.isEmpty() ? "check: all " + cells + " cells as expected"
                : "check: " + differences.size() + unit + " to the expected matrix");
        return Layout.text(lines);
    }

    /** The exit code: that of the cells, else 1 if they differ. */
    static Object exitCode(Object cells, List<String> differences) {
        return cells == null && !differences.isEmpty() ? new ExitCode(CommandException.FAIL) : cells;
    }
}
