package org.dmalab.lab.run;

/**
 * Bounds of one run.
 *
 * @param maxEvents events after which a run is given up as {@code broken}
 * @param timelineEntries entries at the start of the timeline that are kept whatever happens
 * @param timelineRecent entries before a violation, and at the end, that are kept in any case
 */
public record RunLimits(long maxEvents, int timelineEntries, int timelineRecent) {
    /** 50 million events. */
    public static final RunLimits DEFAULT = new RunLimits(50_000_000, 100_000, 1_000);
}
