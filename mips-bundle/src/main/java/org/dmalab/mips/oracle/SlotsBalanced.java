package org.dmalab.mips.oracle;

import org.dmalab.api.Machine;
import org.dmalab.api.Oracle;
import org.dmalab.api.event.EventSink;
import org.dmalab.api.kernel.Variable;
import org.dmalab.mips.kernel.KernelLayout;
import org.osgi.service.component.annotations.Component;

/** When nothing runs any more, every slot is given back, preemption and interrupts are on and no lock is held. */
@Component(service = Oracle.class)
public final class SlotsBalanced implements Oracle {
    @Override
    public String name() {
        return "slots-balanced";
    }

    @Override
    public String summary() {
        return "at the end no kmap_atomic slot is in use, preemption and interrupts are on, kmap_lock is free";
    }

    @Override
    public String arch() {
        return "mips";
    }

    @Override
    public EventSink attach(Watch watch) {
        return (kind, actor, a, b, c, d, e, result) -> { };
    }

    @Override
    public void end(Watch watch, EventSink sink) {
        Machine machine = watch.machine();
        for (int p = 0; p < machine.processors().count(); p++) {
            zero(watch, "cpu" + p + ": __kmap_atomic_idx", element(machine, KernelLayout.KMAP_ATOMIC_IDX, p));
            zero(watch, "cpu" + p + ": kmap_high_l1_vipt_depth", element(machine, KernelLayout.L1_VIPT_DEPTH, p));
            zero(watch, "cpu" + p + ": preempt_count", machine.processors().preemptCount(p));
            zero(watch, "cpu" + p + ": interrupts off", machine.processors().irqsOff(p) ? 1 : 0);
        }
        zero(watch, "kmap_lock", element(machine, KernelLayout.KMAP_LOCK, 0));
    }

    private static long element(Machine machine, Variable variable, long index) {
        return (int) machine.kernel().load(variable.element(index), variable.widthBytes());
    }

    private static void zero(Watch watch, String what, long value) {
        if (value != 0) {
            watch.violation(what + " is " + value + " at the end, expected 0");
        }
    }
}
