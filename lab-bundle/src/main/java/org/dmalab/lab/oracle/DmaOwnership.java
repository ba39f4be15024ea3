package org.dmalab.lab.oracle;

import org.dmalab.api.Oracle;
import org.dmalab.api.event.Actor;
import org.dmalab.api.event.EventKind;
import org.dmalab.api.event.EventSink;
import org.dmalab.api.store.Region;
import org.osgi.service.component.annotations.Component;

/**
 * A mapped buffer is the device's until it is unmapped, or synced for the processor; from then until it is synced for
 * the device it is the processor's. Whoever writes to what the other one owns breaks the rule of the DMA API
 * (Documentation/core-api/dma-api.rst), whether or not bytes are lost.
 *
 * <p>Judged on mips, whose kernel announces streaming mappings only. Others announce identity maps and memory that both
 * may use at any time in the same way.
 */
@Component(service = Oracle.class)
public final class DmaOwnership implements Oracle {
    @Override
    public String name() {
        return "dma-ownership";
    }

    @Override
    public String summary() {
        return "a processor does not write to a buffer that a device owns, nor a device to one that it has lent";
    }

    @Override
    public String arch() {
        return "mips";
    }

    @Override
    public EventSink attach(Watch watch) {
        return new Sink(watch, Shadow.of(watch).buffers(), watch.memory("reported", 1));
    }

    private record Sink(Watch watch, Buffers buffers, Region reported) implements EventSink {
        @Override
        public void event(int kind, int actor, long a, long b, long c, long d, long e, long result) {
            switch (kind) {
                case EventKind.CPU_WRITE -> {
                    if (actor != Actor.MACHINE) {
                        report(buffers.owned(a, (int) b), actor, a, "which a device owns");
                    }
                }
                case EventKind.DMA_WRITE -> report(buffers.lent().inside(b, (int) c), actor, b,
                        "which the processor owns since it was synced for it");
                case EventKind.ACTION_END -> reported.set(0, 0);
                default -> { }
            }
        }

        /** The first byte of a step stands for all. */
        private void report(long mask, int actor, long physical, String whose) {
            if (mask == 0 || reported.get(0) != 0) {
                return;
            }
            reported.set(0, 1);
            watch.violation(Actor.name(actor) + " writes at 0x"
                    + Long.toHexString(physical + Long.numberOfTrailingZeros(mask) / 8) + ", in a mapped buffer "
                    + whose);
        }
    }
}
