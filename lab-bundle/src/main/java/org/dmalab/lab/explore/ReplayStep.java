package org.dmalab.lab.explore;

import java.util.List;

import org.dmalab.lab.Changed;

/**
 * One step of a schedule that was taken again.
 *
 * @param number from 1
 * @param column processor or device
 * @param strand what ran
 * @param words the call
 * @param line where it stands in the source; empty for what is no call
 * @param changes the cells that it changed
 * @param stack the Java frames above the call when it was taken live, innermost first; {@link #INTERRUPT} stands where
 *     an interrupt came in; empty for what is no call
 */
public record ReplayStep(long number, String column, String strand, String words, String line, List<Changed> changes,
        List<String> stack) {
    /** Stands in a stack where an interrupt came in. */
    public static final String INTERRUPT = "<interrupt>";

    /** Copies the lists. */
    public ReplayStep {
        changes = List.copyOf(changes);
        stack = List.copyOf(stack);
    }

    ReplayStep with(List<String> newStack) {
        return new ReplayStep(number, column, strand, words, line, changes, newStack);
    }
}
