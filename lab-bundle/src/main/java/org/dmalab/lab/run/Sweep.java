package org.dmalab.lab.run;

import java.util.List;
import java.util.Set;
import java.util.StringJoiner;
import java.util.TreeSet;
import java.util.stream.Collectors;

import org.dmalab.lab.Verdict;
import org.dmalab.lab.oracle.Violation;

/**
 * What came of letting each call fail that can.
 *
 * @param none the run in which none fails
 * @param points number of calls that can fail, each counted once for every way
 * @param failed the runs in which one call failed, in the order of their calls; fewer than there are points if there
 *     was no time for all
 */
public record Sweep(RunResult none, int points, List<Failed> failed) {
    /** Copies the list. */
    public Sweep {
        failed = List.copyOf(failed);
    }

    /**
     * How many calls ended how, with the oracles that the run in which none fails does not violate: {@code pass 3,
     * refused 12, fail 2 (no-stale-tce)}; {@code none can} if there is no such call.
     */
    public String summary() {
        Set<String> before = oracles(none);
        StringJoiner text = new StringJoiner(", ");
        for (Verdict verdict : List.of(Verdict.PASS, Verdict.REFUSED, Verdict.FAIL, Verdict.BROKEN)) {
            List<RunResult> such = failed.stream().map(Failed::result).filter(one -> one.verdict() == verdict).toList();
            Set<String> more = new TreeSet<>();
            such.forEach(one -> more.addAll(oracles(one)));
            more.removeAll(before);
            if (!such.isEmpty()) {
                text.add(verdict.text() + " " + such.size() + (more.isEmpty() ? "" : " (" + String.join(", ", more)
                        + ")"));
            }
        }
        if (failed.size() < points) {
            text.add("not run " + (points - failed.size()));
        }
        if (none.verdict() == Verdict.BROKEN) {
            return Verdict.BROKEN.text();
        }
        return points == 0 ? "none can" : text.toString();
    }

    private static Set<String> oracles(RunResult result) {
        return result.violations().stream().map(Violation::oracle).collect(Collectors.toSet());
    }

    /**
     * A run in which one call failed.
     *
     * @param point the call
     * @param result what came of it, without metrics, timeline and log
     */
    public record Failed(FailurePoint point, RunResult result) { }
}
