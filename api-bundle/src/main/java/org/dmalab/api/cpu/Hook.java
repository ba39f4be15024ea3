package org.dmalab.api.cpu;

/**
 * The one hook in the path of every {@link Cpu} call of a machine. It may let other things happen first (an interrupt,
 * a device), calls {@link LiveCpu#execute} once or lets a {@link org.dmalab.api.Failure} take its place, and may record
 * what came of it.
 */
@FunctionalInterface
public interface Hook {
    /**
     * One call.
     *
     * @param cpu the processor that makes it
     * @param kind one of {@link Op}
     * @param a first operand
     * @param b second operand
     * @param c third operand
     * @param d fourth operand
     * @param e fifth operand
     * @return what {@link LiveCpu#execute} or the failure returned
     */
    long call(LiveCpu cpu, int kind, long a, long b, long c, long d, long e);
}
