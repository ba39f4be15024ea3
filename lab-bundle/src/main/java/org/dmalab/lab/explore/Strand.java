package org.dmalab.lab.explore;

import org.dmalab.api.cpu.Code;
import org.dmalab.api.cpu.Level;

/**
 * A piece of kernel code of the concurrent part of a scenario. A strand at user level is what its processor runs; one
 * at a higher level is an interrupt that arrives once, at any point where the processor lets it in.
 *
 * @param name as the scenario names it
 * @param processor where it runs
 * @param level at which level
 * @param code what it does
 */
public record Strand(String name, int processor, Level level, Code code) { }
