package org.dmalab.lab.explore;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

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
 * @param tableBytes what the table of states takes
 * @param verified true if a second search with another hash function has found the same
 */
public record SearchResult(boolean exhausted, String bound, long placements, long states, long transitions,
        long executions, long histories, long codeRuns, List<Found> violations, long tableBytes, boolean verified) {
    /** No states, or one schedule only. */
    public SearchResult(boolean exhausted, String bound, long executions, List<Found> violations) {
        this(exhausted, bound, 0, 0, 0, executions, 0, 0, violations, 0, false);
    }

    /**
     * One violation.
     *
     * @param oracle who objects; {@code no-lock-cycle} for a deadlock
     * @param message the evidence
     * @param turns who ran, in turns
     * @param schedule the choices that lead there; null if it was violated before the concurrent part
     */
    public record Found(String oracle, String message, List<Turn> turns, Schedule schedule) {
        /** The same with something said of all. */
        Found with(String note) {
            return new Found(oracle, message, Stream.concat(turns.stream(), Stream.of(new Turn("", note))).toList(),
                    schedule);
        }
    }

    /**
     * One turn of a schedule.
     *
     * @param column the processor or device; empty for what is said of all
     * @param text {@code user: 31 calls}, {@code interrupt: 12 calls, let in after Kmap.java:40}
     */
    public record Turn(String column, String text) {
        @Override
        public String toString() {
            return column.isEmpty() ? text : column + " " + text;
        }
    }

    /** Of the violations those that are shown to people: the first of each oracle. */
    public List<Found> firstOfEachOracle() {
        Map<String, Found> first = new LinkedHashMap<>();
        violations.forEach(found -> first.putIfAbsent(found.oracle(), found));
        return List.copyOf(first.values());
    }

    /** The violation with these words. */
    Found found(String oracle, String message) {
        return violations.stream().filter(one -> one.oracle().equals(oracle) && one.message().equals(message))
                .findFirst().orElseThrow();
    }

    /** The same with another schedule of a violation in front. */
    SearchResult withFirst(Found first) {
        List<Found> all = new ArrayList<>(violations);
        all.removeIf(one -> one.oracle().equals(first.oracle()) && one.message().equals(first.message()));
        all.add(0, first);
        return new SearchResult(exhausted, bound, placements, states, transitions, executions, histories, codeRuns,
                List.copyOf(all), tableBytes, verified);
    }

    /** The same, confirmed by a second search. */
    SearchResult confirmed() {
        return new SearchResult(exhausted, bound, placements, states, transitions, executions, histories, codeRuns,
                violations, tableBytes, true);
    }
}
