package org.dmalab.lab.oracle;

import org.dmalab.api.Oracle;
import org.dmalab.api.cpu.Level;
import org.dmalab.api.cpu.Op;
import org.dmalab.api.event.Actor;
import org.dmalab.api.event.EventSink;
import org.osgi.service.component.annotations.Component;

/**
 * No inter-processor interrupt is sent with interrupts off or from an interrupt handler: two processors that do so at
 * once wait for each other ({@code smp_call_function_many} warns of it).
 */
@Component(service = Oracle.class)
public final class NoIpiWithIrqsOff implements Oracle {
    @Override
    public String name() {
        return "no-ipi-with-irqs-off";
    }

    @Override
    public String summary() {
        return "no inter-processor interrupt is sent with interrupts off";
    }

    @Override
    public EventSink attach(Watch watch) {
        return (kind, actor, a, b, c, d, e, result) -> {
            if (kind != Op.IPI || !Actor.isProcessor(actor)) {
                return;
            }
            if (watch.machine().processors().irqsOff(Actor.processorOf(actor))) {
                watch.warning(Actor.name(actor) + " sends an IPI to cpu" + a + " with interrupts off");
            } else if ((actor & 3) == Level.HARDIRQ.ordinal()) {
                watch.warning(Actor.name(actor) + " sends an IPI to cpu" + a + " from an interrupt handler");
            }
        };
    }
}
