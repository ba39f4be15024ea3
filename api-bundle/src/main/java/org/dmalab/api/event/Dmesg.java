package org.dmalab.api.event;

import java.util.ArrayList;
import java.util.List;

import org.dmalab.api.cpu.Processors;
import org.dmalab.api.cpu.Text;
import org.dmalab.api.store.Region;
import org.dmalab.api.store.Store;

/** The kernel log of one machine: a ring of format ids and values in the store. Rolled back, not hashed. */
public final class Dmesg {
    private static final int CAPACITY = 4096;
    private static final int RECORD = Processors.ARGUMENTS + 2;
    private final Region log;

    /** One line of the log: simulated time and text. */
    public record Line(long timeNanos, String text) {
        @Override
        public String toString() {
            return String.format("[%5d.%06d] %s", timeNanos / 1_000_000_000, timeNanos / 1000 % 1_000_000, text);
        }
    }

    /** Declares the log in a store. */
    public Dmesg(Store store) {
        log = store.sparse("dmesg", 1 + (long) CAPACITY * RECORD, Region.Kind.LOG, null);
    }

    /** Appends a message. */
    public void append(long timeNanos, long format, long... values) {
        long count = log.get(0);
        long record = 1 + count % CAPACITY * RECORD;
        log.set(record, timeNanos);
        log.set(record + 1, format);
        for (int i = 0; i < Processors.ARGUMENTS; i++) {
            log.set(record + 2 + i, i < values.length ? values[i] : 0);
        }
        log.set(0, count + 1);
    }

    /** Number of messages ever printed; the ring keeps the last 4096. */
    public long count() {
        return log.get(0);
    }

    /** One message by number, from 0. */
    public Line line(long number) {
        long record = 1 + number % CAPACITY * RECORD;
        long[] values = new long[Processors.ARGUMENTS];
        for (int i = 0; i < Processors.ARGUMENTS; i++) {
            values[i] = log.get(record + 2 + i);
        }
        return new Line(log.get(record), Text.format(log.get(record + 1), values));
    }

    /** All lines that are still kept, oldest first. */
    public List<Line> lines() {
        List<Line> lines = new ArrayList<>();
        for (long i = Math.max(0, count() - CAPACITY); i < count(); i++) {
            lines.add(line(i));
        }
        return lines;
    }
}
