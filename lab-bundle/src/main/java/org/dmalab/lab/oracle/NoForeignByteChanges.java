package org.dmalab.lab.oracle;

import org.dmalab.api.Oracle;
import org.dmalab.api.event.Actor;
import org.dmalab.api.event.EventKind;
import org.dmalab.api.event.EventSink;
import org.osgi.service.component.annotations.Component;

/**
 * No byte outside a buffer changes: a device writes into its own buffers only, and a processor finds its own bytes as
 * it left them (a cache line that is shared with a buffer and thrown away, or written back late, changes them).
 */
@Component(service = Oracle.class)
public final class NoForeignByteChanges implements Oracle {
    @Override
    public String name() {
        return "no-foreign-byte-changes";
    }

    @Override
    public String summary() {
        return "no byte outside a buffer changes: a processor finds its own bytes as it left them";
    }

    @Override
    public EventSink attach(Watch watch) {
        DataShadow shadow = DataShadow.in(watch);
        return (kind, actor, a, b, c, d, e, result) -> {
            if (kind == EventKind.CPU_READ) {
                checkRead(shadow, actor, a, (int) b, c);
            } else if (kind == EventKind.DMA_WRITE) {
                checkWrite(shadow, actor, b, (int) c, d);
            }
            shadow.follow(kind, actor, a, b, c, d);
        };
    }

    private static void checkRead(DataShadow shadow, int actor, long physical, int widthBytes, long value) {
        long mask = shadow.ideal().differing(physical, widthBytes, value, IdealMemory.CPU);
        if (mask != 0) {
            shadow.differ(mask & ~shadow.buffers().inside(-1, physical, widthBytes), Actor.name(actor) + " reads",
                    physical, value, shadow.ideal().read(physical, widthBytes),
                    "in no buffer of a device, where a processor last wrote");
        }
    }

    private static void checkWrite(DataShadow shadow, int actor, long physical, int widthBytes, long value) {
        long mask = shadow.ideal().differing(physical, widthBytes, value, IdealMemory.CPU)
                | shadow.ideal().differing(physical, widthBytes, value, IdealMemory.DEVICE);
        if (mask != 0) {
            shadow.differ(mask & ~shadow.buffers().inside(Actor.sourceIdOf(actor), physical, widthBytes),
                    Actor.name(actor) + " writes", physical, value, shadow.ideal().read(physical, widthBytes),
                    "in none of its buffers, over");
        }
    }
}
