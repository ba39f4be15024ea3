package org.dmalab.vtd.kernel;

import org.dmalab.api.cpu.Cpu;

/** {@code spin_lock_irqsave} and its counterpart. */
final class SpinLock {
    private SpinLock() { }

    /** Interrupts off, then the lock: the flags to restore. */
    static long irqSave(Cpu cpu, long lock) {
        long flags = cpu.irqSave();
        cpu.lock(lock);
        return flags;
    }

    /** Gives the lock back, then restores the flags. */
    static void irqRestore(Cpu cpu, long lock, long flags) {
        cpu.unlock(lock);
        cpu.irqRestore(flags);
    }
}
