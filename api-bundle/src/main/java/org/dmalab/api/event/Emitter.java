package org.dmalab.api.event;

/** Where the hardware of one machine announces what it does. Costs a field read while nobody listens. */
public final class Emitter {
    private EventSink sink;

    /** Sets who listens; null for nobody. */
    public void listen(EventSink newSink) {
        sink = newSink;
    }

    /** Tells whether anybody listens, for hardware that would have to compute operands. */
    public boolean listening() {
        return sink != null;
    }

    /** Announces an event of hardware or kernel code. */
    public void emit(int kind, int actor, long a, long b, long c, long d) {
        EventSink listener = sink;
        if (listener != null) {
            listener.event(kind, actor, a, b, c, d, 0, 0);
        }
    }

    /** Announces a call on a processor and its result. */
    public void call(int kind, int actor, long a, long b, long c, long d, long e, long result) {
        EventSink listener = sink;
        if (listener != null) {
            listener.event(kind, actor, a, b, c, d, e, result);
        }
    }
}
