package org.dmalab.lab.oracle;

import org.dmalab.api.Oracle;
import org.dmalab.api.cpu.Op;
import org.dmalab.api.event.EventKind;
import org.dmalab.api.event.EventSink;
import org.osgi.service.component.annotations.Component;

/** Neither hypervisor nor firmware nor a register refuses a command. */
@Component(service = Oracle.class)
public final class NoRejectedCommand implements Oracle {
    @Override
    public String name() {
        return "no-rejected-command";
    }

    @Override
    public String summary() {
        return "no hypercall, firmware call or register command is refused";
    }

    @Override
    public EventSink attach(Watch watch) {
        return (kind, actor, a, b, c, d, e, result) -> {
            if (kind == Op.HCALL && result < 0) {
                watch.violation(LabWatch.describe(watch, "hypercall 0x" + Long.toHexString(a) + " = " + result));
            } else if (kind == EventKind.COMMAND_REFUSED) {
                watch.violation(LabWatch.describe(watch, "command 0x" + Long.toHexString(a) + " refused with " + b));
            }
        };
    }
}
