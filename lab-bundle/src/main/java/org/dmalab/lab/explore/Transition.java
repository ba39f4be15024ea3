package org.dmalab.lab.explore;

/** A transition as one number: its kind, the processor, and an operand whose meaning depends on the kind. */
final class Transition {
    /** The code on a processor takes its next call; operand: the outcome chosen. */
    static final int STEP = 0;
    /** An interrupt arrives; operand: its strand. */
    static final int ARRIVAL = 1;
    /** A pending inter-processor interrupt is taken; operand: none. */
    static final int IPI = 2;
    /** A device does the next of its parts; operand: its strand. */
    static final int DEVICE = 3;
    /** Hardware does something by itself; operand: its place among all of the search. */
    static final int HARDWARE = 4;
    /** Code at user level moves; operand: the processor it moves to. */
    static final int MIGRATION = 5;
    private static final int KIND_SHIFT = 24;
    private static final int PROCESSOR_SHIFT = 16;
    private static final int OPERAND = 0xffff;

    private Transition() { }

    static int of(int kind, int processor, int operand) {
        return kind << KIND_SHIFT | processor << PROCESSOR_SHIFT | operand;
    }

    static int kind(int transition) {
        return transition >>> KIND_SHIFT;
    }

    static int processor(int transition) {
        return transition >>> PROCESSOR_SHIFT & 0xff;
    }

    static int operand(int transition) {
        return transition & OPERAND;
    }
}
