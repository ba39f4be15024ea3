package org.dmalab.lab.engine;

import java.util.List;

import org.dmalab.lab.Verdict;

/**
 * A verdict with its reason, in one line.
 *
 * @param verdict the verdict
 * @param reason empty if all is well
 */
public record Judgement(Verdict verdict, String reason) {
    /**
     * Judges an execution, or all that a search has found.
     *
     * @param broken why it is broken; null if it is not
     * @param violations what was violated, as {@code oracle: message}
     * @param unfinished why not everything was tried; null if it was
     * @param declined what was declined, as {@link ActionEnd#declined} says it
     */
    public static Judgement of(String broken, List<String> violations, String unfinished, List<String> declined) {
        if (broken != null) {
            return new Judgement(Verdict.BROKEN, broken);
        }
        if (!violations.isEmpty()) {
            return new Judgement(Verdict.FAIL, violations.get(0)
                    + (declined.isEmpty() ? "" : "; " + first(declined)));
        }
        if (unfinished != null) {
            return new Judgement(Verdict.UNDECIDED, unfinished);
        }
        return declined.isEmpty() ? new Judgement(Verdict.PASS, "") : new Judgement(Verdict.REFUSED, first(declined));
    }

    /** The first of several things, and how many more there are. */
    private static String first(List<String> all) {
        return all.get(0) + (all.size() > 1 ? " and " + (all.size() - 1) + " more" : "");
    }
}
