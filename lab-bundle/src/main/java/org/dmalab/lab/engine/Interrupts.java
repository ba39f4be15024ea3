package org.dmalab.lab.engine;

import org.dmalab.api.cpu.Level;
import org.dmalab.api.cpu.Processors;

/**
 * How a processor takes an interrupt: a hard one with interrupts off, until it returns. Where they are off none comes.
 */
public final class Interrupts {
    private Interrupts() { }

    /** The processor takes an interrupt; code that lets others in says so itself. */
    public static void enter(Processors processors, int processor, Level level) {
        if (level == Level.HARDIRQ) {
            processors.setIrqsOff(processor, 1);
        }
    }

    /** It returns from the interrupt, which restores the flags. */
    public static void leave(Processors processors, int processor, Level level) {
        if (level == Level.HARDIRQ) {
            processors.setIrqsOff(processor, 0);
        }
    }
}
