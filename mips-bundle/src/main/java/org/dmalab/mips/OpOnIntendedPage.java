package org.dmalab.mips;

import org.dmalab.api.Oracle;
import org.dmalab.api.cpu.Level;
import org.dmalab.api.event.Actor;
import org.dmalab.api.event.EventSink;
import org.dmalab.api.store.Region;
import org.dmalab.mips.hardware.HardwareEvent;
import org.dmalab.mips.kernel.KernelEvent;
import org.dmalab.mips.kernel.Layout;
import org.osgi.service.component.annotations.Component;

/**
 * A cache operation that is made for a page hits that page. The DMA API announces the range that each section
 * maintains; what a processor executes belongs to the section of the highest level that is open on it.
 */
@Component(service = Oracle.class)
public final class OpOnIntendedPage implements Oracle {
    private static final int LEVELS = 4;
    private static final int CELLS_PER_ACTOR = 2;

    @Override
    public String name() {
        return "op-on-intended-page";
    }

    @Override
    public String summary() {
        return "every cache operation on a line hits the page that it was made for";
    }

    @Override
    public String arch() {
        return "mips";
    }

    @Override
    public EventSink attach(Watch watch) {
        return new Sink(watch, watch.memory("sections", (long) Layout.MAX_CPUS * LEVELS * CELLS_PER_ACTOR));
    }

    /**
     * Two cells by processor and level: start and end of the pages that an open section means, or 0.
     *
     * @param watch where to report
     * @param sections the cells
     */
    private record Sink(Watch watch, Region sections) implements EventSink {
        @Override
        public void event(int kind, int actor, long a, long b, long c, long d, long e, long result) {
            if (kind == KernelEvent.SECTION_BEGIN) {
                sections.set((long) actor * CELLS_PER_ACTOR, a & -Layout.PAGE_SIZE);
                sections.set((long) actor * CELLS_PER_ACTOR + 1, (a + b - 1 | Layout.PAGE_SIZE - 1) + 1);
            } else if (kind == KernelEvent.SECTION_END) {
                sections.set((long) actor * CELLS_PER_ACTOR, 0);
                sections.set((long) actor * CELLS_PER_ACTOR + 1, 0);
            } else if (kind == HardwareEvent.CACHE_LINE && c != HardwareEvent.NO_ADDRESS) {
                check(Actor.processorOf(actor), a, b, c);
            }
        }

        private void check(int processor, long operation, long virtual, long physical) {
            for (int level = Level.HARDIRQ.ordinal(); level >= 0; level--) {
                int actor = Actor.processor(processor, Level.of(level));
                long start = sections.get((long) actor * CELLS_PER_ACTOR);
                long end = sections.get((long) actor * CELLS_PER_ACTOR + 1);
                if (end == 0) {
                    continue;
                }
                if (physical < start || physical >= end) {
                    watch.violation(String.format("%s: %s at %s reaches physical %s, meant for page %s",
                            Actor.name(actor), MipsWords.operation(operation), MipsWords.hex(virtual),
                            MipsWords.hex(physical), MipsWords.hex(start)));
                }
                return;
            }
        }
    }
}
