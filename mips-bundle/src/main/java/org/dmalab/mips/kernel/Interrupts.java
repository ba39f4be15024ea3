package org.dmalab.mips.kernel;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.cpu.Level;
import org.dmalab.api.kernel.KernelFunction;

/** The interrupt mask as kernel code asks for it. */
public final class Interrupts {
    private Interrupts() { }

    /** {@code irqs_disabled}. */
    @KernelFunction("irqs_disabled")
    static boolean off(Cpu cpu) {
        long flags = cpu.irqSave();
        cpu.irqRestore(flags);
        return flags != 0;
    }

    /**
     * A handler of a hard interrupt, which the processor has entered with interrupts off, stays masked (since 2.6.35;
     * before that only if it asks for it with IRQF_DISABLED, else others are let in again); code of other levels runs
     * as it is.
     *
     * @return for {@link #leave}
     */
    @KernelFunction("handle_IRQ_event")
    public static long enter(Cpu cpu) {
        if (cpu.level() != Level.HARDIRQ) {
            return 0;
        }
        if (nested(cpu)) {
            cpu.irqRestore(0);
            return 0;
        }
        return cpu.irqSave();
    }

    /** Ends what {@link #enter} began. */
    public static void leave(Cpu cpu, long flags) {
        if (cpu.level() == Level.HARDIRQ && !nested(cpu)) {
            cpu.irqRestore(flags);
        }
    }

    private static boolean nested(Cpu cpu) {
        return cpu.load(KernelLayout.NESTED_HARDIRQS) != 0;
    }
}
