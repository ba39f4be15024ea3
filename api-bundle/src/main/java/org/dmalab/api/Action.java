package org.dmalab.api;

import java.util.List;

import org.dmalab.api.cpu.Cpu;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * One event of a kernel, a device or a person, never a whole bug: {@code memory.online}, {@code device.dma},
 * {@code kernel.crash}. Registered as a service; scenario steps and shell commands are the same actions.
 *
 * <p>An action keeps nothing. What kernel code does goes through the {@link Cpu}; what a device or a person does may
 * use the machine's ports. An action whose {@link #concurrent} is true uses the Cpu for everything, so that it can run
 * in the concurrent part of a scenario.
 */
@ConsumerType
public interface Action {
    /** Service property: the architecture it belongs to. */
    String ARCH = "dmalab.arch";

    /** Name in the form {@code scope.verb}, such as {@code memory.online}. */
    String name();

    /** One line of help. */
    String summary();

    /** Its parameters, in the order of help. */
    List<Parameter> parameters();

    /** Tells whether it does everything through its Cpu. */
    default boolean concurrent() {
        return false;
    }

    /**
     * Tells whether it is one thing that a device does at once, using the machine's ports and not its Cpu: such an
     * action can be a step of a device in the concurrent part of a scenario.
     */
    default boolean byDevice() {
        return false;
    }

    /**
     * Does it.
     *
     * @param machine the machine, for its handles and ports
     * @param cpu the processor and level it runs on
     * @param values parameters
     * @return 0 or more, or the negative error number with which the kernel declined
     * @throws NotReadyException if another action has to come first
     */
    long run(Machine machine, Cpu cpu, Values values);

    /** Says in a few words what a result of 0 or more means; empty if nothing is to be said. */
    default String describe(Machine machine, Values values, long result) {
        return "";
    }
}
