package org.dmalab.api.event;

/** Receives the events of one machine in their order, without allocation. */
@FunctionalInterface
public interface EventSink {
    /**
     * One event.
     *
     * @param kind {@link org.dmalab.api.cpu.Op} or {@link EventKind} or an architecture's own
     * @param actor who did it, see {@link Actor}
     * @param a first operand
     * @param b second operand
     * @param c third operand
     * @param d fourth operand
     * @param e fifth operand
     * @param result what a call returned
     */
    void event(int kind, int actor, long a, long b, long c, long d, long e, long result);
}
