package org.dmalab.lab.run;

import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

import org.dmalab.lab.Verdict;
import org.dmalab.lab.oracle.Violation;

/**
 * What came of one run.
 *
 * @param scenario name of the scenario
 * @param patch name of the selection
 * @param profile behaviour of the machine
 * @param backend back end
 * @param verdict the verdict
 * @param reason why, in one line; empty if all is well
 * @param violations in the order of their steps
 * @param metrics counts by name with unit
 * @param timeline what happened
 * @param dmesg the kernel log, one line an element
 */
public record RunResult(String scenario, String patch, String profile, String backend, Verdict verdict, String reason,
        List<Violation> violations, SortedMap<String, Long> metrics, Timeline timeline, List<String> dmesg) {
    /** Copies the collections. */
    public RunResult {
        violations = List.copyOf(violations);
        metrics = Collections.unmodifiableSortedMap(new TreeMap<>(metrics));
        dmesg = List.copyOf(dmesg);
    }
}
