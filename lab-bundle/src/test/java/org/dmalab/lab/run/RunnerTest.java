package org.dmalab.lab.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;

import org.dmalab.lab.InputException;
import org.dmalab.lab.Verdict;
import org.dmalab.lab.catalog.Selection;
import org.dmalab.lab.fake.FakeActions;
import org.dmalab.lab.fake.FakePlatform;
import org.dmalab.lab.fake.FakeVariants;
import org.dmalab.lab.oracle.Violation;
import org.dmalab.lab.scenario.Scenario;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RunnerTest {
    private static final String[] TRANSFER = {"kernel.boot", "cpu.write: {address: 0x4000}",
        "dma.map: {address: 0x4000, direction: out}", "device.read", "dma.unmap: {address: 0x4000, direction: out}"};

    @Test
    void goodVariantPasses() {
        RunResult result = FakePlatform.run(FakePlatform.scenario(TRANSFER), "exact");
        assertEquals(Verdict.PASS, result.verdict(), result.reason());
        assertEquals("", result.reason());
        assertEquals(List.of(), result.violations());
        assertEquals(2, result.metrics().get("hypercalls"));
        assertEquals("strict", result.profile());
        assertEquals("embedded", result.backend());
        assertEquals("fake/test", result.scenario());
        assertTrue(result.dmesg().get(0).endsWith("Fake kernel booted on cpu0"), result.dmesg()::toString);
        assertTrue(result.timeline().entries().stream().anyMatch(e -> e.words().equals("begin kernel.boot")));
    }

    @Test
    void variantWithoutFlushFailsWithTheFirstByteAndTheirNumber() {
        RunResult result = FakePlatform.run(FakePlatform.scenario(TRANSFER), "no-flush");
        assertEquals(Verdict.FAIL, result.verdict());
        assertEquals(1, result.violations().size(), result.violations()::toString);
        Violation violation = result.violations().get(0);
        assertEquals("device-reads-cpu-data", violation.oracle());
        assertEquals("00:01.0 reads 0x00 at 0x4000, a processor last wrote 0x88; 64 bytes in this step",
                violation.message());
        assertEquals("device-reads-cpu-data: " + violation.message(), result.reason());
        assertTrue(result.timeline().entries().stream().anyMatch(e -> e.step() == violation.step()
                && e.words().startsWith("DMA read")));
    }

    @Test
    void sameRunTwiceIsEqual() {
        Scenario scenario = FakePlatform.scenario(TRANSFER);
        assertEquals(FakePlatform.run(scenario, "off-by-one"), FakePlatform.run(scenario, "off-by-one"));
    }

    @Test
    void refusalAloneIsRefused() {
        RunResult result = FakePlatform.run(FakePlatform.scenario("memory.online", "memory.online"),
                "Iommu=exact,MemoryNotifier=refuse");
        assertEquals(Verdict.REFUSED, result.verdict());
        assertEquals("memory.online: -EPERM and 1 more", result.reason());
        assertEquals("exact+refuse", result.patch());
    }

    @Test
    void violationWinsOverRefusal() {
        RunResult result = FakePlatform.run(FakePlatform.scenario("dma.map: {address: 0, bus: 0x100000}"), "exact");
        assertEquals(Verdict.FAIL, result.verdict());
        assertEquals("no-rejected-command: H_SET_ENTRY(1, 256, 0x1) = H_PARAMETER (-4); dma.map: -EIO",
                result.reason());
    }

    @Test
    void thrownByVariantIsBrokenWithWhereItCameFrom() {
        RunResult result = FakePlatform.run(FakePlatform.scenario(TRANSFER), "throwing");
        assertEquals(Verdict.BROKEN, result.verdict());
        assertTrue(result.reason().matches("java\\.lang\\.IllegalStateException: thrown by the variant "
                + "\\(org\\.dmalab\\.lab\\.fake\\.FakeVariants\\$Throwing:\\d+\\)"), result.reason());
        RunResult overflow = FakePlatform.run(FakePlatform.scenario("dma.unmap: {address: 0}"), "throwing");
        assertEquals(Verdict.BROKEN, overflow.verdict());
        assertTrue(overflow.reason().startsWith("java.lang.StackOverflowError"), overflow.reason());
    }

    @Test
    void errorOfACallThatTheVariantSwallowsIsBroken() {
        RunResult result = FakePlatform.run(FakePlatform.scenario(TRANSFER), "swallowing");
        assertEquals(Verdict.BROKEN, result.verdict(), result.reason());
        assertTrue(result.reason().endsWith("swallowed by the code that called it"), result.reason());
    }

    private static final String CALL = "cpu0 hcall\\(0x1, 0x2, 0x[56], 0x0\\) = 0x0 at "
            + "org.dmalab.lab.fake.FakeVariants \\(FakeVariants.java:\\d+\\)";
    private static final String TWO_CALLS = "two runs with the same service objects differ, event \\d+ was "
            + CALL + ", then " + CALL;

    @Test
    void hiddenFieldIsBrokenWithTheTwoCallsThatDiffer() {
        RunResult result = FakePlatform.run(FakePlatform.scenario(TRANSFER), "hidden-counter");
        assertEquals(Verdict.BROKEN, result.verdict());
        assertTrue(result.reason().matches("hidden state: class org.dmalab.lab.fake.FakeVariants\\$HiddenCounter "
                + "can keep state in field calls, which is not final; " + TWO_CALLS), result.reason());
    }

    @Test
    void hiddenFieldOnWhichNoCallDependsIsBrokenToo() {
        RunResult result = new Runner(FakePlatform.with("idle-counter", new FakeVariants.IdleCounter()))
                .run(FakePlatform.scenario(TRANSFER), Selection.of("idle-counter"), RunOptions.DEFAULT);
        assertEquals(Verdict.BROKEN, result.verdict());
        assertEquals("hidden state: class org.dmalab.lab.fake.FakeVariants$IdleCounter can keep state in field "
                + "calls, which is not final; no call of three runs differed", result.reason());
    }

    @Test
    void stateHiddenElsewhereIsFoundByTheSecondRun() {
        RunResult result = FakePlatform.run(FakePlatform.scenario(TRANSFER), "counter-elsewhere");
        assertEquals(Verdict.BROKEN, result.verdict());
        assertTrue(result.reason().matches("hidden state: " + TWO_CALLS), result.reason());
    }

    /** Two calls a run: the counter's parity is the same at the start of the second run as at that of the first. */
    @Test
    void aParityThatEachRunLeavesAsItWasIsFoundByTheThirdRun() {
        RunResult result = FakePlatform.run(FakePlatform.scenario("kernel.boot", "dma.unmap: {address: 0}",
                "dma.unmap: {address: 0x1000}"), "parity-elsewhere");
        assertEquals(Verdict.BROKEN, result.verdict(), result.reason());
        assertTrue(result.reason().startsWith("hidden state: two runs with the same service objects differ, event "),
                result.reason());
    }

    @Test
    void bugEndsTheRunAsViolation() {
        RunResult result = FakePlatform.run(FakePlatform.scenario("kernel.crash", "memory.online"), "exact");
        assertEquals(Verdict.FAIL, result.verdict());
        assertEquals(List.of("no-bug"), result.violations().stream().map(Violation::oracle).toList());
        assertEquals("kernel BUG: Kernel crash asked for, on cpu0", result.violations().get(0).message());
        assertFalse(result.timeline().entries().stream().anyMatch(e -> e.words().contains("memory.online")));
    }

    @Test
    void bugIsViolationEvenIfItsOracleIsNotAskedFor() {
        RunResult result = FakePlatform.run(FakePlatform.read("title: t\nmachine: {preset: small}\n"
                + "steps: [kernel.crash]\noracles: [no-lock-cycle]\n"), "exact");
        assertEquals("no-bug: kernel BUG: Kernel crash asked for, in kernel.crash", result.reason());
    }

    @Test
    void lockTakenTwiceIsLockCycle() {
        RunResult result = FakePlatform.run(FakePlatform.scenario("lock.take", "lock.take"), "exact");
        assertEquals("no-lock-cycle: cpu0 waits for fake_lock, held by cpu0: nobody will end this", result.reason());
    }

    @Test
    void strandsRunFromTheLowestLevel() {
        RunResult result = FakePlatform.run(FakePlatform.read("""
                title: strands
                machine: {preset: small}
                concurrent:
                  - {name: irq, processor: 1, level: hardirq, steps: [kernel.warn]}
                  - {name: user, processor: 0, level: user, steps: [chance.take]}
                after: [kernel.boot]
                """), "exact");
        List<String> begun = result.timeline().entries().stream().map(Timeline.Entry::words)
                .filter(words -> words.startsWith("begin")).toList();
        assertEquals(List.of("begin chance.take", "begin kernel.warn", "begin kernel.boot"), begun);
        assertEquals("no-bug: WARN: Kernel crash asked for, on cpu1 hardirq", result.reason());
    }

    @Test
    void strandOnProcessorThatIsNotThereIsInputError() {
        Scenario scenario = FakePlatform.read("title: t\nmachine: {preset: single}\nconcurrent:\n"
                + "  - {processor: 1, steps: [kernel.warn]}\n");
        assertThrows(InputException.class, () -> FakePlatform.run(scenario, "exact"));
    }

    @Test
    void seedChoosesAndRepeats() {
        Scenario scenario = FakePlatform.scenario("chance.take");
        Runner runner = new Runner(FakePlatform.catalog());
        RunResult first = runner.run(scenario, Selection.of("exact"), new RunOptions(null, null, null, 7));
        assertEquals(Verdict.PASS, first.verdict(), first.reason());
        assertEquals(first, runner.run(scenario, Selection.of("exact"), new RunOptions(null, null, null, 7)));
    }

    @Test
    void endlessLoopIsBrokenByTheLimitOfEvents() {
        Runner runner = new Runner(FakePlatform.catalog(), new RunLimits(10_000, 100, 10));
        RunResult result = runner.run(FakePlatform.scenario("loop.forever"), Selection.of("exact"),
                RunOptions.DEFAULT);
        assertEquals(Verdict.BROKEN, result.verdict());
        assertTrue(result.reason().startsWith("more than 10000 events in one run (limit maxEvents), last at "
                + "org.dmalab.lab.fake.FakeActions (FakeActions.java:"), result.reason());
    }

    @Test
    void interruptEndsTheRun() {
        Thread.currentThread().interrupt();
        assertThrows(RunInterrupted.class, () -> FakePlatform.run(FakePlatform.scenario("loop.forever"), "exact"));
        assertTrue(Thread.interrupted(), "the status is set again");
    }

    @Test
    void interruptDuringAnActionEndsTheRun() throws InterruptedException {
        Throwable[] seen = new Throwable[1];
        Thread thread = new Thread(() -> {
            try {
                FakePlatform.run(FakePlatform.scenario("loop.forever"), "exact");
            } catch (RuntimeException e) {
                seen[0] = e;
            }
        });
        thread.start();
        FakeActions.awaitInside(thread);
        thread.interrupt();
        thread.join();
        assertEquals(RunInterrupted.class, seen[0] == null ? null : seen[0].getClass());
    }

    @Test
    void whatHasToComeFirstIsAnInputError() {
        assertEquals("driver.unload: there is no driver; driver.load comes first", assertThrows(InputException.class,
                () -> FakePlatform.run(FakePlatform.scenario("driver.unload"), "exact")).getMessage());
    }

    /** What the kernel has declined comes first, and is there: no mistake of whoever wrote the scenario. */
    @Test
    void whatHasToComeFirstMayHaveBeenDeclined() {
        RunResult result = FakePlatform.run(FakePlatform.scenario("memory.online", "driver.unload", "kernel.boot"),
                "Iommu=exact,MemoryNotifier=refuse");
        assertEquals(Verdict.REFUSED, result.verdict());
        assertEquals("memory.online: -EPERM and 1 more", result.reason());
        assertEquals(List.of("end memory.online = -EPERM", "end driver.unload = -ECANCELED", "end kernel.boot = 0"),
                result.timeline().entries().stream().map(Timeline.Entry::words)
                        .filter(words -> words.startsWith("end ")).toList());
    }

    @Test
    void wrongNamesAreInputErrors() {
        Scenario scenario = FakePlatform.scenario("kernel.boot");
        Runner runner = new Runner(FakePlatform.catalog());
        InputException patch = assertThrows(InputException.class, () -> FakePlatform.run(scenario, "exakt"));
        assertTrue(patch.getMessage().startsWith("there is no patch of fake \"exakt\", did you mean \"exact\"?"),
                patch.getMessage());
        for (RunOptions options : List.of(new RunOptions("strikt", null, null, 0),
                new RunOptions(null, "smal", null, 0), new RunOptions(null, null, "qemu", 0))) {
            assertThrows(InputException.class, () -> runner.run(scenario, Selection.of("exact"), options));
        }
        assertThrows(InputException.class, () -> FakePlatform.run(scenario, "MemoryNotifier=refuse"));
        assertThrows(InputException.class, () -> FakePlatform.run(scenario, "DmaWindows=exact"));
        Scenario impossible = FakePlatform.read("title: t\nmachine: {preset: small, set: {processors: 9}}\n"
                + "steps: [kernel.boot]\n");
        InputException wrong = assertThrows(InputException.class, () -> FakePlatform.run(impossible, "exact"));
        assertEquals("test.yaml:2:44: machine.set.processors: 9, expected 1 to 8", wrong.getMessage());
    }

    @Test
    void profileAndPresetCanBeOverridden() {
        RunResult result = new Runner(FakePlatform.catalog()).run(FakePlatform.scenario("kernel.boot"),
                Selection.of("exact"), new RunOptions("loose", "single", "embedded", 0));
        assertEquals("loose", result.profile());
    }

    private static Sweep sweep(Runner runner, Scenario scenario, String patch) {
        return runner.sweep(scenario, Selection.parse(patch), RunOptions.DEFAULT, (done, points) -> true);
    }

    /** Each of two translations is refused once; the hypervisor's refusal is no mistake of the kernel. */
    @Test
    void eachCallThatCanFailFailsOnce() {
        Scenario scenario = FakePlatform.scenario("kernel.boot", "dma.map: {address: 0x4000, size: 8}",
                "dma.map: {address: 0x8000, size: 8, bus: 0x2000}");
        Runner runner = new Runner(FakePlatform.catalog());
        Selection exact = Selection.parse("exact");
        Sweep sweep = sweep(runner, scenario, "exact");
        assertEquals(Verdict.PASS, sweep.none().verdict());
        assertEquals(2, sweep.points());
        assertEquals(2, sweep.failed().size());
        FailurePoint second = sweep.failed().get(1).point();
        assertEquals("map = refused", second.call());
        assertTrue(second.line().startsWith("FakeVariants.java:"), second::toString);
        for (Sweep.Failed failed : sweep.failed()) {
            assertEquals(Verdict.REFUSED, failed.result().verdict(), failed.result().reason());
            assertEquals("dma.map: -EIO", failed.result().reason());
        }
        for (int point : new int[] {-1, 0, 3}) {
            assertTrue(assertThrows(InputException.class, () -> runner.runFailing(scenario, exact,
                    RunOptions.DEFAULT, point)).getMessage().endsWith("has no such failing point, expected 1 to 2"));
        }
        assertEquals(List.of(second), runner.sweep(scenario, exact, RunOptions.DEFAULT, (done, points) -> done < 1)
                .failed().stream().map(Sweep.Failed::point).toList(), "the last call comes first");
        Thread.currentThread().interrupt();
        assertThrows(RunInterrupted.class, () -> sweep(runner, scenario, "exact"));
        assertTrue(Thread.interrupted(), "the status is set again");
    }

    /** Going on from a mark is the same as running from the start, whatever lies before the call that fails. */
    @ParameterizedTest
    @ValueSource(strings = {"exact", "no-flush", "off-by-one", "throwing", "swallowing"})
    void goingOnFromTheMiddleIsTheSameAsRunningFromTheStart(String patch) {
        Scenario scenario = FakePlatform.read("""
                title: t
                machine: {preset: small, profile: strict}
                steps:
                  - kernel.boot
                  - cpu.write: {address: 0x4000, size: 8192}
                  - dma.map: {address: 0x4000, size: 8192, direction: out}
                  - device.read: {size: 8192}
                  - kernel.warn
                concurrent:
                  - name: other
                    processor: 1
                    steps:
                      - cpu.write: {address: 0x8000}
                      - dma.map: {address: 0x8000, bus: 0x8000, size: 8192}
                  - name: one
                    steps:
                      - dma.unmap: {address: 0x4000, size: 8192, direction: out}
                after:
                  - irqs.ipi
                  - dma.unmap: {address: 0x8000, bus: 0x8000, size: 8192}
                  - kernel.crash
                """);
        Runner runner = new Runner(FakePlatform.catalog());
        Sweep sweep = sweep(runner, scenario, patch);
        assertEquals(runner.run(scenario, Selection.of(patch), RunOptions.DEFAULT), sweep.none());
        assertEquals(sweep.none().verdict() != Verdict.BROKEN, sweep.points() > 2, patch);
        for (Sweep.Failed failed : sweep.failed()) {
            RunResult whole = runner.runFailing(scenario, Selection.of(patch), RunOptions.DEFAULT,
                    failed.point().number());
            assertEquals(whole.verdict(), failed.result().verdict(), whole.reason());
            assertEquals(whole.reason(), failed.result().reason());
            assertEquals(whole.violations(), failed.result().violations());
        }
    }

    @Test
    void stateThatOnlyAFailureTouchesIsFound() {
        Runner runner = new Runner(FakePlatform.with("remembers", new FakeVariants.RemembersRefusal()));
        Sweep sweep = sweep(runner, FakePlatform.scenario("kernel.boot", "dma.map: {address: 0x4000, size: 8}"),
                "remembers");
        assertEquals(Verdict.PASS, sweep.none().verdict());
        RunResult failed = sweep.failed().get(0).result();
        assertEquals(Verdict.BROKEN, failed.verdict());
        assertTrue(failed.reason().matches("hidden state: .* was cpu0 delay\\(.* at .*RemembersRefusal "
                + "\\(FakeVariants.java:\\d+\\), then cpu0 delay\\(.* at .*RemembersRefusal "
                + "\\(FakeVariants.java:\\d+\\)"), failed.reason());
    }

    @Test
    void whatIsBrokenAsItIsIsNotSwept() {
        Sweep sweep = sweep(new Runner(FakePlatform.catalog()), FakePlatform.scenario(TRANSFER), "hidden-counter");
        assertEquals(Verdict.BROKEN, sweep.none().verdict());
        assertEquals(List.of(), sweep.failed());
    }
}
