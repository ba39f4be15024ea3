package org.dmalab.lab.oracle;

import org.dmalab.api.Oracle;
import org.dmalab.api.event.Actor;
import org.dmalab.api.event.EventKind;
import org.dmalab.api.event.EventSink;
import org.dmalab.api.kernel.KernelMemory;
import org.osgi.service.component.annotations.Component;

/** Nobody waits for what will not come, and nobody releases a lock that it does not hold. */
@Component(service = Oracle.class)
public final class NoLockCycle implements Oracle {
    @Override
    public String name() {
        return "no-lock-cycle";
    }

    @Override
    public String summary() {
        return "nobody waits for a lock or a value that will not come";
    }

    @Override
    public EventSink attach(Watch watch) {
        KernelMemory kernel = watch.machine().kernel();
        return (kind, actor, a, b, c, d, e, result) -> {
            if (kind == EventKind.BLOCKED) {
                watch.violation(Actor.name(actor) + " waits for " + kernel.nameOf(b)
                        + (a == 0 ? ", held by cpu" + (c - 1) : ", it stays " + c) + ": nobody will end this");
            } else if (kind == EventKind.UNLOCK_UNOWNED) {
                watch.violation(Actor.name(actor) + " releases " + kernel.nameOf(a) + ", "
                        + (b == 0 ? "which nobody holds" : "which cpu" + (b - 1) + " holds"));
            }
        };
    }
}
