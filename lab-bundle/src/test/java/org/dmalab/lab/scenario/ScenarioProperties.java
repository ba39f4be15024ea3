package org.dmalab.lab.scenario;

import static org.junit.jupiter.api.Assertions.assertTrue;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.dmalab.lab.InputException;
import org.dmalab.lab.fake.FakePlatform;

/** Whatever is in a file, reading it gives a scenario or an InputException of one line. */
class ScenarioProperties {
    private static final String GOOD = """
            title: A scenario
            machine: {preset: small, profile: loose, set: {strict: true}}
            steps:
              - kernel.boot
              - dma.map: {device: "02:00.0", address: 4K, size: 4096, direction: in}
            concurrent:
              - {name: &n user, processor: 1, level: softirq, steps: [kernel.warn]}
            after: [cpu.read: {address: 0x10}]
            oracles: [no-bug]
            """;

    private static void read(String text) {
        try {
            FakePlatform.read(text);
        } catch (InputException e) {
            assertTrue(e.getMessage().startsWith("test.yaml"), e::getMessage);
            assertTrue(e.getMessage().indexOf('\n') < 0 && e.getMessage().length() < 3000, e::getMessage);
        }
    }

    @Property(tries = 500)
    void garbage(@ForAll String text) {
        read(text);
    }

    @Property(tries = 2000)
    void garbageThatLooksLikeYaml(@ForAll("yamlish") String text) {
        read(text);
        read("title: t\n" + text);
    }

    @Property(tries = 300)
    void truncated(@ForAll @IntRange(max = 400) int length) {
        read(GOOD.substring(0, Math.min(length, GOOD.length())));
    }

    @Property(tries = 2000)
    void oneCharacterReplaced(@ForAll @IntRange(max = 360) int at, @ForAll("yamlCharacter") char by) {
        StringBuilder text = new StringBuilder(GOOD);
        text.setCharAt(Math.min(at, text.length() - 1), by);
        read(text.toString());
    }

    @Property(tries = 500)
    void expectedMatrixToo(@ForAll("yamlish") String text) {
        try {
            ExpectedMatrix.read(text, "test.yaml", "fake");
        } catch (InputException e) {
            assertTrue(e.getMessage().startsWith("test.yaml"), e::getMessage);
        }
    }

    @Provide
    Arbitrary<String> yamlish() {
        return Arbitraries.of("title", "steps", "machine", "concurrent", ": ", ":", "- ", "\n", "\n  ", "\n    ", "{",
                "}", "[", "]", ",", "&a ", "*a", "!!str ", "? ", "|", ">", "\"", "'", "#", "%YAML 1.2\n", "---",
                "...", "\t",
                "\0", "\uD800", "~", "kernel.boot", "dma.map", "0x10", "preset", "small", "\\x", "<<")
                .list().ofMaxSize(30).map(parts -> String.join("", parts));
    }

    @Provide
    Arbitrary<Character> yamlCharacter() {
        return Arbitraries.chars().with(":-{}[],&*!|>'\"%@`#?\n\t \0\uD800\uFFFE\u0085");
    }
}
