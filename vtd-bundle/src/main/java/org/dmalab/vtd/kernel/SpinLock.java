package org.dmalab.vtd.kernel;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.kernel.KernelFunction;

/** {@code spin_lock_irqsave} and its counterpart. */
final class SpinLock {
    private SpinLock() { }

    /** Interrupts off, then the lock: the flags to restore. */
    @KernelFunction("spin_lock_irqsave")
    static long irqSave(Cpu cpu, long lock) {
        long flags = cpu.irqSave();
        cpu.lock(lock);
        return flags;
    }

    /** Gives the lock back, then restores the flags. */
    @KernelFunction("spin_unlock_irqrestore")
    static void irqRestore(Cpu cpu, long lock, long flags) {
        cpu.unlock(lock);
        cpu.irqRestore(flags);
    }
}
