package org.dmalab.shell.scenario;

import static org.dmalab.shell.scenario.Shell.assertGolden;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;

import org.dmalab.shell.scenario.Shell.Result;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PatchCommandsTest {
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
    void listsInTheOrderOfHistory() {
        assertGolden("patch-list.txt", shell.run("patch:list", "fake").out());
        assertEquals(11, shell.run("patch:list").out().lines().count());
        assertEquals("{\"arch\":\"fake\",\"patch\":\"wrong-page\",\"services\":[\"Iommu\"],\"commit\":\"0123456789ab\","
                + "\"since\":\"5.0 to 6.0\",\"origin\":\"mainline\",\"description\":\"the fake patch, wrong-page\"}",
                JsonParser.parseString(shell.run("patch:list", "fake", "--format", "json").out()).getAsJsonArray()
                        .get(0).toString());
        Result unknown = shell.run("patch:list", "fale");
        assertEquals(2, unknown.code());
        assertTrue(unknown.err().contains("did you mean \"fake\"?"), unknown.err());
    }

    @Test
    void showsOnePatchOfSeveralArchitectures() {
        Result result = shell.run("patch:show", "wrong-page");
        assertEquals(0, result.code());
        assertGolden("patch-show.txt", result.out());
        assertEquals(2, JsonParser.parseString(shell.run("patch:show", "wrong-page", "wrong-*", "--format", "json")
                .out()).getAsJsonArray().size());
        Result unknown = shell.run("patch:show", "wrong-pag");
        assertEquals(2, unknown.code());
        assertTrue(unknown.err().contains("did you mean \"wrong-page\"?"), unknown.err());
    }

    @Test
    void diffShowsWherePatchesPart() {
        Result result = shell.run("patch:diff", "wrong-page", "careful", "fake/map");
        assertEquals(0, result.code());
        assertGolden("patch-diff.txt", result.out());
        JsonObject diff = JsonParser.parseString(shell.run("patch:diff", "wrong-page", "careful", "fake/map",
                "--format", "json").out()).getAsJsonObject();
        assertFalse(diff.get("same").getAsBoolean());
        assertEquals("cache operation on page 4", diff.getAsJsonArray("runs").get(0).getAsJsonObject()
                .getAsJsonArray("following").get(0).getAsJsonObject().get("words").getAsString());
        JsonObject same = JsonParser.parseString(shell.run("patch:diff", "careful", "careful", "fake/map", "--format",
                "json").out()).getAsJsonObject();
        assertTrue(same.get("same").getAsBoolean());
        assertTrue(same.get("firstDifference").isJsonNull());
    }

    @Test
    void diffRefusesWhatItCantCompare() {
        assertEquals(2, shell.run("patch:diff", "careful", "carefull", "fake/map").code());
        assertEquals(2, shell.run("patch:diff", "careful", "wrong-page", "fake/*").code());
        assertEquals(3, shell.run("patch:diff", "careful", "throwing", "fake/map").code());
        assertEquals(130, shell.run("patch:diff", "careful", "wrong-page", "fake/interrupted").code());
        assertFalse(Thread.interrupted());
    }

    @Test
    void theTourExplainsThreeScenarios() {
        System.setProperty(ScenarioHome.HOME, Shell.resource("tour").toString());
        Shell three = new Shell(FakePlatform.catalog("pseries", "vtd", "mips"));
        Result result = three.run("tour");
        assertEquals(0, result.code());
        assertGolden("tour.txt", result.out());
        assertEquals(9, JsonParser.parseString(three.run("tour", "--format", "json").out()).getAsJsonArray().size());
        assertEquals(2, three.run("tour", "pseries").code());
    }

    @Test
    void theTourWithoutItsScenariosIsAnInputError() {
        Result result = shell.run("tour");
        assertEquals(2, result.code());
        assertTrue(result.err().contains("pseries/pmem-online"), result.err());
    }
}
