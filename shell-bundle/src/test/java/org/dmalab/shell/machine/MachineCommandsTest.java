package org.dmalab.shell.machine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.util.Arrays;
import java.util.List;

import org.dmalab.lab.catalog.PlainCatalog;
import org.dmalab.shell.command.CommandException;
import org.dmalab.shell.command.ExitCode;
import org.dmalab.shell.scenario.FakePlatform;
import org.dmalab.shell.swap.FakeConfigurations;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands of named machines, over a fake architecture and without a framework. */
class MachineCommandsTest {
    @TempDir
    private Path folder;

    private final PlainCatalog catalog = FakePlatform.catalog("fake");
    private final MachineRegistry registry = new MachineRegistry(catalog,
            new FakeConfigurations(catalog, "fake").patchSwitch());
    private final MachineCommands machines = new MachineCommands(registry);
    private final PatchCommands patches = new PatchCommands(registry);
    private ExitCode exit;
    private int code;

    private String run(Typed.Command command, String... words) throws Exception {
        Typed typed = Typed.run(command, words);
        exit = typed.exit();
        code = exit.value();
        return typed.out();
    }

    private String refused(Typed.Command command, String... words) {
        CommandException refusal = assertThrows(CommandException.class, () -> run(command, words));
        assertEquals(CommandException.USAGE, refusal.exitCode());
        return refusal.getMessage();
    }

    private String action(String name, String... words) throws Exception {
        ActionCommand command = new ActionCommand(catalog.actions("fake").stream()
                .filter(action -> action.name().equals(name))
                .map(action -> new ActionCommand.OfArch("fake", action)).toList(), registry);
        return run((session, any) -> command.execute(session, List.copyOf(Arrays.asList((Object[]) any))), words);
    }

    @Test
    void machinesAreMadeListedAndRemoved() throws Exception {
        assertEquals("no machines; make one with machine:create NAME PRESET\n", run(machines::list));
        assertEquals("machine m0: small, profile strict, patch careful\n", run(machines::create, "m0", "fake"));
        assertEquals("machine preset profile backend patches\nm0 small strict embedded careful\n",
                run(machines::list).replaceAll(" +", " "));
        assertTrue(run(machines::list, "--format", "json").contains("\"Iommu\": \"careful\""));
        assertTrue(run(machines::show, "m0").contains("patch Iommu = careful\n"));
        assertEquals("machine m0 is gone\n", run(machines::destroy, "m0"));
        assertEquals("there is no machine m0; make one with machine:create m0 PRESET", refused(machines::show, "m0"));
    }

    @Test
    void wrongNamesAreRefused() throws Exception {
        run(machines::create, "m0", "single", "--patch", "careful");
        assertTrue(refused(machines::create, "m0", "fake").startsWith("there is a machine m0 already"));
        assertTrue(refused(machines::create, "0m", "fake").contains("expected a letter"));
        assertTrue(refused(machines::create, "m1", "singel").contains("did you mean \"single\"?"));
        assertTrue(refused(machines::create, "m1", "fake", "--patch", "carefull").contains("\"careful\""));
        assertTrue(refused(machines::create, "m1", "fake", "--patch", "").contains("expected one patch"));
        assertTrue(refused(machines::step, "m0", "none").contains("COUNT"));
        assertTrue(refused(patches::use, "m0", "careles").contains("careful"));
        assertEquals("careful", registry.get("m0").patchNames());
    }

    /** Either there is a machine that has booted, or there is none. */
    @Test
    void aMachineThatIsInterruptedWhileItBootsIsNotMade() throws Exception {
        PlainCatalog slow = FakePlatform.catalog(FakePlatform.INTERRUPTED);
        MachineCommands commands = new MachineCommands(new MachineRegistry(slow,
                new FakeConfigurations(slow, FakePlatform.INTERRUPTED).patchSwitch()));
        CommandException refusal = assertThrows(CommandException.class,
                () -> run(commands::create, "m0", FakePlatform.INTERRUPTED));
        assertEquals(CommandException.INTERRUPTED, refusal.exitCode());
        assertEquals("interrupted: machine m0 was not made", refusal.getMessage());
        assertEquals("no machines; make one with machine:create NAME PRESET\n", run(commands::list));
        assertEquals("machine m0: small, profile strict, patch careful\n",
                run(commands::create, "m0", FakePlatform.INTERRUPTED, "--cold"));
    }

    @Test
    void aResultThatCannotBeWrittenCostsNoWork() throws Exception {
        String file = folder.resolve("no/such").toString();
        assertTrue(refused(machines::create, "m0", "fake", "--output", file).contains("there is no directory"));
        assertEquals("no machines; make one with machine:create NAME PRESET\n", run(machines::list));
    }

    @Test
    void actionsRunAndAreTakenBack() throws Exception {
        run(machines::create, "m0", "fake", "--patch", "no-restore");
        run(machines::mark, "m0", "before");
        assertEquals("page.work page=7 = 0\n", action("page.work", "m0", "--page", "7"));
        assertTrue(run(machines::diff, "m0", "before").contains("7"));
        assertTrue(action("page.work", "m0", "--page", "7", "--timeline").contains("cache operation on page 7"));
        assertTrue(run(machines::timeline, "m0", "--last", "9").contains("cache operation on page 7"));
        assertEquals("undone: page.work page=7\nundone: page.work page=7\n", run(machines::back, "m0", "2"));
        assertEquals("nothing has changed\n", run(machines::diff, "m0", "before"));
        run(patches::use, "m0", "throwing");
        assertTrue(action("page.work", "m0").contains("thrown by the variant"));
        assertEquals(CommandException.BROKEN, code);
    }

    @Test
    void whatAnActionViolatesIsShownAndTakenBackWithIt() throws Exception {
        run(machines::create, "m0", "fake", "--patch", "wrong-page");
        assertEquals("page.work page=7 = 0\nviolation of own-page at step 3: operation on page 8, the slot has 7\n",
                action("page.work", "m0", "--page", "7"));
        assertEquals(new ExitCode(CommandException.FAIL, false), exit, "the line goes on");
        String json = action("page.work", "m0", "--page", "7", "--format", "json");
        assertTrue(json.contains("\"violations\": [\n    {\n      \"oracle\": \"own-page\",\n      \"step\": 7,"),
                json);
        assertTrue(run(machines::show,
                "m0").contains("1 oracle watches: 2 violations\nviolation of own-page at step 3, "
                + "page.work page=7: operation on page 8, the slot has 7\n"));
        run(machines::back, "m0");
        String shown = run(machines::show, "m0", "--format", "json");
        assertTrue(shown.contains("\"action\": \"page.work page=7\"") && !shown.contains("\"step\": 7"), shown);
        run(patches::use, "m0", "careful");
        assertEquals("page.work page=7 = 0\n", action("page.work", "m0", "--page", "7"));
        assertEquals(0, code);
    }

    @Test
    void nobodyNeedsToWatch() throws Exception {
        run(machines::create, "m0", "fake", "--patch", "wrong-page", "--oracles", "none");
        assertEquals("page.work = 0\n", action("page.work", "m0"));
        assertTrue(run(machines::show, "m0").contains("no oracle watches\n"));
        run(machines::create, "m1", "fake", "--patch", "wrong-page", "--oracles", "own-page");
        assertTrue(action("page.work", "m1").contains("violation of own-page"));
        assertTrue(refused(machines::create, "m2", "fake", "--oracles", "own-pages").contains("\"own-page\""));
    }

    @Test
    void stepsOfHardwareAreWatchedToo() throws Exception {
        run(machines::create, "m0", "fake");
        assertEquals("0 steps; nothing is left to do\n", run(machines::step, "m0", "3"));
        assertTrue(run(machines::step, "m0", "--format", "json").contains("\"steps\": 0"));
        assertEquals("undone: step 1\nundone: step 3\n", run(machines::back, "m0", "2"));
    }

    @Test
    void aStormTellsWhatItsOraclesSaw() throws Exception {
        run(machines::create, "m0", "fake", "--patch", "careful");
        String text = run(patches::storm, "m0", "--swaps", "20", "--patch", "careful,wrong-page");
        assertEquals(CommandException.FAIL, code, text);
        assertTrue(text.matches("(?s).* 0 lost, [1-9]\\d* violations\nviolation of own-page: operation on page .*"),
                text);
        assertTrue(run(machines::show, "m0").contains(", patch.storm: operation on page "));
    }

    @Test
    void statesAreSavedAndLoaded() throws Exception {
        String file = folder.resolve("m.state").toString();
        run(machines::create, "m0", "fake", "--patch", "no-restore");
        action("page.work", "m0", "--page", "7");
        assertTrue(run(machines::save, "m0", file).matches("saved \\d+ bytes\\n"));
        run(machines::mark, "m0", "saved");
        action("page.work", "m0", "--page", "9");
        assertEquals("loaded\n", run(machines::load, "m0", file));
        run(machines::create, "m1", "fake");
        assertEquals("loaded\n", run(machines::load, "m1", file));
        assertTrue(refused(machines::load, "m0", file + "x").contains("there is no file"));
        assertTrue(refused(machines::save, "m0", folder.resolve("no/m.state").toString()).contains("can't write"));
        assertTrue(refused(machines::save, "m0", folder.resolve("m".repeat(300)).toString()).contains("can't write"));
        assertArrayEquals(new String[] {"m.state"}, folder.toFile().list());
        if (Files.getFileStore(folder).supportsFileAttributeView(PosixFileAttributeView.class)) {
            Path any = Files.writeString(folder.resolve("any"), "");
            assertEquals(Files.getPosixFilePermissions(any), Files.getPosixFilePermissions(Path.of(file)));
        }
    }

    @Test
    void aPatchIsExchanged() throws Exception {
        run(machines::create, "m0", "fake", "--patch", "careful");
        assertEquals("machine m0: careful -> wrong-page\n", run(patches::use, "m0", "wrong-page"));
        assertEquals("machine m0: wrong-page -> careful\n", run(patches::use, "m0", "Iommu=careful"));
    }

    /** Each exchange waits for the caller, so at least one call ends between two of them. */
    @Test
    void aStormLosesNothingAndGivesThePatchBack() throws Exception {
        run(machines::create, "m0", "fake", "--patch", "careful");
        String json = run(patches::storm, "m0", "--swaps", "50", "--threads", "2", "--patch", "careful,no-restore",
                "--format", "json");
        assertEquals(0, code, json);
        for (String part : List.of("\"swaps\": 50", "\"failed\": 0", "\"lost\": 0", "\"violations\": 0")) {
            assertTrue(json.contains(part), json);
        }
        long calls = Long.parseLong(json.replaceAll("(?s).*\"calls\": (\\d+).*", "$1"));
        assertTrue(calls >= 50, json);
        assertEquals("careful", registry.get("m0").patchNames());
        assertTrue(refused(patches::storm, "m0", "--patch", "careful").contains("two variants"));
    }

    @Test
    void anActionOfAStoppedBundleTellsHowToBringItBack() {
        StoppedActionCommand stopped = new StoppedActionCommand("page.work", "org.example.fake");
        assertEquals("page:work", stopped.commands().get(0).name());
        assertEquals("page:work comes with bundle org.example.fake, which is stopped or removed; bundle:start "
                + "org.example.fake brings it back", refused((session, words) -> stopped.execute(session, List.of())));
    }
}
