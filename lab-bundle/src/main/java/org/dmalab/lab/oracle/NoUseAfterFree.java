package org.dmalab.lab.oracle;

import org.dmalab.api.Oracle;
import org.dmalab.api.event.Actor;
import org.dmalab.api.event.EventKind;
import org.dmalab.api.event.EventSink;
import org.dmalab.api.kernel.KernelMemory;
import org.osgi.service.component.annotations.Component;

/** No kernel object is used or freed that is not allocated. */
@Component(service = Oracle.class)
public final class NoUseAfterFree implements Oracle {
    @Override
    public String name() {
        return "no-use-after-free";
    }

    @Override
    public String summary() {
        return "no kernel object is used or freed after it was freed";
    }

    @Override
    public EventSink attach(Watch watch) {
        KernelMemory kernel = watch.machine().kernel();
        return (kind, actor, a, b, c, d, e, result) -> {
            if (kind == EventKind.USE_AFTER_FREE) {
                String what = switch ((int) b) {
                    case 0 -> " reads " + kernel.nameOf(a);
                    case 1 -> " writes " + kernel.nameOf(a);
                    default -> " frees " + kernel.objectAt(a);
                };
                watch.violation(Actor.name(actor) + what + ", which is not allocated");
            }
        };
    }
}
