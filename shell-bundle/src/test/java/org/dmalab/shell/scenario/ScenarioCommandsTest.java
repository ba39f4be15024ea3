package org.dmalab.shell.scenario;

import static org.dmalab.shell.scenario.Shell.assertGolden;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import org.dmalab.shell.scenario.Shell.Result;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScenarioCommandsTest {
    private final Shell shell = new Shell(FakePlatform.catalog("fake", "other"));

    @BeforeEach
    void setHome() {
        System.setProperty(ScenarioHome.HOME, Shell.resource("home").toString());
    }

    @AfterEach
    void clearHome() {
        System.clearProperty(ScenarioHome.HOME);
    }

    @Test
    void listsAllInTheOrderOfTheirNumbers() {
        Result result = shell.run("scenario:list");
        assertEquals(0, result.code());
        assertGolden("list.txt", result.out());
        assertEquals(result.out(), shell.run("scenario:list", "fake").out());
        assertEquals("fake/race  an interrupt maps another page\n", shell.run("scenario:list", "*/r*").out());
        assertEquals("", shell.run("scenario:list", "other").out());
    }

    @Test
    void listIsJson() {
        JsonArray list = JsonParser.parseString(shell.run("scenario:list", "--format", "json").out()).getAsJsonArray();
        assertEquals("{\"scenario\":\"fake/map\",\"arch\":\"fake\",\"title\":\"a page is mapped\",\"source\":"
                + "\"made up for tests\"}", list.get(0).toString());
        assertEquals(3, list.size());
    }

    @Test
    void aWrongFileCostsOnlyItself(@TempDir Path home) throws IOException {
        Path folder = Files.createDirectories(home.resolve("scenarios/fake"));
        Files.writeString(folder.resolve("01-good.yaml"), "title: good\nsteps: [kernel.boot]\n");
        Files.writeString(folder.resolve("02-bad.yaml"), "title: bad\nsteps: [kernel.bot]\n");
        System.setProperty(ScenarioHome.HOME, home.toString());
        Result result = shell.run("scenario:list");
        assertEquals(2, result.code());
        assertEquals("fake/good  good\n", result.out());
        assertTrue(result.err().contains("02-bad.yaml:2:"), result.err());
        assertTrue(result.err().contains("did you mean \"kernel.boot\""), result.err());
        assertEquals(1, result.err().lines().count());
    }

    @Test
    void unknownNamesSuggestTheNearest() {
        for (String command : new String[] {"scenario:list", "scenario:show", "scenario:run", "scenario:compare",
            "scenario:explore", "scenario:validate"}) {
            Result result = shell.run(command, "fake/rase");
            assertEquals(2, result.code(), command);
            assertEquals("", result.out(), command);
            assertTrue(result.err().contains("did you mean \"fake/race\"?"), result.err());
            assertEquals(1, result.err().lines().count(), command);
        }
    }

    @Test
    void aPatternThatMatchesNothingIsWrong() {
        Result result = shell.run("scenario:compare", "fake/map", "fake/x*");
        assertEquals(2, result.code());
        assertTrue(result.err().startsWith("error: no scenario matches \"fake/x*\"; there is: fake/map"), result.err());
    }

    @Test
    void showsInWords() {
        assertGolden("show.txt", shell.run("scenario:show", "fake/map", "fake/race").out());
        JsonArray shown = JsonParser.parseString(shell.run("scenario:show", "fake/race", "--format=json").out())
                .getAsJsonArray();
        JsonObject race = shown.get(0).getAsJsonObject();
        assertEquals("hardirq", race.getAsJsonArray("concurrent").get(1).getAsJsonObject().get("level").getAsString());
        assertEquals("{\"action\":\"page.work\",\"values\":{\"page\":\"2\"}}", race.getAsJsonArray("concurrent").get(1)
                .getAsJsonObject().getAsJsonArray("steps").get(0).toString());
    }

    @Test
    void validatesFilesAndNames(@TempDir Path folder) throws IOException {
        assertEquals("fake/map: ok\n", shell.run("scenario:validate", "fake/map").out());
        String good = Shell.resource("home/scenarios/fake/01-map.yaml").toString();
        String matrix = Shell.resource("home/scenarios/fake/expected.yaml").toString();
        assertEquals(good + ": ok, fake/map\n" + matrix + ": ok, verdicts of 2 scenarios\n",
                shell.run("scenario:validate", good, matrix).out());
        Path bad = folder.resolve("bad.yaml");
        Files.writeString(bad, "title: bad\nmachine:\n  preset: smal\n");
        Result result = shell.run("scenario:validate", good, bad.toString(), "--format", "json");
        assertEquals(2, result.code());
        JsonArray documents = JsonParser.parseString(result.out()).getAsJsonArray();
        assertTrue(documents.get(0).getAsJsonObject().get("valid").getAsBoolean());
        assertFalse(documents.get(1).getAsJsonObject().get("valid").getAsBoolean());
        assertEquals(1, result.err().lines().count());
        assertTrue(result.err().startsWith("error: " + bad + ":"), result.err());
    }

    @Test
    void withoutFolderNamesAreWrongAndFilesAreNot(@TempDir Path nowhere) {
        System.setProperty(ScenarioHome.HOME, nowhere.toString());
        String file = Shell.resource("home/scenarios/fake/01-map.yaml").toString();
        assertEquals(0, shell.run("scenario:run", file).code());
        Result result = shell.run("scenario:run", "fake/map");
        assertEquals(2, result.code());
        assertTrue(result.err().startsWith("error: there is no folder with scenarios: looked for " + nowhere),
                result.err());
        assertEquals(2, shell.run("scenario:list").code());
    }

    @Test
    void theSchemaOfAllArchitecturesIsOneDocument() {
        JsonObject schema = JsonParser.parseString(shell.run("scenario:schema").out()).getAsJsonObject();
        assertEquals("[{\"$ref\":\"urn:dmalab:scenario:fake\"},{\"$ref\":\"urn:dmalab:scenario:other\"}]",
                schema.getAsJsonArray("anyOf").toString());
        JsonObject fake = schema.getAsJsonObject("$defs").getAsJsonObject("fake");
        assertEquals("urn:dmalab:scenario:fake", fake.get("$id").getAsString());
        fake.remove("$id");
        assertEquals(JsonParser.parseString(shell.run("scenario:schema", "fake").out()), fake);
        assertEquals(2, shell.run("scenario:schema", "fak").code());
    }
}
