package org.dmalab.lab.explore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;

import org.dmalab.api.cpu.Level;
import org.dmalab.lab.InputException;
import org.dmalab.lab.Verdict;
import org.dmalab.lab.catalog.Selection;
import org.dmalab.lab.explore.ScenarioExplorer.Outcome;
import org.dmalab.lab.fake.FakePlatform;
import org.dmalab.lab.fake.FakeVariants;
import org.dmalab.lab.run.RunInterrupted;
import org.dmalab.lab.run.RunOptions;
import org.dmalab.lab.scenario.Scenario;
import org.junit.jupiter.api.Test;

class ScenarioExplorerTest {
    private static final String BOOT = "kernel.boot";
    private static final String READ = "{cpu.read: {address: 0x20}}";
    private static final String WRITE = "cpu.write: {address: 0x4000, size: 8}";

    /** A scenario with what runs in process context and what interrupts it. */
    private static Scenario race(String before, String user, String interrupt) {
        return FakePlatform.read("title: race\nmachine: {preset: single}\nsteps:\n  - " + before
                + "\nconcurrent:\n  - {name: user, steps: [" + user + "]}\n"
                + "  - {name: interrupt, level: hardirq, steps: [" + interrupt + "]}\n");
    }

    private static String flow(String step) {
        int colon = step.indexOf(": ");
        return colon < 0 ? step : "{" + step + "}";
    }

    private static Outcome search(Scenario scenario, String patch) {
        return search(scenario, patch, 100_000);
    }

    private static Outcome search(Scenario scenario, String patch, long maxStates) {
        return new ScenarioExplorer(FakePlatform.catalog()).search(scenario, Patches.of(Selection.parse(patch)),
                RunOptions.DEFAULT, Exploration.Limits.states(maxStates));
    }

    @Test
    void everyPlacementOfTwoHarmlessStrandsPasses() {
        Outcome outcome = search(race(BOOT, flow(WRITE), flow("cpu.read: {address: 0x5000, size: 16}")), "exact");
        assertEquals(Verdict.PASS, outcome.verdict(), outcome.reason());
        assertEquals("", outcome.reason());
        assertTrue(outcome.search().exhausted());
        // before and after the one write
        assertEquals(2, outcome.search().placements());
        assertEquals("fake/test", outcome.scenario());
        assertEquals("exact", outcome.patch());
    }

    @Test
    void aLockTakenInBothIsADeadlockInSomePlacement() {
        Outcome outcome = search(race(BOOT, "lock.take", "lock.take"), "exact");
        assertEquals(Verdict.FAIL, outcome.verdict());
        assertEquals("no-lock-cycle", outcome.search().violations().get(0).oracle());
        assertFalse(outcome.search().violations().get(0).turns().isEmpty());
        assertTrue(outcome.reason().startsWith("no-lock-cycle: "), outcome.reason());
    }

    @Test
    void oraclesRememberWhatHappenedBefore() {
        String setUp = "cpu.write: {address: 0x4000, size: 8}\n  - dma.map: {address: 0x4000, size: 8, direction: in}"
                + "\n  - device.write: {size: 8, value: 7}\n  - dma.unmap: {address: 0x4000, size: 8, direction: in}";
        Scenario scenario = race(setUp, flow("cpu.read: {address: 0x4000, size: 8}"), flow(WRITE));
        Outcome stale = search(scenario, "no-flush");
        assertEquals(Verdict.FAIL, stale.verdict());
        assertTrue(stale.search().violations().stream().anyMatch(found -> found.oracle()
                .equals("cpu-reads-device-data") && found.turns().get(0).column().equals("cpu0")), stale::toString);
        assertEquals(Verdict.PASS, search(scenario, "exact").verdict());
    }

    /** The patch may be exchanged before the map, or after it, where it makes no difference any more. */
    @Test
    void aPatchIsExchangedAtAnyServiceCallAndACallEndsWhereItBegan() {
        Scenario scenario = FakePlatform.read("title: swap\nmachine: {preset: single}\nsteps:\n"
                + "  - cpu.write: {address: 0x4000, size: 8}\nconcurrent:\n"
                + "  - {name: user, steps: [{dma.map: {address: 0x4000, size: 8, direction: in}}]}\n"
                + "  - {name: interrupt, level: hardirq, steps: [" + READ + "]}\nafter:\n"
                + "  - device.write: {size: 8, value: 7}\n"
                + "  - dma.unmap: {address: 0x4000, size: 8, direction: in}\n"
                + "  - cpu.read: {address: 0x4000, size: 8}\n");
        assertEquals(Verdict.PASS, swapped(scenario, "exact..exact").verdict());
        assertEquals(Verdict.FAIL, swapped(scenario, "no-flush..exact").verdict(), "it may come too late");
        Outcome outcome = swapped(scenario, "exact..no-flush");
        assertEquals(Verdict.FAIL, outcome.verdict());
        assertEquals("exact..no-flush", outcome.patch());
        assertTrue(outcome.search().violations().get(0).turns().contains(
                        new SearchResult.Turn("patch", "swap: 1 step")),
                outcome.search().violations().get(0).turns()::toString);
        Token token = Token.parse(outcome.token());
        List<String> words = new java.util.ArrayList<>();
        Outcome again = new ScenarioExplorer(FakePlatform.catalog()).replay(scenario,
                Patches.parse(token.patch(), FakePlatform.catalog(), "fake"), RunOptions.DEFAULT, token.schedule(),
                step -> words.add(step.column() + ": " + step.words()));
        assertEquals(outcome.reason(), again.reason());
        int exchange = words.indexOf("patch: exact gives way to no-flush");
        assertTrue(exchange >= 0 && words.indexOf("cpu0: calls no-flush") > exchange, words::toString);
    }

    private static Outcome swapped(Scenario scenario, String patches) {
        return new ScenarioExplorer(FakePlatform.catalog()).search(scenario,
                Patches.parse(patches, FakePlatform.catalog(), "fake"), RunOptions.DEFAULT,
                Exploration.Limits.states(100_000));
    }

    @Test
    void aViolationBeforeTheConcurrentPartIsToldWithItsStep() {
        Outcome outcome = search(race("dma.map: {address: 0, bus: 0x100000}", flow("cpu.read: {address: 0}"), READ),
                "exact");
        assertEquals(Verdict.FAIL, outcome.verdict());
        assertFalse(outcome.search().exhausted());
        assertEquals("violated before the concurrent part", outcome.search().bound());
        assertEquals("no-rejected-command", outcome.search().violations().get(0).oracle());
        assertEquals(
                List.of(new SearchResult.Turn("", "before the concurrent part, in dma.map address=0 bus=0x100000")),
                outcome.search().violations().get(0).turns());
        Outcome bug = search(race("kernel.crash", flow("cpu.read: {address: 0}"), READ), "exact");
        assertEquals(Verdict.FAIL, bug.verdict());
        assertEquals("no-bug", bug.search().violations().get(0).oracle());
    }

    @Test
    void aDeclinedStepBeforeIsRefused() {
        Outcome outcome = search(race("memory.online", "kernel.warn", "kernel.warn"),
                "Iommu=exact,MemoryNotifier=refuse");
        assertEquals(Verdict.FAIL, outcome.verdict(), "a violation wins");
        Outcome refused = search(race("memory.online", flow(WRITE), flow(WRITE)),
                "Iommu=exact,MemoryNotifier=refuse");
        assertEquals(Verdict.REFUSED, refused.verdict());
        assertEquals("memory.online: -EPERM", refused.reason());
        assertTrue(refused.search().exhausted());
    }

    /** In any schedule, on a processor or by a device, or after all of them. */
    @Test
    void aDeclinedStepInTheConcurrentPartOrAfterItIsRefused() {
        String declined = "{memory.decline: {}}";
        for (String yaml : List.of(
                "concurrent:\n  - {name: user, steps: [memory.decline]}\n",
                "concurrent:\n  - {name: user, steps: [" + READ + "]}\n"
                        + "  - {name: interrupt, level: hardirq, steps: [" + declined + "]}\n",
                "concurrent:\n  - {name: user, steps: [" + READ + "]}\n"
                        + "  - {name: nic, level: device, steps: [device.decline]}\n",
                "concurrent:\n  - {name: user, steps: [" + READ + "]}\nafter:\n  - memory.decline\n")) {
            Scenario scenario = FakePlatform.read("title: t\nmachine: {preset: single}\nsteps:\n  - " + BOOT + "\n"
                    + yaml);
            Outcome searched = search(scenario, "exact");
            assertEquals(Verdict.REFUSED, searched.verdict(), yaml);
            assertEquals(FakePlatform.run(scenario, "exact").reason(), searched.reason());
            Outcome replayed = new ScenarioExplorer(FakePlatform.catalog()).replay(scenario,
                    Patches.of(Selection.of("exact")), RunOptions.DEFAULT, Schedule.parse(""), step -> { });
            assertEquals(Verdict.REFUSED, replayed.verdict(), yaml);
            assertEquals(searched.reason(), replayed.reason());
        }
    }

    @Test
    void codeThatBreaksTheRulesIsBroken() {
        String map = "{dma.map: {address: 0x4000, size: 8}}";
        Outcome throwing = search(race(BOOT, map, flow(WRITE)), "throwing");
        assertEquals(Verdict.BROKEN, throwing.verdict());
        assertTrue(throwing.reason().startsWith("java.lang.IllegalStateException: thrown by the variant"),
                throwing.reason());
        Outcome wild = search(race(BOOT, map, flow(WRITE)), "swallowing");
        assertEquals(Verdict.FAIL, wild.verdict(), wild.reason());
        assertTrue(wild.search().violations().get(0).message().contains("which is not in the kernel's data"));
        Outcome hidden = search(race(BOOT, map, map), "hidden-counter");
        assertEquals(Verdict.BROKEN, hidden.verdict());
        assertTrue(hidden.reason().startsWith("hidden state: after the same ")
                && hidden.reason().endsWith("; class org.dmalab.lab.fake.FakeVariants$HiddenCounter can keep state in "
                + "field calls, which is not final"), hidden.reason());
        Outcome endless = search(race(BOOT, "loop.forever", flow(WRITE)), "exact");
        assertEquals(Verdict.BROKEN, endless.verdict());
        assertTrue(endless.reason().contains("unbounded history"), endless.reason());
    }

    @Test
    void aFieldOnWhichNoCallDependsIsBrokenToo() {
        String map = "{dma.map: {address: 0x4000, size: 8}}";
        Outcome idle = new ScenarioExplorer(FakePlatform.with("idle-counter", new FakeVariants.IdleCounter())).search(
                race(BOOT, map, flow(WRITE)), Patches.of(Selection.of("idle-counter")), RunOptions.DEFAULT,
                Exploration.Limits.states(10_000));
        assertEquals(Verdict.BROKEN, idle.verdict());
        assertEquals("hidden state: class org.dmalab.lab.fake.FakeVariants$IdleCounter can keep state in field calls, "
                + "which is not final; no call that was tried differed", idle.reason());
        assertEquals("", idle.token());
    }

    @Test
    void whatCantBeSearchedIsAnInputError() {
        Scenario plain = FakePlatform.scenario(BOOT);
        assertTrue(assertThrows(InputException.class, () -> search(plain, "exact")).getMessage()
                .contains("no concurrent part"));
        Scenario twice = FakePlatform.read("title: t\nconcurrent:\n  - {steps: [lock.take]}\n"
                + "  - {steps: [lock.take]}\n");
        assertTrue(assertThrows(InputException.class, () -> search(twice, "exact")).getMessage()
                .contains(":4:5: concurrent[1]: strand strand1 is the second one at user level on processor 0"));
        Scenario far = FakePlatform.read("title: t\nconcurrent:\n  - {processor: 5, steps: [lock.take]}\n");
        assertTrue(assertThrows(InputException.class, () -> search(far, "exact")).getMessage()
                .contains("the machine has 2"));
        Scenario good = race(BOOT, flow(WRITE), flow(WRITE));
        Scenario notConcurrent = new Scenario(good.name(), good.file(), good.arch(), good.title(), "", "",
                good.preset(), good.profile(), good.parameters(), good.files(), good.steps(),
                List.of(new Scenario.Strand("user", 0, Level.USER, good.steps())), List.of(), List.of(), List.of());
        assertTrue(assertThrows(InputException.class, () -> search(notConcurrent, "exact")).getMessage()
                .contains("action kernel.boot of strand user can't run concurrently"));
        assertThrows(InputException.class, () -> search(good, "no-such-patch"));
        for (Scenario early : List.of(race("driver.unload", flow(WRITE), flow(WRITE)),
                race(BOOT, "driver.unload", flow(WRITE)))) {
            assertTrue(assertThrows(InputException.class, () -> search(early, "exact")).getMessage()
                    .endsWith("there is no driver; driver.load comes first"));
        }
    }

    @Test
    void whatHasToComeFirstMayHaveBeenDeclined() {
        for (Scenario scenario : List.of(race("memory.online\n  - driver.unload", flow(WRITE), flow(WRITE)),
                race("memory.online", "driver.unload", flow(WRITE)))) {
            Outcome outcome = search(scenario, "Iommu=exact,MemoryNotifier=refuse");
            assertEquals(Verdict.REFUSED, outcome.verdict());
            assertEquals("memory.online: -EPERM and 1 more", outcome.reason());
            assertTrue(outcome.search().exhausted());
        }
    }

    @Test
    void boundsAndInterruptsAreSaid() {
        Scenario good = race(BOOT, flow(WRITE), flow(WRITE));
        assertEquals("max-states 2", search(good, "exact", 2).search().bound());
        Thread.currentThread().interrupt();
        assertThrows(RunInterrupted.class, () -> search(good, "exact"));
        assertTrue(Thread.interrupted(), "the status is kept");
    }
}
