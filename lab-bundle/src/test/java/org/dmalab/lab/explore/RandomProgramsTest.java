package org.dmalab.lab.explore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

import org.dmalab.lab.explore.Exploration.Reductions;
import org.junit.jupiter.api.Test;

/**
 * Random programs searched with every reduction find the same ends, deadlocks and violations as the search that leaves
 * nothing out, and small ones the same as all of their schedules taken one by one. How many: system property {@code
 * dmalab.randomPrograms}; from which seed: {@code dmalab.randomSeed}.
 */
class RandomProgramsTest {
    private static final long MAX_STATES = 3_000;
    /** Of the search for the simplest schedule, which leaves nothing out and tells who ran last. */
    private static final long MAX_ORDERED_STATES = 32 * MAX_STATES;
    private static final long MAX_NODES = 1_500;
    /** One in so many is compared with a graph of its states. */
    private static final long GRAPHS = 4;
    private static final Map<String, Reductions> OPTIONS = new TreeMap<>(Map.of(
            "sleep sets", new Reductions(true, false),
            "private cells", new Reductions(false, true),
            "both", Reductions.ALL));

    private final Set<String> distinct = new HashSet<>();
    private long searched;
    private long failing;
    private long deadlocked;
    private long interrupted;
    private long trees;
    private long endless;
    private final long[] states = new long[2];
    private final long[] transitions = new long[2];

    @Test
    void everyReductionFindsTheSame() {
        long programs = Long.getLong("dmalab.randomPrograms", 20_500);
        long first = Long.getLong("dmalab.randomSeed", 1);
        for (long seed = first; seed < first + programs; seed++) {
            search(seed);
        }
        // the test would say nothing if the programs were few, or nothing happened in them
        String summary = searched + " searched, " + distinct.size() + " distinct, " + failing + " failing, "
                + deadlocked
                + " with a deadlock, " + interrupted + " interrupted inside a section, " + trees + " as trees, "
                + endless + " endless, states "
                + List.of(states[0], states[1]) + ", transitions " + List.of(transitions[0], transitions[1]);
        assertTrue(distinct.size() * 100 > programs * 97, summary);
        assertTrue(failing * 10 > searched * 3 && failing * 10 < searched * 7, summary);
        assertTrue(deadlocked * 10 > searched, summary);
        assertTrue(interrupted * 10 > searched, summary);
        assertTrue(trees * 2 > searched - endless, summary);
        assertTrue(states[1] * 10 < states[0] * 9 && transitions[1] * 10 < transitions[0] * 7, summary);
    }

    private void search(long seed) {
        RandomProgram program = new RandomProgram(seed);
        boolean[] inSection = new boolean[1];
        RandomProgram.Outcome plain = program.exploreNoting(inSection, MAX_STATES);
        if (!plain.exhausted()) {
            return;
        }
        searched++;
        distinct.add(program.toString());
        failing += plain.violations().isEmpty() ? 0 : 1;
        deadlocked += plain.deadlock() ? 1 : 0;
        interrupted += inSection[0] ? 1 : 0;
        OPTIONS.forEach((option, reductions) -> {
            String name = "program " + seed + " with " + option;
            RandomProgram.Outcome reduced = program.explore(reductions, MAX_STATES);
            assertTrue(reduced.exhausted(), name);
            assertEquals(plain.ends(), reduced.ends(), name);
            assertEquals(plain.violations(), reduced.violations(), name);
            if (!reductions.persistentSets()) {
                assertEquals(plain.states(), reduced.states(), name);
                assertEquals(plain.deadlocks(), reduced.deadlocks(), name);
            }
            if (reductions.equals(Reductions.ALL)) {
                add(states, plain.states(), reduced.states());
                add(transitions, plain.transitions(), reduced.transitions());
            }
        });
        if (program.endless()) {
            endless++; // it has no tree
        } else {
            tree(seed, program, plain);
        }
        if (seed % GRAPHS == 0) {
            graph("program " + seed, program, plain);
        }
    }

    private void graph(String name, RandomProgram program, RandomProgram.Outcome plain) {
        StateGraph graph = program.graph(MAX_STATES);
        assertEquals(graph.states.size(), plain.states(), name);
        assertEquals(graph.stuck, plain.stuck(), name);
        assertEquals(graph.fewestUnusual(), program.unusual(MAX_ORDERED_STATES), name);
    }

    private void tree(long seed, RandomProgram program, RandomProgram.Outcome plain) {
        Tree tree = program.tree(false, MAX_NODES);
        if (tree.exhausted()) {
            trees++;
            assertEquals(tree.ends, plain.ends(), "program " + seed + " as a tree");
            assertEquals(tree.violations, plain.violations(), "program " + seed + " as a tree");
            Tree asleep = program.tree(true, MAX_NODES);
            assertEquals(tree.ends, asleep.ends, "program " + seed + " as a tree with sleep sets");
            assertEquals(tree.violations, asleep.violations, "program " + seed + " as a tree with sleep sets");
        }
    }

    private static void add(long[] sums, long plain, long reduced) {
        sums[0] += plain;
        sums[1] += reduced;
    }
}
