package org.dmalab.mips.kernel;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.cpu.Text;
import org.dmalab.api.kernel.KernelFunction;

/**
 * {@code on_each_cpu}: call data per sender and target, an inter-processor interrupt, a wait for each. Must not be
 * called with interrupts off: a target that does the same, or spins for a lock with interrupts off, never answers.
 */
public final class SmpCall {
    /** Inter-processor interrupt of {@code smp_call_function}. */
    public static final int VECTOR = 0;
    private static final long WARNING =
            Text.id("WARNING: at kernel/smp.c:293 smp_call_function_single: called with interrupts disabled");

    private SmpCall() { }

    /** Runs a function of {@link TlbFlush} on every processor and waits. */
    @KernelFunction("on_each_cpu")
    static void onEachCpu(Cpu cpu, long function, long info) {
        cpu.preemptDisable();
        int self = cpu.processor();
        int count = (int) cpu.load(KernelLayout.NR_CPUS);
        if (count > 1) {
            warnIfMasked(cpu);
        }
        for (int target = 0; target < count; target++) {
            if (target != self) {
                send(cpu, self, target, function, info);
            }
        }
        long flags = cpu.irqSave();
        TlbFlush.local(cpu, function, info);
        cpu.irqRestore(flags);
        for (int target = 0; target < count; target++) {
            if (target != self) {
                cpu.await(KernelLayout.CSD_FUNCTION.element((long) self * KernelLayout.MAX_CPUS + target), 4, 0);
            }
        }
        cpu.preemptEnable();
    }

    private static void warnIfMasked(Cpu cpu) {
        if (Interrupts.off(cpu)) {
            cpu.warn(WARNING);
        }
    }

    @KernelFunction("smp_call_function_single")
    private static void send(Cpu cpu, int self, int target, long function, long info) {
        long slot = (long) self * KernelLayout.MAX_CPUS + target;
        cpu.await(KernelLayout.CSD_FUNCTION.element(slot), 4, 0);
        cpu.store(KernelLayout.CSD_INFO, slot, info);
        cpu.store(KernelLayout.CSD_FUNCTION, slot, function);
        cpu.ipi(target, VECTOR, self);
    }

    /**
     * The target's interrupt handler: runs whatever any sender queued for it.
     *
     * @param cpu the target, at hardirq level
     */
    @KernelFunction("generic_smp_call_function_interrupt")
    public static void interrupt(Cpu cpu) {
        long flags = cpu.irqSave();
        int self = cpu.processor();
        int count = (int) cpu.load(KernelLayout.NR_CPUS);
        for (int source = 0; source < count; source++) {
            long slot = (long) source * KernelLayout.MAX_CPUS + self;
            long function = cpu.load(KernelLayout.CSD_FUNCTION, slot);
            if (function != 0) {
                TlbFlush.local(cpu, function, cpu.load(KernelLayout.CSD_INFO, slot));
                cpu.store(KernelLayout.CSD_FUNCTION, slot, 0);
            }
        }
        cpu.irqRestore(flags);
    }
}
