package org.dmalab.pseries;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.dmalab.api.Parameter;
import org.dmalab.api.Values;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The scenario files against their expected matrix, with the oracles of this bundle and the simplest common ones. */
class ScenariosTest {
    private static final Path FOLDER = Path.of("../scenarios/pseries");
    /** Also those of strands, which run one after the other as they stand there. */
    private static final Pattern STEP = Pattern.compile(" {2}(?: {4})?- ([a-z.-]+)(?:: \\{(.*)})?");
    private static final Pattern MACHINE = Pattern.compile(" {2}(preset|profile): (.*)");
    private static final Pattern ORACLES = Pattern.compile("oracles: \\[(.*)]");
    private static final Pattern SET = Pattern.compile(" {2}set: \\{(.*)}");

    static Stream<Arguments> cells() throws IOException {
        List<Arguments> cells = new ArrayList<>();
        String scenario = null;
        for (String line : Files.readAllLines(FOLDER.resolve("expected.yaml"))) {
            if (line.startsWith("#") || line.startsWith("  #")) {
                continue;
            }
            String[] parts = line.trim().split(": ?");
            if (parts.length == 1) {
                scenario = parts[0];
            } else {
                cells.add(Arguments.of(scenario, parts[0], parts[1]));
            }
        }
        assertFalse(cells.isEmpty());
        return cells.stream();
    }

    @ParameterizedTest(name = "{0} {1}: {2}")
    @MethodSource("cells")
    void verdictIsAsExpected(String scenario, String patch, String verdict) throws IOException {
        Path file;
        try (Stream<Path> files = Files.list(FOLDER)) {
            file = files.filter(path -> path.getFileName().toString().matches("\\d\\d-" + scenario + "\\.yaml"))
                    .findFirst().orElseThrow();
        }
        Map<String, String> machine = new LinkedHashMap<>();
        Map<String, Long> set = new LinkedHashMap<>();
        List<String> steps = new ArrayList<>();
        List<String> oracles = new ArrayList<>();
        for (String line : Files.readAllLines(file)) {
            Matcher match = MACHINE.matcher(line);
            Matcher named = ORACLES.matcher(line);
            if (named.matches()) {
                oracles.addAll(List.of(named.group(1).split(", ")));
            } else if (match.matches()) {
                machine.put(match.group(1), match.group(2));
            } else if (SET.matcher(line).matches()) {
                pairs(line.substring(line.indexOf('{') + 1, line.indexOf('}'))).forEach((key, value) -> set.put(key,
                        Values.parse(Parameter.required(key, Parameter.Type.SIZE, ""), value)));
            } else if (STEP.matcher(line).matches()) {
                steps.add(line);
            }
        }
        Rig rig = new Rig(Rig.variant(patch), machine.get("preset"), machine.get("profile"), set);
        boolean refused = false;
        for (String step : steps) {
            Matcher match = STEP.matcher(step);
            match.matches();
            refused |= rig.run(match.group(1), match.group(2) == null ? Map.of() : pairs(match.group(2))) < 0;
        }
        rig.end();
        rig.violations.removeIf(text -> !oracles.isEmpty() && !oracles.contains(text.substring(0, text.indexOf(':'))));
        String unviolated = refused ? "refused" : "pass";
        String got = rig.violations.isEmpty() ? unviolated : "fail";
        assertEquals(verdict, got, () -> String.join("\n", rig.violations) + "\n" + String.join("\n", rig.dmesg()));
    }

    private static Map<String, String> pairs(String text) {
        Map<String, String> pairs = new LinkedHashMap<>();
        for (String pair : text.split(", ")) {
            String[] parts = pair.split(": ");
            pairs.put(parts[0], parts[1].replace("\"", ""));
        }
        return pairs;
    }
}
