package org.dmalab.lab.oracle;

/**
 * A violation with its evidence.
 *
 * @param oracle name of the oracle
 * @param step number of the event at which it was noticed, from 1
 * @param message what was seen and what must hold
 */
public record Violation(String oracle, long step, String message) { }
