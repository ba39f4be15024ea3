package org.dmalab.mips.kernel;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.cpu.Level;

/** The interrupt mask as kernel code asks for it. */
public final class Interrupts {
    private Interrupts() { }

    /** {@code irqs_disabled}. */
    static boolean off(Cpu cpu) {
        long flags = cpu.irqSave();
        cpu.irqRestore(flags);
        return flags != 0;
    }

    /**
     * Handlers of hard interrupts run masked (since 2.6.35; before that only if they ask for it with IRQF_DISABLED);
     * code of other levels runs as it is.
     *
     * @return for {@link #leave}
     */
    public static long enter(Cpu cpu) {
        return masked(cpu) ? cpu.irqSave() : 0;
    }

    /** Ends what {@link #enter} began. */
    public static void leave(Cpu cpu, long flags) {
        if (masked(cpu)) {
            cpu.irqRestore(flags);
        }
    }

    private static boolean masked(Cpu cpu) {
        return cpu.level() == Level.HARDIRQ && cpu.load(Layout.NESTED_HARDIRQS) == 0;
    }
}
