package org.dmalab.api.event;

/**
 * One thing that happened on a machine: a call on a Cpu, or a step of hardware.
 *
 * @param step number of the event on its machine, from 1
 * @param timeNanos simulated time
 * @param kind {@link org.dmalab.api.cpu.Op} or {@link EventKind} or an architecture's own
 * @param actor who did it, see {@link Actor}
 * @param a first operand
 * @param b second operand
 * @param c third operand
 * @param d fourth operand
 * @param e fifth operand
 * @param result what a call returned
 */
public record Event(long step, long timeNanos, int kind, int actor, long a, long b, long c, long d, long e,
        long result) { }
