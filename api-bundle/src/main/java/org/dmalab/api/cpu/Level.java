package org.dmalab.api.cpu;

/** The level at which kernel code runs; a higher one interrupts a lower one on the same processor. */
public enum Level {
    /** Process context. */
    USER,
    /** Bottom half. */
    SOFTIRQ,
    /** Interrupt handler. */
    HARDIRQ;

    private static final Level[] VALUES = values();

    /** The level with this ordinal. */
    public static Level of(int ordinal) {
        return VALUES[ordinal];
    }
}
