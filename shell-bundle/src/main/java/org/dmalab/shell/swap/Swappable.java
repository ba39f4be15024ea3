package org.dmalab.shell.swap;

import java.util.List;
import java.util.function.Consumer;

import org.dmalab.api.Machine;
import org.dmalab.lab.live.LiveMachine;

/** What a {@link Storm} needs of a named machine: machines under load, and the switch. */
public interface Swappable {
    /** One machine that a thread of the storm owns while it lasts. */
    interface Loaded extends AutoCloseable {
        /**
         * Lets the calling thread own the machine for a while.
         *
         * @param load gets the machine, booted and watched by its oracles
         * @return what they have seen
         */
        LiveMachine.Load own(Consumer<Machine> load);

        @Override
        void close();
    }

    /**
     * Machines to be put under load, each for a thread of its own; the first is the named machine itself.
     *
     * @param threads how many
     */
    List<Loaded> machines(int threads);

    /** Exchanges the variant; returns when the references are bound. */
    void use(String patch) throws InterruptedException;

    /**
     * One piece of load on one of the machines.
     *
     * @return 0 or more; negative if the kernel failed
     */
    long call(Machine machine, long sequence);

    /** How many completed pieces of load a machine's own state shows. */
    long seen(Machine machine);
}
