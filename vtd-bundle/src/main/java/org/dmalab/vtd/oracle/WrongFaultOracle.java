package org.dmalab.vtd.oracle;

import org.dmalab.api.Oracle;
import org.dmalab.api.event.Actor;
import org.dmalab.api.event.EventKind;
import org.dmalab.api.event.EventSink;
import org.dmalab.vtd.ReferenceWalk;
import org.dmalab.vtd.VtdModel;
import org.dmalab.vtd.hardware.RemappingUnit;
import org.osgi.service.component.annotations.Component;

/** A DMA that the tables in memory allow is not refused and not lost, whoever mapped its address. */
@Component(service = Oracle.class, property = "dmalab.arch=vtd")
public final class WrongFaultOracle implements Oracle {
    @Override
    public String name() {
        return "no-wrong-fault";
    }

    @Override
    public String summary() {
        return "no DMA is refused or lost that the tables in memory allow";
    }

    @Override
    public String arch() {
        return "vtd";
    }

    @Override
    public EventSink attach(Watch watch) {
        return (kind, actor, a, b, c, d, e, result) -> {
            if (kind == EventKind.DMA_FAULT || kind == EventKind.DMA_DROPPED) {
                check(watch, actor, a, b != 0, kind == EventKind.DMA_FAULT ? "refused with fault reason 0x"
                        + Long.toHexString(c) : "lost");
            }
        };
    }

    private static void check(Watch watch, int actor, long address, boolean write, String how) {
        VtdModel model = watch.machine().model(VtdModel.class);
        RemappingUnit unit = model.units().of(Actor.sourceIdOf(actor));
        ReferenceWalk tables = new ReferenceWalk(model, unit);
        if (unit == null || !tables.judges()) {
            return;
        }
        ReferenceWalk.Leaf leaf = tables.translate(Actor.sourceIdOf(actor) & 0xffff, address);
        if ((leaf.permissions() >>> (write ? 1 : 0) & 1) != 0) {
            watch.violation(String.format("DMA %s of %s at bus 0x%x is %s, the tables lead to physical 0x%x",
                    write ? "write" : "read", Actor.name(actor), address, how, leaf.physical()));
        }
    }
}
