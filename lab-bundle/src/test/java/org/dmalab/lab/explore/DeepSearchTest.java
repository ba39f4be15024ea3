package org.dmalab.lab.explore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.function.IntConsumer;
import java.util.function.IntPredicate;

import org.dmalab.api.Spontaneous;
import org.dmalab.api.cpu.Level;
import org.dmalab.api.store.Region;
import org.dmalab.api.store.Store;
import org.dmalab.lab.explore.Exploration.Limits;
import org.dmalab.lab.explore.Exploration.Reductions;
import org.junit.jupiter.api.Test;

/** Searches of graphs that are deep: the way to the present state takes as much memory as the states. */
class DeepSearchTest {
    private final SmallMachine small = new SmallMachine(1);

    @Test
    void fifteenPhilosophersHaveAsManyStatesAsSpinFinds() {
        SearchResult result = philosophers(15, Limits.states(Long.MAX_VALUE));
        assertEquals(551_614, result.states()); // SPIN 6.5.2, the same three commands for each
        assertTrue(result.exhausted());
        assertEquals(List.of(Findings.DEADLOCK), result.violations().stream().map(SearchResult.Found::oracle).toList());
    }

    @Test
    void theWayCountsAsMemoryToo() {
        long[] longest = {0};
        long mebibyte = 1 << 20;
        SearchResult result = philosophers(15, new Limits(Long.MAX_VALUE, 16 * mebibyte, (states, executions, open) -> {
            longest[0] = Math.max(longest[0], open);
            return "";
        }));
        assertFalse(result.exhausted());
        assertEquals("memory 16 MiB", result.bound());
        assertTrue(result.tableBytes() < 2 * mebibyte, () -> "the states alone take " + result.tableBytes());
        assertTrue(longest[0] * 256 < 16 * mebibyte, () -> "states on the way: " + longest[0]);
        assertTrue(longest[0] * 1024 > 16 * mebibyte, () -> "states on the way: " + longest[0]);
    }

    @Test
    void theSearchForLivelocksMindsItsMemory() {
        SearchResult all = philosophers(11, Limits.states(Long.MAX_VALUE));
        long bytes = 64L << 10;
        SearchResult first;
        do { // the least memory with which all states are found: the search for livelocks takes more
            bytes += bytes / 8;
            first = philosophers(11, new Limits(Long.MAX_VALUE, bytes, (states, executions, open) -> ""));
        } while (first.states() < all.states());
        assertFalse(first.exhausted());
        assertTrue(first.bound().startsWith("memory "), first.bound());
    }

    @Test
    void aWayWithMoreChangesThanTheStoreKeepsOtherwiseIsGoneBack() {
        int width = 100;
        int steps = Store.DEFAULT_TRAIL_LIMIT / width + 100;
        Region cells = small.machine.store().dense("wide", width, Region.Kind.STATE, null);
        long before = small.machine.store().fingerprint();
        SearchResult result = search(new Commands("wide", 1, index -> cells.get(0) < steps, index -> {
            long next = cells.get(0) + 1;
            for (int cell = 0; cell < width; cell++) {
                cells.set(cell, next);
            }
        }), Limits.states(Long.MAX_VALUE));
        assertTrue(result.exhausted());
        assertEquals(steps + 1, result.states());
        assertEquals(before, small.machine.store().fingerprint());
    }

    /** Each takes the left fork, then the right one, then puts both back. */
    private SearchResult philosophers(int count, Limits limits) {
        SmallMachine table = new SmallMachine(1);
        Region who = table.machine.store().dense("philosophers", count, Region.Kind.STATE, null);
        Region fork = table.machine.store().dense("forks", count, Region.Kind.STATE, null);
        return search(table, new Commands("philosophers", 3 * count, index -> {
            int i = index / 3;
            return switch (index % 3) {
                case 0 -> who.get(i) == 0 && fork.get(i) == 0;
                case 1 -> who.get(i) == 1 && fork.get((i + 1) % count) == 0;
                default -> who.get(i) == 2;
            };
        }, index -> {
            int i = index / 3;
            int step = index % 3;
            who.set(i, (step + 1) % 3);
            if (step != 1) {
                fork.set(i, step == 0 ? 1 : 0);
            }
            if (step != 0) {
                fork.set((i + 1) % count, step == 1 ? 1 : 0);
            }
        }), limits);
    }

    private SearchResult search(Commands commands, Limits limits) {
        return search(small, commands, limits);
    }

    /** A processor waits for what never comes, so that the commands go on until none is enabled. */
    private static SearchResult search(SmallMachine on, Commands commands, Limits limits) {
        List<Strand> waits = List.of(new Strand("waits", 0, Level.USER, cpu -> {
            cpu.await(on.counter.address(), 8, 1);
            return 0;
        }));
        return new Exploration(on.machine, waits, List.of(commands), List.of(), () -> { }, limits, Reductions.NONE)
                .decide();
    }

    private record Commands(String family, int count, IntPredicate guard, IntConsumer effect) implements Spontaneous {
        @Override
        public String summary() {
            return "guarded commands";
        }

        @Override
        public boolean enabled(int index) {
            return guard.test(index);
        }

        @Override
        public void take(int index) {
            effect.accept(index);
        }

        @Override
        public String describe(int index) {
            return "command " + index;
        }
    }
}
