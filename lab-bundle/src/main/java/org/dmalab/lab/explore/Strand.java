package org.dmalab.lab.explore;

import java.util.List;

import org.dmalab.api.cpu.Code;
import org.dmalab.api.cpu.Level;

/**
 * A piece of the concurrent part of a scenario. One at user level is what its processor runs; one at a higher level is
 * an interrupt that arrives at any point where the processor lets it in; one of a device does its parts, each at once,
 * at any points.
 *
 * @param name as the scenario names it
 * @param processor where it runs; of no meaning for a device
 * @param level at which level; of no meaning for a device
 * @param device true if a device does it
 * @param times how often the interrupt arrives or the device does its parts
 * @param migrates true if it may move to another idle processor where it can be preempted
 * @param parts the code; of a device one for each thing that it does, of a processor exactly one
 */
public record Strand(String name, int processor, Level level, boolean device, int times, boolean migrates,
        List<Code> parts) {
    /** Copies the list. */
    public Strand {
        parts = List.copyOf(parts);
        if (!device && parts.size() != 1) {
            throw new IllegalArgumentException(parts.size() + " pieces of code for one processor");
        }
    }

    /** Code that runs once where it is. */
    public Strand(String name, int processor, Level level, Code code) {
        this(name, processor, level, false, 1, false, List.of(code));
    }

    /** How often the search has to choose it: arrivals of an interrupt, things that a device does. */
    int turns() {
        if (device) {
            return times * parts.size();
        }
        return level == Level.USER ? 0 : times;
    }
}
