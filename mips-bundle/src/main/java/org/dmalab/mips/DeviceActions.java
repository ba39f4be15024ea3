package org.dmalab.mips;

import java.util.List;

import org.dmalab.api.Action;
import org.dmalab.api.Machine;
import org.dmalab.api.NotReadyException;
import org.dmalab.api.Parameter;
import org.dmalab.api.Values;
import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.cpu.Level;
import org.dmalab.api.service.Direction;
import org.dmalab.mips.kernel.KernelLayout;
import org.dmalab.mips.kernel.PageAccess;
import org.dmalab.mips.kernel.SataDriver;
import org.osgi.service.component.annotations.Component;

/** What the disk controller does. */
public final class DeviceActions {
    private static final long MAX_TRANSFER_BYTES = 16L << 20;

    private DeviceActions() { }

    /** {@code device.dma}. */
    @Component(service = Action.class, property = Action.ARCH + "=mips")
    public static final class Dma implements Action {
        @Override
        public String name() {
            return "device.dma";
        }

        @Override
        public String summary() {
            return "the controller transfers bytes at the address that it was given for a page, or at another";
        }

        @Override
        public List<Parameter> parameters() {
            return List.of(Arguments.PAGE,
                    Parameter.optional("address", Parameter.Type.ADDRESS,
                            "bus address; 0: as the driver was given", "0"),
                    Parameter.optional("offset", Parameter.Type.SIZE, "from there", "0"),
                    Parameter.optional("length", Parameter.Type.SIZE, "bytes; 0: to the end of what is mapped", "0"),
                    Arguments.DIRECTION, Arguments.pattern("0x5a5a5a5a"));
        }

        @Override
        public long run(Machine machine, Cpu cpu, Values values) {
            long offset = values.get("offset");
            long length = values.get("length");
            Direction direction = Arguments.direction(values);
            Arguments.requireRange(offset >= 0 && length >= 0 && length <= MAX_TRANSFER_BYTES, values,
                    "an offset from 0 and a length of 0 to " + MAX_TRANSFER_BYTES);
            if (values.get("address") != 0) {
                return SataController.transfer(machine, values.get("address") + offset, length, direction,
                        values.get("pattern"), offset);
            }
            return SataController.request(machine, cpu, Arguments.index(values), offset, length, direction,
                    values.get("pattern"));
        }
    }

    /** {@code device.dma-line}. */
    @Component(service = Action.class, property = Action.ARCH + "=mips")
    public static final class DmaLine implements Action {
        @Override
        public String name() {
            return "device.dma-line";
        }

        @Override
        public String summary() {
            return "the controller transfers one cache line of what it was given for a page, at once";
        }

        @Override
        public List<Parameter> parameters() {
            return List.of(Arguments.PAGE,
                    Parameter.optional("line", Parameter.Type.NUMBER, "which one, from 0", "0"),
                    Arguments.DIRECTION, Arguments.pattern("0x5a5a5a5a"));
        }

        @Override
        public boolean byDevice() {
            return true;
        }

        @Override
        public long run(Machine machine, Cpu cpu, Values values) {
            NotReadyException.require(values.get("line") >= 0, "line", values.get("line"), "0 or more");
            return SataController.line(machine, Arguments.index(values), values.get("line"),
                    Arguments.direction(values), values.get("pattern"));
        }

        @Override
        public String describe(Machine machine, Values values, long result) {
            return result + " bytes";
        }
    }

    /** {@code sata.read}. */
    @Component(service = Action.class, property = Action.ARCH + "=mips")
    public static final class SataRead implements Action {
        @Override
        public String name() {
            return "sata.read";
        }

        @Override
        public String summary() {
            return "readahead of pages from the disk: map, transfer, interrupt, unmap; then the kernel reads them";
        }

        @Override
        public List<Parameter> parameters() {
            return List.of(Parameter.optional("page", Parameter.Type.NUMBER, "first page of the page cache", "0"),
                    Parameter.optional("pages", Parameter.Type.NUMBER, "number of pages", "1"),
                    Arguments.pattern("0x5a5a5a5a"));
        }

        @Override
        public long run(Machine machine, Cpu cpu, Values values) {
            long first = values.get("page");
            long pages = values.get("pages");
            NotReadyException.require(first >= 0 && pages >= 1 && pages <= KernelLayout.CACHE_PAGES - first,
                    "page and pages", first + " and " + pages, "pages 0 to " + (KernelLayout.CACHE_PAGES - 1));
            long result = SataDriver.readahead(cpu, first, pages);
            if (result == 0) {
                result = SataDriver.issue(cpu, first, 0, pages * KernelLayout.PAGE_SIZE, Direction.FROM_DEVICE);
            }
            if (result < 0) {
                return result;
            }
            result = SataController.request(machine, cpu, first, 0, 0, Direction.FROM_DEVICE, values.get("pattern"));
            SataDriver.complete(machine.cpu(cpu.processor(), Level.HARDIRQ), first, result > 0);
            for (long i = 0; result > 0 && i < pages; i++) {
                PageAccess.readAtomic(cpu, SataDriver.page(cpu, first + i), 0, KernelLayout.PAGE_SIZE);
            }
            return result;
        }

        @Override
        public String describe(Machine machine, Values values, long result) {
            return result + " bytes read";
        }
    }
}
