package org.dmalab.lab.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;

import org.dmalab.api.event.Actor;
import org.dmalab.lab.run.Timeline;

/** Prints entries of a timeline: step, simulated seconds, actor, words; repeats are collapsed. */
public final class TimelineText {
    /** The meaning of the columns. */
    public static final String LEGEND = "      step      seconds  actor         what";
    private static final int COLLAPSE_FROM = 4;
    private static final double NANOS_PER_SECOND = 1e9;

    private TimelineText() { }

    /**
     * Prints entries.
     *
     * @param entries in their order
     * @param marked steps that are marked with {@code >} and never collapsed
     */
    public static List<String> lines(List<Timeline.Entry> entries, Set<Long> marked) {
        List<String> lines = new ArrayList<>();
        Predicate<Timeline.Entry> isMarked = entry -> marked.contains(entry.step());
        for (int i = 0; i < entries.size();) {
            Timeline.Entry entry = entries.get(i);
            if (entry.skippedBefore() > 0) {
                lines.add("              ... " + entry.skippedBefore() + " not kept ...");
            }
            lines.add(line(entry, isMarked.test(entry)));
            int end = i + 1;
            while (end < entries.size() && !isMarked.test(entry) && repeats(entry, entries.get(end))
                    && !isMarked.test(entries.get(end))) {
                end++;
            }
            if (end - i >= COLLAPSE_FROM) {
                lines.add("              ... " + (end - i - 1) + " more " + entry.subject() + " ...");
                i = end;
            } else {
                i++;
            }
        }
        return lines;
    }

    /** Says that lines are left out. */
    static String leftOut(int count) {
        return "              ... " + count + (count == 1 ? " line ..." : " lines ...");
    }

    private static boolean repeats(Timeline.Entry first, Timeline.Entry next) {
        return next.skippedBefore() == 0 && first.actor() == next.actor() && !first.subject().isEmpty()
                && first.subject().equals(next.subject());
    }

    private static String line(Timeline.Entry entry, boolean mark) {
        return String.format(Locale.ROOT, "%s%8d %12.6f  %-12s  %s", mark ? "> " : "  ", entry.step(),
                entry.timeNanos() / NANOS_PER_SECOND, Actor.name(entry.actor()), entry.words());
    }
}
