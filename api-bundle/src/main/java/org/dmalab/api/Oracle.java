package org.dmalab.api;

import org.dmalab.api.event.EventSink;
import org.dmalab.api.store.Region;
import org.osgi.annotation.versioning.ConsumerType;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Watches a machine's events and states violations with the evidence. It never asks the patch. It keeps nothing
 * itself: what it has to remember it puts in regions of the machine's store. Registered as a service.
 */
@ConsumerType
public interface Oracle {
    /** Short name with dashes, such as {@code no-rejected-hypercall}. */
    String name();

    /** One line: what must hold. */
    String summary();

    /** Architecture it is for, or {@code *}. */
    default String arch() {
        return "*";
    }

    /**
     * Tells whether it judges, when an action ends ({@link org.dmalab.api.event.EventKind#ACTION_END}), the state that
     * the action has left. Where actions run concurrently such an oracle is told of the end of one when nobody is in
     * the middle of another; oracles that judge events only are not told of it there.
     */
    default boolean judgesState() {
        return false;
    }

    /**
     * Starts watching a machine.
     *
     * @param watch the machine, room to remember, and where to report
     * @return receives every event from now on; stateless but for the regions
     */
    EventSink attach(Watch watch);

    /**
     * Looks at the machine when the scenario has ended; for what must hold only then.
     *
     * @param watch as given to {@link #attach}
     * @param sink what {@link #attach} returned
     */
    default void end(Watch watch, EventSink sink) { }

    /** What an oracle works with. */
    @ProviderType
    interface Watch {
        /** The machine. */
        Machine machine();

        /** A sparse region of the machine's store that belongs to this oracle. */
        Region memory(String name, long cells);

        /** Reports a violation at the current step. */
        void violation(String message);

        /**
         * Reports a violation of which the kernel does no more than warn. It counts like any other; but where another
         * one ends a schedule that is searched, this one does not: the search goes on, to find what comes of it.
         */
        default void warning(String message) {
            violation(message);
        }
    }
}
