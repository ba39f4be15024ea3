package org.dmalab.lab.oracle;

import org.dmalab.api.Oracle;
import org.dmalab.api.event.Actor;
import org.dmalab.api.event.Dmesg;
import org.dmalab.api.event.EventKind;
import org.dmalab.api.event.EventSink;
import org.dmalab.api.service.Direction;
import org.dmalab.api.store.Region;
import org.osgi.service.component.annotations.Component;

/**
 * A DMA reaches what the kernel mapped at that bus address for that device: it is not refused, not lost, does not go
 * elsewhere, and not against the direction of the mapping. A refused DMA to what is not mapped is as it should be. The
 * message has the kernel's own line where it prints one for the fault.
 */
@Component(service = Oracle.class)
public final class DmaReachesMapping implements Oracle {
    private static final String KERNEL_LINE = "DMAR: [DMA";
    private static final int WAITING = 0;
    private static final int LINES_BEFORE = 1;
    private static final int BUS = 2;
    private static final long PAGE_MASK = ~0xfffL;

    @Override
    public String name() {
        return "dma-reaches-mapping";
    }

    @Override
    public String summary() {
        return "a DMA reaches the memory that the kernel mapped at that address for that device";
    }

    private record Sink(Watch watch, Buffers buffers, Region fault) implements EventSink {
        @Override
        public void event(int kind, int actor, long a, long b, long c, long d, long e, long result) {
            switch (kind) {
                case EventKind.DMA_READ -> done(actor, a, b, c, false);
                case EventKind.DMA_WRITE -> done(actor, a, b, c, true);
                case EventKind.DMA_FAULT -> refused(actor, a, b != 0, "is refused with fault reason " + c);
                case EventKind.DMA_DROPPED -> refused(actor, a, b != 0, "is lost");
                case EventKind.DMA_ABORT -> watch.violation(subject(actor, a, d != 0) + " reaches physical "
                        + hex(b) + ", where no memory is" + mapping(actor, a));
                case EventKind.ACTION_END -> kernelLine();
                default -> { }
            }
        }

        private void done(int actor, long bus, long physical, long widthBytes, boolean write) {
            int buffer = buffers.find(Actor.sourceIdOf(actor), bus, widthBytes);
            if (buffer < 0) {
                watch.violation(subject(actor, bus, write) + " reaches physical " + hex(physical)
                        + ", but the kernel has mapped nothing there for it");
            } else if (buffers.physicalOf(buffer, bus) != physical) {
                watch.violation(subject(actor, bus, write) + " reaches physical " + hex(physical)
                        + mapping(actor, bus));
            } else if (against(buffer, write)) {
                watch.violation(subject(actor, bus, write) + " goes against the direction "
                        + buffers.direction(buffer) + " in which the kernel mapped it");
            }
        }

        private void refused(int actor, long bus, boolean write, String how) {
            int buffer = buffers.find(Actor.sourceIdOf(actor), bus, 1);
            if (buffer < 0 || against(buffer, write)) {
                return;
            }
            watch.violation(subject(actor, bus, write) + " " + how + mapping(actor, bus));
            if (fault.get(WAITING) == 0) {
                fault.set(WAITING, 1);
                fault.set(LINES_BEFORE, watch.machine().dmesg().count());
                fault.set(BUS, bus);
            }
        }

        private boolean against(int buffer, boolean write) {
            return buffers.direction(buffer) == (write ? Direction.TO_DEVICE : Direction.FROM_DEVICE);
        }

        private String mapping(int actor, long bus) {
            int buffer = buffers.find(Actor.sourceIdOf(actor), bus, 1);
            return buffer < 0 ? "" : ", mapped to physical " + hex(buffers.physicalOf(buffer, bus));
        }

        private static String subject(int actor, long bus, boolean write) {
            return "DMA " + (write ? "write" : "read") + " of " + Actor.name(actor) + " at bus " + hex(bus);
        }

        private static String hex(long value) {
            return "0x" + Long.toHexString(value);
        }

        /** Looks for what the kernel printed since the fault: the line with its address, else the last one. */
        private void kernelLine() {
            if (fault.get(WAITING) == 0) {
                return;
            }
            Dmesg dmesg = watch.machine().dmesg();
            String page = Long.toHexString(fault.get(BUS) & PAGE_MASK);
            String found = null;
            for (long i = Math.max(fault.get(LINES_BEFORE), dmesg.count() - dmesg.lines().size()); i < dmesg.count();
                    i++) {
                String text = dmesg.line(i).text();
                if (text.startsWith(KERNEL_LINE)) {
                    found = text;
                    if (text.contains(page)) {
                        break;
                    }
                }
            }
            if (found != null) {
                LabWatch.complete(watch, "; " + found);
                fault.set(WAITING, 0);
            }
        }
    }

    @Override
    public EventSink attach(Watch watch) {
        return new Sink(watch, Shadow.of(watch).buffers(), watch.memory("fault", 3));
    }

    @Override
    public void end(Watch watch, EventSink sink) {
        ((Sink) sink).kernelLine();
    }
}
