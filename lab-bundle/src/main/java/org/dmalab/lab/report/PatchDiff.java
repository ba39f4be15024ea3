package org.dmalab.lab.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

import org.dmalab.lab.run.RunResult;
import org.dmalab.lab.run.Timeline;

/** Where the timelines of two variants on one scenario first part, and what follows. */
public final class PatchDiff {
    private static final int COMMON = 3;
    private static final int FOLLOWING = 12;

    private PatchDiff() { }

    /**
     * Index of the first entries that differ in actor or words; -1 if the timelines are the same as far as both were
     * kept without a gap.
     */
    public static int firstDifference(Timeline first, Timeline second) {
        List<Timeline.Entry> a = first.entries();
        List<Timeline.Entry> b = second.entries();
        int both = Math.min(a.size(), b.size());
        for (int i = 0; i < both; i++) {
            if (a.get(i).skippedBefore() > 0 || b.get(i).skippedBefore() > 0) {
                return -1;
            }
            if (a.get(i).actor() != b.get(i).actor() || !a.get(i).words().equals(b.get(i).words())) {
                return i;
            }
        }
        return a.size() == b.size() ? -1 : both;
    }

    /** The report. */
    public static String text(RunResult first, RunResult second) {
        List<String> lines = new ArrayList<>();
        lines.add(first.scenario() + ": " + first.patch() + " (" + first.verdict().text() + ") against "
                + second.patch() + " (" + second.verdict().text() + ")");
        int at = firstDifference(first.timeline(), second.timeline());
        if (at < 0) {
            boolean whole = whole(first.timeline()) && whole(second.timeline());
            lines.add(whole ? "The timelines are the same." : "The timelines are the same as far as they were kept.");
            return String.join("\n", lines) + "\n";
        }
        lines.add("");
        lines.add(at == 0 ? "The timelines differ from the start."
                : "The same for " + at + " lines, the last of them:");
        lines.add(TimelineText.LEGEND);
        lines.addAll(TimelineText.lines(first.timeline().entries().subList(Math.max(0, at - COMMON), at), Set.of()));
        following(first, at, lines);
        following(second, at, lines);
        return String.join("\n", lines) + "\n";
    }

    private static boolean whole(Timeline timeline) {
        return timeline.entries().stream().allMatch(entry -> entry.skippedBefore() == 0);
    }

    private static void following(RunResult result, int at, List<String> lines) {
        List<Timeline.Entry> entries = result.timeline().entries();
        lines.add("");
        lines.add("then with " + result.patch() + (at >= entries.size() ? ": nothing more" : ""));
        List<String> rest = TimelineText.lines(entries.subList(Math.min(at, entries.size()), entries.size()),
                Set.of());
        lines.addAll(rest.subList(0, Math.min(FOLLOWING, rest.size())));
        if (rest.size() > FOLLOWING) {
            lines.add(TimelineText.leftOut((rest.size() - FOLLOWING)));
        }
        if (!result.reason().isEmpty()) {
            lines.add("  " + result.verdict().text() + ": " + result.reason());
        }
    }
}
