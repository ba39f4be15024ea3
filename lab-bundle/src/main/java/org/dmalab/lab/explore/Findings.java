package org.dmalab.lab.explore;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

import org.dmalab.lab.engine.Engine;
import org.dmalab.lab.engine.ActionEnd;
import org.dmalab.lab.oracle.Watchers;

/**
 * What a search has found: each violation once, with the transitions that lead there. Looks at the end of each
 * schedule, too. Nothing is put into words here but what an oracle says.
 */
final class Findings {
    /** Who objects to a deadlock. */
    static final String DEADLOCK = ActionEnd.BLOCKED_ORACLE;
    private static final int FOUND_BYTES = 512;
    private static final int DEADLOCK_BYTES = 256;

    private final World world;
    private final Watchers watchers;
    private final Consumer<Engine> after;
    private final Set<String> declined = new LinkedHashSet<>();
    private List<String> declinedLast = List.of();
    private final Map<String, Violation> found = new LinkedHashMap<>();
    private final Set<List<Object>> deadlocks = new HashSet<>();
    private long foundBytes;
    private long executions;
    private long deadlockedStates;

    /**
     * A violation and the transitions that lead there.
     *
     * @param warning true if schedules go on after it
     */
    record Violation(String oracle, String message, boolean warning, int[] transitions) { }

    /** Findings of a world whose oracles watch already. */
    Findings(World world, Watchers watchers, Consumer<Engine> after) {
        this.world = world;
        this.watchers = watchers;
        this.after = after;
    }

    /** What was found first of the warnings, or of what ends a schedule; null if nothing was. */
    Violation first(boolean warning) {
        for (Violation violation : found.values()) {
            if (violation.warning() == warning) {
                return violation;
            }
        }
        return null;
    }

    /** The first warning of each oracle, the one found last first. */
    List<Violation> warnings() {
        Map<String, Violation> first = new LinkedHashMap<>();
        found.values().stream().filter(Violation::warning).forEach(one -> first.putIfAbsent(one.oracle(), one));
        List<Violation> warnings = new ArrayList<>(first.values());
        Collections.reverse(warnings);
        return warnings;
    }

    /** What was found, in the order found, warnings last. */
    List<Violation> all() {
        List<Violation> all = new ArrayList<>(found.values());
        all.sort(Comparator.comparing(Violation::warning));
        return all;
    }

    /** Tells whether a violation was found again; null for none. */
    boolean has(Violation violation) {
        return violation != null && found.containsKey(violation.oracle() + violation.message());
    }

    boolean isEmpty() {
        return found.isEmpty();
    }

    void clear() {
        found.clear();
        deadlocks.clear();
        foundBytes = 0;
    }

    /** Schedules that came to their end. */
    long executions() {
        return executions;
    }

    /** States in which nothing was enabled and something had not ended. */
    long deadlockedStates() {
        return deadlockedStates;
    }

    /** Bytes of what was found. */
    long bytes() {
        return foundBytes + (long) deadlocks.size() * DEADLOCK_BYTES;
    }

    void resetExecutions() {
        executions = 0;
        deadlockedStates = 0;
    }

    /** Takes over what the last transition has violated, if anything. */
    void collect(Path<?> path) {
        if (world.declined()) {
            collectDeclined();
        }
        if (world.violatedOracle() == null && world.warnings().isEmpty()) {
            return;
        }
        for (World.Warning warning : world.warnings()) {
            add(warning.oracle(), warning.message(), true, path);
        }
        if (world.violatedOracle() != null) {
            add(world.violatedOracle(), world.violation(), path);
        }
        world.clearViolation();
    }

    private void collectDeclined() {
        declinedLast = world.engine().declined();
        declined.addAll(declinedLast);
    }

    /** What was declined in any schedule, each once, in the order found. */
    List<String> declined() {
        return List.copyOf(declined);
    }

    /** All that was declined in the schedule in which something was declined last, in its order. */
    List<String> declinedLast() {
        return declinedLast;
    }

    void add(String oracle, String message, Path<?> path) {
        add(oracle, message, false, path);
    }

    private void add(String oracle, String message, boolean warning, Path<?> path) {
        found.computeIfAbsent(oracle + message, key -> {
            int[] schedule = path.schedule();
            foundBytes += FOUND_BYTES + 4L * schedule.length;
            return new Violation(oracle, message, warning, schedule);
        });
    }

    /** Nothing is enabled: either all have ended, and what comes after runs, or it is a deadlock. */
    void end(Path<?> path) {
        if (!world.finished()) {
            deadlockedStates++;
            stuck(DEADLOCK, path);
            return;
        }
        endOfCode(path);
    }

    /** All have ended: what comes after runs, and the oracles look at the end. */
    void endOfCode(Path<?> path) {
        executions++;
        int declinedBefore = world.engine().declinedCount();
        long mark = world.machine().store().mark();
        world.machine().hold(false);
        try {
            world.allEnded();
            after.accept(world.engine());
        } finally {
            world.machine().hold(true);
        }
        if (world.engine().declinedCount() > declinedBefore) {
            collectDeclined();
        }
        collect(path);
        watchers.end(() -> collect(path));
        world.engine().takeBack(declinedBefore);
        world.machine().store().rollback(mark);
        world.machine().store().release();
    }

    /** From the present state nobody comes to an end any more: they wait, or go round for ever. */
    void stuck(String oracle, Path<?> path) {
        List<Object> waiting = new ArrayList<>(List.of(oracle)); // one deadlock is met in many states
        for (int p = 0; p < world.processors(); p++) {
            waiting.add(world.run().frames(p) == 0 ? -1 : world.run().node(p));
        }
        if (deadlocks.add(waiting)) {
            Wording wording = new Wording(world);
            add(oracle, oracle.equals(DEADLOCK) ? wording.deadlock() : wording.livelock(), path);
        }
    }
}
