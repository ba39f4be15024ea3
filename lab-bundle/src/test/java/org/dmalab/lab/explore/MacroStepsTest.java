package org.dmalab.lab.explore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;

import org.dmalab.api.Oracle;
import org.dmalab.api.cpu.Code;
import org.dmalab.api.cpu.Level;
import org.dmalab.api.cpu.Op;
import org.dmalab.api.event.EventSink;
import org.dmalab.lab.explore.Exploration.Reductions;
import org.junit.jupiter.api.Test;

/** MacroSteps of steps are kept as one, run once for the same values read, and are the same as their steps. */
class MacroStepsTest {
    private static final int WORK = 30;

    /** A handler that nothing disturbs is one step, wherever it comes, and is run once for each value that it reads. */
    @Test
    void aHandlerIsRunOnceForEachValueItReads() {
        Counting counting = new Counting();
        SearchResult all = nested(counting, Reductions.ALL);
        long calls = counting.calls;
        counting.calls = 0;
        SearchResult none = nested(counting, Reductions.NONE);
        assertEquals(none.violations(), all.violations());
        assertEquals(none.executions(), all.executions());
        assertEquals(none.transitions(), counting.calls, "every transition of a search without reductions is run");
        assertTrue(all.states() * 10 < none.states(), () -> all.states() + " of " + none.states() + " states");
        assertTrue(calls * 3 < none.transitions(), () -> calls + " calls, " + none.transitions() + " transitions");
        assertTrue(calls < all.transitions(), () -> calls + " calls, " + all.transitions() + " transitions");
    }

    /** The task and the handler work on the same variable; the handler's result depends on what it finds. */
    private static SearchResult nested(Counting counting, Reductions reductions) {
        SmallMachine small = new SmallMachine(1);
        Code user = cpu -> {
            for (int i = 0; i < 4 * WORK; i++) {
                cpu.store(small.counter, i % 2);
                cpu.store(small.slot, i);
            }
            return 0;
        };
        Code handler = cpu -> {
            long found = cpu.load(small.counter);
            for (int i = 0; i < WORK; i++) {
                cpu.store(small.depth, i + found);
            }
            return 0;
        };
        return new Exploration(small.machine, List.of(new Strand("user", 0, Level.USER, user),
                new Strand("interrupt", 0, Level.HARDIRQ, handler)), List.of(), List.of(counting), () -> { },
                Exploration.Limits.states(1_000_000), reductions).decide();
    }

    /** What an oracle finds at the end of a stretch is found with the steps that lead there. */
    @Test
    void aViolationWithinAStretchHasItsScheduleStepByStep() {
        SmallMachine small = new SmallMachine(1);
        Code handler = cpu -> {
            cpu.store(small.slot, 1);
            cpu.store(small.slot, 2);
            cpu.store(small.slot, cpu.load(small.counter));
            return 0;
        };
        Exploration search = new Exploration(small.machine, List.of(
                new Strand("user", 0, Level.USER, cpu -> {
                    cpu.store(small.counter, 7);
                    cpu.store(small.counter, 8);
                    return 0;
                }), new Strand("interrupt", 0, Level.HARDIRQ, handler)), List.of(), List.of(new Seven(small)),
                () -> { }, Exploration.Limits.states(1_000));
        SearchResult result = search.decide();
        assertEquals(1, result.violations().size());
        SearchResult.Found found = result.violations().get(0);
        assertEquals(List.of("cpu0 user: 1 call", "cpu0 interrupt: 4 calls"), found.turns().stream()
                .map(turn -> turn.toString().replaceAll(",.*", "")).toList());
        SearchResult.Found replayed = search.replay(found.schedule(), null).get(0);
        assertEquals(found.message(), replayed.message());
    }

    /** Counts the calls that are run; a test may remember, an oracle may not. */
    private static final class Counting implements Oracle {
        private long calls;

        @Override
        public String name() {
            return "counting";
        }

        @Override
        public String summary() {
            return "counts calls";
        }

        @Override
        public EventSink attach(Watch watch) {
            return (kind, actor, a, b, c, d, e, result) -> calls++;
        }
    }

    /** Nobody stores 7 in the slot. */
    private record Seven(SmallMachine small) implements Oracle {
        @Override
        public String name() {
            return "no-seven";
        }

        @Override
        public String summary() {
            return "nobody stores 7 in the slot";
        }

        @Override
        public EventSink attach(Watch watch) {
            return (kind, actor, a, b, c, d, e, result) -> {
                if (kind == Op.STORE && a == small.slot.address() && c == 7) {
                    watch.violation("7 is stored");
                }
            };
        }
    }
}
