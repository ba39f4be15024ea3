package org.dmalab.lab.oracle;

import org.dmalab.api.Oracle;
import org.dmalab.api.cpu.KernelBug;
import org.dmalab.api.cpu.Op;
import org.dmalab.api.cpu.Text;
import org.dmalab.api.event.Actor;
import org.dmalab.api.event.EventSink;
import org.osgi.service.component.annotations.Component;

/** Neither BUG nor WARN fires. */
@Component(service = Oracle.class)
public final class NoBug implements Oracle {
    @Override
    public String name() {
        return "no-bug";
    }

    @Override
    public String summary() {
        return "no BUG and no WARN of the kernel fires";
    }

    @Override
    public EventSink attach(Watch watch) {
        return (kind, actor, a, b, c, d, e, result) -> {
            if (kind == Op.BUG) {
                watch.violation(KernelBug.words(Text.of(a)) + ", on " + Actor.name(actor));
            } else if (kind == Op.WARN) {
                watch.warning("WARN: " + Text.of(a) + ", on " + Actor.name(actor));
            }
        };
    }
}
