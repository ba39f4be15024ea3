package org.dmalab.shell.scenario;

import static org.dmalab.shell.scenario.Shell.assertGolden;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import org.dmalab.lab.catalog.PlainCatalog;
import org.dmalab.shell.scenario.Shell.Result;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunCommandsTest {
    private final Shell shell = new Shell(FakePlatform.catalog("fake"));

    @BeforeEach
    void setHome() {
        System.setProperty(ScenarioHome.HOME, Shell.resource("home").toString());
    }

    @AfterEach
    void clearHome() {
        System.clearProperty(ScenarioHome.HOME);
        // A test that interrupts must not leave it to the next one.
        assertFalse(Thread.interrupted());
    }

    private static List<String> verdicts(Result result) {
        List<String> verdicts = new ArrayList<>();
        for (JsonElement one : JsonParser.parseString(result.out()).getAsJsonArray()) {
            JsonObject cell = one.getAsJsonObject();
            verdicts.add(cell.get("scenario").getAsString() + " " + cell.get("patch").getAsString() + " "
                    + cell.get("verdict").getAsString());
        }
        return verdicts;
    }

    @Test
    void exitCodesFollowTheVerdict() {
        assertEquals(0, shell.run("scenario:run", "fake/map", "--patch", "careful").code());
        assertEquals(0, shell.run("scenario:run", "fake/map", "--patch", "declining").code());
        assertEquals(1, shell.run("scenario:run", "fake/map", "--patch", "wrong-page").code());
        assertEquals(3, shell.run("scenario:run", "fake/map", "--patch", "throwing").code());
    }

    @Test
    void theUsualPatchIsTheNewestMainlineOneWithoutKnownDefects() {
        Result result = shell.run("scenario:run", "fake/map", "--format", "json");
        assertEquals(List.of("fake/map careful pass"), verdicts(result));
    }

    @Test
    void runPrintsTheTimelineAroundTheViolation() {
        assertGolden("run.txt", shell.run("scenario:run", "fake/map", "--patch", "wrong-page").out());
    }

    @Test
    void severalAreRunOneAfterTheOther() {
        Result result = shell.run("scenario:run", "fake/[mr]", "fake/r*", "fake/map", "--format", "json");
        assertEquals(2, result.code(), "no brackets in patterns");
        assertEquals(List.of("fake/race careful pass", "fake/map careful pass"),
                verdicts(shell.run("scenario:run", "fake/r*", "fake/map", "fake/race", "--format", "json")));
    }

    @Test
    void badOptionsAreInputErrors() {
        for (String[] words : new String[][] {{"--patch", "carefull"}, {"--patch", "Iommu=no"}, {"--patch", "a,b"},
            {"--profile", "stric"}, {"--preset", "smal"}, {"--backend", "qemu"}, {"--seed", "x"},
            {"--patch", "DmaWindows=careful"}, {"--patch", ""}}) {
            Result result = shell.run("scenario:run", "fake/map", words[0], words[1]);
            assertEquals(2, result.code(), () -> String.join(" ", words));
            assertEquals(1, result.err().lines().count(), result.err());
            assertEquals("", result.out());
        }
        assertTrue(shell.run("scenario:run", "fake/map", "--patch", "carefull").err()
                .contains("did you mean \"careful\"?"));
    }

    @Test
    void compareIsAllByDefault() {
        Result result = shell.run("scenario:compare", "fake/map", "fake/race");
        assertEquals(0, result.code());
        assertGolden("compare.txt", result.out());
        assertEquals(result, shell.run("scenario:compare", "--all", "fake/map", "fake/race"));
    }

    @Test
    void patchesMayBePatternsAndAddedToAll() {
        assertEquals(List.of("fake/map careful pass"),
                verdicts(shell.run("scenario:compare", "fake/map", "--patch", "c*", "--format", "json")));
        assertEquals(List.of("fake/map throwing broken", "fake/map wrong-page fail", "fake/map careful pass",
                "fake/map declining refused", "fake/map no-restore pass"), verdicts(shell.run("scenario:compare",
                "fake/map", "--patch", "throwing", "--all", "--mutants", "--format", "json")));
        assertEquals(List.of("fake/map careful pass", "fake/map no-restore pass"), verdicts(shell.run(
                "scenario:compare", "fake/map", "--patch", "careful, careful", "--mutants", "--format", "json")));
    }

    @Test
    void aBrokenCellIsExitCode3AndTheOthersAreThere() {
        Result result = shell.run("scenario:compare", "fake/map", "--patch", "throwing,careful", "--format", "json");
        assertEquals(3, result.code());
        assertEquals(List.of("fake/map throwing broken", "fake/map careful pass"), verdicts(result));
    }

    @Test
    void checkNamesEachDifference() {
        Result result = shell.run("scenario:compare", "fake/map", "fake/race", "--check", "--format", "json");
        assertEquals(1, result.code());
        assertEquals(6, verdicts(result).size());
        assertEquals(List.of("fake/map with wrong-page: fail (own-page: operation on page 4, the slot has 3), expected"
                + " pass", "fake/map with gone: there is no such patch, expected fail",
                "check: 2 differences to the expected matrix"), result.err().lines().toList());
        Result same = shell.run("scenario:compare", "fake/race", "--check");
        assertEquals(0, same.code());
        assertTrue(same.out().endsWith("\ncheck: all 3 cells as expected\n"), same.out());
        assertEquals(1, shell.run("scenario:compare", "fake/race", "--mutants", "--check").code(),
                "a cell that the matrix does not have is a difference");
    }

    @Test
    void documentsAreWellFormed() {
        String ktap = shell.run("scenario:compare", "fake/map", "--format", "ktap").out();
        assertTrue(ktap.startsWith("KTAP version 1\n1..1\n"), ktap);
        assertTrue(shell.run("scenario:run", "fake/map", "--format", "junit").out().contains("<testcase"));
    }

    @Test
    void sameBytesTwice() {
        assertEquals(shell.run("scenario:compare", "fake/map", "fake/race", "--mutants"),
                shell.run("scenario:compare", "fake/map", "fake/race", "--mutants"));
    }

    @Test
    void anInterruptPrintsWhatIsKnown() {
        Result result = shell.run("scenario:compare", "fake/map", "fake/interrupted", "--format", "json");
        assertEquals(130, result.code());
        assertEquals(List.of("fake/map wrong-page fail", "fake/map careful pass", "fake/map declining refused"),
                verdicts(result));
        assertEquals("interrupted after 3 of 6\n", result.err());
        Result nothing = shell.run("scenario:compare", "fake/interrupted");
        assertEquals(130, nothing.code());
        assertEquals("", nothing.out());
    }

    /** A script that asks for several searches gets an array, however many of them come to their end. */
    @Test
    void anInterruptLeavesTheShapeOfADocument(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("interrupted.yaml");
        Files.writeString(file, "title: t\nmachine: {arch: fake}\nsteps: [person.interrupts, page.work]\n"
                + "concurrent:\n  - {steps: [page.work]}\n");
        Result result = shell.run("scenario:explore", "fake/race", file.toString(), "--patch", "careful", "--format",
                "json");
        assertEquals(130, result.code(), result.err());
        assertEquals(List.of("fake/race careful pass"), verdicts(result));
    }

    @Test
    void scenariosOfSeveralArchitecturesTakeTheirOwnPatches(@TempDir Path home) throws IOException {
        for (String arch : List.of("fake", "other")) {
            Path folder = Files.createDirectories(home.resolve("scenarios").resolve(arch));
            Files.writeString(folder.resolve("01-a.yaml"), "title: a\nsteps: [page.work]\n");
        }
        System.setProperty(ScenarioHome.HOME, home.toString());
        PlainCatalog both = FakePlatform.catalog("fake", "other");
        assertEquals(6, verdicts(new Shell(both).run("scenario:compare", "*", "--format", "json")).size());
        assertEquals(List.of("fake/a careful pass", "other/a careful pass"), verdicts(new Shell(both).run(
                "scenario:compare", "other/a", "fake/a", "--patch", "careful", "--format", "json")).stream().sorted()
                .toList());
        Result unknown = new Shell(both).run("scenario:compare", "*", "--patch", "careful,declinin");
        assertEquals(2, unknown.code());
        assertTrue(unknown.err().contains("there is no patch of fake, other \"declinin\", did you mean \"declining\"?"),
                unknown.err());
    }

    @Test
    void aFileOutsideTheLibraryIsCalledByItsPath(@TempDir Path home) throws IOException {
        Path folder = Files.createDirectories(home.resolve("fake"));
        Path copy = folder.resolve("01-map.yaml");
        Files.writeString(copy, "title: a copy\nsteps: [page.work]\n");
        assertEquals(List.of("fake/map careful pass", copy + " careful pass"), verdicts(shell.run("scenario:compare",
                "fake/map", copy.toString(), folder + "/../fake/01-map.yaml", "--patch", "careful", "--format",
                "json")));
        String same = Shell.resource("home/scenarios/fake/01-map.yaml").toString();
        assertEquals(3, verdicts(shell.run("scenario:compare", "fake/map", same, "--format", "json")).size());
    }

    /** Of two scenarios of one name each token leads to its own. */
    @Test
    void theTokenOfAFileLeadsToTheFile(@TempDir Path home) throws IOException {
        Path copy = Files.createDirectories(home.resolve("fake")).resolve("02-race.yaml");
        Files.writeString(copy, Files.readString(Shell.resource("home/scenarios/fake/02-race.yaml"))
                .replace("page: 2", "page: 7"));
        String token = JsonParser.parseString(shell.run("scenario:explore", copy.toString(), "--patch", "no-restore",
                "--format", "json").out()).getAsJsonObject().get("token").getAsString();
        assertTrue(token.startsWith(copy + "~no-restore~"), token);
        Result replayed = shell.run("scenario:replay", token, "--brief");
        assertEquals(1, replayed.code(), replayed.err());
        assertTrue(replayed.out().contains("the slot has 7"), replayed.out());
        Files.move(copy, home.resolve("elsewhere.yaml"));
        Result gone = shell.run("scenario:replay", token);
        assertEquals(2, gone.code());
        assertEquals("error: the token is of scenario file " + copy + ", which is not in this folder; go where it is, "
                + "or begin the token with the file's path from here\n", gone.err());
        String moved = home.resolve("elsewhere.yaml") + token.substring(token.indexOf('~'));
        assertEquals(replayed.out().replace(token, moved), shell.run("scenario:replay", moved, "--brief").out());
    }

    @Test
    void severalTokensAreReplayedInOneCommand() {
        String fails = "fake/race~no-restore~strict~1~1As";
        String passes = "fake/race~careful~strict~1~";
        Result both = shell.run("scenario:replay", passes, fails);
        assertEquals(1, both.code(), both.err());
        assertEquals(shell.run("scenario:replay", passes).out() + "\n" + shell.run("scenario:replay", fails).out(),
                both.out());
        assertEquals(passes + "\n  pass\n" + fails + "\n  fail: own-page: operation on page 1, the slot has 2\n",
                shell.run("scenario:replay", "--brief", passes, fails).out());
        JsonArray json = JsonParser.parseString(shell.run("scenario:replay", "--brief", passes, fails, "--format",
                "json").out()).getAsJsonArray();
        assertEquals("{\"token\":\"" + fails + "\",\"scenario\":\"fake/race\",\"patch\":\"no-restore\",\"verdict\":"
                + "\"fail\",\"reason\":\"own-page: operation on page 1, the slot has 2\",\"violations\":[{\"oracle\":"
                + "\"own-page\",\"message\":\"operation on page 1, the slot has 2\"}]}", json.get(1).toString());
    }

    /** The others are replayed all the same. */
    @Test
    void oneOfSeveralTokensThatNoLongerFitsIsNamed() {
        String fails = "fake/race~no-restore~strict~1~1As";
        String stale = "fake/race~no-restore~strict~1~1A9";
        Result result = shell.run("scenario:replay", "--brief", stale, fails);
        assertEquals(2, result.code());
        assertTrue(result.out().startsWith(fails + "\n  fail: "), result.out());
        assertTrue(result.err().matches("error: " + stale + ": at step \\d+ or before it something else .*\n"),
                result.err());
        Result wrong = shell.run("scenario:replay", fails, "fake/race~no-restor~strict~1~");
        assertEquals(2, wrong.code());
        assertEquals("", wrong.out());
        assertTrue(wrong.err().startsWith("error: fake/race~no-restor~strict~1~: there is no patch of fake"),
                wrong.err());
    }

    @Test
    void aFileIsNotTouchedWhenTheInputIsWrong(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("result.json");
        Files.writeString(file, "precious");
        assertEquals(2, shell.run("scenario:compare", "fake/mapp", "--output", file.toString()).code());
        assertEquals("precious", Files.readString(file));
        Result result = shell.run("scenario:compare", "fake/map", "--format", "json", "--output", file.toString());
        assertEquals("", result.out());
        assertTrue(Files.readString(file).startsWith("["));
        assertEquals(2, shell.run("scenario:compare", "fake/map", "--output", folder.toString()).code());
        assertEquals(2, shell.run("scenario:compare", "fake/map", "--output", folder + "/no/such").code());
    }

    /** The matrix of the test is wrong about no-restore. */
    @Test
    void whatExploringFindsIsHeldAgainstAMatrixOfItsOwn() {
        Result same = shell.run("scenario:explore", "fake/*", "--patch", "careful", "--check");
        assertEquals(0, same.code(), same.out() + same.err());
        assertTrue(same.out().endsWith("\ncheck: all 1 cells as expected\n"), same.out());
        Result other = shell.run("scenario:explore", "fake/race", "--patch", "careful,no-restore", "--check",
                "--format", "json");
        assertEquals(1, other.code());
        assertTrue(other.err().contains("fake/race with no-restore: fail ("), other.err());
        assertTrue(other.err().contains("check: 1 difference to the expected matrix"), other.err());
    }

    @Test
    void exploringFindsWhatAPlainRunCantSee() {
        assertEquals(0, shell.run("scenario:run", "fake/race", "--patch", "no-restore").code());
        Result result = shell.run("scenario:explore", "fake/race", "--patch", "careful,no-restore");
        assertEquals(1, result.code());
        assertGolden("explore.txt", result.out().replaceAll("(FakePlatform.java):\\d+", "$1:N"));
        JsonArray json = JsonParser.parseString(shell.run("scenario:explore", "fake/race", "--mutants", "--format",
                "json").out()).getAsJsonArray();
        assertEquals(4, json.size());
        JsonObject mutant = json.get(3).getAsJsonObject();
        assertEquals("no-restore", mutant.get("patch").getAsString());
        assertEquals("fail", mutant.get("verdict").getAsString());
        assertTrue(mutant.get("exhausted").getAsBoolean());
        assertEquals("own-page", mutant.getAsJsonArray("violations").get(0).getAsJsonObject().get("oracle")
                .getAsString());
        assertFalse(mutant.getAsJsonArray("violations").get(0).getAsJsonObject().getAsJsonArray("schedule").isEmpty());
        String token = mutant.get("token").getAsString();
        assertTrue(token.startsWith("fake/race~no-restore~"), token);
        Result replayed = shell.run("scenario:replay", token);
        assertEquals(1, replayed.code(), replayed.err());
        assertGolden("replay.txt", replayed.out().replaceAll("(FakePlatform.java):\\d+", "$1:N"));
        JsonObject again = JsonParser.parseString(shell.run("scenario:replay", token, "--format", "json").out())
                .getAsJsonObject();
        JsonObject found = mutant.getAsJsonArray("violations").get(0).getAsJsonObject();
        assertEquals(found.get("oracle").getAsString() + ": " + found.get("message").getAsString(),
                again.get("reason").getAsString());
    }

    @Test
    void aSearchThatHitABoundIsNoPass() {
        Result result = shell.run("scenario:explore", "fake/race", "--patch", "careful", "--max-states", "3",
                "--format", "json");
        JsonObject careful = JsonParser.parseString(result.out()).getAsJsonObject();
        assertEquals("undecided", careful.get("verdict").getAsString());
        assertFalse(careful.get("exhausted").getAsBoolean());
        assertEquals("max-states 3", careful.get("bound").getAsString());
        assertEquals(3, result.code());
        assertTrue(shell.run("scenario:explore", "fake/race", "--patch", "careful", "--max-states", "3", "--format",
                "ktap").out().contains("not ok 1 fake/race:careful # ERROR undecided: "));
        assertTrue(shell.run("scenario:explore", "fake/race", "--patch", "careful", "--max-states", "3", "--format",
                "junit").out().contains("errors=\"1\""));
    }

    /** Whatever the verdict, a program finds the same fields. */
    @Test
    void everySearchHasAllFields() {
        for (String[] words : new String[][] {{"careful"}, {"no-restore"}, {"throwing"}, {"careful", "--max-states",
                "3"}}) {
            List<String> all = new ArrayList<>(List.of("scenario:explore", "fake/race", "--format", "json", "--patch"));
            all.addAll(List.of(words));
            JsonObject json = JsonParser.parseString(shell.run(all.toArray(String[]::new)).out()).getAsJsonObject();
            for (String field : List.of("scenario", "patch", "verdict", "reason", "exhausted", "bound", "executions",
                    "states", "secondsTotal", "token", "violations")) {
                assertTrue(json.has(field), () -> field + " in " + json);
            }
            for (JsonElement violation : json.getAsJsonArray("violations")) {
                assertEquals(json.get("token"), violation.getAsJsonObject().get("token"));
            }
        }
    }

    @Test
    void exploringWritesTestReports() {
        assertGolden("explore.xml", shell.run("scenario:explore", "fake/race", "--patch", "careful,no-restore",
                "--format", "junit").out());
        assertGolden("explore.ktap", shell.run("scenario:explore", "fake/race", "--patch", "careful,no-restore",
                "--format", "ktap").out());
    }

    @Test
    void tokensThatDoNotFitAreRefused() {
        for (String token : new String[] {"x", "fake/race~no-restore~~2~", "fake/race~no-restore~~1~A",
            "fake/race~no-restore~~1~ZZZZZY0", "fake/race~no-restore~~1~?", "fake/rase~no-restore~~1~",
            "fake/race~no-restore~~1~1A9"}) {
            Result result = shell.run("scenario:replay", token);
            assertEquals(2, result.code(), token);
            assertEquals(1, result.err().lines().count(), result.err());
        }
    }

    private Result debug(String input, String... words) {
        InputStream before = System.in;
        System.setIn(new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)));
        try {
            return shell.run(words);
        } finally {
            System.setIn(before);
        }
    }

    @Test
    void debuggingGoesForwardsAndBackwards() {
        String token = "fake/race~no-restore~strict~1~1As";
        Result result = debug("\nn 2\nb\n4\nn\nv\nn\nl\ns\nt\nT\nT\nW slot\nw slot\nw pkmap\nb 99\nb\nT\nW x\n3\ns\n"
                + "x\nh\nq\n", "scenario:debug", token);
        assertEquals(0, result.code(), result.err());
        assertGolden("debug.txt", result.out().replaceAll("(FakePlatform.java):\\d+", "$1:N")
                .replaceAll("lambda\\$(\\w+)\\$\\d+", "$1"));
        Result ended = debug("n", "scenario:debug", token);
        assertTrue(ended.out().contains("step 2 of 5"), ended.out());
        assertTrue(ended.out().endsWith("\ndebug 2> \n"), ended.out());
    }

    @Test
    void oneStepOfASchedule() {
        String token = "fake/race~no-restore~strict~1~1As";
        Result result = shell.run("scenario:debug", token, "--step", "5");
        assertEquals(0, result.code(), result.err());
        assertTrue(result.out().startsWith("step 5 of 5  cpu0 user: cache(0x1, 0x1)"), result.out());
        assertTrue(result.out().contains("\nfail: own-page: "), result.out());
        JsonObject first = JsonParser.parseString(shell.run("scenario:debug", token, "--step", "1", "--format", "json")
                .out()).getAsJsonObject().getAsJsonArray("steps").get(0).getAsJsonObject();
        assertEquals("cpu0", first.get("actor").getAsString());
        JsonObject change = first.getAsJsonArray("changes").get(0).getAsJsonObject();
        assertEquals("slot", change.get("cell").getAsString());
        assertEquals("0x1", change.get("after").getAsString());
        assertTrue(first.getAsJsonArray("stack").get(0).getAsString().contains("NoRestore.work (FakePlatform.java:"));
        assertEquals(2, shell.run("scenario:debug", token, "--step", "6").code());
        assertEquals(2, shell.run("scenario:debug", "x").code());
    }

    @Test
    void exploringSaysWhatItCantDo() {
        assertEquals(3, shell.run("scenario:explore", "fake/race", "--patch", "throwing").code());
        Result plain = shell.run("scenario:explore", "fake/map");
        assertEquals(2, plain.code());
        assertTrue(plain.err().contains("no concurrent part"), plain.err());
        Result bounded = shell.run("scenario:explore", "fake/race", "--patch", "careful", "--max-states", "3");
        assertEquals(3, bounded.code());
        assertTrue(bounded.out().contains("undecided  max-states 3"), bounded.out());
        assertTrue(bounded.out().contains("nothing was violated so far"), bounded.out());
        assertTrue(bounded.out().contains("\n  --max-states gives it more; "), bounded.out());
        assertTrue(shell.run("scenario:explore", "fake/race", "--patch", "careful", "--swap", "careful").err()
                .contains("--swap: careful leaves nothing to exchange: "));
        assertEquals(2, shell.run("scenario:explore", "fake/race", "--max-states", "0").code());
    }
}
