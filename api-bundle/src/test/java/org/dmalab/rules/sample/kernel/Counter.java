package org.dmalab.rules.sample.kernel;

import java.util.concurrent.atomic.AtomicLong;

/** Counts its calls. */
final class Counter {
    private static final AtomicLong shared = new AtomicLong();
    private static int calls;
    private int own;

    long count() {
        calls++;
        return calls + ++own + shared.incrementAndGet();
    }
}
