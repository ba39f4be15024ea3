package org.dmalab.lab.scenario;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import org.dmalab.api.cpu.Level;
import org.dmalab.lab.InputException;
import org.dmalab.lab.fake.FakePlatform;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScenarioReaderTest {
    private static final String FULL = """
            title: A full one
            source: mailing list
            about: |
              First line
              second line.
            machine:
              preset: fake
              profile: loose
              set: {strict: true, mode: fancy, processors: 0x2}
            steps:
              - kernel.boot
              - dma.map: {device: 02:00.0, address: 4K, size: 4_096, direction: in}
              - device.read:
            concurrent:
              - {name: user, processor: 1, level: softirq, steps: [kernel.warn]}
            after: [cpu.read: {address: 0x10}]
            oracles: [no-bug]
            """;

    @Test
    void scenarioInWhichNothingHappensIsRefused() {
        for (String steps : List.of("", "steps: []\n", "steps: []\nafter: []\n")) {
            InputException error = assertThrows(InputException.class, () -> FakePlatform.read(
                    "title: t\nmachine: {preset: small}\n" + steps));
            assertTrue(error.getMessage().contains("expected at least one action"), error::getMessage);
        }
    }

    @Test
    void readsEverything() {
        Scenario scenario = FakePlatform.read(FULL);
        assertEquals("fake/test", scenario.name());
        assertEquals("fake", scenario.arch());
        assertEquals("A full one", scenario.title());
        assertEquals("mailing list", scenario.source());
        assertEquals("First line\nsecond line.", scenario.about());
        assertEquals("small", scenario.preset());
        assertEquals("loose", scenario.profile());
        assertEquals(Map.of("strict", 1L, "mode", 1L, "processors", 2L), scenario.parameters());
        assertEquals(List.of("kernel.boot", "dma.map address=4K device=02:00.0 direction=in size=4_096",
                "device.read"), scenario.steps().stream().map(Scenario.Step::toString).toList());
        assertEquals(12, scenario.steps().get(1).line());
        assertEquals(5, scenario.steps().get(1).column());
        Scenario.Strand strand = scenario.concurrent().get(0);
        assertEquals(List.of("user", 1, Level.SOFTIRQ), List.of(strand.name(), strand.processor(), strand.level()));
        assertEquals(List.of("cpu.read address=0x10"), scenario.after().stream().map(Scenario.Step::toString)
                .toList());
        assertEquals(List.of("no-bug"), scenario.oracles());
    }

    @Test
    void devicesArrivalsAndHardwareAreRead() {
        Scenario scenario = FakePlatform.read("""
                title: t
                machine: {preset: small}
                concurrent:
                  - {name: task, migrates: true, steps: [kernel.warn]}
                  - {name: disk, level: hardirq, times: 2, steps: [kernel.warn]}
                  - {name: nic, level: device, times: 3, steps: [device.read]}
                hardware: [eviction, prefetch]
                """);
        assertEquals(List.of("user", "hardirq", "device"),
                scenario.concurrent().stream().map(Scenario.Strand::levelName).toList());
        assertEquals(List.of(1, 2, 3), scenario.concurrent().stream().map(Scenario.Strand::times).toList());
        assertEquals(List.of(true, false, false),
                scenario.concurrent().stream().map(Scenario.Strand::migrates).toList());
        assertEquals(List.of("eviction", "prefetch"), scenario.hardware());
    }

    @Test
    void usualMachineIsTakenWhereNoneIsNamed() {
        Scenario scenario = FakePlatform.read("title: short\nsteps: [kernel.boot]\n");
        assertEquals("small", scenario.preset());
        assertEquals("strict", scenario.profile());
    }

    private static String error(String yaml) {
        InputException error = assertThrows(InputException.class, () -> FakePlatform.read(yaml));
        assertTrue(error.getMessage().indexOf('\n') < 0);
        return error.getMessage();
    }

    /** A line of YAML in the file below a title, and what must be said about it. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "stepps: []                         | test.yaml:2:1: there is no key \"stepps\", did you mean \"steps\"?",
        "title: again                       | test.yaml:2:1: key \"title\" a second time",
        "machine: {preset: smal}            | test.yaml:2:19: machine.preset: there is no preset of fake \"smal\", did "
                + "you mean \"small\"? there is: single, small",
        "machine: {profile: strikt}         | test.yaml:2:20: machine.profile: there is no profile of fake \"strikt\", "
                + "did you mean \"strict\"?",
        "machine: {sett: {}}                | test.yaml:2:11: machine: there is no key \"sett\", did you mean \"set\"?",
        "machine: {arch: fakee}             | test.yaml:2:17: machine.arch: there is no architecture \"fakee\"",
        "machine: {set: {strikt: true}}     | test.yaml:2:17: machine.set: there is no parameter of fake \"strikt\"",
        "machine: {set: {strict: maybe}}    | test.yaml:2:25: machine.set.strict: \"maybe\", expected true or false",
        "machine: {set: {strict: [1]}}      | test.yaml:2:25: machine.set.strict: a list, expected a single value",
        "machine: {set: 5}                  | test.yaml:2:16: machine.set: \"5\", expected a map",
        "machine: {files: {tabel: x}}       | test.yaml:2:19: machine.files: there is no file parameter of fake",
        "machine: []                        | test.yaml:2:10: machine: a list, expected a map",
        "steps: kernel.boot                 | test.yaml:2:8: steps: \"kernel.boot\", expected a list",
        "steps: [kernel.bot]                | test.yaml:2:9: steps[0]: there is no action of fake \"kernel.bot\", did "
                + "you mean \"kernel.boot\"?",
        "steps: [[]]                        | test.yaml:2:9: steps[0]: a list, expected an action",
        "steps: [{a: 1, b: 2}]              | test.yaml:2:9: steps[0]: a map with 2 keys, expected an action",
        "steps: [~]                         | test.yaml:2:9: steps[0]: nothing, expected an action",
        "steps: [dma.map: 5]                | test.yaml:2:18: steps[0].dma.map: \"5\", expected a map",
        "steps: [dma.map: {}]               | test.yaml:2:18: steps[0].dma.map: dma.map needs a value for \"address\"",
        "steps: [dma.map: {adress: 1}]      | test.yaml:2:19: steps[0].dma.map: there is no parameter of dma.map "
                + "\"adress\", did you mean \"address\"?",
        "steps: [dma.map: {address: 12Q}]   | test.yaml:2:28: steps[0].dma.map.address: \"12Q\", expected a number",
        "steps: [dma.map: {address: 99999999999G}] | test.yaml:2:28: steps[0].dma.map.address: \"99999999999G\", "
                + "expected a value of at most 64 bits",
        "steps: [dma.map: {address: 1, device: 02:20.0}] | test.yaml:2:39: steps[0].dma.map.device: \"02:20.0\", "
                + "expected a device number of at most 1f",
        "concurrent: [{steps: [kernel.boot]}] | test.yaml:2:23: concurrent[0].steps[0]: action kernel.boot can't run "
                + "concurrently; there is: chance.take",
        "concurrent: [{level: softirk}]     | test.yaml:2:22: concurrent[0].level: there is no level \"softirk\", did "
                + "you mean \"softirq\"?",
        "concurrent: [{processor: 64}]      | test.yaml:2:26: concurrent[0].processor: \"64\", expected the number "
                + "of a processor, 0 to 63",
        "concurrent: [{level: device, processor: 0}] | test.yaml:2:41: concurrent[0].processor: a device runs on no",
        "concurrent: [{level: device, steps: [cpu.read]}] | test.yaml:2:38: concurrent[0].steps[0]: action cpu.read is "
                + "nothing that a device does by itself; there is: device.decline, device.read, device.write",
        "concurrent: [{level: hardirq, times: 0}] | test.yaml:2:38: concurrent[0].times: \"0\", expected how often",
        "concurrent: [{times: 2}]           | test.yaml:2:22: concurrent[0].times: code at user level runs once",
        "concurrent: [{migrates: maybe}]    | test.yaml:2:25: concurrent[0].migrates: \"maybe\", expected true or",
        "concurrent: [{level: softirq, migrates: true}] | test.yaml:2:41: concurrent[0].migrates: only code at user",
        "concurrent: [{name: a, steps: []}] | test.yaml:2:14: concurrent[0]: strand a has no steps, expected at least",
        "concurrent: [{name: a}, {name: a}] | test.yaml:2:25: concurrent[1]: a second strand named \"a\"",
        "oracles: [no-bugs]                 | test.yaml:2:11: oracles[0]: there is no oracle of fake \"no-bugs\", did "
                + "you mean \"no-bug\"?",
        "about: !!java.io.File x            | test.yaml:2:8: a tag; scenario files have none",
        "about: {? [a] : b}                 | test.yaml:2:11: a list as a key; expected a name",
        "about: *no                         | test.yaml:2:8: alias *no of no anchor",
        "about: &a [*a]                     | test.yaml:2:12: alias *a of no anchor",
        "about: \"open                      | test.yaml:3:1: no YAML:",
        "about: @x                          | test.yaml:2:8: no YAML: found character '@'",
        "about: a\u0001b                    | test.yaml:2:9: no YAML: character U+0001, expected text without control",
        "about: \ud83d\ude00\u0007b         | test.yaml:2:9: no YAML: character U+0007, expected text without control",
        "machine: {profile: ~}              | test.yaml:2:20: machine.profile: nothing, expected a single value, or no "
                + "such key",
        "machine: {preset: }                | test.yaml:2:18: machine.preset: nothing, expected a single value",
        "--- {}                             | a second document",
        "about: [[[[[[[[[[[[[[[[[[x]]]]]]]]]]]]]]]]]] | nested deeper than 16",
    })
    void saysWhereAndWhat(String line, String message) {
        assertTrue(error("title: t\n" + line + "\n").contains(message), () -> error("title: t\n" + line + "\n"));
    }

    @Test
    void titleMustBeThere() {
        assertEquals("test.yaml:1:1: no \"title\"; it must be given", error("steps: []"));
        assertEquals("test.yaml:1:1: empty; expected a map", error("# nothing\n"));
    }

    @Test
    void aliasBombIsRefused() {
        StringBuilder bomb = new StringBuilder("title: t\nabout:\n  a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for (int i = 1; i < 9; i++) {
            bomb.append("  a").append(i).append(": &a").append(i).append(" [");
            bomb.append(("*a" + (i - 1) + ", ").repeat(9)).append("*a").append(i - 1).append("]\n");
        }
        assertTrue(error(bomb.toString()).contains("more than 100000 values, aliases expanded"));
        String many = "title: &t x\noracles: [" + "*t, ".repeat(101) + "*t]";
        assertTrue(error(many).contains("more than 100 aliases"), error(many));
    }

    @Test
    void hugeTextIsRefused() {
        assertTrue(error("title: " + "x".repeat(1 << 20)).contains("larger than 1 MiB"));
    }

    @Test
    void readsFilesBesideTheScenarioOnly(@TempDir Path root) throws IOException {
        Path folder = Files.createDirectories(root.resolve("fake/data")).getParent();
        Files.writeString(folder.resolve("data/table.bin"), "bytes");
        Files.writeString(root.resolve("secret.txt"), "secret");
        Files.createSymbolicLink(folder.resolve("link.bin"), root.resolve("secret.txt"));
        Files.write(folder.resolve("big.bin"), new byte[(1 << 20) + 1]);
        ScenarioReader reader = new ScenarioReader(FakePlatform.catalog());
        Path file = folder.resolve("07-files.yaml");
        Files.writeString(file, "title: t\nmachine: {files: {table: data/table.bin}}\nsteps: [kernel.boot]\n");
        assertArrayEquals("bytes".getBytes(StandardCharsets.UTF_8), reader.read(file).files().get("table"));
        assertEquals("fake/files", reader.read(file).name());
        for (String bad : List.of("../secret.txt", "data/../../secret.txt", root.resolve("secret.txt").toString(),
                "link.bin", "big.bin", "nothing.bin", "data")) {
            Files.writeString(file, "title: t\nmachine: {files: {table: '" + bad + "'}}\n");
            InputException error = assertThrows(InputException.class, () -> reader.read(file), bad);
            assertEquals(2, error.line(), error::getMessage);
            assertEquals("machine.files.table", error.key());
            assertEquals(file.toString(), error.file());
            assertEquals(26, error.column());
        }
    }

    @Test
    void filesThatCannotBeRead(@TempDir Path root) throws IOException {
        ScenarioReader reader = new ScenarioReader(FakePlatform.catalog());
        assertTrue(assertThrows(InputException.class, () -> reader.read(root.resolve("no.yaml"))).getMessage()
                .endsWith("no.yaml: no such file"));
        assertTrue(assertThrows(InputException.class, () -> reader.read(root)).getMessage()
                .endsWith(": a folder, expected a file"));
        Path latin = Files.write(root.resolve("b.yaml"), "title: t\nabout: caf\u00e9\n".getBytes(
                StandardCharsets.ISO_8859_1));
        assertEquals(latin + ":2:11: byte 0xe9, expected UTF-8 text",
                assertThrows(InputException.class, () -> reader.read(latin)).getMessage());
        Path cutOff = Files.write(root.resolve("c.yaml"), new byte[] {'a', (byte) 0xc3});
        assertEquals(cutOff + ":1:2: byte 0xc3, expected UTF-8 text",
                assertThrows(InputException.class, () -> reader.read(cutOff)).getMessage());
        Path huge = Files.write(root.resolve("h.yaml"), new byte[(1 << 20) + 1]);
        assertTrue(assertThrows(InputException.class, () -> reader.read(huge)).getMessage()
                .contains("larger than 1 MiB"));
    }

    @Test
    void architectureComesFromFolderKeyOrPreset(@TempDir Path root) throws IOException {
        ScenarioReader reader = new ScenarioReader(FakePlatform.catalog());
        Path file = root.resolve("own.yaml");
        Files.writeString(file, "title: t\nmachine: {preset: single}\nsteps: [kernel.boot]\n");
        assertEquals("fake", reader.read(file).arch());
        assertEquals(file.toString(), reader.read(file).name());
        Files.writeString(file, "title: t\nmachine: {arch: fake}\nsteps: [kernel.boot]\n");
        assertEquals("small", reader.read(file).preset());
        Files.writeString(file, "title: t\nmachine: {preset: other}\n");
        assertTrue(assertThrows(InputException.class, () -> reader.read(file)).getMessage()
                .contains("which architecture?"));
    }
}
