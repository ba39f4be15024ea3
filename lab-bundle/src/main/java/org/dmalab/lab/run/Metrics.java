package org.dmalab.lab.run;

import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

import org.dmalab.api.Architecture;
import org.dmalab.api.Machine;
import org.dmalab.api.Metric;
import org.dmalab.api.cpu.Op;
import org.dmalab.api.event.Actor;
import org.dmalab.api.event.EventSink;
import org.dmalab.api.store.Region;

/**
 * Counts over the events of a machine: what the architecture counts, the number of Cpu calls, and the longest stretch
 * of calls with interrupts off. The counts are in the machine's store and roll back with it; make it before a mark.
 */
public final class Metrics implements EventSink {
    /** Name of the metric that counts calls on processors. */
    public static final String CPU_CALLS = "cpuCalls";
    /** Name of the metric for the longest stretch of calls of one processor with interrupts off. */
    public static final String IRQS_OFF_MAX = "irqsOffMaxCpuCalls";
    private static final int CALLS = 0;
    private static final int LONGEST = 1;
    private static final int FIRST = 2;

    private final List<Metric> metrics;
    private final Region cells;
    private final int processors;

    /** Starts counting from zero; events must be given to {@link #event}. */
    public Metrics(Architecture architecture, Machine machine) {
        metrics = List.copyOf(architecture.metrics());
        processors = machine.processors().count();
        cells = machine.store().dense("lab.metrics", FIRST + metrics.size() + processors, Region.Kind.LOG, null);
    }

    @Override
    public void event(int kind, int actor, long a, long b, long c, long d, long e, long result) {
        if (kind < Op.COUNT && Actor.isProcessor(actor)) {
            countCall(kind, Actor.processorOf(actor), a, result);
        }
        for (int i = 0; i < metrics.size(); i++) {
            long count = metrics.get(i).counter().count(kind, a, b, c, d, e, result);
            if (count != 0) {
                cells.set(FIRST + i, cells.get(FIRST + i) + count);
            }
        }
    }

    private void countCall(int kind, int processor, long a, long result) {
        cells.set(CALLS, cells.get(CALLS) + 1);
        if (processor >= processors) {
            return;
        }
        int stretch = FIRST + metrics.size() + processor;
        long length = cells.get(stretch);
        if (kind == Op.IRQ_SAVE && result == 0) {
            cells.set(stretch, 1);
        } else if (length > 0) {
            boolean ends = kind == Op.IRQ_RESTORE && a == 0;
            cells.set(stretch, ends ? 0 : length + 1);
            if (length > cells.get(LONGEST)) {
                cells.set(LONGEST, length);
            }
        }
    }

    /** The counts by name with unit. */
    public SortedMap<String, Long> values() {
        SortedMap<String, Long> values = new TreeMap<>();
        values.put(CPU_CALLS, cells.get(CALLS));
        values.put(IRQS_OFF_MAX, cells.get(LONGEST));
        for (int i = 0; i < metrics.size(); i++) {
            values.put(metrics.get(i).name(), cells.get(FIRST + i));
        }
        return values;
    }
}
