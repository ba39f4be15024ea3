package org.dmalab.lab.explore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;

import org.dmalab.api.Spontaneous;
import org.dmalab.api.cpu.Code;
import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.cpu.Level;
import org.dmalab.api.kernel.Variable;
import org.junit.jupiter.api.Test;

class LivelocksTest {
    private final SmallMachine small = new SmallMachine(2);

    private static void waitFor(Cpu cpu, Variable flag) {
        do {
            cpu.mark(1, flag.address(), 0, 0);
        } while (cpu.load(flag) == 0);
    }

    private Exploration search(List<Spontaneous> hardware, Code first, Code second) {
        return new Exploration(small.machine, List.of(new Strand("first", 0, Level.USER, first),
                new Strand("second", 1, Level.USER, second)), hardware, List.of(), () -> { },
                Exploration.Limits.states(100_000));
    }

    @Test
    void aLoopThatAnotherProcessorEndsIsNoLivelockAndItsHistoriesAreFew() {
        SearchResult result = search(List.of(), cpu -> {
            waitFor(cpu, small.counter);
            return 0;
        }, cpu -> {
            cpu.load(small.slot);
            cpu.store(small.counter, 1);
            return 0;
        }).run();
        assertTrue(result.exhausted());
        assertEquals(List.of(), result.violations());
        assertTrue(result.histories() < 20, () -> "histories " + result.histories());
    }

    /** The search for livelocks leaves nothing out, so it may hit a bound that the one that decides has not. */
    @Test
    void whichSearchHasHitABoundIsSaid() {
        Code waits = cpu -> {
            for (int i = 0; i < 5; i++) {
                cpu.load(small.slot);
            }
            waitFor(cpu, small.counter);
            return 0;
        };
        Code sets = cpu -> {
            for (int i = 0; i < 5; i++) {
                cpu.load(small.slot);
            }
            cpu.store(small.counter, 1);
            return 0;
        };
        long states = search(List.of(), waits, sets).run().states();
        SearchResult result = new Exploration(small.machine, List.of(new Strand("first", 0, Level.USER, waits),
                new Strand("second", 1, Level.USER, sets)), List.of(), List.of(), () -> { },
                Exploration.Limits.states(states + 1)).run();
        assertFalse(result.exhausted());
        assertEquals(states, result.states());
        assertEquals("max-states " + (states + 1) + " in the search for livelocks", result.bound());
    }

    @Test
    void twoThatWaitForEachOtherGoRoundForEver() {
        Code waiter = cpu -> {
            waitFor(cpu, small.counter);
            cpu.store(small.slot, 1);
            return 0;
        };
        Code other = cpu -> {
            waitFor(cpu, small.slot);
            cpu.store(small.counter, 1);
            return 0;
        };
        SearchResult result = search(List.of(), waiter, other).run();
        assertTrue(result.exhausted());
        SearchResult.Found found = result.violations().get(0);
        assertEquals("no-livelock", found.oracle());
        assertTrue(found.message().startsWith("livelock: first at LivelocksTest.java:"), found::message);
        // the first goes into its loop, then the second comes into its own
        assertEquals(1, found.schedule().unusual());
        List<ReplayStep> steps = new ArrayList<>();
        List<SearchResult.Found> again = search(List.of(), waiter, other).replay(found.schedule(), steps::add);
        assertEquals("no-livelock", again.get(0).oracle());
        assertFalse(steps.isEmpty());
    }

    @Test
    void aLivelockThatOnlySomeSchedulesReachHasTheSimplestOfThem() {
        Code giver = cpu -> {
            if (cpu.load(small.slot) == 0) {
                cpu.store(small.counter, 1);
            }
            return 0;
        };
        Code taker = cpu -> {
            cpu.store(small.slot, 1);
            waitFor(cpu, small.counter);
            return 0;
        };
        SearchResult result = search(List.of(), giver, taker).run();
        SearchResult.Found found = result.violations().get(0);
        assertEquals("no-livelock", found.oracle());
        // the store comes before the load, and then the loop after the end of the other
        assertEquals(2, found.schedule().unusual());
        assertTrue(result.executions() > 0, "some schedules end");
        assertEquals("no-livelock", search(List.of(), giver, taker)
                .replay(Schedule.parse(found.schedule().toString()), step -> { }).get(0).oracle());
    }

    @Test
    void whereOnlyHardwareMovesItIsADeadlock() {
        Code code = cpu -> {
            cpu.await(small.lock.address(), 4, 7);
            return 0;
        };
        SearchResult result = search(List.of(new Blinker(small)), code, cpu -> 0).run();
        assertEquals(List.of("no-lock-cycle"), result.violations().stream().map(SearchResult.Found::oracle)
                .distinct().toList());
        assertTrue(result.violations().get(0).message().startsWith("deadlock: first waits at LivelocksTest.java:"),
                result.violations().get(0)::message);
    }

    @Test
    void aMarkThatDoesNotSayAllIsBroken() {
        BrokenCode broken = assertThrows(BrokenCode.class, () -> search(List.of(), cpu -> {
            for (int round = 0;; round++) {
                cpu.mark(1, 0, 0, 0);
                if (cpu.load(small.counter) != 0) {
                    return 0;
                }
                if (round == 5) {
                    cpu.store(small.slot, 1);
                }
            }
        }, cpu -> {
            cpu.store(small.counter, 1);
            return 0;
        }).run());
        assertTrue(broken.getMessage().startsWith("lying mark: after mark 1 "), broken::getMessage);
        assertTrue(broken.getMessage().contains("store(") && broken.getMessage().contains("mark("), broken::getMessage);
        assertTrue(broken.getMessage().contains("LivelocksTest (LivelocksTest.java:"), broken::getMessage);
    }

    /** The history after the mark is the first that needs larger arrays for some of these. */
    @Test
    void aMarkIsFollowedWhereverInTheTableOfHistoriesItStands() {
        for (int loads = 240; loads < 264; loads++) {
            int before = loads;
            SearchResult result = new Exploration(new SmallMachine(1).machine, List.of(new Strand("only", 0, Level.USER,
                    cpu -> {
                        for (int i = 0; i < before; i++) {
                            cpu.load(small.counter);
                        }
                        cpu.mark(1, 0, 0, 0);
                        return cpu.load(small.slot);
                    })), List.of(), 1000).run();
            assertEquals(1, result.executions());
            assertTrue(result.exhausted());
        }
    }

    /** Hardware that changes a variable back and forth. */
    private record Blinker(SmallMachine small) implements Spontaneous {
        @Override
        public String family() {
            return "blink";
        }

        @Override
        public String summary() {
            return "changes the counter";
        }

        @Override
        public int count() {
            return 1;
        }

        @Override
        public boolean enabled(int index) {
            return true;
        }

        @Override
        public void take(int index) {
            long address = small.counter.address();
            small.machine.kernel().store(address, 8, 1 - small.machine.kernel().load(address, 8));
        }

        @Override
        public String describe(int index) {
            return "blink";
        }
    }
}
