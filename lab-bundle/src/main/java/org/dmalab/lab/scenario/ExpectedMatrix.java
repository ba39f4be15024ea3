package org.dmalab.lab.scenario;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

import org.dmalab.lab.Names;
import org.dmalab.lab.Verdict;

/**
 * What must come out of scenarios: verdicts by scenario and patch, as {@code expected.yaml} beside the scenarios says
 * of plain runs and {@code explored.yaml} of exploring. Only tests and {@code --check} read them.
 *
 * @param arch architecture
 * @param verdicts by full scenario name, then by patch, in the order of the file
 */
public record ExpectedMatrix(String arch, Map<String, Map<String, Verdict>> verdicts) {
    /** Copies the maps. */
    public ExpectedMatrix {
        Map<String, Map<String, Verdict>> copy = new LinkedHashMap<>();
        verdicts.forEach((scenario, row) -> copy.put(scenario, Collections.unmodifiableMap(new LinkedHashMap<>(row))));
        verdicts = Collections.unmodifiableMap(copy);
    }

    /** Reads a file. */
    public static ExpectedMatrix read(Path file, String arch) {
        return read(ScenarioFiles.text(file, file.toString()), file.toString(), arch);
    }

    /** Reads a text. */
    public static ExpectedMatrix read(String text, String label, String arch) {
        // only a search can be undecided
        List<String> known = Stream.of(Verdict.values()).filter(one -> one != Verdict.UNDECIDED).map(Verdict::text)
                .toList();
        YamlMap top = YamlMap.any(label, "", Yaml.read(text, label));
        Map<String, Map<String, Verdict>> verdicts = new LinkedHashMap<>();
        top.node().entries().forEach((scenario, value) -> {
            YamlMap row = YamlMap.any(label, scenario, value);
            Map<String, Verdict> cells = new LinkedHashMap<>();
            row.textMap().forEach((patch, verdict) -> cells.put(patch, Verdict.of(verdict)
                    .filter(one -> one != Verdict.UNDECIDED).orElseThrow(
                    () -> row.error(row.get(patch).place(), row.pathOf(patch),
                            Names.unknown("verdict", verdict, known)))));
            verdicts.put(scenario.startsWith(arch + "/") ? scenario : arch + "/" + scenario, cells);
        });
        return new ExpectedMatrix(arch, verdicts);
    }

    /**
     * What must come out of one cell. For {@code a..b}, one patch that gives way to another, a row of its own need not
     * be there: two that pass alone must pass, and where one fails it must fail, since the exchange may come at the
     * start or never. Where one refuses, a row has to tell: what was done before the exchange is the first one's, and
     * the second may not get to where it would refuse.
     */
    public Optional<Verdict> expected(String scenario, String patch) {
        Map<String, Verdict> row = verdicts.getOrDefault(scenario, Map.of());
        int exchange = patch.indexOf("..");
        if (exchange < 0 || row.containsKey(patch)) {
            return Optional.ofNullable(row.get(patch));
        }
        Verdict first = row.get(patch.substring(0, exchange));
        Verdict then = row.get(patch.substring(exchange + 2));
        if (first == null || then == null || first == Verdict.REFUSED || then == Verdict.REFUSED) {
            return Optional.empty();
        }
        return Optional.of(first == Verdict.PASS && then == Verdict.PASS ? Verdict.PASS : Verdict.FAIL);
    }
}
