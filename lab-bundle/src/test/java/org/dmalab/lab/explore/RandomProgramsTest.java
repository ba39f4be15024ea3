package org.dmalab.lab.explore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;

import org.dmalab.lab.explore.Exploration.Reductions;
import org.junit.jupiter.api.Test;

/**
 * Random programs searched with every reduction find the same ends, deadlocks and violations as the search that leaves
 * nothing out. How many: system property {@code dmalab.randomPrograms}; from which seed: {@code dmalab.randomSeed}.
 */
class RandomProgramsTest {
    private static final long MAX_STATES = 3_000;
    private static final Map<String, Reductions> OPTIONS = new java.util.TreeMap<>(Map.of(
            "sleep sets", new Reductions(true, false),
            "private cells", new Reductions(false, true),
            "both", Reductions.ALL));

    @Test
    void everyReductionFindsTheSame() {
        long programs = Long.getLong("dmalab.randomPrograms", 1_000);
        long first = Long.getLong("dmalab.randomSeed", 1);
        long searched = 0;
        long failing = 0;
        long[] states = new long[2];
        long[] transitions = new long[2];
        for (long seed = first; seed < first + programs; seed++) {
            RandomProgram.Outcome plain = new RandomProgram(seed).explore(Reductions.NONE, MAX_STATES);
            if (!plain.exhausted()) {
                continue;
            }
            searched++;
            failing += plain.violations().isEmpty() ? 0 : 1;
            for (Map.Entry<String, Reductions> option : OPTIONS.entrySet()) {
                RandomProgram.Outcome reduced = new RandomProgram(seed).explore(option.getValue(), MAX_STATES);
                String name = "program " + seed + " with " + option.getKey();
                assertTrue(reduced.exhausted(), name);
                assertEquals(plain.ends(), reduced.ends(), name);
                assertEquals(plain.violations(), reduced.violations(), name);
                if (option.getValue().equals(Reductions.ALL)) {
                    add(states, plain.states(), reduced.states());
                    add(transitions, plain.transitions(), reduced.transitions());
                }
            }
        }
        // the test would say nothing if hardly a program was searched, failed or shrank
        assertTrue(searched * 10 > programs * 6, "searched " + searched);
        assertTrue(failing * 10 > searched && failing * 10 < searched * 9, "failing " + failing + " of " + searched);
        assertTrue(states[1] < states[0] && transitions[1] * 10 < transitions[0] * 9,
                () -> "states " + List.of(states[0], states[1]) + ", transitions "
                        + List.of(transitions[0], transitions[1]));
    }

    private static void add(long[] sums, long plain, long reduced) {
        sums[0] += plain;
        sums[1] += reduced;
    }
}
