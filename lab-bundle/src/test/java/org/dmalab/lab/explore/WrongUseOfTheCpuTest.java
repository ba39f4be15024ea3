package org.dmalab.lab.explore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.cpu.Text;
import org.dmalab.api.service.Direction;
import org.dmalab.api.service.Iommu;
import org.dmalab.api.service.Services;
import org.dmalab.lab.Verdict;
import org.dmalab.lab.catalog.PlainCatalog;
import org.dmalab.lab.catalog.Selection;
import org.dmalab.lab.explore.ScenarioExplorer.Outcome;
import org.dmalab.lab.fake.FakeArchitecture;
import org.dmalab.lab.fake.FakePlatform;
import org.dmalab.lab.live.ActionOutcome;
import org.dmalab.lab.live.LiveMachine;
import org.dmalab.lab.run.RunOptions;
import org.dmalab.lab.run.RunResult;
import org.dmalab.lab.run.Runner;
import org.dmalab.lab.scenario.MachineSpecs;
import org.dmalab.lab.scenario.Scenario;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A patch that uses its Cpu as nobody may is broken, run, explored and on a named machine, whatever it catches. */
class WrongUseOfTheCpuTest {
    private static final String MAP = "{dma.map: {address: 0x4000, size: 8}}";
    private static final Scenario SCENARIO = FakePlatform.read("title: wrong\nmachine: {preset: single}\nsteps:\n"
            + "  - kernel.boot\nconcurrent:\n  - {name: user, steps: [" + MAP + "]}\n"
            + "  - {name: interrupt, level: hardirq, steps: [{cpu.write: {address: 0x4000, size: 8}}]}\n");

    /** Does what its name says when it maps. */
    private record Wrong(String what) implements Iommu {
        @Override
        public long attach(Cpu cpu, long device, long domain) {
            return 0;
        }

        @Override
        public long map(Cpu cpu, long domain, long bus, long physical, long sizeBytes, Direction direction) {
            switch (what) {
                case "loads" -> cpu.load(0x1000, 3);
                case "swallows" -> swallow(() -> cpu.load(0x1000, 3));
                case "delays" -> cpu.delay(-1);
                case "delaysTwice" -> {
                    cpu.delay(Long.MAX_VALUE);
                    cpu.delay(Long.MAX_VALUE);
                }
                case "leaves" -> {
                    cpu.services().leave();
                    cpu.services().leave();
                }
                case "chooses" -> cpu.choose(Integer.MAX_VALUE);
                case "prints" -> cpu.printk(Text.id("%q"));
                default -> inAnotherThread(() -> cpu.delay(1));
            }
            return 0;
        }

        private static void swallow(Runnable use) {
            try {
                use.run();
            } catch (RuntimeException e) {
                return;
            }
        }

        private static void inAnotherThread(Runnable use) {
            Thread other = new Thread(() -> swallow(use), "other");
            other.start();
            try {
                other.join();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public long unmap(Cpu cpu, long domain, long bus, long sizeBytes, Direction direction) {
            return 0;
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "loads | load of 3 bytes, expected 1, 2, 4 or 8",
        "swallows | load of 3 bytes, expected 1, 2, 4 or 8",
        "delays | delay of -1 ns, expected 0 or more",
        "delaysTwice | simulated time ends at 2^63 ns",
        "leaves | the services are left and were not entered",
        "chooses | choose of 2147483647 alternatives, expected 1 to 4096",
        "prints | printk: \"%q\" is no conversion, expected %d %u %x %s or %%, l and a width before it",
        "threads | the Cpu is used by"})
    void isBroken(String what, String reason) {
        PlainCatalog catalog = FakePlatform.with("wrong", new Wrong(what));
        RunResult run = new Runner(catalog).run(SCENARIO, Selection.of("wrong"), RunOptions.DEFAULT);
        assertEquals(Verdict.BROKEN, run.verdict(), run.reason());
        assertTrue(run.reason().contains(reason), run.reason());
        Outcome explored = new ScenarioExplorer(catalog).search(SCENARIO, Patches.of(Selection.of("wrong")),
                RunOptions.DEFAULT, Exploration.Limits.states(1_000));
        assertEquals(Verdict.BROKEN, explored.verdict(), explored.reason());
        assertTrue(explored.reason().contains(reason), explored.reason());
        assertTrue(what.equals("threads") || explored.reason().contains("WrongUseOfTheCpuTest"), explored.reason());
        if (!what.equals("swallows") && !what.equals("threads")) {
            onANamedMachine(catalog, reason);
        }
    }

    private static void onANamedMachine(PlainCatalog catalog, String reason) {
        LiveMachine machine = LiveMachine.create("m", catalog, "fake", "single", null, null,
                Services.fixed(catalog.borrow(MachineSpecs.resolve(new FakeArchitecture(), "single", null, null,
                        Map.of(), Map.of()), Selection.of("wrong")).binding()));
        machine.run("kernel.boot", Map.of());
        ActionOutcome outcome = machine.run("dma.map", Map.of("address", "0x4000", "size", "8"));
        if (!reason.contains("not entered")) { // there the host of the machine looks
            assertTrue(String.valueOf(outcome.problem()).contains(reason), outcome::problem);
        }
    }
}
