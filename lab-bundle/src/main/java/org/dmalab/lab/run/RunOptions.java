package org.dmalab.lab.run;

/**
 * What a run has over its scenario.
 *
 * @param profile behaviour in place of the scenario's; null for the scenario's
 * @param preset equipment in place of the scenario's; null for the scenario's
 * @param backend {@code embedded}; null for that
 * @param seed 0 takes the first alternative of every choice ({@code cpu.choose}); another number chooses
 *     pseudo-randomly
 */
public record RunOptions(String profile, String preset, String backend, long seed) {
    /** The scenario as it is. */
    public static final RunOptions DEFAULT = new RunOptions(null, null, null, 0);
}
