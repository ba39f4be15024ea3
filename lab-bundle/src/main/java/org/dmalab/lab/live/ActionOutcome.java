package org.dmalab.lab.live;

import java.util.List;

import org.dmalab.api.service.Errno;
import org.dmalab.lab.oracle.Violation;
import org.dmalab.lab.run.Timeline;

/**
 * What came of an action on a live machine.
 *
 * @param action name and values as typed
 * @param result 0 or more, or a negative error number
 * @param words what the result means, empty if nothing is to be said
 * @param problem why the kernel did not go on (a BUG, a lock that is never released, something thrown), or null
 * @param timeline what happened, in words
 * @param dmesg what the kernel printed
 * @param violations what oracles saw in it and in the state that it left, as far as that was not so before
 */
public record ActionOutcome(String action, long result, String words, String problem, List<Timeline.Entry> timeline,
        List<String> dmesg, List<Violation> violations) {
    /** Copies the lists. */
    public ActionOutcome {
        timeline = List.copyOf(timeline);
        dmesg = List.copyOf(dmesg);
        violations = List.copyOf(violations);
    }

    /** One line: {@code memory.online start=1G = -EPERM}. */
    public String line() {
        if (problem != null) {
            return action + ": " + problem;
        }
        return action + " = " + (result < 0 ? Errno.name(result) : Long.toString(result))
                + (words.isEmpty() ? "" : " (" + words + ")");
    }
}
