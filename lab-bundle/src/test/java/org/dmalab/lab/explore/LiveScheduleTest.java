package org.dmalab.lab.explore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;

import org.dmalab.api.cpu.Code;
import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.cpu.Level;
import org.dmalab.api.cpu.Text;
import org.junit.jupiter.api.Test;

class LiveScheduleTest {
    private static final long MANY = 1_000_000;

    private final SmallMachine small = new SmallMachine(2);

    /** Searches, takes the schedule found once more, live too, and tells its steps. */
    private List<ReplayStep> failing(String oracle, Strand... strands) {
        SearchResult.Found found = exploration(strands).run().violations().get(0);
        assertEquals(oracle, found.oracle(), found.message());
        List<ReplayStep> steps = new ArrayList<>();
        List<SearchResult.Found> again = exploration(strands).replay(found.schedule(), steps::add);
        assertEquals(found.message(), again.get(0).message());
        return steps;
    }

    private Exploration exploration(Strand... strands) {
        return new Exploration(small.machine, List.of(strands), List.of(), MANY);
    }

    private static Strand task(String name, int processor, Code code) {
        return new Strand(name, processor, Level.USER, code);
    }

    private static long increment(Cpu cpu, SmallMachine small) {
        long value = cpu.load(small.counter);
        cpu.store(small.counter, value + 1);
        if (cpu.load(small.counter) != value + 1) {
            cpu.bug(Text.id("somebody came between"));
        }
        return 0;
    }

    @Test
    void twoProcessorsAreTwoThreadsAndComeToTheSameBug() {
        List<ReplayStep> steps = failing("no-bug", task("first", 0, cpu -> increment(cpu, small)),
                task("second", 1, cpu -> increment(cpu, small)));
        ReplayStep load = steps.get(0);
        assertEquals("load(counter, 0x8)", load.words());
        assertTrue(load.stack().get(0).startsWith("LiveScheduleTest.increment (LiveScheduleTest.java:"),
                load.stack()::toString);
        assertEquals(load.line(), load.stack().get(0).replaceAll(".*\\(|\\)", ""));
        assertEquals(List.of(), load.changes());
        assertTrue(steps.stream().anyMatch(step -> step.changes().toString().equals(
                "[kernel counter: 0x0 -> 0x1]")), steps::toString);
    }

    @Test
    void anInterruptLiesOnTheStackOfWhatItInterrupts() {
        List<ReplayStep> steps = failing("no-bug", task("user", 0, cpu -> increment(cpu, small)),
                new Strand("interrupt", 0, Level.HARDIRQ, cpu -> increment(cpu, small)));
        List<String> stack = steps.stream().filter(step -> step.strand().equals("interrupt"))
                .reduce((first, second) -> second).orElseThrow().stack();
        int boundary = stack.indexOf("<interrupt>");
        assertTrue(boundary > 0 && stack.get(boundary + 1).startsWith("LiveScheduleTest.increment ("), stack::toString);
    }

    @Test
    void whoWaitsForEverWaitsLiveToo() {
        Code holder = cpu -> {
            cpu.lock(small.lock);
            cpu.ipi(1, 0, 0);
            cpu.await(small.acknowledged.address(), 4, 1);
            cpu.unlock(small.lock);
            return 0;
        };
        Code spinner = cpu -> {
            long flags = cpu.irqSave();
            cpu.lock(small.lock);
            cpu.unlock(small.lock);
            cpu.irqRestore(flags);
            return 0;
        };
        failing("no-lock-cycle", task("holder", 0, holder), task("spinner", 1, spinner));
    }

    @Test
    void aTaskThatMovesTakesItsThreadAlong() {
        Code perProcessor = cpu -> {
            int before = cpu.processor();
            if (cpu.processor() != before) {
                cpu.bug(Text.id("moved"));
            }
            return 0;
        };
        List<ReplayStep> steps = failing("no-bug",
                new Strand("task", 0, Level.USER, false, 1, true, List.of(perProcessor)),
                new Strand("tick", 1, Level.HARDIRQ, cpu -> cpu.load(small.counter)));
        assertTrue(steps.stream().anyMatch(step -> step.words().equals("moves to cpu1")), steps::toString);
    }

    @Test
    void codeThatCallsSomethingElseLiveIsBroken() {
        Code code = cpu -> {
            boolean live = Thread.currentThread().getName().startsWith("cpu0");
            return live ? cpu.load(small.slot) : cpu.load(small.counter);
        };
        BrokenCode broken = assertThrows(BrokenCode.class, () -> exploration(task("user", 0, code))
                .replay(Schedule.parse(""), step -> { }));
        assertTrue(broken.getMessage().startsWith("step 1 run live: the search saw load(0x"), broken::getMessage);
        assertTrue(broken.getMessage().contains("(LiveScheduleTest.java:"), broken::getMessage);
    }

    @Test
    void codeThatEndsElsewhereLiveIsBroken() {
        Code shorter = cpu -> Thread.currentThread().getName().startsWith("cpu0") ? 0 : cpu.load(small.counter);
        assertTrue(assertThrows(BrokenCode.class, () -> exploration(task("user", 0, shorter))
                .replay(Schedule.parse(""), step -> { })).getMessage().contains("the code has ended"));
        Code longer = cpu -> {
            cpu.load(small.counter);
            return Thread.currentThread().getName().startsWith("cpu0") ? cpu.load(small.counter) : 0;
        };
        assertTrue(assertThrows(BrokenCode.class, () -> exploration(task("user", 0, longer))
                .replay(Schedule.parse(""), step -> { })).getMessage().contains("taken again"));
    }

    @Test
    void noThreadIsLeftBehind() throws InterruptedException {
        failing("no-bug", task("first", 0, cpu -> increment(cpu, small)),
                task("second", 1, cpu -> increment(cpu, small)));
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (thread.getName().matches("cpu\\d.*")) {
                thread.join();
            }
        }
    }
}
