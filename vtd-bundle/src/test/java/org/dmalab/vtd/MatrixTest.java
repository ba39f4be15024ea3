package org.dmalab.vtd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.dmalab.api.service.Origin;
import org.dmalab.api.service.Patch;
import org.junit.jupiter.api.Test;

/**
 * What makes the matrix of scenarios and variants worth running: no scenario and no mutant without a use. Verdicts are
 * those of {@code expected.yaml}, which {@code scenario:compare --check} holds against the runs.
 */
class MatrixTest {
    private static final Path FOLDER = Path.of("../scenarios/vtd");
    private static final Pattern FILE = Pattern.compile("\\d\\d-(.*)\\.yaml");
    private static final Pattern SOURCE = Pattern.compile("(?ms)^source: >-\n(.*?)^[a-z]+:");
    private static final Pattern COMMIT = Pattern.compile("\\b[0-9a-f]{12}\\b");
    private static final Pattern RULE =
            Pattern.compile("specification|register|commit [0-9a-f]{12}|measured|[a-z]_[a-z]");
    private static final Map<String, String> VARIANTS = variants();
    private static final Map<String, String> BASES = bases();
    private static final List<String> MUTANTS = VARIANTS.entrySet().stream()
            .filter(entry -> entry.getValue().equals("mutant")).map(Map.Entry::getKey).toList();

    /** Rows of expected.yaml: scenario, variant, verdict. */
    private static Map<String, Map<String, String>> rows() throws IOException {
        return rows("expected.yaml");
    }

    private static Map<String, Map<String, String>> rows(String file) throws IOException {
        Map<String, Map<String, String>> rows = new LinkedHashMap<>();
        String scenario = null;
        for (String line : Files.readAllLines(FOLDER.resolve(file))) {
            if (line.trim().startsWith("#")) {
                continue;
            }
            String[] parts = line.trim().split(": ?");
            if (parts.length == 1) {
                scenario = parts[0];
                assertEquals(null, rows.put(scenario, new LinkedHashMap<>()), scenario);
            } else {
                rows.get(scenario).put(parts[0], parts[1]);
            }
        }
        return rows;
    }

    private static Map<String, String> sources() throws IOException {
        Map<String, String> sources = new TreeMap<>();
        try (Stream<Path> files = Files.list(FOLDER)) {
            for (Path file : files.toList()) {
                Matcher name = FILE.matcher(file.getFileName().toString());
                if (name.matches()) {
                    Matcher source = SOURCE.matcher(Files.readString(file));
                    assertTrue(source.find(), file + " has no source");
                    sources.put(name.group(1), source.group(1).replaceAll("\\s+", " ").trim());
                }
            }
        }
        return sources;
    }

    /** Origin by id, as the variants say. */
    private static Map<String, String> variants() {
        Map<String, String> origins = new TreeMap<>();
        classes().forEach(type -> origins.put(patch(type).id(), patch(type).origin().name().toLowerCase(Locale.ROOT)));
        return origins;
    }

    /** What a mutant is made from: the version that it extends, which is the first word of its description. */
    private static Map<String, String> bases() {
        Map<String, String> bases = new TreeMap<>();
        classes().filter(type -> patch(type).origin() == Origin.MUTANT).forEach(type -> {
            String base = patch(type.getRawSuperclass().orElseThrow()).id();
            assertEquals(base, patch(type).description().split(" ")[0]);
            bases.put(patch(type).id(), base);
        });
        return bases;
    }

    private static Stream<JavaClass> classes() {
        return new ClassFileImporter().withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages("org.dmalab.vtd.patch").stream().filter(type -> type.isAnnotatedWith(Patch.class));
    }

    private static Patch patch(JavaClass type) {
        return type.getAnnotationOfType(Patch.class);
    }

    private static boolean passes(Map<String, String> row, String variant) {
        return row.get(variant).equals("pass");
    }

    @Test
    void everyScenarioHasARowWithEveryVariant() throws IOException {
        Map<String, Map<String, String>> rows = rows();
        assertEquals(sources().keySet(), new TreeSet<>(rows.keySet()));
        assertTrue(rows.size() >= 24, rows.size() + " scenarios");
        Set<String> variants = VARIANTS.keySet();
        rows.forEach((scenario, row) -> assertEquals(variants, new TreeSet<>(row.keySet()), scenario));
    }

    /** It separates two versions, or kills a mutant that no other kills, or covers a rule that no other covers. */
    @Test
    void everyScenarioIsOfUse() throws IOException {
        Map<String, Map<String, String>> rows = rows();
        Map<String, String> sources = sources();
        List<String> useless = new ArrayList<>();
        rows.forEach((scenario, row) -> {
            if (!separates(row) && !killsAlone(rows, scenario) && !coversAlone(sources, scenario)) {
                useless.add(scenario);
            }
        });
        assertEquals(List.of(), useless);
    }

    private static boolean separates(Map<String, String> row) {
        Set<String> verdicts = new HashSet<>();
        VARIANTS.forEach((variant, origin) -> {
            if (!origin.equals("mutant")) {
                verdicts.add(row.get(variant));
            }
        });
        return verdicts.size() > 1;
    }

    private static boolean killsAlone(Map<String, Map<String, String>> rows, String scenario) {
        return MUTANTS.stream().anyMatch(mutant -> rows.entrySet().stream()
                .filter(row -> kills(row.getValue(), mutant)).map(Map.Entry::getKey).toList()
                .equals(List.of(scenario)));
    }

    /** What its base fails too says nothing of a mutant. */
    private static boolean kills(Map<String, String> row, String mutant) {
        return !passes(row, mutant) && passes(row, BASES.get(mutant));
    }

    /** A rule is a commit, or a part of the source up to a semicolon that names where it is written or measured. */
    private static boolean coversAlone(Map<String, String> sources, String scenario) {
        Set<String> others = sources.entrySet().stream().filter(entry -> !entry.getKey().equals(scenario))
                .flatMap(entry -> rules(entry.getValue()).stream()).collect(Collectors.toSet());
        return !others.containsAll(rules(sources.get(scenario)));
    }

    private static Set<String> rules(String source) {
        Set<String> rules = new TreeSet<>();
        for (String part : source.toLowerCase(Locale.ROOT).split("; ?")) {
            if (RULE.matcher(part).find()) {
                List<String> commits = COMMIT.matcher(part).results().map(found -> found.group()).toList();
                rules.addAll(commits.isEmpty() ? List.of(part) : commits);
            }
        }
        return rules;
    }

    /** Two scenarios with the same row differ in what they are about. */
    @Test
    void noScenarioRepeatsAnother() throws IOException {
        Map<String, String> sources = sources();
        Map<String, String> seen = new TreeMap<>();
        rows().forEach((scenario, row) ->
                assertEquals(null, seen.put(row + sources.get(scenario), scenario), scenario));
    }

    @Test
    void everyMutantNamesTheVersionItIsMadeFrom() {
        BASES.forEach((mutant, base) -> assertTrue(!MUTANTS.contains(base) && VARIANTS.containsKey(base),
                mutant + " is made from " + base));
    }

    /** A mutant is found, by a plain run or by exploring, and is no wreck: in half of the scenarios nothing shows. */
    @Test
    void everyMutantFailsSomewhereAndPassesInHalf() throws IOException {
        Map<String, Map<String, String>> rows = rows();
        Map<String, Map<String, String>> explored = rows("explored.yaml");
        assertTrue(MUTANTS.size() >= 10, MUTANTS.toString());
        for (String mutant : MUTANTS) {
            long passed = rows.values().stream().filter(row -> passes(row, mutant)).count();
            assertTrue(Stream.of(rows, explored).flatMap(all -> all.values().stream())
                    .anyMatch(row -> kills(row, mutant)), mutant + " fails where "
                    + BASES.get(mutant) + " does, and nowhere else");
            assertTrue(2 * passed >= rows.size(), mutant + " passes in " + passed + " of " + rows.size());
        }
    }

    /** The rules themselves can be broken. */
    @Test
    void rulesAreNotEmpty() {
        Map<String, String> same = Map.of("a", "Commit 0123456789ab, x; y", "b", "commit 0123456789ab");
        assertTrue(!coversAlone(same, "a") && !coversAlone(same, "b"));
        assertEquals(Set.of("0123456789ab", "the specification"),
                rules("commit 0123456789ab, b; The specification; c"));
        Map<String, String> row = VARIANTS.keySet().stream().collect(Collectors.toMap(id -> id, id -> "pass"));
        assertTrue(!separates(row));
        row.put("no-flush", "fail");
        assertTrue(separates(row));
        Map<String, String> killing = new TreeMap<>(row);
        killing.put("mark-ignored", "fail");
        killing.put("unmap-no-flush", "fail");
        assertTrue(killsAlone(Map.of("a", row, "b", killing), "b"));
        assertTrue(!killsAlone(Map.of("a", killing, "b", killing), "b"));
        assertEquals("no-flush", BASES.get("mark-ignored"));
        assertTrue(!kills(killing, "mark-ignored")); // its base fails as well
        assertTrue(Arrays.asList("mutant", "mainline", "proposed").containsAll(VARIANTS.values()));
    }
}
