package org.dmalab.lab.explore;

/** Chooses, state by state, the transitions of one schedule. */
interface Choices {
    /**
     * Chooses one of the transitions that are enabled.
     *
     * @param world in the present state
     * @param enabled the transitions, in canonical order
     * @return its number
     * @throws IllegalArgumentException if there is no such choice
     */
    int next(World world, int[] enabled);

    /**
     * Is told what the transition chosen does.
     *
     * @throws IllegalArgumentException if that is not what was recorded
     */
    default void check(int kindOfCall) { }

    /** Tells whether nothing that was recorded is left: what follows is what is not unusual. */
    default boolean over() {
        return false;
    }

    /**
     * The schedule has come to its end.
     *
     * @throws IllegalArgumentException if more was recorded
     */
    default void checkEnd() { }
}
