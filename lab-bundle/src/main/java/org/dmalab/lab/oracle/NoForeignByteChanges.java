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
        Shadow shadow = Shadow.of(watch);
        return new Sink(shadow.buffers(), shadow.ideal(), WrongBytes.in(watch));
    }

    private record Sink(Buffers buffers, IdealMemory ideal, WrongBytes wrong) implements EventSink {
        @Override
        public void event(int kind, int actor, long a, long b, long c, long d, long e, long result) {
            switch (kind) {
                case EventKind.CPU_READ -> checkRead(actor, a, (int) b, c);
                case EventKind.DMA_WRITE -> checkWrite(actor, b, (int) c, d);
                case EventKind.ACTION_END -> wrong.endOfStep();
                default -> { }
            }
        }

        private void checkRead(int actor, long physical, int widthBytes, long value) {
            long mask = ideal.differing(physical, widthBytes, value, IdealMemory.CPU);
            if (mask != 0) {
                wrong.report(mask & ~buffers.owned(physical, widthBytes), Actor.name(actor) + " reads", physical,
                        value, ideal.read(physical, widthBytes),
                        "in no buffer of a device, where a processor last wrote");
            }
        }

        private void checkWrite(int actor, long physical, int widthBytes, long value) {
            long mask = ideal.differing(physical, widthBytes, value, IdealMemory.CPU)
                    | ideal.differing(physical, widthBytes, value, IdealMemory.DEVICE);
            if (mask != 0) {
                wrong.report(mask & ~buffers.inside(Actor.sourceIdOf(actor), physical, widthBytes),
                        Actor.name(actor) + " writes", physical, value, ideal.read(physical, widthBytes),
                        "in none of its buffers, over");
            }
        }
    }
}
