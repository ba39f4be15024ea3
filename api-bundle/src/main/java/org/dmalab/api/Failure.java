package org.dmalab.api;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * One way in which a call of kernel code may fail though the kernel does nothing wrong: a return code of a hypervisor,
 * no memory. A sweep lets every call that can fail do so once, one at a time.
 *
 * <p>Stateless: what it does is a function of the machine and the call.
 */
@ConsumerType
public interface Failure {
    /** What fails, and how: {@code H_STUFF_TCE = H_HARDWARE}. */
    String name();

    /**
     * Tells whether a call can fail in this way.
     *
     * @param machine the machine
     * @param kind one of {@link org.dmalab.api.cpu.Op}
     * @param a the call's first operand
     */
    boolean fits(Machine machine, int kind, long a);

    /**
     * Takes the place of a call that {@link #fits}.
     *
     * @return the call's result
     */
    long fail(Machine machine, long a);
}
