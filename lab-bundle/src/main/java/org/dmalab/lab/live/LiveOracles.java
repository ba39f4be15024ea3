package org.dmalab.lab.live;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import org.dmalab.api.Architecture;
import org.dmalab.api.Machine;
import org.dmalab.api.Oracle;
import org.dmalab.api.cpu.Text;
import org.dmalab.api.event.EventSink;
import org.dmalab.api.store.Region;
import org.dmalab.lab.oracle.OracleSet;
import org.dmalab.lab.oracle.Violation;

/**
 * The oracles of a live machine. What they remember and what they have found is in the machine's store, so it is taken
 * back, saved and loaded with the machine.
 *
 * <p>What an oracle sees not in an event but in the state that an action leaves (a stale translation, say) stands until
 * something removes it. It is told with the action that brought it about, and not with each one after that.
 */
final class LiveOracles implements EventSink {
    /** Violations that are kept with their words; what comes after them is counted. */
    static final int MAX_FOUND = 1000;
    private static final int RECORD = 4;
    private static final int MAX_STANDING = 1000;

    private final OracleSet set;
    private final List<String> names;
    /** The number of all, then of each the action, the oracle and the message as texts, and the step. */
    private final Region found;
    /** The number, then oracle and message, as a text, of what the last action has left standing. */
    private final Region standing;

    /** Lets oracles watch from now on; make it before a mark is opened. */
    LiveOracles(Architecture architecture, Machine machine, List<Oracle> oracles) {
        set = new OracleSet(architecture, machine, oracles);
        names = oracles.stream().map(Oracle::name).sorted().toList();
        found = machine.store().sparse("lab.violations", 1 + (long) MAX_FOUND * RECORD, Region.Kind.LOG, null);
        standing = machine.store().sparse("lab.standing", 1 + MAX_STANDING, Region.Kind.LOG, null);
    }

    List<String> names() {
        return names;
    }

    /** An action begins after this event. */
    void begin(long step) {
        set.reset(step);
    }

    @Override
    public void event(int kind, int actor, long a, long b, long c, long d, long e, long result) {
        set.event(kind, actor, a, b, c, d, e, result);
    }

    /** The number of the newest event. */
    long step() {
        return set.step();
    }

    /** How often something was violated since the action began, repeats included. */
    long occurrences() {
        return set.occurrences();
    }

    /** The action ended in an exception, which is a violation even if no event shows it. */
    void ended(String oracle, String message) {
        if (!names.isEmpty()) {
            set.violationUnlessReported(oracle, message);
        }
    }

    /**
     * The action has ended: the oracles look at what it left.
     *
     * @param action its words, kept with what is violated
     * @return what it has violated, in the order of steps
     */
    List<Violation> end(String action) {
        set.end();
        Set<Violation> ofState = Set.copyOf(set.standing());
        Set<Long> before = new HashSet<>();
        for (long i = 1; i <= number(standing, MAX_STANDING); i++) {
            before.add(standing.get(i));
        }
        List<Long> now = new ArrayList<>();
        List<Violation> caused = new ArrayList<>();
        for (Violation violation : set.violations()) {
            long text = Text.id(violation.oracle() + ": " + violation.message());
            if (ofState.contains(violation)) {
                now.add(text);
            }
            if (!ofState.contains(violation) || !before.contains(text)) {
                caused.add(violation);
                keep(action, violation);
            }
        }
        stand(now);
        return caused;
    }

    /** The first cell says how many follow; a machine that was loaded may say anything. */
    private static long number(Region region, long max) {
        return Math.max(0, Math.min(region.get(0), max));
    }

    private void keep(String action, Violation violation) {
        long count = Math.max(0, count());
        found.set(0, count + 1);
        if (count < MAX_FOUND) {
            long at = 1 + count * RECORD;
            found.set(at, Text.id(action));
            found.set(at + 1, Text.id(violation.oracle()));
            found.set(at + 2, Text.id(violation.message()));
            found.set(at + 3, violation.step());
        }
    }

    private void stand(List<Long> now) {
        int count = Math.min(now.size(), MAX_STANDING);
        for (long i = count + 1L; i <= number(standing, MAX_STANDING); i++) {
            standing.set(i, 0);
        }
        standing.set(0, count);
        for (int i = 0; i < count; i++) {
            standing.set(1 + i, now.get(i));
        }
    }

    /** Number of violations since the start. */
    long count() {
        return found.get(0);
    }

    /** The violations that are kept, oldest first. */
    List<Found> found() {
        List<Found> all = new ArrayList<>();
        for (long i = 0; i < number(found, MAX_FOUND); i++) {
            long at = 1 + i * RECORD;
            all.add(new Found(Text.of(found.get(at)), new Violation(Text.of(found.get(at + 1)), found.get(at + 3),
                    Text.of(found.get(at + 2)))));
        }
        return all;
    }
}
