package org.dmalab.api;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * Something counted over a run, such as hypercalls or cache operations.
 *
 * @param name with the unit, in the form of JSON keys: {@code hypercalls}, {@code cacheLineOps}
 * @param summary one line
 * @param counter what one event adds
 */
public record Metric(String name, String summary, Counter counter) {
    /** What one event adds to a metric. */
    @FunctionalInterface
    @ConsumerType
    public interface Counter {
        /** The amount, 0 for events that do not count; operands as in {@link org.dmalab.api.event.EventSink}. */
        long count(int kind, long a, long b, long c, long d, long e, long result);
    }
}
