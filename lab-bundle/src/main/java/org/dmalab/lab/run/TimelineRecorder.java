package org.dmalab.lab.run;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

import org.dmalab.api.Architecture;
import org.dmalab.api.Machine;
import org.dmalab.api.event.Event;
import org.dmalab.api.event.EventSink;
import org.dmalab.lab.EventWords;

/** Puts events into words and keeps a bounded number of them: the first ones, and those around what is pinned. */
final class TimelineRecorder implements EventSink {
    private static final int MAX_PINS = 100;
    private static final int KEPT_AFTER_PIN = 50;

    private final Architecture architecture;
    private final Machine machine;
    private final RunLimits limits;
    private final List<Timeline.Entry> kept = new ArrayList<>();
    private final Deque<Timeline.Entry> recent = new ArrayDeque<>();
    private Event current;
    private boolean hasWords = true;
    private long step;
    private long skipped;
    private int pins;
    private int keepNext;

    TimelineRecorder(Architecture architecture, Machine machine, RunLimits limits) {
        this.architecture = architecture;
        this.machine = machine;
        this.limits = limits;
        this.keepNext = limits.timelineEntries();
    }

    @Override
    public void event(int kind, int actor, long a, long b, long c, long d, long e, long result) {
        step++;
        current = new Event(step, machine.timeNanos(), kind, actor, a, b, c, d, e, result);
        String words = EventWords.of(architecture, machine, current);
        hasWords = !words.isEmpty();
        if (hasWords) {
            add(kind, actor, words);
        }
    }

    private void add(int kind, int actor, String words) {
        if (keepNext > 0) {
            keepNext--;
            kept.add(entry(kind, actor, words));
            return;
        }
        recent.addLast(entry(kind, actor, words));
        if (recent.size() > limits.timelineRecent()) {
            recent.removeFirst();
            skipped++;
        }
    }

    private Timeline.Entry entry(int kind, int actor, String words) {
        return new Timeline.Entry(step, machine.timeNanos(), actor, kind, words, 0);
    }

    /** Keeps what happened just now, with words even if it has none of its own, and what comes next. */
    void pin() {
        if (!hasWords) {
            add(current.kind(), current.actor(), EventWords.raw(machine, current));
            hasWords = true;
        }
        if (pins < MAX_PINS) {
            pins++;
            flush();
            keepNext = Math.max(keepNext, KEPT_AFTER_PIN);
        }
    }

    private void flush() {
        for (Timeline.Entry entry : recent) {
            kept.add(new Timeline.Entry(entry.step(), entry.timeNanos(), entry.actor(), entry.kind(), entry.words(),
                    skipped));
            skipped = 0;
        }
        recent.clear();
    }

    Timeline timeline() {
        flush();
        return new Timeline(kept, step);
    }
}
