package org.dmalab.shell.scenario;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.Stream;

import org.dmalab.shell.command.CommandSpec;
import org.dmalab.shell.command.Slot;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class NameCompleterTest {
    private static final List<String> PATCHES = List.of("careful", "declining", "no-restore", "throwing", "wrong-page");
    private static final List<String> SCENARIOS = List.of("fake/map", "fake/race", "fake/interrupted");

    private final RecentTokens tokens = new RecentTokens();
    private final NameCompleter completer = new NameCompleter(FakePlatform.catalog("fake"), tokens);

    @BeforeEach
    void setHome() {
        System.setProperty(ScenarioHome.HOME, Shell.resource("home").toString());
    }

    @AfterEach
    void clearHome() {
        System.clearProperty(ScenarioHome.HOME);
    }

    private List<String> complete(String command, String... words) {
        return complete(completer, command, words);
    }

    private static List<String> complete(NameCompleter completer, String command, String... words) {
        CommandSpec spec = Stream.of(ScenarioCommands.specs(), RunCommands.specs(), ExplorerCommands.specs(),
                ReplayCommands.specs(), PatchCommands.specs()).flatMap(List::stream)
                .filter(one -> one.name().equals(command)).findFirst()
                .orElseGet(() -> CommandSpec.command("machine", "create", "").required("NAME", "").build());
        return Slot.of(spec, List.of(words)).map(completer::candidates).orElse(List.of());
    }

    @Test
    void scenariosStandWhereNamesStand() {
        assertEquals(SCENARIOS, complete("scenario:run", ""));
        assertEquals(SCENARIOS, complete("scenario:compare", "fake/map", ""));
        assertEquals(SCENARIOS, complete("scenario:compare", "--all", "--patch", "careful", "fa"));
        assertEquals(SCENARIOS, complete("patch:diff", "careful", "wrong-page", ""));
    }

    @Test
    void patchesStandAfterTheOptionAndAfterAComma() {
        assertTrue(complete("scenario:compare", "fake/map", "--patch", "").containsAll(PATCHES));
        assertEquals(List.of("careful,declining", "careful,no-restore", "careful,throwing", "careful,wrong-page"),
                complete("scenario:compare", "--patch", "careful,"));
        assertEquals(complete("scenario:compare", "--patch", ""), complete("scenario:compare", "--patch="));
        assertEquals(List.of("Iommu=careful", "Iommu=declining", "Iommu=no-restore", "Iommu=throwing",
                "Iommu=wrong-page"), complete("scenario:run", "--patch", "Iommu="));
        assertTrue(complete("patch:diff", "careful", "").containsAll(PATCHES));
        assertTrue(complete("patch:show", "").containsAll(PATCHES));
    }

    @Test
    void profilesPresetsAndArchitectures() {
        assertEquals(List.of("loose", "strict"), complete("scenario:run", "--profile", ""));
        assertEquals(List.of("single", "small"), complete("scenario:run", "x", "--preset", ""));
        assertEquals(List.of("fake"), complete("patch:list", ""));
        assertEquals(List.of("fake"), complete("scenario:schema", ""));
    }

    @Test
    void otherCommandsAreNotItsMatter() {
        assertEquals(List.of(), complete("machine:create", ""));
        assertEquals(List.of(), complete("scenario:run", "--output", ""));
        assertEquals(List.of(), complete("patch:list", "fake", ""));
    }

    @Test
    void onlyTheArchitectureOfTheScenarioIsProposed() {
        NameCompleter two = new NameCompleter(FakePlatform.catalog("fake", "other"), tokens);
        assertEquals(List.of("fake", "other"), complete(two, "patch:list", ""));
        assertTrue(complete(two, "scenario:run", "fake/map", "--patch", "").contains("careful"));
        assertEquals(complete("scenario:run", "--patch", ""), complete(two, "scenario:run", "fake/map", "--patch", ""));
    }

    @Test
    void tokensAreThoseOfLate() {
        assertEquals(List.of(), complete("scenario:debug", ""));
        tokens.add("fake/race~no-restore~~1~1As");
        tokens.add("");
        tokens.add("fake/race~no-restore~~1~1As");
        assertEquals(List.of("fake/race~no-restore~~1~1As"), complete("scenario:debug", ""));
        assertEquals(List.of("fake/race~no-restore~~1~1As"), complete("scenario:replay", ""));
    }
}
