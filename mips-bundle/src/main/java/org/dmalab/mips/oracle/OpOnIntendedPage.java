package org.dmalab.mips.oracle;

import org.dmalab.api.Oracle;
import org.dmalab.api.event.Actor;
import org.dmalab.api.event.EventSink;
import org.dmalab.api.store.Region;
import org.dmalab.mips.MipsWords;
import org.dmalab.mips.hardware.HardwareEvent;
import org.dmalab.mips.kernel.KernelEvent;
import org.dmalab.mips.kernel.KernelLayout;
import org.osgi.service.component.annotations.Component;

/**
 * A cache operation that is made for a page hits that page. The DMA API announces the range that each section
 * maintains; what a processor executes belongs to the newest section that is open on it.
 */
@Component(service = Oracle.class)
public final class OpOnIntendedPage implements Oracle {
    private static final int MAX_DEPTH = 16;
    private static final int CELLS_PER_SECTION = 3;
    private static final int CELLS = 1 + MAX_DEPTH * CELLS_PER_SECTION;

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
        return new Sink(watch, watch.memory("sections", (long) KernelLayout.MAX_CPUS * CELLS));
    }

    /**
     * By processor: how many sections are open, then of each the actor, start and end of the pages that it means.
     * Interrupts nest, also those of one level, so the section that began last is the one that runs.
     *
     * @param watch where to report
     * @param sections the cells
     */
    private record Sink(Watch watch, Region sections) implements EventSink {
        @Override
        public void event(int kind, int actor, long a, long b, long c, long d, long e, long result) {
            if (kind == KernelEvent.SECTION_BEGIN) {
                begin(actor, a & -KernelLayout.PAGE_SIZE, (a + b - 1 | KernelLayout.PAGE_SIZE - 1) + 1);
            } else if (kind == KernelEvent.SECTION_END) {
                end(actor);
            } else if (kind == HardwareEvent.CACHE_LINE && c != HardwareEvent.NO_ADDRESS) {
                check(Actor.processorOf(actor), a, b, c);
            }
        }

        private void begin(int actor, long start, long end) {
            long base = (long) Actor.processorOf(actor) * CELLS;
            long depth = sections.get(base);
            if (depth < MAX_DEPTH) {
                long top = base + 1 + depth * CELLS_PER_SECTION;
                sections.set(top, actor);
                sections.set(top + 1, start);
                sections.set(top + 2, end);
                sections.set(base, depth + 1);
            }
        }

        /** Ends the actor's newest section, and what code above it that ran into a BUG has left open. */
        private void end(int actor) {
            long base = (long) Actor.processorOf(actor) * CELLS;
            boolean ended = false;
            for (long depth = sections.get(base); depth > 0 && !ended; depth--) {
                long top = base + 1 + (depth - 1) * CELLS_PER_SECTION;
                ended = sections.get(top) == actor;
                for (int i = 0; i < CELLS_PER_SECTION; i++) {
                    sections.set(top + i, 0);
                }
                sections.set(base, depth - 1);
            }
        }

        private void check(int processor, long operation, long virtual, long physical) {
            long base = (long) processor * CELLS;
            long depth = sections.get(base);
            if (depth == 0) {
                return;
            }
            long top = base + 1 + (depth - 1) * CELLS_PER_SECTION;
            long start = sections.get(top + 1);
            if (physical < start || physical >= sections.get(top + 2)) {
                watch.violation(String.format("%s: %s at %s reaches physical %s, meant for page %s",
                        Actor.name((int) sections.get(top)), MipsWords.operation(operation), MipsWords.hex(virtual),
                        MipsWords.hex(physical), MipsWords.hex(start)));
            }
        }
    }
}
