package org.dmalab.lab.scenario;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;

import org.dmalab.lab.InputException;
import org.dmalab.lab.Verdict;
import org.dmalab.lab.fake.FakePlatform;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScenarioLibraryTest {
    @TempDir
    private Path root;
    private ScenarioLibrary library;

    @BeforeEach
    void files() throws IOException {
        Path folder = Files.createDirectories(root.resolve("fake"));
        for (String name : List.of("10-last", "02-second", "01-first")) {
            Files.writeString(folder.resolve(name + ".yaml"), "title: " + name + "\nsteps: [kernel.boot]\n");
        }
        Files.writeString(folder.resolve("expected.yaml"), "first: {exact: pass, fake: fail}\n");
        Files.writeString(folder.resolve("notes.yaml"), "no scenario");
        Files.writeString(root.resolve("README"), "no folder");
        library = new ScenarioLibrary(root, new ScenarioReader(FakePlatform.catalog()));
    }

    @Test
    void listsInTheOrderOfNumbers() {
        assertEquals(List.of("fake/first", "fake/second", "fake/last"), library.list(null));
        assertEquals(library.list(null), library.list("*"));
        assertEquals(List.of("fake/second", "fake/last"), library.list("f*/*s*") .stream()
                .filter(name -> !name.endsWith("first")).toList());
        assertEquals(List.of("fake/last"), library.list("fake/l*"));
        assertEquals(List.of(), library.list("fake/l.*"));
        assertEquals(List.of(), new ScenarioLibrary(root.resolve("nowhere"), null).list("*"));
    }

    @Test
    void getsByNameOrFile() {
        assertEquals("10-last", library.get("fake/last").title());
        assertEquals("fake/second", library.get(root.resolve("fake/02-second.yaml").toString()).name());
        assertEquals("there is no scenario \"lst\", did you mean \"fake/last\"? there is: fake/first, fake/last, "
                + "fake/second", assertThrows(InputException.class, () -> library.get("lst")).getMessage());
        assertThrows(InputException.class, () -> library.get("no.yaml"));
        for (String folder : List.of("fake", "fake/")) {
            assertEquals("\"" + folder + "\" is a folder of scenarios, expected a scenario; 'fake/*' stands for all in "
                    + "it", assertThrows(InputException.class, () -> library.get(folder)).getMessage());
        }
        assertEquals(root + ": a folder, expected a scenario or a file that ends in .yaml or .yml",
                assertThrows(InputException.class, () -> library.get(root.toString())).getMessage());
        assertThrows(InputException.class, () -> library.get("\0.yaml"));
    }

    /** It may have the form of a name in the library, and even one that is there. */
    @Test
    void aFileThatIsNotInTheLibraryIsCalledAsTheUserNamesIt() throws IOException {
        Path other = Files.createDirectories(root.resolve("other/fake"));
        for (String name : List.of("01-first.yaml", "07-new.yaml", "plain.yaml")) {
            String file = Files.copy(root.resolve("fake/01-first.yaml"), other.resolve(name)).toString();
            assertEquals(file, library.get(file).name());
        }
    }

    @Test
    void findsSeveralWithoutRepeats() {
        assertEquals(List.of("fake/last", "fake/first", "fake/second"),
                library.find(List.of("fake/last", "*")).stream().map(Scenario::name).toList());
        assertThrows(InputException.class, () -> library.find(List.of("vtd/*")));
    }

    @Test
    void readsTheExpectedMatrix() throws IOException {
        ExpectedMatrix matrix = library.expected("fake").orElseThrow();
        assertEquals(Optional.of(Verdict.FAIL), matrix.expected("fake/first", "fake"));
        assertEquals(Optional.empty(), matrix.expected("fake/first", "other"));
        assertEquals(Optional.empty(), library.expected("vtd"));
        Files.writeString(root.resolve("fake/expected.yaml"), "first: {exact: passs}\n");
        assertTrue(assertThrows(InputException.class, () -> library.expected("fake")).getMessage().endsWith(
                "expected.yaml:1:16: first.exact: there is no verdict \"passs\", did you mean \"pass\"? there is: "
                        + "broken, fail, pass, refused"));
    }

    @Test
    void readsWhatMustComeOfFailingCalls() throws IOException {
        assertEquals(Optional.empty(), library.failed("fake"));
        Files.writeString(root.resolve("fake/failed.yaml"),
                "first: {exact: 'pass 2, fail 1 (no-bug)', '*': none can}\n");
        SweepMatrix matrix = library.failed("fake").orElseThrow();
        assertEquals(Optional.of("pass 2, fail 1 (no-bug)"), matrix.expected("fake/first", "exact"));
        assertEquals(Optional.of("none can"), matrix.expected("fake/first", "other"));
        assertEquals(Optional.empty(), matrix.expected("fake/second", "exact"));
        Files.writeString(root.resolve("fake/failed.yaml"), "first: [exact]\n");
        assertTrue(assertThrows(InputException.class, () -> library.failed("fake")).getMessage()
                .contains("failed.yaml:1:8: first"));
    }

    @Test
    void schemaIsMadeFromWhatIsRegistered() {
        JsonObject schema = JsonParser.parseString(ScenarioSchema.write(FakePlatform.catalog(), "fake"))
                .getAsJsonObject();
        JsonObject machine = schema.getAsJsonObject("properties").getAsJsonObject("machine")
                .getAsJsonObject("properties");
        assertEquals("[\"fake\",\"small\",\"single\"]", machine.getAsJsonObject("preset").get("enum").toString());
        assertEquals("[\"plain\",\"fancy\"]", machine.getAsJsonObject("set").getAsJsonObject("properties")
                .getAsJsonObject("mode").get("enum").toString());
        JsonObject defs = schema.getAsJsonObject("$defs");
        String step = defs.get("step").toString();
        assertTrue(step.contains("\"dma.map\"") && step.contains("\"required\":[\"address\"]"), step);
        String concurrent = defs.get("concurrentStep").toString();
        assertTrue(concurrent.contains("device.read") && !concurrent.contains("kernel.boot"), concurrent);
    }
}
