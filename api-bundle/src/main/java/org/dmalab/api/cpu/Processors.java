package org.dmalab.api.cpu;

import java.util.Objects;

import org.dmalab.api.store.Region;
import org.dmalab.api.store.Store;

/** What each processor of a machine remembers besides its caches: interrupt mask, preemption count, pending IPIs. */
public final class Processors {
    /** Inter-processor interrupt vectors. */
    public static final int VECTORS = 4;
    /** Arguments of a hypercall or printk. */
    public static final int ARGUMENTS = 16;
    /** Registers that a hypercall returns. */
    public static final int RESULTS = 9;
    private static final int IRQ_OFF = 0;
    private static final int PREEMPT = 1;
    private static final int PENDING = 2;
    private static final int PENDING_ARGUMENT = 3;
    private static final int ARGUMENT = PENDING_ARGUMENT + VECTORS;
    private static final int RESULT = ARGUMENT + ARGUMENTS;
    private static final int CELLS = 32;
    private static final String[] NAMES = {"irqs off", "preempt_count", "IPIs pending"};

    private final Region cells;
    private final int count;

    /** Declares the state of a number of processors in a store. */
    public Processors(Store store, int count) {
        this.count = count;
        this.cells = store.dense("processors", count * CELLS, Region.Kind.STATE, Processors::name);
    }

    private static String name(long cell) {
        return "cpu" + cell / CELLS + " " + part((int) cell % CELLS);
    }

    private static String part(int index) {
        if (index < NAMES.length) {
            return NAMES[index];
        }
        if (index >= RESULT) {
            return "result R" + (index - RESULT + 4);
        }
        return index >= ARGUMENT ? "argument " + (index - ARGUMENT) : "IPI argument " + (index - PENDING_ARGUMENT);
    }

    /** Number of processors. */
    public int count() {
        return count;
    }

    /** Tells whether interrupts are off. */
    public boolean irqsOff(int processor) {
        return cells.get(processor * CELLS + IRQ_OFF) != 0;
    }

    /** Sets the interrupt flag; returns what it was. */
    public long setIrqsOff(int processor, long off) {
        long before = cells.get(processor * CELLS + IRQ_OFF);
        cells.set(processor * CELLS + IRQ_OFF, off);
        return before;
    }

    /** The preemption count. */
    public long preemptCount(int processor) {
        return cells.get(processor * CELLS + PREEMPT);
    }

    /** Changes the preemption count. */
    public void addPreempt(int processor, long by) {
        cells.set(processor * CELLS + PREEMPT, preemptCount(processor) + by);
    }

    /** Bit mask of the pending inter-processor interrupts. */
    public long pending(int processor) {
        return cells.get(processor * CELLS + PENDING);
    }

    /** Makes an inter-processor interrupt pending. */
    public void post(int processor, int vector, long argument) {
        cells.set(cell(processor, PENDING_ARGUMENT, vector, VECTORS), argument);
        cells.set(processor * CELLS + PENDING, pending(processor) | 1L << vector);
    }

    /** Takes a pending interrupt; returns its argument. */
    public long take(int processor, int vector) {
        cells.set(processor * CELLS + PENDING, pending(processor) & ~(1L << vector));
        return cells.get(cell(processor, PENDING_ARGUMENT, vector, VECTORS));
    }

    /** Sets one argument of the next hypercall or printk. */
    public void setArgument(int processor, int index, long value) {
        cells.set(cell(processor, ARGUMENT, index, ARGUMENTS), value);
    }

    /** Reads and clears one argument. */
    public long takeArgument(int processor, int index) {
        int cell = cell(processor, ARGUMENT, index, ARGUMENTS);
        long value = cells.get(cell);
        cells.set(cell, 0);
        return value;
    }

    /** A register that the last hypercall returned. */
    public long result(int processor, int index) {
        return cells.get(cell(processor, RESULT, index, RESULTS));
    }

    /** Sets a register that a hypercall returns. */
    public void setResult(int processor, int index, long value) {
        cells.set(cell(processor, RESULT, index, RESULTS), value);
    }

    /** The cell of a processor's numbered value, so that a number too large does not name another value. */
    private static int cell(int processor, int first, int index, int count) {
        return processor * CELLS + first + Objects.checkIndex(index, count);
    }
}
