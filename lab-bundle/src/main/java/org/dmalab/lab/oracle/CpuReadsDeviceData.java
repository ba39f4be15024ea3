package org.dmalab.lab.oracle;

import org.dmalab.api.Oracle;
import org.dmalab.api.event.Actor;
import org.dmalab.api.event.EventKind;
import org.dmalab.api.event.EventSink;
import org.osgi.service.component.annotations.Component;

/** A processor reads what a device last wrote, once the kernel has taken the buffer back, for good or for a time. */
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
        Shadow shadow = Shadow.of(watch);
        return new Sink(shadow.buffers(), shadow.ideal(), WrongBytes.in(watch));
    }

    private record Sink(Buffers buffers, IdealMemory ideal, WrongBytes wrong) implements EventSink {
        @Override
        public void event(int kind, int actor, long a, long b, long c, long d, long e, long result) {
            switch (kind) {
                case EventKind.CPU_READ -> check(actor, a, (int) b, c);
                case EventKind.ACTION_END -> wrong.endOfStep();
                default -> { }
            }
        }

        private void check(int actor, long physical, int widthBytes, long value) {
            long mask = ideal.differing(physical, widthBytes, value, IdealMemory.DEVICE);
            if (mask != 0) {
                wrong.report(mask & ~buffers.owned(physical, widthBytes), Actor.name(actor) + " reads", physical,
                        value, ideal.read(physical, widthBytes), "a device last wrote");
            }
        }
    }
}
