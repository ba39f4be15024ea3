package org.dmalab.lab.scenario;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What must come out where each call fails that can: how many end how, by scenario and patch, as {@code failed.yaml}
 * beside the scenarios says in the words of {@link org.dmalab.lab.run.Sweep#summary}. The patch {@code *} stands for
 * those that have no line of their own. Only tests and {@code --check} read it.
 *
 * @param arch architecture
 * @param summaries by full scenario name, then by patch
 */
public record SweepMatrix(String arch, Map<String, Map<String, String>> summaries) {
    private static final String OTHERS = "*";

    /** Copies the maps. */
    public SweepMatrix {
        Map<String, Map<String, String>> copy = new LinkedHashMap<>();
        summaries.forEach((scenario, row) -> copy.put(scenario, Map.copyOf(row)));
        summaries = Collections.unmodifiableMap(copy);
    }

    /** Reads a file. */
    public static SweepMatrix read(Path file, String arch) {
        return read(ScenarioFiles.text(file, file.toString()), file.toString(), arch);
    }

    /** Reads a text. */
    public static SweepMatrix read(String text, String label, String arch) {
        Map<String, Map<String, String>> summaries = new LinkedHashMap<>();
        YamlMap.any(label, "", Yaml.read(text, label)).node().entries().forEach((scenario, row) ->
                summaries.put(scenario.startsWith(arch + "/") ? scenario : arch + "/" + scenario,
                        YamlMap.any(label, scenario, row).textMap()));
        return new SweepMatrix(arch, summaries);
    }

    /** What must come out of one scenario with one patch. */
    public Optional<String> expected(String scenario, String patch) {
        Map<String, String> row = summaries.getOrDefault(scenario, Map.of());
        return Optional.ofNullable(row.getOrDefault(patch, row.get(OTHERS)));
    }
}
