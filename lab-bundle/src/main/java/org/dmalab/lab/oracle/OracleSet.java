package org.dmalab.lab.oracle;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

import org.dmalab.api.Architecture;
import org.dmalab.api.Machine;
import org.dmalab.api.Oracle;
import org.dmalab.api.event.Actor;
import org.dmalab.api.event.EventKind;
import org.dmalab.api.event.EventSink;

/**
 * Several oracles on one machine: gives them every event, numbers the events from 1 and collects what is violated. Each
 * kind of violation (the message without its numbers) is kept once per action, with a count.
 *
 * <p>Make it before a mark is opened, because the oracles declare regions.
 */
public final class OracleSet implements EventSink {
    private static final Pattern NUMBERS = Pattern.compile("0x[0-9a-fA-F]+|\\d+");

    private final Watchers watchers;
    private final List<Draft> drafts = new ArrayList<>();
    private final Map<String, Draft> open = new HashMap<>();
    /** What each oracle reported last. */
    private final Map<String, Draft> last = new HashMap<>();
    private int actionsOpen;
    /** Whether oracles look at the state that an action has left. */
    private boolean looking;
    private long step;

    /** Attaches oracles to a machine, in the order of their names; events must be given to {@link #event}. */
    public OracleSet(Architecture architecture, Machine machine, List<Oracle> oracles) {
        this.watchers = new Watchers(architecture, machine, oracles, new Drafts());
    }

    @Override
    public void event(int kind, int actor, long a, long b, long c, long d, long e, long result) {
        step++;
        if (kind == EventKind.ACTION) {
            actionsOpen++;
        } else if (kind == EventKind.ACTION_END) {
            actionsOpen = Math.max(0, actionsOpen - 1);
            looking = true;
        }
        watchers.event(kind, actor, a, b, c, d, e, result);
        if (kind == EventKind.ACTION_END) {
            looking = false;
            open.clear();
        }
    }

    /** The scenario has ended: oracles look at the machine a last time. An action that was left is closed for them. */
    public void end() {
        looking = true;
        if (actionsOpen > 0) {
            actionsOpen = 0;
            watchers.event(EventKind.ACTION_END, Actor.MACHINE, 0, 0, 0, 0, 0, 0);
        }
        watchers.end(() -> { });
        looking = false;
        open.clear();
    }

    /** Reports a violation that no event shows, such as an exception, unless that oracle has reported in this step. */
    public void violationUnlessReported(String oracle, String message) {
        if (drafts.stream().noneMatch(draft -> draft.oracle.equals(oracle) && open.containsValue(draft))) {
            report(oracle, message);
        }
    }

    /** Those who watch, for who goes on with them alone. */
    public Watchers watchers() {
        return watchers;
    }

    /** Number of events so far. */
    public long step() {
        return step;
    }

    /** What was violated, in the order of steps and then of oracles. */
    public List<Violation> violations() {
        return drafts.stream().map(Draft::violation)
                .sorted(Comparator.comparingLong(Violation::step).thenComparing(Violation::oracle)).toList();
    }

    /** Those violations that were seen in the state that an action left or at the end, and in no event. */
    public List<Violation> standing() {
        return drafts.stream().filter(draft -> draft.ofState).map(Draft::violation).toList();
    }

    /** How often something was violated so far, with those that {@link #violations} has as one. */
    public long occurrences() {
        return drafts.stream().mapToLong(draft -> 1 + draft.more).sum();
    }

    /** Number of violations so far; cheaper than {@link #violations}. */
    public int reported() {
        return drafts.size();
    }

    /** Forgets violations and goes on counting from a step: for those who roll the machine back. */
    public void reset(long newStep) {
        drafts.clear();
        open.clear();
        actionsOpen = 0;
        looking = false;
        step = newStep;
    }

    /** What was reported up to a moment; see {@link #restore}. */
    public static final class Reported {
        private final List<Draft> drafts = new ArrayList<>();
        private final Map<String, Draft> open = new HashMap<>();
        private final int actionsOpen;
        private final long step;

        private Reported(List<Draft> drafts, Map<String, Draft> open, int actionsOpen, long step) {
            this.actionsOpen = actionsOpen;
            this.step = step;
            Map<Draft, Draft> copies = new IdentityHashMap<>();
            drafts.forEach(draft -> this.drafts.add(copies.computeIfAbsent(draft, Draft::copy)));
            open.forEach((key, draft) -> this.open.put(key, copies.get(draft)));
        }
    }

    /** What was reported so far, for those who will roll the machine back to this moment. */
    public Reported reportedSoFar() {
        return new Reported(drafts, open, actionsOpen, step);
    }

    /** The machine was rolled back to the moment at which this much was reported. */
    public void restore(Reported reported) {
        Reported copy = new Reported(reported.drafts, reported.open, reported.actionsOpen, reported.step);
        reset(copy.step);
        drafts.addAll(copy.drafts);
        open.putAll(copy.open);
        actionsOpen = copy.actionsOpen;
    }

    private Draft report(String oracle, String message) {
        String key = oracle + ' ' + NUMBERS.matcher(message).replaceAll("#");
        Draft known = open.get(key);
        if (known != null) {
            known.more++;
            return known;
        }
        Draft draft = new Draft(oracle, step, message, looking);
        drafts.add(draft);
        open.put(key, draft);
        return draft;
    }

    private static final class Draft {
        private final String oracle;
        private final long step;
        private final boolean ofState;
        private String message;
        private long more;

        private Draft(String oracle, long step, String message, boolean ofState) {
            this.oracle = oracle;
            this.step = step;
            this.message = message;
            this.ofState = ofState;
        }

        private Draft copy() {
            Draft copy = new Draft(oracle, step, message, ofState);
            copy.more = more;
            return copy;
        }

        private Violation violation() {
            return new Violation(oracle, step, more == 0 ? message : message + " (and " + more + " more in this step)");
        }
    }

    private final class Drafts implements Watchers.Reports {
        @Override
        public void violation(String oracle, String message) {
            last.put(oracle, report(oracle, message));
        }

        @Override
        public void complete(String oracle, String addition) {
            Draft draft = last.get(oracle);
            if (draft != null) {
                draft.message += addition;
            }
        }
    }
}
