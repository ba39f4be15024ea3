package org.dmalab.shell.scenario;

import static org.dmalab.shell.scenario.Shell.assertGolden;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.util.ArrayList;
import java.util.List;

import org.dmalab.shell.scenario.Shell.Result;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The command {@code scenario:explore --fail-each}. */
class FailureSweepTest {
    private final Shell shell = new Shell(FakePlatform.failing());

    @BeforeEach
    void setHome() {
        System.setProperty(ScenarioHome.HOME, Shell.resource("home").toString());
    }

    @AfterEach
    void clearHome() {
        System.clearProperty(ScenarioHome.HOME);
    }

    @Test
    void eachCallFailsOnceBesideTheRunInWhichNoneDoes() {
        Result result = shell.run("scenario:explore", "fake/map", "fake/race", "--all", "--fail-each");
        assertEquals(1, result.code(), result.out() + result.err());
        assertGolden("fail-each.txt", result.out().replaceAll("(FakePlatform.java):\\d+", "$1:N")
                .replaceAll(" {2,}", "  "));
    }

    @Test
    void forProgramsEachCallIsOneElementWithItsToken() {
        Result result = shell.run("scenario:explore", "fake/map", "--all", "--fail-each", "--format", "json");
        JsonArray rows = JsonParser.parseString(result.out()).getAsJsonArray();
        assertEquals(4, rows.size(), result.out());
        JsonObject none = rows.get(0).getAsJsonObject();
        assertEquals(0, none.get("point").getAsInt());
        assertEquals("none", none.get("call").getAsString());
        assertEquals("", none.get("token").getAsString());
        JsonObject failing = rows.get(1).getAsJsonObject();
        assertEquals("no memory", failing.get("call").getAsString());
        assertEquals("refused", failing.get("verdict").getAsString());
        Result again = shell.run("scenario:replay", failing.get("token").getAsString());
        assertEquals(0, again.code(), again.err());
        assertTrue(again.out().contains("no memory, on purpose"), again.out());
        assertTrue(again.out().contains("page.work: -ENOMEM"), again.out());
    }

    @Test
    void sweepsAreHeldAgainstTheirMatrix() {
        Result good = shell.run("scenario:explore", "fake/map", "--all", "--fail-each", "--check");
        assertEquals(0, good.code(), good.out() + good.err());
        assertTrue(good.out().endsWith("check: all 2 cells as expected\n"), good.out());
        Result bad = shell.run("scenario:explore", "fake/race", "--all", "--fail-each", "--check", "--format", "json");
        assertEquals(1, bad.code(), bad.out() + bad.err());
        assertEquals("fake/race with careful: refused 2, expected fail 2\n"
                + "check: 1 difference to the expected matrix\n", bad.err());
    }

    @Test
    void forTestReportsEachCallIsATest() {
        Result junit = shell.run("scenario:explore", "fake/map", "--patch", "careful", "--fail-each", "--format",
                "junit");
        assertTrue(junit.out().matches("(?s).*name=\"careful\".*name=\"careful, call 1: no memory at "
                + "FakePlatform.java:\\d+\".*<skipped.*"), junit.out());
        Result ktap = shell.run("scenario:explore", "fake/map", "--patch", "careful", "--fail-each", "--format",
                "ktap");
        assertTrue(ktap.out().matches("(?s).*ok 2 fake/map:careful, call 1: no memory at FakePlatform.java:\\d+ "
                + "# SKIP refused: page.work: -ENOMEM.*"), ktap.out());
    }

    @Test
    void whatIsBrokenAsItIsIsNotSwept() {
        Result result = new Shell(FakePlatform.breaking()).run("scenario:explore", "fake/map", "--patch", "counting",
                "--fail-each", "--format", "json");
        assertEquals(3, result.code(), result.err());
        assertEquals(1, JsonParser.parseString(result.out()).getAsJsonArray().size(), result.out());
    }

    @Test
    void tokensOfBothKindsAreReplayedInOneCommand() {
        Result both = shell.run("scenario:replay", "--brief", "fake/map~careful~strict~f1~1",
                "fake/race~wrong-page~strict~1~");
        assertEquals(1, both.code(), both.err());
        assertTrue(both.out().startsWith("fake/map~careful~strict~f1~1\n  refused: page.work: -ENOMEM\n"
                + "fake/race~wrong-page~strict~1~\n  fail: own-page: "), both.out());
        JsonObject json = JsonParser.parseString(shell.run("scenario:replay", "fake/map~careful~strict~f1~1",
                "--format", "json").out()).getAsJsonObject();
        assertEquals("embedded", json.get("backend").getAsString());
        assertTrue(json.getAsJsonObject("metrics").has("cacheOperations"));
        Result debug = shell.run("scenario:debug", "fake/map~careful~strict~f1~1");
        assertEquals(2, debug.code());
        assertTrue(debug.err().contains("no schedule to step through"), debug.err());
    }

    @Test
    void optionsOfSearchesAreRefused() {
        for (String[] option : new String[][] {{"--swap", "careful"}, {"--max-states", "3"}, {"--verify"}}) {
            List<String> words = new ArrayList<>(List.of("scenario:explore", "fake/map", "--fail-each"));
            words.addAll(List.of(option));
            Result result = shell.run(words.toArray(String[]::new));
            assertEquals(2, result.code(), option[0]);
            assertTrue(result.err().contains("option " + option[0] + " is for searches"), result.err());
        }
    }

    @Test
    void whereNothingCanFailThatIsSaid() {
        Shell careful = new Shell(FakePlatform.catalog("fake"));
        Result result = careful.run("scenario:explore", "fake/map", "--patch", "careful", "--fail-each");
        assertEquals(0, result.code(), result.err());
        assertTrue(result.out().contains("none can"), result.out());
    }

    @Test
    void whatDoesNotFitIsAnInputError() {
        for (String token : new String[] {"fake/map~careful~strict~f1~0", "fake/map~careful~strict~f1~9",
            "fake/map~careful~strict~f1~x", "fake/mop~careful~strict~f1~1"}) {
            Result result = shell.run("scenario:replay", token);
            assertEquals(2, result.code(), token);
            assertEquals(1, result.err().lines().count(), result.err());
        }
    }
}
