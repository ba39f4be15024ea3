package org.dmalab.vtd.kernel;

/**
 * Implemented by versions from 2026 on (686bd59429ff): an upper context table is copied to its own place also on a bus
 * that has no lower one. Kernel code asks for it when it copies the tables of scalable mode.
 */
public interface UpperTableSlot { }
