package org.dmalab.lab.live;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.cpu.Endian;
import org.dmalab.api.cpu.Level;
import org.dmalab.api.kernel.Struct;
import org.dmalab.api.service.Binding;
import org.dmalab.api.service.NoVariantException;
import org.dmalab.api.service.Services;
import org.dmalab.lab.Changed;
import org.dmalab.lab.InputException;
import org.dmalab.lab.fake.FakeArchitecture;
import org.dmalab.lab.fake.FakeActions;
import org.dmalab.lab.fake.FakePlatform;
import org.dmalab.lab.fake.FakeVariants;
import org.dmalab.lab.run.RunInterrupted;
import org.dmalab.lab.run.Timeline;
import org.junit.jupiter.api.Test;

class LiveMachineTest {
    private static final Services SERVICES = Services.fixed(new Binding(new FakeVariants.Exact(), null, null,
            new FakeVariants.RefusingNotifier()));

    private static LiveMachine machine(String preset) {
        return LiveMachine.create("m0", FakePlatform.catalog(), "fake", preset, null, null, SERVICES);
    }

    private final LiveMachine machine = machine(null);

    @Test
    void runsActionsAndSaysWhatHappened() {
        assertEquals(List.of("kernel.boot = 0 (booted)"), machine.boot().stream().map(ActionOutcome::line).toList());
        ActionOutcome refused = machine.run("memory.online", Map.of());
        assertEquals("memory.online = -EPERM", refused.line());
        assertNull(refused.problem());
        ActionOutcome mapped = machine.run("dma.map", Map.of("address", "0x1000"), 1);
        assertEquals("dma.map address=0x1000 = 0", mapped.line());
        assertTrue(mapped.timeline().stream().anyMatch(entry -> entry.words().startsWith("H_SET_ENTRY")));
        assertEquals(1, machine.dmesg().size());
        assertEquals(1, machine.metrics().get("hypercalls"));
        assertEquals("end dma.map = 0", machine.recent(1).get(0).words());
        assertEquals(3, machine.history().size());
    }

    @Test
    void wrongInputChangesNothing() {
        assertTrue(assertThrows(InputException.class, () -> machine.run("kernel.bot", Map.of())).getMessage()
                .contains("did you mean \"kernel.boot\"?"));
        assertThrows(InputException.class, () -> machine.run("dma.map", Map.of()));
        assertThrows(InputException.class, () -> machine.run("kernel.boot", Map.of(), 2));
        assertThrows(InputException.class, () -> machine("smal"));
        assertEquals("machine m0: driver.unload: there is no driver; driver.load comes first",
                assertThrows(InputException.class, () -> machine.run("driver.unload", Map.of())).getMessage());
        assertEquals(List.of(), machine.history());
    }

    @Test
    void problemsOfTheKernelAreTold() {
        assertEquals("kernel.crash: kernel BUG: Kernel crash asked for", machine.run("kernel.crash", Map.of()).line());
        machine.run("lock.take", Map.of());
        assertEquals("lock.take: the kernel hangs: cpu0 waits for fake_lock, held by cpu0",
                machine.run("lock.take", Map.of()).line());
        LiveMachine broken = LiveMachine.create("b", FakePlatform.catalog(), "fake", null, null, null,
                Services.fixed(new Binding(new FakeVariants.Throwing(), null, null, null)));
        String problem = broken.run("dma.map", Map.of("address", "0")).problem();
        assertTrue(problem.matches("broken: java\\.lang\\.IllegalStateException: thrown by the variant "
                + "\\(org\\.dmalab\\.lab\\.fake\\.FakeVariants\\$Throwing:\\d+\\)"), problem);
        assertEquals(0, broken.boot().get(0).result(), "it goes on");
        LiveMachine wrong = LiveMachine.create("w", FakePlatform.catalog(), "fake", null, null, null,
                Services.fixed(new Binding(new FakeVariants.Asserting(), null, null, null)));
        assertTrue(wrong.run("dma.map", Map.of("address", "0")).problem().startsWith(
                "broken: java.lang.AssertionError: of the variant"));
    }

    @Test
    void machineWithoutVariantKeepsItsState() {
        LiveMachine orphan = LiveMachine.create("o", FakePlatform.catalog(), "fake", null, null, null,
                new Services() {
            @Override
            public Binding enter() {
                throw new NoVariantException("machine o has no variant for Iommu");
            }

            @Override
            public void leave() { }
        });
        orphan.boot();
        orphan.mark("before");
        assertEquals("machine o has no variant for Iommu", orphan.run("dma.map", Map.of("address", "0")).problem());
        assertEquals(List.of(), orphan.diff("before"));
        assertEquals(1, orphan.history().size());
        assertEquals("end kernel.boot = 0", orphan.recent(1).get(0).words());
    }

    @Test
    void interruptedActionIsUndone() throws InterruptedException {
        machine.boot();
        machine.mark("before");
        Throwable[] seen = new Throwable[1];
        Thread thread = new Thread(() -> {
            try {
                machine.run("loop.forever", Map.of());
            } catch (RuntimeException e) {
                seen[0] = e;
            }
        });
        thread.start();
        FakeActions.awaitInside(thread);
        thread.interrupt();
        thread.join();
        assertEquals(RunInterrupted.class, seen[0] == null ? null : seen[0].getClass());
        assertEquals(List.of(), machine.diff("before"));
        assertEquals(List.of("kernel.boot"), machine.history());
    }

    @Test
    void stepsBackByAction() {
        machine.boot();
        machine.mark("booted");
        machine.run("cpu.write", Map.of("address", "0x100", "size", "8"));
        machine.mark("written");
        machine.run("dma.map", Map.of("address", "0x1000"));
        assertEquals(List.of("dma.map address=0x1000", "cpu.write address=0x100 size=8"), machine.stepBack(2));
        assertEquals(List.of(), machine.diff("booted"));
        assertEquals(List.of("booted"), List.copyOf(machine.marks()));
        assertEquals(0, machine.metrics().get("hypercalls"));
        assertEquals("end kernel.boot = 0", machine.recent(1).get(0).words());
        assertEquals(List.of("kernel.boot"), machine.history());
        assertEquals(List.of("kernel.boot"), machine.stepBack(1));
        assertEquals(List.of(), machine.dmesg());
        assertEquals("machine m0 can go back by 0 actions, not 1",
                assertThrows(InputException.class, () -> machine.stepBack(1)).getMessage());
        assertThrows(InputException.class, () -> machine.stepBack(0));
    }

    @Test
    void saysWhenTheTrailNoLongerReaches() {
        machine.boot();
        machine.mark("old");
        for (int i = 0; i < 270; i++) {
            machine.run("cpu.write", Map.of("address", "0", "size", "0xffff", "value", Integer.toString(i)));
        }
        InputException step = assertThrows(InputException.class, () -> machine.stepBack(271));
        assertEquals("machine m0 can go no further back: of its changes the last 4194304 are kept, and action "
                + "\"kernel.boot\" lies before them", step.getMessage());
        assertThrows(InputException.class, () -> machine.diff("old"));
        assertEquals(271, machine.history().size());
        assertEquals(1, machine.stepBack(1).size());
    }

    @Test
    void comparesWithAMark() {
        machine.mark("start");
        machine.run("kernel.boot", Map.of());
        assertEquals(List.of("kernel booted: 0x0 -> 0x1"), machine.diff("start").stream()
                .map(Changed::toString).toList());
        assertTrue(assertThrows(InputException.class, () -> machine.diff("strat")).getMessage()
                .contains("did you mean \"start\"?"));
        assertThrows(InputException.class, () -> machine.mark(" "));
    }

    /** A packed structure whose fields lie across the store's cells, the last one big endian. */
    @Test
    void kernelObjectsAreComparedFieldByField() {
        Struct layout = FakeArchitecture.WINDOW;
        machine.mark("start");
        long object = machine.use("alloc", one -> one.cpu(0, Level.USER).alloc(layout)).result();
        assertEquals(List.of("kernel window[0] allocated: 0x0 -> 0x1"), machine.diff("start").stream()
                .map(Changed::toString).toList());
        machine.mark("made");
        machine.use("fill", one -> {
            Cpu cpu = one.cpu(0, Level.USER);
            cpu.store(object, layout.fields().get(0), 7);
            cpu.store(object, layout.fields().get(1), 0x0123456789abcdefL);
            return 0;
        });
        assertEquals(List.of("kernel window[0].liobn: 0x0 -> 0x7", "kernel window[0].base: 0x0 -> 0x123456789abcdef"),
                machine.diff("made").stream().map(Changed::toString).toList());
        machine.mark("filled");
        machine.use("more", one -> {
            one.cpu(0, Level.USER).store(object, layout.fields().get(2), Endian.BIG.swap(1, 4));
            return 0;
        });
        assertEquals(List.of("kernel window[0].shift: 0x0 -> 0x1"), machine.diff("filled").stream()
                .map(Changed::toString).toList());
        machine.use("free", one -> {
            one.cpu(0, Level.USER).free(object);
            return 0;
        });
        assertTrue(machine.diff("filled").contains(new Changed("kernel", "window[0] allocated", 1, 0)));
        assertTrue(machine.diff("filled").contains(new Changed("kernel", "window[0].shift", 0,
                0x6b6b6b6bL)), () -> machine.diff("filled").toString());
    }

    @Test
    void showsASummary() {
        machine.boot();
        List<String> lines = machine.show(Map.of("Iommu", "exact"));
        assertEquals("machine m0: fake, preset small, profile strict, back end embedded", lines.get(0));
        assertTrue(lines.get(1).startsWith("time 0.000000000 s simulated, 2 processors, "), lines.get(1));
        assertEquals("patch Iommu = exact", lines.get(2));
        assertTrue(lines.contains("parameter processors = 2"), lines::toString);
        assertTrue(lines.contains("region kernel: 1 of 136 cells in use"), lines::toString);
        assertTrue(lines.stream().noneMatch(line -> line.startsWith("region table")), lines::toString);
    }

    @Test
    void loadRunsWithoutRecording() {
        machine.boot();
        LiveMachine.Load load = machine.underLoad("load", one -> FakePlatform.catalog().architecture("fake")
                .traffic(one, 0));
        assertEquals(new LiveMachine.Load(List.of(), 0), load);
        assertEquals(List.of(), machine.history());
        machine.mark("after");
        assertEquals("by hand = 7", machine.use("by hand", one -> {
            FakePlatform.catalog().architecture("fake").traffic(one, 1);
            return 7;
        }).line());
        assertEquals("end by hand = 7", machine.recent(1).get(0).words());
        assertEquals(List.of("kernel traffic: 0x1 -> 0x2"), machine.diff("after").stream()
                .map(Changed::toString).toList());
        assertEquals(List.of("by hand"), machine.stepBack(1));
    }

    private byte[] saved() throws IOException {
        machine.boot();
        machine.run("cpu.write", Map.of("address", "0x100", "size", "8"));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        machine.save(out);
        return out.toByteArray();
    }

    @Test
    void savesAndLoads() throws IOException {
        byte[] bytes = saved();
        LiveMachine other = machine(null);
        other.run("lock.take", Map.of());
        other.load(new ByteArrayInputStream(bytes));
        assertEquals(machine.dmesg(), other.dmesg());
        assertEquals(machine.metrics(), other.metrics());
        assertEquals(List.of(), other.history());
        ByteArrayOutputStream again = new ByteArrayOutputStream();
        other.save(again);
        assertTrue(Arrays.equals(bytes, again.toByteArray()));
        other.run("kernel.boot", Map.of());
        assertEquals(List.of("kernel.boot"), other.stepBack(1));
    }

    @Test
    void loadRefusesWhatIsNotItsOwn() throws IOException {
        byte[] bytes = saved();
        LiveMachine single = machine("single");
        assertTrue(assertThrows(InputException.class, () -> single.load(new ByteArrayInputStream(bytes))).getMessage()
                .startsWith("saved from a machine of fake, preset small, profile strict, back end embedded, this one "
                        + "is of fake, preset single"));
        assertEquals("damaged: something follows after its end", refusal(Arrays.copyOf(bytes, bytes.length + 1)));
        for (byte[] foreign : List.of(new byte[0], new byte[100], new byte[] {'d', 'm'}, "an e-mail".getBytes(UTF_8))) {
            assertEquals("no saved machine, expected a file that machine:save wrote", refusal(foreign));
        }
        for (int length : List.of(4, 8, 20, 200, bytes.length / 2, bytes.length - 1)) {
            assertEquals("cut off: the file ends before the machine does", refusal(Arrays.copyOf(bytes, length)));
        }
        byte[] newer = bytes.clone();
        newer[7] = 9;
        assertEquals("saved in format 9, this version of dmalab reads format 3; save the machine again",
                refusal(newer));
        byte[] text = new String(bytes, ISO_8859_1).replace("processors=2", "processors=3").getBytes(ISO_8859_1);
        assertEquals("saved from a machine with other parameters: processors=3; this one has processors=2",
                refusal(text));
    }

    private String refusal(byte[] bytes) {
        return assertThrows(InputException.class, () -> machine.load(new ByteArrayInputStream(bytes))).getMessage();
    }

    /** Whatever is in the file: it is loaded, or refused and the machine is as it was. */
    @Property(tries = 200)
    void damagedFilesAreRefused(@ForAll @IntRange(max = 4000) int at, @ForAll byte by, @ForAll boolean truncate)
            throws IOException {
        LiveMachine one = machine(null);
        one.boot();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        one.save(out);
        byte[] bytes = out.toByteArray();
        int position = Math.min(at, bytes.length - 1);
        byte[] damaged = truncate ? Arrays.copyOf(bytes, position) : bytes.clone();
        if (!truncate) {
            damaged[position] = by;
        }
        List<Timeline.Entry> before = one.recent(100);
        try {
            one.load(new ByteArrayInputStream(damaged));
        } catch (InputException e) {
            assertEquals(before, one.recent(100));
            assertEquals(1, one.history().size());
            assertEquals(1, one.dmesg().size());
        }
    }
}
