package org.dmalab.lab.explore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;

import org.dmalab.api.Oracle;
import org.dmalab.api.cpu.Code;
import org.dmalab.api.cpu.Level;
import org.dmalab.api.cpu.Op;
import org.dmalab.api.cpu.Stop;
import org.dmalab.api.event.EventSink;
import org.junit.jupiter.api.Test;

class PlacementSearchTest {
    private static final long MANY = 1_000_000;

    @Test
    void aReentrantSectionSurvivesEveryPlacement() {
        SmallMachine small = new SmallMachine(1);
        SearchResult result = search(small, true).run();
        assertTrue(result.exhausted());
        assertEquals(List.of(), result.violations());
        // before each of the 9 calls, but not where interrupts are off (5), and once after the last
        assertEquals(5, result.placements());
        // the handler leaves the slot as it found it, so where it ran is forgotten
        assertTrue(result.states() < 70, () -> "states " + result.states());
    }

    @Test
    void aSectionThatDoesNotRestoreFailsWhereTheInterruptFallsBetweenMapAndUse() {
        SmallMachine small = new SmallMachine(1);
        SearchResult result = search(small, false).run();
        assertTrue(result.exhausted());
        assertEquals(1, result.violations().size());
        SearchResult.Found found = result.violations().get(0);
        assertEquals("op-on-page", found.oracle());
        assertTrue(found.schedule().get(1).contains("let in after SmallMachine.java:"), found.schedule()::toString);
    }

    @Test
    void theMachineIsLeftAsItWasFound() {
        SmallMachine small = new SmallMachine(1);
        long before = small.machine.store().fingerprint();
        search(small, false).run();
        assertEquals(before, small.machine.store().fingerprint());
        assertEquals(null, small.machine.hook());
    }

    @Test
    void warningWithoutHangAndHangAreTwoSchedulesOfOneProgram() {
        SmallMachine small = new SmallMachine(2);
        Code holder = cpu -> {
            cpu.lock(small.lock);
            cpu.ipi(1, 0, 0);
            cpu.await(small.acknowledged.address(), 4, 1);
            cpu.unlock(small.lock);
            return 0;
        };
        Code spinnerWithIrqsOff = cpu -> {
            long flags = cpu.irqSave();
            cpu.lock(small.lock);
            cpu.unlock(small.lock);
            cpu.irqRestore(flags);
            return 0;
        };
        Code spinnerWithIrqsOn = cpu -> {
            cpu.lock(small.lock);
            cpu.unlock(small.lock);
            return 0;
        };
        SearchResult hang = twoProcessors(small, holder, spinnerWithIrqsOff);
        assertEquals("no-lock-cycle", hang.violations().get(0).oracle());
        assertTrue(hang.executions() > 0, "some schedules do not hang");
        assertEquals(List.of(), twoProcessors(new SmallMachine(2), holder, spinnerWithIrqsOn).violations());
    }

    @Test
    void hiddenStateIsBroken() {
        SmallMachine small = new SmallMachine(1);
        long[] calls = {0};
        BrokenCode broken = assertThrows(BrokenCode.class, () -> one(small, cpu -> {
            cpu.store(small.counter, calls[0]++);
            cpu.load(small.counter);
            return 0;
        }));
        assertTrue(broken.getMessage().startsWith("hidden state: after the same 0 results the code called store("),
                broken::getMessage);
    }

    @Test
    void codeThatEndsEarlierTheSecondTimeIsBroken() {
        SmallMachine small = new SmallMachine(1);
        boolean[] ranBefore = {false};
        BrokenCode broken = assertThrows(BrokenCode.class, () -> one(small, cpu -> {
            cpu.load(small.counter);
            if (!ranBefore[0]) {
                ranBefore[0] = true;
                cpu.load(small.slot);
            }
            return 0;
        }));
        assertTrue(broken.getMessage().contains("hidden state"), broken::getMessage);
    }

    @Test
    void aSwallowedStopIsBroken() {
        SmallMachine small = new SmallMachine(1);
        BrokenCode broken = assertThrows(BrokenCode.class, () -> one(small, cpu -> {
            while (true) {
                try {
                    cpu.load(small.counter);
                } catch (Stop stop) {
                    continue;
                }
            }
        }));
        assertTrue(broken.getMessage().contains("catches the stop"), broken::getMessage);
    }

    @Test
    void anUnboundedHistoryIsBrokenAndNamesItsLine() {
        SmallMachine small = new SmallMachine(1);
        BrokenCode broken = assertThrows(BrokenCode.class, () -> one(small, cpu -> {
            while (true) {
                cpu.store(small.counter, 0);
            }
        }));
        assertTrue(broken.getMessage().contains("unbounded history"), broken::getMessage);
        assertTrue(broken.getMessage().contains("PlacementSearchTest.java:"), broken::getMessage);
    }

    @Test
    void aFinallyBlockThatUnlocksIsAllowed() {
        SmallMachine small = new SmallMachine(1);
        SearchResult result = one(small, cpu -> {
            cpu.lock(small.lock);
            try {
                return cpu.load(small.counter);
            } finally {
                cpu.unlock(small.lock);
            }
        });
        assertEquals(1, result.executions());
        assertEquals(List.of(), result.violations());
    }

    @Test
    void aBugOnIsAViolationAtItsSchedule() {
        SmallMachine small = new SmallMachine(1);
        SearchResult result = one(small, cpu -> {
            cpu.load(small.counter);
            cpu.bug(org.dmalab.api.cpu.Text.id("BUG at a test"));
            return 0;
        });
        assertEquals("no-bug", result.violations().get(0).oracle());
        assertEquals("BUG at a test", result.violations().get(0).message());
    }

    @Test
    void aHitBoundIsSaid() {
        SearchResult result = new PlacementSearch(new SmallMachine(1).machine,
                List.of(new Strand("user", 0, Level.USER, cpu -> cpu.choose(100) + cpu.choose(100))), List.of(), 5)
                .run();
        assertFalse(result.exhausted());
        assertEquals("max-states 5", result.bound());
    }

    private static SearchResult one(SmallMachine small, Code code) {
        return new PlacementSearch(small.machine, List.of(new Strand("user", 0, Level.USER, code)), List.of(), MANY)
                .run();
    }

    private static SearchResult twoProcessors(SmallMachine small, Code first, Code second) {
        return new PlacementSearch(small.machine, List.of(new Strand("holder", 0, Level.USER, first),
                new Strand("spinner", 1, Level.USER, second)), List.of(), MANY).run();
    }

    private static PlacementSearch search(SmallMachine small, boolean restores) {
        return new PlacementSearch(small.machine, List.of(
                new Strand("user", 0, Level.USER, cpu -> small.section(cpu, 0x1000, restores)),
                new Strand("interrupt", 0, Level.HARDIRQ, cpu -> small.section(cpu, 0x2000, restores))),
                List.of(new OpOnPage(small)), MANY);
    }

    /** Every cache operation finds its own page in the slot. */
    private record OpOnPage(SmallMachine small) implements Oracle {
        @Override
        public String name() {
            return "op-on-page";
        }

        @Override
        public String summary() {
            return "every cache operation finds its own page in the slot";
        }

        @Override
        public EventSink attach(Watch watch) {
            return (kind, actor, a, b, c, d, e, result) -> {
                long mapped = watch.machine().kernel().load(small.slot.address(), 8);
                if (kind == Op.CACHE && mapped != b) {
                    watch.violation("cache operation meant page " + b + ", the slot maps " + mapped);
                }
            };
        }
    }
}
