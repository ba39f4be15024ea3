package org.dmalab.mips;

import java.util.List;

import org.dmalab.api.Action;
import org.dmalab.api.Machine;
import org.dmalab.api.Parameter;
import org.dmalab.api.Values;
import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.service.Errno;
import org.dmalab.mips.kernel.DmaApi;
import org.dmalab.mips.kernel.Interrupts;
import org.dmalab.mips.kernel.SataDriver;
import org.osgi.service.component.annotations.Component;

/** Calls of the DMA API. */
public final class DmaActions {
    private DmaActions() { }

    /** {@code dma.map-sg}. */
    @Component(service = Action.class, property = Action.ARCH + "=mips")
    public static final class MapSg implements Action {
        @Override
        public String name() {
            return "dma.map-sg";
        }

        @Override
        public String summary() {
            return "dma_map_sg: gives pages of the page cache to the controller";
        }

        @Override
        public List<Parameter> parameters() {
            return List.of(Arguments.PAGE, Arguments.OFFSET, Arguments.LENGTH, Arguments.DIRECTION);
        }

        @Override
        public boolean concurrent() {
            return true;
        }

        @Override
        public long run(Machine machine, Cpu cpu, Values values) {
            Arguments.requireInPages(values);
            return SataDriver.issue(cpu, Arguments.index(values), values.get("offset"), values.get("length"),
                    Arguments.direction(values));
        }
    }

    /** {@code dma.unmap-sg}. */
    @Component(service = Action.class, property = Action.ARCH + "=mips")
    public static final class UnmapSg implements Action {
        @Override
        public String name() {
            return "dma.unmap-sg";
        }

        @Override
        public String summary() {
            return "dma_unmap_sg: takes the pages back that dma.map-sg gave to the controller";
        }

        @Override
        public List<Parameter> parameters() {
            return List.of(Arguments.PAGE);
        }

        @Override
        public boolean concurrent() {
            return true;
        }

        @Override
        public long run(Machine machine, Cpu cpu, Values values) {
            return SataDriver.complete(cpu, Arguments.index(values), true);
        }
    }

    /** {@code dma.sync-sg}. */
    @Component(service = Action.class, property = Action.ARCH + "=mips")
    public static final class SyncSg implements Action {
        @Override
        public String name() {
            return "dma.sync-sg";
        }

        @Override
        public String summary() {
            return "dma_sync_sg_for_cpu or _for_device of the first segment of a mapped list";
        }

        @Override
        public List<Parameter> parameters() {
            return List.of(Arguments.PAGE, Parameter.choice("for", "who gets it", "cpu", "cpu", "device"));
        }

        @Override
        public boolean concurrent() {
            return true;
        }

        @Override
        public long run(Machine machine, Cpu cpu, Values values) {
            return SataDriver.syncRequest(cpu, Arguments.index(values), values.get("for") == 0);
        }
    }

    /** {@code dma.map-page}. */
    @Component(service = Action.class, property = Action.ARCH + "=mips")
    public static final class MapPage implements Action {
        @Override
        public String name() {
            return "dma.map-page";
        }

        @Override
        public String summary() {
            return "dma_map_page: gives a part of one page to the controller";
        }

        @Override
        public List<Parameter> parameters() {
            return List.of(Arguments.PAGE, Arguments.OFFSET, Arguments.LENGTH, Arguments.DIRECTION);
        }

        @Override
        public boolean concurrent() {
            return true;
        }

        @Override
        public long run(Machine machine, Cpu cpu, Values values) {
            Arguments.requireInPage(values);
            return SataDriver.mapPage(cpu, Arguments.index(values), values.get("offset"), values.get("length"),
                    Arguments.direction(values));
        }

        @Override
        public String describe(Machine machine, Values values, long result) {
            return String.format("bus address 0x%08x", result);
        }
    }

    /** {@code dma.unmap-page}. */
    @Component(service = Action.class, property = Action.ARCH + "=mips")
    public static final class UnmapPage implements Action {
        @Override
        public String name() {
            return "dma.unmap-page";
        }

        @Override
        public String summary() {
            return "dma_unmap_page: takes back what dma.map-page gave, by its bus address";
        }

        @Override
        public List<Parameter> parameters() {
            return List.of(Arguments.PAGE);
        }

        @Override
        public boolean concurrent() {
            return true;
        }

        @Override
        public long run(Machine machine, Cpu cpu, Values values) {
            return SataDriver.unmapPage(cpu, Arguments.index(values));
        }
    }

    /** {@code dma.sync-range}. */
    @Component(service = Action.class, property = Action.ARCH + "=mips")
    public static final class SyncRange implements Action {
        @Override
        public String name() {
            return "dma.sync-range";
        }

        @Override
        public String summary() {
            return "dma_sync_single_range_for_cpu or _for_device of a part of a mapped page";
        }

        @Override
        public List<Parameter> parameters() {
            return List.of(Arguments.PAGE,
                    Parameter.optional("offset", Parameter.Type.SIZE, "from the start of what is mapped", "0"),
                    Arguments.LENGTH, Parameter.choice("for", "who gets it", "cpu", "cpu", "device"));
        }

        @Override
        public boolean concurrent() {
            return true;
        }

        @Override
        public long run(Machine machine, Cpu cpu, Values values) {
            Arguments.requireInPage(values);
            return SataDriver.syncRange(cpu, Arguments.index(values), values.get("offset"), values.get("length"),
                    values.get("for") == 0);
        }
    }

    /** {@code dma.maintain}. */
    @Component(service = Action.class, property = Action.ARCH + "=mips")
    public static final class Maintain implements Action {
        @Override
        public String name() {
            return "dma.maintain";
        }

        @Override
        public String summary() {
            return "one maintenance section: what dma_map_sg does for one page before a transfer";
        }

        @Override
        public List<Parameter> parameters() {
            return List.of(Arguments.PAGE, Arguments.OFFSET, Arguments.LENGTH, Arguments.DIRECTION);
        }

        @Override
        public boolean concurrent() {
            return true;
        }

        @Override
        public long run(Machine machine, Cpu cpu, Values values) {
            Arguments.requireInPage(values);
            long page = Arguments.page(cpu, values);
            if (page == 0) {
                return Errno.EINVAL;
            }
            long flags = Interrupts.enter(cpu);
            DmaApi.maintain(cpu, page, values.get("offset"), values.get("length"), Arguments.direction(values));
            Interrupts.leave(cpu, flags);
            return 0;
        }
    }
}
