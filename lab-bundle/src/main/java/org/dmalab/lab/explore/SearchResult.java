package org.dmalab.lab.explore;

import java.util.List;

/**
 * What a search of all placements found.
 *
 * @param exhausted true if nothing was left to try
 * @param bound the bound that was hit; empty if none was
 * @param placements points at which an interrupt was let in
 * @param states distinct states of machine and processors
 * @param transitions steps taken
 * @param executions complete schedules up to the merging of equal states
 * @param histories distinct histories of kernel code
 * @param codeRuns how often kernel code was run to find them
 * @param violations what an oracle objected to, each kind once, in the order found
 */
public record SearchResult(boolean exhausted, String bound, long placements, long states, long transitions,
        long executions, long histories, long codeRuns, List<Found> violations) {
    /**
     * One violation.
     *
     * @param oracle who objects; {@code no-lock-cycle} for a deadlock
     * @param message the evidence
     * @param schedule who ran, in turns: {@code user 31 calls}, {@code interrupt 12 calls, let in at Kmap.java:40}
     */
    public record Found(String oracle, String message, List<String> schedule) { }
}
