package org.dmalab.rules.sample.kernel;

import org.dmalab.api.cpu.Cpu;

/** Catches what ends its own run; the finally block beside it is allowed. */
final class Swallower {
    private Swallower() { }

    static void swallow(Cpu cpu, long lock) {
        try {
            cpu.delay(1);
        } catch (Error stop) {
            cpu.delay(2);
        }
        allowed(cpu, lock);
    }

    private static void allowed(Cpu cpu, long lock) {
        cpu.lock(lock);
        try {
            cpu.delay(3);
        } finally {
            cpu.unlock(lock);
        }
    }
}
