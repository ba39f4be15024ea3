package org.dmalab.lab.live;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Map;

import org.dmalab.api.Oracle;
import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.cpu.Endian;
import org.dmalab.api.cpu.Level;
import org.dmalab.api.event.EventKind;
import org.dmalab.api.event.EventSink;
import org.dmalab.api.service.Binding;
import org.dmalab.api.service.Iommu;
import org.dmalab.api.service.Services;
import org.dmalab.lab.Changed;
import org.dmalab.lab.InputException;
import org.dmalab.lab.catalog.PlainCatalog;
import org.dmalab.lab.fake.FakeActions;
import org.dmalab.lab.fake.FakeArchitecture;
import org.dmalab.lab.fake.FakePlatform;
import org.dmalab.lab.fake.FakeVariants;
import org.dmalab.lab.oracle.Violation;
import org.junit.jupiter.api.Test;

/** Oracles on a machine that is kept between actions. */
class LiveOraclesTest {
    private static final String STALE = "00:01.0 reads 0x00 at 0x4000, a processor last wrote 0x88; 64 bytes in this "
            + "step";

    private static LiveMachine machine(Iommu variant, List<String> oracles) {
        return LiveMachine.create("m0", FakePlatform.catalog(), "fake", null, null, oracles,
                Services.fixed(new Binding(variant, null, null, new FakeVariants.AcceptingNotifier())));
    }

    /** A machine whose patch forgets to flush, one DMA before a device sees it. */
    private static LiveMachine unflushed() {
        LiveMachine machine = machine(new FakeVariants.NoFlush(), null);
        machine.boot();
        machine.run("cpu.write", Map.of("address", "0x4000"));
        machine.run("dma.map", Map.of("address", "0x4000", "direction", "out"));
        assertEquals(List.of(), machine.violations());
        return machine;
    }

    private static List<String> words(ActionOutcome outcome) {
        return outcome.violations().stream().map(one -> one.oracle() + ": " + one.message()).toList();
    }

    @Test
    void aViolationIsToldWithTheActionThatCausedItAndTakenBackWithIt() {
        LiveMachine machine = unflushed();
        machine.mark("before");
        ActionOutcome outcome = machine.run("device.read", Map.of());
        assertEquals(List.of("device-reads-cpu-data: " + STALE), words(outcome));
        Violation violation = outcome.violations().get(0);
        assertEquals(List.of(new Found("device.read", violation)), machine.violations());
        assertTrue(outcome.timeline().stream().anyMatch(entry -> entry.step() == violation.step()
                && entry.words().startsWith("DMA read")));
        assertTrue(machine.show(Map.of()).contains("9 oracles watch: 1 violation"));
        assertTrue(machine.show(Map.of()).contains("violation of device-reads-cpu-data at step " + violation.step()
                + ", device.read: " + STALE));

        machine.stepBack(1);
        assertEquals(List.of(), machine.violations());
        assertTrue(machine.show(Map.of()).contains("9 oracles watch: nothing was violated"));
        assertEquals(outcome.violations(), machine.run("device.read", Map.of()).violations());
        assertEquals(List.of("device-reads-cpu-data: " + STALE), words(machine.run("device.read", Map.of())));
        assertEquals(2, machine.violations().size());
    }

    @Test
    void whatOraclesRememberIsNoPartOfTheMachine() {
        LiveMachine machine = unflushed();
        machine.mark("before");
        machine.run("device.write", Map.of("size", "8", "value", "0"));
        assertEquals(List.of(), machine.diff("before").stream().map(Changed::region)
                .filter(name -> name.startsWith("oracle.") || name.startsWith("lab.")).toList());
        assertTrue(machine.show(Map.of()).stream().noneMatch(line -> line.startsWith("region oracle.")));
    }

    @Test
    void bugsAndHangsAreViolationsEachTime() {
        LiveMachine machine = machine(new FakeVariants.Exact(), null);
        for (int i = 0; i < 2; i++) {
            ActionOutcome crash = machine.run("kernel.crash", Map.of());
            assertEquals(1, crash.violations().size());
            assertEquals("no-bug", crash.violations().get(0).oracle());
        }
        assertEquals(List.of(), machine.run("lock.take", Map.of()).violations());
        assertEquals(List.of("no-lock-cycle"), machine.run("lock.take", Map.of()).violations().stream()
                .map(Violation::oracle).toList());
        assertEquals(3, machine.violations().size());
    }

    /** What an action leaves as it found it is not its doing. */
    @Test
    void aStateThatStandsIsToldOnce() {
        PlainCatalog.Builder builder = PlainCatalog.builder().architecture(new FakeArchitecture()).oracle(new Even());
        FakeActions.all().forEach(action -> builder.action("fake", action));
        LiveMachine machine = LiveMachine.create("m0", builder.build(), "fake", null, null, null,
                Services.fixed(new Binding(new FakeVariants.Exact(), null, null, null)));
        assertEquals(List.of("even: 1", "even: end 1"), words(set(machine, 1)));
        assertEquals(List.of(), words(machine.run("kernel.warn", Map.of())));
        assertEquals(List.of("even: 3", "even: end 3"), words(set(machine, 3)));
        assertEquals(List.of(), words(set(machine, 2)));
        assertEquals(List.of("even: 3", "even: end 3"), words(set(machine, 3)));
        machine.stepBack(2);
        assertEquals(List.of(), words(machine.run("kernel.warn", Map.of())), "3 stands again");
        assertEquals(List.of("even: 1", "even: end 1"), words(set(machine, 1)));
        assertEquals(6, machine.violations().size());
    }

    private static ActionOutcome set(LiveMachine machine, long value) {
        return machine.use("set", one -> {
            one.cpu(0, Level.USER).store(FakeArchitecture.TRAFFIC, 8, value);
            return 0;
        });
    }

    /** The count of traffic is even after each action and at the end. */
    private record Even() implements Oracle {
        @Override
        public String name() {
            return "even";
        }

        @Override
        public String summary() {
            return "";
        }

        @Override
        public EventSink attach(Watch watch) {
            return (kind, actor, a, b, c, d, e, result) -> {
                if (kind == EventKind.ACTION_END) {
                    check(watch, "");
                }
            };
        }

        @Override
        public void end(Watch watch, EventSink sink) {
            check(watch, "end ");
        }

        private static void check(Watch watch, String when) {
            long traffic = watch.machine().kernel().load(FakeArchitecture.TRAFFIC, 8);
            if (traffic % 2 != 0) {
                watch.violation(when + traffic);
            }
        }
    }

    @Test
    void whoWatchesCanBeChosen() {
        LiveMachine nobody = machine(new FakeVariants.NoFlush(), List.of());
        assertEquals(List.of(), nobody.run("kernel.crash", Map.of()).violations());
        assertTrue(nobody.show(Map.of()).contains("no oracle watches"));
        LiveMachine one = machine(new FakeVariants.NoFlush(), List.of("no-bug"));
        assertEquals(List.of("no-bug"), one.oracles());
        assertTrue(assertThrows(InputException.class, () -> machine(new FakeVariants.Exact(), List.of("no-bugs")))
                .getMessage().startsWith("there is no oracle \"no-bugs\", did you mean \"no-bug\"? there is: "));
    }

    @Test
    void violationsAndMemoriesAreSavedAndLoaded() throws IOException {
        LiveMachine machine = unflushed();
        machine.run("kernel.warn", Map.of());
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        machine.save(out);
        LiveMachine other = machine(new FakeVariants.NoFlush(), null);
        other.run("kernel.crash", Map.of());
        other.load(new ByteArrayInputStream(out.toByteArray()));
        assertEquals(machine.violations(), other.violations());
        assertEquals(1, other.violations().size());
        assertEquals(machine.run("device.read", Map.of()).violations(),
                other.run("device.read", Map.of()).violations());
        assertEquals(2, other.violations().size());
        LiveMachine nobody = machine(new FakeVariants.NoFlush(), List.of());
        String refusal = assertThrows(InputException.class, () -> nobody.load(
                new ByteArrayInputStream(out.toByteArray()))).getMessage();
        assertTrue(refusal.startsWith("saved from a machine that other oracles watch: cpu-reads-device-data ")
                && refusal.contains("; this one has none; make one with machine:create ... --oracles cpu-reads"),
                refusal);
    }

    /** What is written under load is not recorded, but it is seen. */
    @Test
    void oraclesGoOnWatchingUnderLoad() {
        LiveMachine machine = unflushed();
        LiveMachine.Load load = machine.underLoad("load", one -> {
            Cpu cpu = one.cpu(0, Level.USER);
            for (int i = 0; i < 64; i += 8) {
                cpu.write(0x4000 + i, 8, Endian.LITTLE, 0);
            }
            cpu.hcall(1, 0x100000, 1, 0, 0);
            cpu.hcall(1, 0x200000, 1, 0, 0);
        });
        assertEquals(2, load.occurrences());
        assertEquals(List.of("no-rejected-command"), load.violations().stream().map(Violation::oracle).toList());
        assertEquals("load", machine.violations().get(0).action());
        assertEquals(List.of(), machine.run("device.read", Map.of()).violations(), "memory is zero, as last written");
        long step = machine.run("kernel.crash", Map.of()).violations().get(0).step();
        assertTrue(step > load.violations().get(0).step());
    }

    @Test
    void onlyTheFirstThousandAreKept() {
        LiveMachine machine = machine(new FakeVariants.Exact(), null);
        for (int i = 0; i < LiveOracles.MAX_FOUND + 2; i++) {
            machine.run("kernel.warn", Map.of());
        }
        assertEquals(LiveOracles.MAX_FOUND, machine.violations().size());
        List<String> lines = machine.show(Map.of());
        assertEquals("and 2 violations more", lines.get(lines.size() - 1));
    }
}
