package org.dmalab.lab.run;

import java.util.List;

/**
 * What happened on a machine in words, oldest first. Events without words (single loads and stores) are counted only.
 *
 * @param entries what was kept
 * @param events number of all events, with words or without
 */
public record Timeline(List<Entry> entries, long events) {
    /** A timeline in which nothing happened. */
    public static final Timeline EMPTY = new Timeline(List.of(), 0);

    /** Copies the list. */
    public Timeline {
        entries = List.copyOf(entries);
    }

    /**
     * One thing that happened.
     *
     * @param step number of the event, from 1
     * @param timeNanos simulated time
     * @param actor who did it, see {@link org.dmalab.api.event.Actor}
     * @param kind the event's kind
     * @param words what it was in kernel terms
     * @param skippedBefore entries before this one that were not kept, because the timeline is bounded
     */
    public record Entry(long step, long timeNanos, int actor, int kind, String words, long skippedBefore) {
        /** What repeats of it have in common: the words before the first number, parenthesis or other sign. */
        public String subject() {
            boolean wordStarts = true;
            for (int i = 0; i < words.length(); i++) {
                char c = words.charAt(i);
                if ("(=:,".indexOf(c) >= 0 || (wordStarts && Character.isDigit(c))) {
                    return words.substring(0, i).trim();
                }
                wordStarts = c == ' ';
            }
            return words;
        }
    }
}
