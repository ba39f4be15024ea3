package org.dmalab.lab.oracle;

import org.dmalab.api.Oracle;
import org.dmalab.api.event.Actor;
import org.dmalab.api.event.EventKind;
import org.dmalab.api.event.EventSink;
import org.osgi.service.component.annotations.Component;

/** A processor reads what a device last wrote, once the kernel has taken the buffer back. */
@Component(service = Oracle.class)
public final class CpuReadsDeviceData implements Oracle {
    @Override
    public String name() {
        return "cpu-reads-device-data";
    }

    @Override
    public String summary() {
        return "a processor reads what a device last wrote, once the buffer is taken back";
    }

    @Override
    public EventSink attach(Watch watch) {
        DataShadow shadow = DataShadow.in(watch);
        return (kind, actor, a, b, c, d, e, result) -> {
            if (kind == EventKind.CPU_READ) {
                check(shadow, actor, a, (int) b, c);
            }
            shadow.follow(kind, actor, a, b, c, d);
        };
    }

    private static void check(DataShadow shadow, int actor, long physical, int widthBytes, long value) {
        long mask = shadow.ideal().differing(physical, widthBytes, value, IdealMemory.DEVICE);
        if (mask != 0) {
            shadow.differ(mask & ~shadow.buffers().inside(-1, physical, widthBytes), Actor.name(actor) + " reads",
                    physical, value, shadow.ideal().read(physical, widthBytes), "a device last wrote");
        }
    }
}
