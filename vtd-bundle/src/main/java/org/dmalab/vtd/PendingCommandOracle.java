package org.dmalab.vtd;

import org.dmalab.api.Oracle;
import org.dmalab.api.event.EventSink;
import org.dmalab.vtd.hardware.Reg;
import org.dmalab.vtd.hardware.RemappingUnit;
import org.osgi.service.component.annotations.Component;

/** No invalidation command may stay pending in the remapping unit: a kernel would wait for it until it panics. */
@Component(service = Oracle.class, property = "dmalab.arch=vtd")
public final class PendingCommandOracle implements Oracle {
    @Override
    public String name() {
        return "no-pending-command";
    }

    @Override
    public String summary() {
        return "no invalidation command is left pending in CCMD or IOTLB";
    }

    @Override
    public String arch() {
        return "vtd";
    }

    @Override
    public EventSink attach(Watch watch) {
        return (kind, actor, a, b, c, d, e, result) -> { };
    }

    @Override
    public void end(Watch watch, EventSink sink) {
        RemappingUnit unit = watch.machine().model(VtdModel.class).unit();
        report(watch, unit, Reg.CCMD);
        report(watch, unit, unit.capabilities().iotlbOffset() + 8);
    }

    private static void report(Watch watch, RemappingUnit unit, int offset) {
        long value = unit.peek(offset, 8);
        if (value < 0) {
            watch.violation("command left pending: " + Words.named(unit.capabilities(), offset, value));
        }
    }
}
