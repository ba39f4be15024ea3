package org.dmalab.vtd.oracle;

import org.dmalab.api.Oracle;
import org.dmalab.api.event.EventSink;
import org.dmalab.vtd.VtdModel;
import org.dmalab.vtd.VtdWords;
import org.dmalab.vtd.hardware.Reg;
import org.dmalab.vtd.hardware.RemappingUnit;
import org.dmalab.vtd.hardware.Units;
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
        return "no invalidation command is left pending in CCMD, IOTLB or the queue, and no error of the queue";
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
        for (Units.Unit one : watch.machine().model(VtdModel.class).units().all()) {
            RemappingUnit unit = one.unit();
            report(watch, unit, Reg.CCMD);
            report(watch, unit, unit.capabilities().iotlbOffset() + 8);
            reportQueue(watch, unit);
        }
    }

    private static void report(Watch watch, RemappingUnit unit, int offset) {
        long value = unit.peek(offset, 8);
        if (value < 0) {
            watch.violation("command left pending: " + VtdWords.named(unit.capabilities(), offset, value));
        }
    }

    private static void reportQueue(Watch watch, RemappingUnit unit) {
        boolean enabled = (unit.peek(Reg.GSTS, 4) & Reg.QIE) != 0;
        long head = unit.peek(Reg.IQH, 8);
        long tail = unit.peek(Reg.IQT, 8);
        if (enabled && head != tail) {
            watch.violation(String.format("descriptors left in the queue: head 0x%x, tail 0x%x", head, tail));
        }
        long errors = unit.peek(Reg.FSTS, 4) & (Reg.IQE | Reg.ITE | Reg.ICE);
        if (errors != 0) {
            watch.violation(String.format("errors of the queue left in FSTS: 0x%x", errors));
        }
    }
}
