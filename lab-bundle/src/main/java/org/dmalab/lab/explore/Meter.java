package org.dmalab.lab.explore;

/** Counts what a search does and tells when one of its bounds is hit. */
final class Meter {
    private static final int WATCH_MASK = 0xfff;

    private final Exploration.Limits limits;
    private final Findings findings;
    private final World world;
    private long keptBytes;
    private long transitions;
    private long ticks;
    private long arrivals;
    private String bound = "";

    Meter(Exploration.Limits limits, Findings findings, World world) {
        this.limits = limits;
        this.findings = findings;
        this.world = world;
    }

    /** Says what is kept besides the table of states, the way to the present one and what was found. */
    void keeps(long bytes) {
        keptBytes = bytes;
    }

    /** The bound that was hit; empty if none was. */
    String bound() {
        return bound;
    }

    boolean hit() {
        return !bound.isEmpty();
    }

    long transitions() {
        return transitions;
    }

    long arrivals() {
        return arrivals;
    }

    /** Begins to count again; the time that was used stays used. */
    void reset() {
        transitions = 0;
        arrivals = 0;
        bound = "";
    }

    /** Counts a transition. */
    void transition(int transition, VisitedStates visited, Path<?> path) {
        arrivals += Transition.kind(transition) == Transition.ARRIVAL ? 1 : 0;
        transitions++;
        if ((++ticks & WATCH_MASK) == 0) {
            if (Thread.currentThread().isInterrupted()) {
                bound = "interrupted";
            } else if (bound.isEmpty()) {
                bound = limits.watch().progress(visited.size(), findings.executions(), path.length());
                checkMemory(visited, path);
            }
        }
    }

    /** Counts steps that are taken as one with the transition before. */
    void more(int steps) {
        transitions += steps;
    }

    /** Counts a new state. */
    void state(VisitedStates visited, Path<?> path) {
        if (visited.size() >= limits.maxStates()) {
            bound = "max-states " + limits.maxStates();
        } else {
            checkMemory(visited, path);
        }
    }

    private void checkMemory(VisitedStates visited, Path<?> path) {
        long bytes = visited.bytesToAdd() + path.bytes() + world.bytes() + findings.bytes() + keptBytes;
        if (bytes > limits.maxBytes() && bound.isEmpty()) {
            bound = "memory " + (limits.maxBytes() >> 20) + " MiB";
        }
    }
}
