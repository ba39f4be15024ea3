package org.dmalab.lab.oracle;

import org.dmalab.api.Oracle;
import org.dmalab.api.event.Actor;
import org.dmalab.api.event.EventKind;
import org.dmalab.api.event.EventSink;
import org.osgi.service.component.annotations.Component;

/** A device reads from its buffers what a processor last wrote there. */
@Component(service = Oracle.class)
public final class DeviceReadsCpuData implements Oracle {
    @Override
    public String name() {
        return "device-reads-cpu-data";
    }

    @Override
    public String summary() {
        return "a device reads from its buffer what a processor last wrote there";
    }

    @Override
    public EventSink attach(Watch watch) {
        DataShadow shadow = DataShadow.in(watch);
        return (kind, actor, a, b, c, d, e, result) -> {
            if (kind == EventKind.DMA_READ) {
                check(shadow, actor, a, (int) c, d);
            }
            shadow.follow(kind, actor, a, b, c, d);
        };
    }

    private static void check(DataShadow shadow, int actor, long bus, int widthBytes, long value) {
        int buffer = shadow.buffers().find(Actor.sourceIdOf(actor), bus, widthBytes);
        if (buffer >= 0) {
            long physical = shadow.buffers().physicalOf(buffer, bus);
            long mask = shadow.ideal().differing(physical, widthBytes, value, IdealMemory.CPU);
            shadow.differ(mask, Actor.name(actor) + " reads", physical, value,
                    shadow.ideal().read(physical, widthBytes), "a processor last wrote");
        }
    }
}
