package org.dmalab.shell.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.Stream;

import org.dmalab.lab.catalog.PlainCatalog;
import org.dmalab.shell.command.CommandSpec;
import org.dmalab.shell.command.Slot;
import org.dmalab.shell.scenario.FakePlatform;
import org.dmalab.shell.swap.FakeConfigurations;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What Tab proposes for commands of named machines. */
class MachineCompleterTest {
    private final PlainCatalog catalog = FakePlatform.catalog("fake", "other");
    private final MachineRegistry registry = new MachineRegistry(catalog,
            new FakeConfigurations(catalog, "fake").patchSwitch());
    private final MachineCompleter completer = new MachineCompleter(registry);
    private final MachineCommands machines = new MachineCommands(registry);
    private final PatchCommands patches = new PatchCommands(registry);

    @BeforeEach
    void makeMachines() throws InterruptedException {
        registry.create("m0", "fake", null, null, null).live().mark("before");
        registry.create("m1", "fake", null, null, null);
    }

    /** Proposals for the last word of a line. */
    private List<String> complete(String command, String... words) {
        ActionCommand look = new ActionCommand(catalog.actions("fake").stream()
                .filter(action -> action.name().equals("page.look"))
                .map(action -> new ActionCommand.OfArch("fake", action)).toList(), registry);
        CommandSpec other = CommandSpec.command("scenario", "run", "").required("NAME", "").option("--profile",
                "PROFILE", "").build();
        CommandSpec spec = Stream.of(machines.commands(), patches.commands(), look.commands(), List.of(other))
                .flatMap(List::stream).filter(one -> one.name().equals(command)).findFirst().orElseThrow();
        return Slot.of(spec, List.of(words)).map(completer::candidates).orElse(List.of());
    }

    @Test
    void machinesStandWhereTheirNamesStand() {
        assertEquals(List.of("m0", "m1"), complete("machine:show", ""));
        assertEquals(List.of("m0", "m1"), complete("patch:use", ""));
        assertEquals(List.of("m0", "m1"), complete("page:look", ""));
        assertEquals(List.of(), complete("machine:show", "m0", ""));
        assertEquals(List.of(), complete("machine:create", ""), "a new name");
        assertEquals(List.of(), complete("scenario:run", ""));
        assertEquals(List.of(), complete("scenario:run", "x", "--profile", ""));
    }

    @Test
    void marksAreThoseOfTheMachine() {
        assertEquals(List.of("before"), complete("machine:diff", "m0", ""));
        assertEquals(List.of(), complete("machine:diff", "m1", ""));
        assertEquals(List.of(), complete("machine:diff", "m2", ""));
    }

    @Test
    void aNewMachineIsMadeFromWhatThereIs() {
        assertEquals(List.of("fake", "other", "small", "single"), complete("machine:create", "m2", ""));
        assertEquals(List.of("strict", "loose"), complete("machine:create", "m2", "fake", "--profile", ""));
        assertEquals(List.of("strict", "loose"), complete("machine:create", "--profile", ""));
        assertTrue(complete("machine:create", "m2", "fake", "--patch", "").contains("careful"));
        assertEquals(List.of("none", "own-page"), complete("machine:create", "m2", "fake", "--oracles", ""));
        assertEquals(List.of("x,own-page"), complete("machine:create", "m2", "fake", "--oracles=x,"));
    }

    @Test
    void patchesAreThoseOfTheMachinesArchitecture() {
        assertTrue(complete("patch:use", "m0", "").contains("careful"));
        assertEquals(List.of("careful,declining", "careful,no-restore", "careful,throwing", "careful,wrong-page"),
                complete("patch:storm", "m0", "--patch", "careful,"));
        assertEquals(List.of(), complete("patch:use", "m2", ""));
    }

    /** The same action of another architecture has other words. */
    @Test
    void wordsAreThoseOfTheMachinesOwnAction() {
        assertEquals(List.of("read", "write"), complete("page:look", "m0", "--direction", ""));
        assertEquals(List.of(), complete("page:look", "--direction", ""));
        assertEquals(List.of(), complete("page:look", "m0", "--processor", ""));
    }
}
