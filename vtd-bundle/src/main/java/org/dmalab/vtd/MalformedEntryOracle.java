package org.dmalab.vtd;

import java.util.Set;

import org.dmalab.api.Oracle;
import org.dmalab.api.cpu.Text;
import org.dmalab.api.event.Actor;
import org.dmalab.api.event.EventSink;
import org.dmalab.vtd.hardware.VtdEvent;
import org.dmalab.vtd.kernel.FaultReasons;
import org.osgi.service.component.annotations.Component;

/**
 * The unit never reads an entry that software must not set up: an invalid context entry (fault reason 3), a table
 * pointer that leads nowhere (7), reserved bits (0xa to 0xc), and their like in scalable mode. A device that goes on
 * while an entry changes may find it not present, but never half of the old and half of the new one.
 */
@Component(service = Oracle.class, property = "dmalab.arch=vtd")
public final class MalformedEntryOracle implements Oracle {
    private static final Set<Long> REASONS = Set.of(0x3L, 0x7L, 0xaL, 0xbL, 0xcL, // legacy mode, then scalable mode
            0x3aL, 0x42L, 0x43L, 0x48L, 0x52L, 0x5aL, 0x5bL, 0x78L, 0x7aL, 0x7bL);

    @Override
    public String name() {
        return "no-malformed-entry";
    }

    @Override
    public String summary() {
        return "the unit reads no root, context, PASID or page-table entry that is invalid or has reserved bits set";
    }

    @Override
    public String arch() {
        return "vtd";
    }

    @Override
    public EventSink attach(Watch watch) {
        return (kind, actor, a, b, c, d, e, result) -> {
            if ((kind == VtdEvent.FAULT_RECORDED || kind == VtdEvent.FAULT_UNRECORDED) && REASONS.contains(d)) {
                watch.violation(String.format("a request of %s for bus 0x%x finds an entry malformed: fault reason "
                        + "0x%x, %s", Actor.name(actor), c, d,
                        Text.of(FaultReasons.text(d))));
            }
        };
    }
}
