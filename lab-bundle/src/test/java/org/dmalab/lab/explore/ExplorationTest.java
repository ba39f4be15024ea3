package org.dmalab.lab.explore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

import org.dmalab.api.Oracle;
import org.dmalab.api.cpu.Code;
import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.cpu.Level;
import org.dmalab.api.cpu.Op;
import org.dmalab.api.cpu.Stop;
import org.dmalab.api.cpu.Text;
import org.dmalab.api.event.EventSink;
import org.dmalab.api.kernel.Variable;
import org.dmalab.lab.oracle.NoIpiWithIrqsOff;
import org.junit.jupiter.api.Test;

class ExplorationTest {
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
        assertTrue(found.turns().get(1).text().contains("let in after SmallMachine.java:"), found.turns()::toString);
    }

    @Test
    void aSecondHashFunctionFindsTheSame() {
        SmallMachine small = new SmallMachine(1);
        Exploration search = new Exploration(small.machine, List.of(
                new Strand("user", 0, Level.USER, cpu -> small.section(cpu, 0x1000, true)),
                new Strand("interrupt", 0, Level.HARDIRQ, cpu -> small.section(cpu, 0x2000, true))), List.of(), MANY);
        long before = small.machine.store().fingerprint();
        SearchResult result = search.runVerified();
        assertTrue(result.verified());
        assertTrue(result.tableBytes() >= 16 * result.states());
        assertEquals(before, small.machine.store().fingerprint());
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

    /**
     * {@code smp_call_function} with a lock held and interrupts off: the kernel warns; in some schedules it also
     * hangs.
     */
    @Test
    void aWarningDoesNotEndASchedule() {
        SmallMachine small = new SmallMachine(2);
        Code sender = cpu -> {
            long flags = cpu.irqSave();
            cpu.lock(small.lock);
            cpu.ipi(1, 0, 0);
            cpu.await(small.acknowledged.address(), 4, 1);
            cpu.unlock(small.lock);
            cpu.irqRestore(flags);
            return 0;
        };
        Code spinner = cpu -> {
            long flags = cpu.irqSave();
            cpu.lock(small.lock);
            cpu.unlock(small.lock);
            cpu.irqRestore(flags);
            return 0;
        };
        List<Strand> strands = List.of(new Strand("sender", 0, Level.USER, sender),
                new Strand("spinner", 1, Level.USER, spinner));
        SearchResult result = warned(small, strands).run();
        assertTrue(result.exhausted());
        assertEquals(List.of("no-lock-cycle", "no-ipi-with-irqs-off"), oracles(result.violations()));
        assertEquals(result.violations(), result.firstOfEachOracle());
        SearchResult.Found hang = result.violations().get(0);
        SearchResult.Found warning = result.violations().get(1);
        assertEquals("all come to their end", warning.turns().get(warning.turns().size() - 1).text());
        assertEquals(List.of("no-lock-cycle", "no-ipi-with-irqs-off"), oracles(warned(small, strands)
                .replay(Schedule.parse(hang.schedule().toString()), step -> { })));
        assertEquals(List.of("no-ipi-with-irqs-off"), oracles(warned(small, strands)
                .replay(Schedule.parse(warning.schedule().toString()), step -> { })));
    }

    /** The search that decides leaves out so much that it ends, the one for the simplest schedule hits the bound. */
    @Test
    void aScheduleThatIsNotTheSimplestSaysSo() {
        SmallMachine small = new SmallMachine(2);
        List<Strand> strands = List.of(
                new Strand("first", 0, Level.USER, both(small.lock, small.acknowledged, small.slot)),
                new Strand("second", 1, Level.USER, both(small.acknowledged, small.lock, small.depth)));
        SearchResult result = new Exploration(small.machine, strands, List.of(), 100).run();
        assertTrue(result.exhausted());
        SearchResult.Found met = result.violations().get(0);
        assertEquals("no-lock-cycle", met.oracle());
        assertEquals("the schedule met first; a simpler one was not searched for to the end: max-states 100",
                met.turns().get(met.turns().size() - 1).text());
        SearchResult.Found simplest = new Exploration(small.machine, strands, List.of(), 10_000).run().violations()
                .get(0);
        assertEquals(1, simplest.schedule().unusual());
        assertFalse(simplest.turns().get(simplest.turns().size() - 1).text().contains("met first"));
    }

    /** Takes two locks one in the other, after work that nobody else sees. */
    private static Code both(Variable outer, Variable inner, Variable own) {
        return cpu -> {
            for (int i = 1; i <= 20; i++) {
                cpu.store(own, i);
            }
            cpu.lock(outer);
            cpu.lock(inner);
            cpu.unlock(inner);
            cpu.unlock(outer);
            return 0;
        };
    }

    /** Where the hang always follows, the schedule of the warning is the one that led there first. */
    @Test
    void aWarningAfterWhichNobodyComesToAnEnd() {
        SmallMachine small = new SmallMachine(2);
        List<Strand> strands = List.of(new Strand("sender", 0, Level.USER, cpu -> {
            cpu.irqSave();
            cpu.ipi(1, 0, 0);
            cpu.await(small.lock.address(), 4, 7);
            return 0;
        }));
        SearchResult result = warned(small, strands).run();
        assertEquals(List.of("no-lock-cycle", "no-ipi-with-irqs-off"), oracles(result.violations()));
        assertEquals(1, result.violations().get(1).turns().size(), result.violations()::toString);
        assertEquals(2, warned(small, strands).replay(result.violations().get(1).schedule(), step -> { }).size());
    }

    private static Exploration warned(SmallMachine small, List<Strand> strands) {
        return new Exploration(small.machine, strands, List.of(new NoIpiWithIrqsOff()), MANY);
    }

    private static List<String> oracles(List<SearchResult.Found> found) {
        return found.stream().map(SearchResult.Found::oracle).toList();
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
        assertTrue(broken.getMessage().contains("ExplorationTest.java:"), broken::getMessage);
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
            cpu.bug(Text.id("BUG at a test"));
            return 0;
        });
        assertEquals("no-bug", result.violations().get(0).oracle());
        assertEquals("kernel BUG: BUG at a test", result.violations().get(0).message());
    }

    @Test
    void aHitBoundIsSaid() {
        SearchResult result = new Exploration(new SmallMachine(1).machine,
                List.of(new Strand("user", 0, Level.USER, cpu -> cpu.choose(100) + cpu.choose(100))), List.of(), 5)
                .run();
        assertFalse(result.exhausted());
        assertEquals("max-states 5", result.bound());
    }

    @Test
    void theScheduleShownHasTheFewestInterruptsAndPreemptions() {
        SmallMachine small = new SmallMachine(2);
        Oracle twice = counterNever(small, 2);
        Code increment = cpu -> {
            cpu.store(small.counter, cpu.load(small.counter) + 1);
            return 0;
        };
        Code idle = cpu -> {
            cpu.load(small.slot);
            cpu.load(small.slot);
            return 0;
        };
        SearchResult result = new Exploration(small.machine, List.of(new Strand("first", 0, Level.USER, increment),
                new Strand("second", 1, Level.USER, increment),
                new Strand("disk", 0, Level.HARDIRQ, idle)), List.of(twice), MANY).run();
        // one after the other is enough: nothing unusual
        assertEquals("", result.violations().get(0).schedule().toString());
        SmallMachine other = new SmallMachine(2);
        Code lost = cpu -> {
            long value = cpu.load(other.counter);
            cpu.store(other.counter, value + 1);
            if (cpu.load(other.counter) != value + 1) {
                cpu.bug(Text.id("somebody came between"));
            }
            return 0;
        };
        SearchResult raced = new Exploration(other.machine, List.of(new Strand("first", 0, Level.USER, lost),
                new Strand("second", 1, Level.USER, lost)), List.of(), MANY).run();
        SearchResult.Found found = raced.violations().get(0);
        // the other processor comes between; that the first goes on when it has ended is nothing unusual
        assertEquals(1, found.schedule().unusual(), found.turns()::toString);
        SearchResult.Found again = new Exploration(other.machine, List.of(new Strand("first", 0, Level.USER, lost),
                new Strand("second", 1, Level.USER, lost)), List.of(), MANY)
                .replay(Schedule.parse(found.schedule().toString()), step -> { }).get(0);
        assertEquals(found.message(), again.message());
        assertEquals(found.schedule().toString(), again.schedule().toString());
    }

    @Test
    void aScheduleOfOtherCodeIsRefusedWithItsStep() {
        SmallMachine small = new SmallMachine(1);
        SearchResult.Found found = search(small, false).run().violations().get(0);
        Exploration other = search(small, true);
        IllegalArgumentException wrong = assertThrows(IllegalArgumentException.class, () -> new Exploration(
                small.machine, List.of(new Strand("user", 0, Level.USER, cpu -> cpu.load(small.counter))), List.of(),
                MANY).replay(found.schedule(), step -> { }));
        assertTrue(wrong.getMessage().contains("no longer fits"), wrong::getMessage);
        assertEquals(List.of(), other.replay(Schedule.parse(""), step -> { }));
    }

    @Test
    void aDeviceIsPlacedBetweenAnyTwoCallsAndEachOfItsTimes() {
        SmallMachine small = new SmallMachine(1);
        Code twoStores = cpu -> {
            cpu.store(small.slot, 1);
            cpu.store(small.slot, 0);
            return 0;
        };
        Code dma = cpu -> {
            long seen = small.machine.kernel().load(small.slot.address(), 8);
            long address = small.counter.address();
            small.machine.kernel().store(address, 8, small.machine.kernel().load(address, 8) + seen);
            return 0;
        };
        List<Strand> strands = List.of(new Strand("task", 0, Level.USER, twoStores),
                new Strand("nic", 0, Level.USER, true, 2, false, List.of(dma)));
        assertEquals(List.of(), new Exploration(small.machine, strands, List.of(counterNever(small, 3)), MANY).run()
                .violations());
        SearchResult result = new Exploration(small.machine, strands, List.of(counterNever(small, 2)), MANY).run();
        assertEquals(1, result.violations().size());
        assertTrue(result.violations().get(0).turns().toString().contains("nic nic: 2 steps"),
                result.violations().get(0).turns()::toString);
    }

    @Test
    void hardwareMayActAtAnyPointAndNeedNot() {
        SmallMachine small = new SmallMachine(1);
        Code code = cpu -> {
            cpu.store(small.slot, 1);
            return cpu.load(small.counter);
        };
        SearchResult result = new Exploration(small.machine, List.of(new Strand("task", 0, Level.USER, code)),
                List.of(new Leak(small)), List.of(counterNever(small, 7)), () -> { }, Exploration.Limits.states(MANY))
                .run();
        assertTrue(result.exhausted());
        assertEquals(1, result.violations().size());
        assertTrue(result.violations().get(0).turns().toString().contains("hardware leak: 1 step"),
                result.violations().get(0).turns()::toString);
        assertTrue(result.executions() > 0, "some schedules have no leak");
    }

    @Test
    void aTaskMovesOnlyWhereItCanBePreempted() {
        assertEquals(1, moves(cpu -> { }, cpu -> { }));
        assertEquals(0, moves(Cpu::preemptDisable, Cpu::preemptEnable));
        assertEquals(0, moves(Cpu::irqSave, cpu -> cpu.irqRestore(0)));
        assertEquals(0, moves(cpu -> cpu.lock(any().lock), cpu -> cpu.unlock(any().lock)));
        assertEquals(1, moves(cpu -> {
            cpu.lock(any().lock);
            cpu.unlock(any().lock);
        }, cpu -> { }));
    }

    /**
     * How many violations there are if a task may move while it is between two calls, each of which says where it is.
     */
    private static int moves(Consumer<Cpu> begin, Consumer<Cpu> end) {
        SmallMachine small = new SmallMachine(2);
        Code code = cpu -> {
            begin.accept(cpu);
            long before = cpu.processor();
            cpu.load(small.counter);
            if (cpu.processor() != before) {
                cpu.bug(Text.id("moved"));
            }
            end.accept(cpu);
            return 0;
        };
        return new Exploration(small.machine, List.of(new Strand("task", 0, Level.USER, false, 1, true,
                List.of(code))), List.of(), MANY).run().violations().size();
    }

    @Test
    void anInterruptArrivesAsOftenAsItIsToAndStepsAfterAreRun() {
        SmallMachine small = new SmallMachine(1);
        Code count = cpu -> {
            cpu.store(small.counter, cpu.load(small.counter) + 1);
            return 0;
        };
        List<Long> seen = new java.util.ArrayList<>();
        SearchResult result = new Exploration(small.machine, List.of(
                new Strand("task", 0, Level.USER, cpu -> cpu.load(small.slot)),
                new Strand("disk", 0, Level.HARDIRQ, false, 3, false, List.of(count))), List.of(), List.of(),
                () -> seen.add(small.machine.kernel().load(small.counter.address(), 8)),
                Exploration.Limits.states(MANY)).run();
        assertTrue(result.exhausted());
        assertEquals(List.of(3L), seen.stream().distinct().toList());
    }

    @Test
    void aWaitWithATimeoutEndsWhenTheValueIsThereOrAtAnyTimeBefore() {
        Code giver = cpu -> {
            cpu.store(any().counter, 1);
            return 0;
        };
        Code idle = cpu -> cpu.load(any().slot);
        assertEquals(Set.of(1L, 2L), outcomes(1000, giver));
        assertEquals(Set.of(2L), outcomes(1000, idle));
        assertEquals(Set.of(1L), outcomes(0, giver));
        assertEquals(Set.of(), outcomes(0, idle), "it waits for ever");
    }

    /** What one who waits for the counter stores in the slot: 1 if the value came, 2 if not. */
    private static Set<Long> outcomes(long timeoutNanos, Code other) {
        SmallMachine small = new SmallMachine(2);
        Code waiter = cpu -> {
            boolean met = cpu.await(small.counter.address(), 8, 1, timeoutNanos);
            cpu.store(small.slot, met ? 1 : 2);
            return 0;
        };
        Set<Long> seen = new TreeSet<>();
        SearchResult result = new Exploration(small.machine, List.of(new Strand("waiter", 0, Level.USER, waiter),
                new Strand("other", 1, Level.USER, other)), List.of(), List.of(),
                () -> seen.add(small.machine.kernel().load(small.slot.address(), 8)),
                Exploration.Limits.states(MANY)).run();
        assertTrue(result.exhausted());
        assertEquals(seen.isEmpty(), !result.violations().isEmpty(), "only who waits for ever is in a deadlock");
        return seen;
    }

    /** Where variables of all such machines are. */
    private static SmallMachine any() {
        return new SmallMachine(1);
    }

    private static Oracle counterNever(SmallMachine small, long value) {
        return new Oracle() {
            @Override
            public String name() {
                return "counter";
            }

            @Override
            public String summary() {
                return "the counter is never a certain number";
            }

            @Override
            public EventSink attach(Watch watch) {
                return (kind, actor, a, b, c, d, e, result) -> check(watch);
            }

            @Override
            public void end(Watch watch, EventSink sink) {
                check(watch);
            }

            private void check(Watch watch) {
                if (watch.machine().kernel().load(small.counter.address(), 8) == value) {
                    watch.violation("the counter is " + value);
                }
            }
        };
    }

    /** Hardware that sets the counter once the slot is taken. */
    private record Leak(SmallMachine small) implements org.dmalab.api.Spontaneous {
        @Override
        public String family() {
            return "leak";
        }

        @Override
        public String summary() {
            return "sets the counter";
        }

        @Override
        public int count() {
            return 1;
        }

        @Override
        public boolean enabled(int index) {
            return small.machine.kernel().load(small.slot.address(), 8) == 1
                    && small.machine.kernel().load(small.counter.address(), 8) == 0;
        }

        @Override
        public void take(int index) {
            small.machine.kernel().store(small.counter.address(), 8, 7);
        }

        @Override
        public String describe(int index) {
            return "leak";
        }
    }

    private static SearchResult one(SmallMachine small, Code code) {
        return new Exploration(small.machine, List.of(new Strand("user", 0, Level.USER, code)), List.of(), MANY)
                .run();
    }

    private static SearchResult twoProcessors(SmallMachine small, Code first, Code second) {
        return new Exploration(small.machine, List.of(new Strand("holder", 0, Level.USER, first),
                new Strand("spinner", 1, Level.USER, second)), List.of(), MANY).run();
    }

    private static Exploration search(SmallMachine small, boolean restores) {
        return new Exploration(small.machine, List.of(
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
