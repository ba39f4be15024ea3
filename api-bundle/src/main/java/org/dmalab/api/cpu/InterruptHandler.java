package org.dmalab.api.cpu;

/** The kernel's handler of inter-processor interrupts; stateless. */
@FunctionalInterface
public interface InterruptHandler {
    /**
     * Handles one.
     *
     * @param cpu the target processor, at hardirq level
     * @param vector which
     * @param argument what the sender gave
     */
    void handle(Cpu cpu, int vector, long argument);
}
