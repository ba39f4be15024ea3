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
        Shadow shadow = Shadow.of(watch);
        return new Sink(shadow.buffers(), shadow.ideal(), WrongBytes.in(watch));
    }

    private record Sink(Buffers buffers, IdealMemory ideal, WrongBytes wrong) implements EventSink {
        @Override
        public void event(int kind, int actor, long a, long b, long c, long d, long e, long result) {
            switch (kind) {
                case EventKind.DMA_READ -> check(actor, a, (int) c, d);
                case EventKind.ACTION_END -> wrong.endOfStep();
                default -> { }
            }
        }

        private void check(int actor, long bus, int widthBytes, long value) {
            int buffer = buffers.find(Actor.sourceIdOf(actor), bus, widthBytes);
            long physical = buffer < 0 ? bus : buffers.physicalOf(buffer, bus);
            long mask = buffer < 0 ? 0 : ideal.differing(physical, widthBytes, value, IdealMemory.CPU);
            if (mask != 0) {
                wrong.report(mask, Actor.name(actor) + " reads", physical, value, ideal.read(physical, widthBytes),
                        "a processor last wrote");
            }
        }
    }
}
