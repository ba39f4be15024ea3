package org.dmalab.lab.explore;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.dmalab.api.Oracle;
import org.dmalab.api.cpu.Blocked;
import org.dmalab.api.cpu.KernelBug;
import org.dmalab.api.event.EventSink;

/**
 * What a search has found: each violation once, with the transitions that lead there. Looks at the end of each
 * schedule, too. Nothing is put into words here but what an oracle says.
 */
final class Findings {
    /** Who objects to a deadlock. */
    static final String DEADLOCK = "no-lock-cycle";

    private final World world;
    private final List<Watcher> watchers;
    private final Runnable after;
    private final Map<String, Violation> found = new LinkedHashMap<>();
    private final Set<List<Object>> deadlocks = new HashSet<>();
    private long executions;
    private long deadlockedStates;

    /** An oracle at work. */
    record Watcher(Oracle oracle, Oracle.Watch watch, EventSink sink) { }

    /** A violation and the transitions that lead there. */
    record Violation(String oracle, String message, int[] transitions) { }

    /** Findings of a world whose oracles watch already. */
    Findings(World world, List<Watcher> watchers, Runnable after) {
        this.world = world;
        this.watchers = watchers;
        this.after = after;
    }

    /** What was found first; null if nothing was. */
    Violation first() {
        return found.isEmpty() ? null : found.values().iterator().next();
    }

    /** What was found, in the order found. */
    List<Violation> all() {
        return new ArrayList<>(found.values());
    }

    boolean isEmpty() {
        return found.isEmpty();
    }

    void clear() {
        found.clear();
        deadlocks.clear();
    }

    /** Schedules that came to their end. */
    long executions() {
        return executions;
    }

    /** States in which nothing was enabled and something had not ended. */
    long deadlockedStates() {
        return deadlockedStates;
    }

    void resetExecutions() {
        executions = 0;
        deadlockedStates = 0;
    }

    /** Takes over what the last transition has violated, if anything. */
    void collect(Path path) {
        if (world.violatedOracle() != null) {
            add(world.violatedOracle(), world.violation(), path);
            world.clearViolation();
        }
    }

    void add(String oracle, String message, Path path) {
        found.computeIfAbsent(oracle + message, key -> new Violation(oracle, message, path.schedule()));
    }

    /** Nothing is enabled: either all have ended, and what comes after runs, or it is a deadlock. */
    void end(Path path) {
        if (!world.finished()) {
            deadlockedStates++;
            stuck(DEADLOCK, path);
            return;
        }
        endOfCode(path);
    }

    /** All have ended: what comes after runs, and the oracles look at the end. */
    void endOfCode(Path path) {
        executions++;
        long mark = world.machine().store().mark();
        world.machine().hold(false);
        try {
            after.run();
        } catch (KernelBug | Blocked e) {
            world.violated("no-bug", "after the concurrent part: " + e.getMessage());
        } finally {
            world.machine().hold(true);
        }
        collect(path);
        for (Watcher watcher : watchers) {
            watcher.oracle().end(watcher.watch(), watcher.sink());
            collect(path);
        }
        world.machine().store().rollback(mark);
        world.machine().store().release();
    }

    /** From the present state nobody comes to an end any more: they wait, or go round for ever. */
    void stuck(String oracle, Path path) {
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
