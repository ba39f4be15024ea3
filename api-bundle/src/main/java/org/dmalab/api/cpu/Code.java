package org.dmalab.api.cpu;

/** A piece of kernel code: a pure function of what its {@link Cpu} returns. */
@FunctionalInterface
public interface Code {
    /**
     * Runs the code.
     *
     * @param cpu the processor and level it runs on
     * @return its result in kernel terms, 0 or a negative error number
     */
    long run(Cpu cpu);
}
