package org.dmalab.lab.explore;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

import org.dmalab.api.Machine;
import org.dmalab.api.Oracle;
import org.dmalab.api.Spontaneous;

/**
 * All states of a program and the ways between them in plain maps, and what is asked of them answered by the plainest
 * means: which states can't be left, and how few unusual choices lead to a violation. Like {@link Tree} it shares with
 * the search only the world.
 */
final class StateGraph {
    private final World world;
    private final long maxStates;
    /** For each state, told apart by who ran last, too, the ways on from it. */
    private final Map<Long, List<Way>> ways = new HashMap<>();
    /** States with a way out of the program: an end, a deadlock, a violation. */
    private final Set<Long> left = new HashSet<>();
    /** States in which something is violated: deadlocks, and those in a circle that can't be left. */
    private final Set<Long> violating = new HashSet<>();
    private final long start;
    /** States, not told apart by who ran last. */
    final Set<Long> states = new HashSet<>();
    /** Who objects to states in which nobody comes to an end any more. */
    final Set<String> stuck = new TreeSet<>();

    /**
     * A transition.
     *
     * @param to the state after it
     * @param usual whether it is the first of its state
     * @param runs whether code runs in it, or comes to run
     * @param violates whether it is violated by an oracle
     */
    private record Way(long to, boolean usual, boolean runs, boolean violates) { }

    StateGraph(Machine machine, List<Strand> strands, List<Spontaneous> families, List<Oracle> oracles,
            long maxStates) {
        this.world = new World(machine, strands, families, 0);
        this.maxStates = maxStates;
        this.start = Tree.on(machine, world, oracles, () -> {
            world.start();
            visit();
            return world.fingerprintWithOrder();
        });
        if (exhausted()) {
            circles();
        }
    }

    boolean exhausted() {
        return states.size() <= maxStates;
    }

    private void visit() {
        long state = world.fingerprintWithOrder();
        states.add(world.fingerprint());
        if (ways.containsKey(state) || !exhausted()) {
            return;
        }
        List<Way> on = new ArrayList<>();
        ways.put(state, on);
        int[] enabled = world.enabled().list();
        if (enabled.length == 0) {
            left.add(state);
            if (!world.finished()) {
                stuck.add(Findings.DEADLOCK);
                violating.add(state);
            }
        }
        for (int i = 0; i < enabled.length; i++) {
            World.Undo undo = new World.Undo();
            boolean goesOn = world.take(enabled[i], undo);
            int kind = Transition.kind(enabled[i]);
            on.add(new Way(world.fingerprintWithOrder(), i == 0,
                    kind != Transition.HARDWARE && kind != Transition.MIGRATION, !goesOn));
            if (goesOn) {
                visit();
            } else {
                left.add(state);
                world.clearViolation();
            }
            world.undo(undo);
        }
    }

    /** Finds the states from which no way leads out; of these the circles at which all ways end. */
    private void circles() {
        Set<Long> inside = new HashSet<>(ways.keySet());
        inside.removeAll(reaching(left));
        while (!inside.isEmpty()) {
            Set<Long> circle = circle(inside.iterator().next());
            boolean runs = circle.stream().anyMatch(state -> ways.get(state).stream().anyMatch(Way::runs));
            stuck.add(runs ? Livelocks.ORACLE : Findings.DEADLOCK);
            violating.addAll(circle);
            inside.removeAll(reaching(circle));
        }
    }

    private Set<Long> circle(long from) {
        Set<Long> reached = reached(from);
        for (long state : reached) {
            if (!reached(state).contains(from)) {
                return circle(state);
            }
        }
        return reached;
    }

    private Set<Long> reached(long from) {
        Set<Long> found = new HashSet<>(Set.of(from));
        Deque<Long> open = new ArrayDeque<>(found);
        while (!open.isEmpty()) {
            for (Way way : ways.get(open.pop())) {
                if (!way.violates() && found.add(way.to())) {
                    open.push(way.to());
                }
            }
        }
        return found;
    }

    private Set<Long> reaching(Set<Long> goals) {
        Map<Long, List<Long>> back = new HashMap<>();
        ways.forEach((state, on) -> on.stream().filter(way -> !way.violates())
                .forEach(way -> back.computeIfAbsent(way.to(), key -> new ArrayList<>()).add(state)));
        Set<Long> found = new HashSet<>(goals);
        Deque<Long> open = new ArrayDeque<>(found);
        while (!open.isEmpty()) {
            for (long before : back.getOrDefault(open.pop(), List.of())) {
                if (found.add(before)) {
                    open.push(before);
                }
            }
        }
        return found;
    }

    /** The smallest number of unusual choices with which something is violated; -1 if nothing ever is. */
    long fewestUnusual() {
        Map<Long, Long> unusual = new HashMap<>(Map.of(start, 0L));
        long fewest = Long.MAX_VALUE;
        Deque<Long> open = new ArrayDeque<>(unusual.keySet());
        while (!open.isEmpty()) {
            long state = open.pop();
            long so = unusual.get(state);
            fewest = violating.contains(state) ? Math.min(fewest, so) : fewest;
            for (Way way : ways.get(state)) {
                long then = so + (way.usual() ? 0 : 1);
                if (way.violates()) {
                    fewest = Math.min(fewest, then);
                } else if (then < unusual.getOrDefault(way.to(), Long.MAX_VALUE)) {
                    unusual.put(way.to(), then);
                    open.addLast(way.to());
                }
            }
        }
        return fewest == Long.MAX_VALUE ? -1 : fewest;
    }
}
