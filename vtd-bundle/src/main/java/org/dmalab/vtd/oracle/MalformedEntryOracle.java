package org.dmalab.vtd.oracle;

import org.dmalab.api.Oracle;
import org.dmalab.api.cpu.Text;
import org.dmalab.api.event.Actor;
import org.dmalab.api.event.EventSink;
import org.dmalab.vtd.hardware.HardwareEvent;
import org.dmalab.vtd.kernel.FaultReasons;
import org.osgi.service.component.annotations.Component;

/**
 * The unit never reads an entry that software must not set up: an invalid context entry (fault reason 3), a table
 * pointer that leads nowhere (7), reserved bits (0xa to 0xc), a page in the interrupt address range (0xe), and their
 * like in scalable mode. A device that goes on while an entry changes may find it not present, but never half of the
 * old and half of the new one.
 */
@Component(service = Oracle.class, property = "dmalab.arch=vtd")
public final class MalformedEntryOracle implements Oracle {
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
            if ((kind == HardwareEvent.FAULT_RECORDED || kind == HardwareEvent.FAULT_UNRECORDED) && malformed(d)) {
                watch.violation(String.format("a request of %s for bus 0x%x finds an entry malformed: fault reason "
                        + "0x%x, %s", Actor.name(actor), c, d,
                        Text.of(FaultReasons.text(d))));
            }
        };
    }

    private static boolean malformed(long reason) {
        return switch ((int) reason) {
            case 0x3, 0x7, 0xa, 0xb, 0xc, 0xe -> true;
            case 0x3a, 0x42, 0x43, 0x48, 0x52, 0x5a, 0x5b, 0x78, 0x7a, 0x7b, 0x87 -> true; // scalable mode
            default -> false;
        };
    }
}
