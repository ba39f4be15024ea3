package org.dmalab.rules.sample;

import org.dmalab.api.Oracle;
import org.dmalab.api.event.EventSink;

/** An oracle that asks what is in use, and not what happened. */
public final class Asker implements Oracle {
    @Override
    public String name() {
        return "asks-the-patch";
    }

    @Override
    public String summary() {
        return "the right patch is in use";
    }

    @Override
    public EventSink attach(Watch watch) {
        return (kind, actor, a, b, c, d, e, result) -> { };
    }

    @Override
    public void end(Watch watch, EventSink sink) {
        if (watch.machine().services() == null) {
            watch.violation("no patch");
        }
    }
}
