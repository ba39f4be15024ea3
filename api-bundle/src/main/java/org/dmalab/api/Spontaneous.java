package org.dmalab.api;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * What hardware may do by itself at any moment and need not do at all: evict a cache line, prefetch one, drain a write
 * buffer, go on with a translation that takes several bus cycles. A family of guarded commands over the machine's
 * store, which the explorer places at every point where their guard holds; a plain run never takes one.
 *
 * <p>Stateless: guard and effect are functions of the store. One index is one place (a line, an entry of a buffer).
 */
@ConsumerType
public interface Spontaneous {
    /** Short name by which a scenario asks for it: {@code eviction}, {@code prefetch}. */
    String family();

    /** One line of help. */
    String summary();

    /** In which column of a schedule its steps stand. */
    default String column() {
        return "hardware";
    }

    /** At how many places it may happen; does not change while the machine lives. */
    int count();

    /**
     * Tells whether it may happen now.
     *
     * @param index of the place, from 0
     */
    boolean enabled(int index);

    /**
     * Lets it happen; announces it as an event if oracles and timelines are to know.
     *
     * @param index of a place where it is enabled
     */
    void take(int index);

    /** What happens at a place, in the words of a timeline: {@code evict line 0x1000 of cpu0's D-cache}. */
    String describe(int index);
}
