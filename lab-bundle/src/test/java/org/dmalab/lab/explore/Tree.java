package org.dmalab.lab.explore;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;

import org.dmalab.api.Machine;
import org.dmalab.api.Oracle;
import org.dmalab.api.Spontaneous;
import org.dmalab.api.store.Footprint;
import org.dmalab.lab.oracle.Watchers;

/**
 * Takes every schedule of a program, one after the other, as a tree: without a table of states, if wanted with sleep
 * sets that are kept in the plainest way. It has nothing in common with the search that decides but the world, so the
 * two can be held against each other. What goes round for ever it never comes to the end of.
 */
final class Tree {
    private final World world;
    private final boolean sleepSets;
    private final long maxNodes;
    private final Footprint footprint = new Footprint();
    private final Wording wording;
    /** States on the way, counted each time they are met. */
    long nodes;
    /** Schedules that came to their end, were violated, came to a deadlock, or were cut off as all left were asleep. */
    long complete;
    long violated;
    long deadlocked;
    long cut;
    final Set<Long> ends = new HashSet<>();
    final Set<String> violations = new TreeSet<>();

    /** A transition that need not be tried, and what it touched. */
    private record Sleeper(int transition, long[] keys, int[] bytes, boolean everything) {
        boolean independent(Footprint taken) {
            boolean meets = everything || taken.everything();
            for (int i = 0; i < keys.length && !meets; i++) {
                meets = taken.meets(keys[i], bytes[i]);
            }
            return !meets;
        }
    }

    private Tree(World world, boolean sleepSets, long maxNodes) {
        this.world = world;
        this.sleepSets = sleepSets;
        this.maxNodes = maxNodes;
        this.wording = new Wording(world);
    }

    /** Searches; tells by {@link #exhausted} whether it came to its end. */
    static Tree search(Machine machine, List<Strand> strands, List<Spontaneous> families, List<Oracle> oracles,
            boolean sleepSets, long maxNodes) {
        World world = new World(machine, strands, families, 0);
        Tree tree = new Tree(world, sleepSets, maxNodes);
        return on(machine, world, oracles, () -> {
            world.touched().into(sleepSets ? tree.footprint : null);
            world.start();
            tree.visit(List.of());
            world.touched().into(null);
            return tree;
        });
    }

    /** Does something on a machine that is watched by oracles, and leaves it as it was. */
    static <T> T on(Machine machine, World world, List<Oracle> oracles, Supplier<T> task) {
        machine.observe(new Watchers(null, machine, oracles, world::violated));
        long mark = machine.store().mark();
        machine.hold(true);
        try {
            return task.get();
        } finally {
            machine.store().rollback(mark);
            machine.store().release();
            machine.hold(false);
            machine.observe(null);
        }
    }

    boolean exhausted() {
        return nodes <= maxNodes;
    }

    private void visit(List<Sleeper> asleepBefore) {
        int[] enabled = ++nodes > maxNodes ? null : world.enabled().list();
        if (enabled == null) {
            return;
        }
        if (enabled.length == 0) {
            end();
            return;
        }
        Arrays.sort(enabled); // whoever ran last: what sleep sets cut off depends on the order
        List<Sleeper> asleep = new ArrayList<>(asleepBefore);
        boolean tried = false;
        for (int transition : enabled) {
            if (asleep.stream().noneMatch(one -> one.transition() == transition)) {
                tried = true;
                take(transition, asleep);
            }
        }
        cut += tried ? 0 : 1;
    }

    private void take(int transition, List<Sleeper> asleep) {
        World.Undo undo = new World.Undo();
        boolean goesOn = world.take(transition, undo);
        Sleeper taken = sleepSets ? sleeper(transition) : null;
        if (goesOn) {
            visit(sleepSets ? asleep.stream().filter(one -> one.independent(footprint)).toList() : List.of());
        } else {
            violated++;
            violations.add(world.violatedOracle() + ": " + world.violation());
            world.clearViolation();
        }
        world.undo(undo);
        if (sleepSets) {
            asleep.add(taken);
        }
    }

    private Sleeper sleeper(int transition) {
        long[] keys = new long[footprint.size()];
        int[] bytes = new int[footprint.size()];
        for (int i = 0; i < keys.length; i++) {
            keys[i] = footprint.key(i);
            bytes[i] = footprint.bytes(i);
        }
        return new Sleeper(transition, keys, bytes, footprint.everything());
    }

    private void end() {
        if (world.finished()) {
            complete++;
            ends.add(world.machine().store().fingerprint());
        } else {
            deadlocked++;
            violations.add(Findings.DEADLOCK + ": " + wording.deadlock());
        }
    }
}
