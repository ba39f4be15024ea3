package org.dmalab.rules.sample.kernel;

import java.time.Instant;

/** Reads the wall clock in two ways and waits on a thread. */
final class Clock {
    private Clock() { }

    static long nanos() {
        return System.nanoTime();
    }

    static long seconds() {
        return Instant.EPOCH.getEpochSecond();
    }

    static void pause() {
        Thread.yield();
    }
}
