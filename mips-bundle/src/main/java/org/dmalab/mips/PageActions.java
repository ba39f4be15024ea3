package org.dmalab.mips;

import java.util.List;

import org.dmalab.api.Action;
import org.dmalab.api.Machine;
import org.dmalab.api.Parameter;
import org.dmalab.api.Values;
import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.service.Errno;
import org.dmalab.mips.kernel.Boot;
import org.dmalab.mips.kernel.PageAccess;
import org.dmalab.mips.kernel.PageAllocator;
import org.dmalab.mips.kernel.SataDriver;
import org.osgi.service.component.annotations.Component;

/** What a kernel and its programs do with pages. */
public final class PageActions {
    private PageActions() { }

    /** {@code kernel.boot}. */
    @Component(service = Action.class, property = Action.ARCH + "=mips")
    public static final class KernelBoot implements Action {
        @Override
        public String name() {
            return "kernel.boot";
        }

        @Override
        public String summary() {
            return "the kernel starts: probes the caches, sets up its page lists";
        }

        @Override
        public List<Parameter> parameters() {
            return List.of();
        }

        @Override
        public long run(Machine machine, Cpu cpu, Values values) {
            return Boot.boot(cpu, machine.model(MipsModel.class).boot());
        }
    }

    /** {@code page.alloc}. */
    @Component(service = Action.class, property = Action.ARCH + "=mips")
    public static final class Alloc implements Action {
        @Override
        public String name() {
            return "page.alloc";
        }

        @Override
        public String summary() {
            return "takes a page of memory into the page cache, as readahead does: nobody maps it";
        }

        @Override
        public List<Parameter> parameters() {
            return List.of(Arguments.PAGE, Parameter.choice("zone", "which memory", "high", "high", "low"));
        }

        @Override
        public boolean concurrent() {
            return true;
        }

        @Override
        public long run(Machine machine, Cpu cpu, Values values) {
            return SataDriver.add(cpu, Arguments.index(values),
                    values.get("zone") == 0 ? PageAllocator.HIGH : PageAllocator.LOW);
        }
    }

    /** {@code page.free}. */
    @Component(service = Action.class, property = Action.ARCH + "=mips")
    public static final class Free implements Action {
        @Override
        public String name() {
            return "page.free";
        }

        @Override
        public String summary() {
            return "takes a page out of the page cache and frees it; its cache lines stay as they are";
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
            return SataDriver.remove(cpu, Arguments.index(values));
        }
    }

    /** {@code page.dirty}. */
    @Component(service = Action.class, property = Action.ARCH + "=mips")
    public static final class Dirty implements Action {
        @Override
        public String name() {
            return "page.dirty";
        }

        @Override
        public String summary() {
            return "writes to a page, which leaves dirty cache lines; a program exits afterwards";
        }

        @Override
        public List<Parameter> parameters() {
            return List.of(Arguments.PAGE, Arguments.OFFSET, Arguments.LENGTH,
                    Arguments.pattern("0xdeadbeef"),
                    Parameter.choice("through", "whose mapping", "program", "program", "kmap-atomic", "kmap"));
        }

        @Override
        public boolean concurrent() {
            return true;
        }

        @Override
        public long run(Machine machine, Cpu cpu, Values values) {
            Arguments.requireWordsInPage(values);
            if (Arguments.page(cpu, values) == 0) {
                return Errno.EINVAL;
            }
            long page = Arguments.page(cpu, values);
            long offset = values.get("offset");
            long length = values.get("length");
            switch ((int) values.get("through")) {
                case 0 -> PageAccess.writeAsProgram(cpu, page, offset, length, values.get("pattern"));
                case 1 -> PageAccess.writeAtomic(cpu, page, offset, length, values.get("pattern"));
                default -> PageAccess.writeByKmap(cpu, page, offset, length, values.get("pattern"));
            }
            return 0;
        }
    }

    /** {@code page.read}. */
    @Component(service = Action.class, property = Action.ARCH + "=mips")
    public static final class Read implements Action {
        @Override
        public String name() {
            return "page.read";
        }

        @Override
        public String summary() {
            return "the kernel reads a page through a fresh mapping";
        }

        @Override
        public List<Parameter> parameters() {
            return List.of(Arguments.PAGE, Arguments.OFFSET, Arguments.LENGTH);
        }

        @Override
        public boolean concurrent() {
            return true;
        }

        @Override
        public long run(Machine machine, Cpu cpu, Values values) {
            Arguments.requireWordsInPage(values);
            if (Arguments.page(cpu, values) == 0) {
                return Errno.EINVAL;
            }
            long page = Arguments.page(cpu, values);
            return PageAccess.readAtomic(cpu, page, values.get("offset"), values.get("length"));
        }

        @Override
        public String describe(Machine machine, Values values, long result) {
            return String.format("sum of its words 0x%08x", result);
        }
    }

    /** {@code page.kmap}. */
    @Component(service = Action.class, property = Action.ARCH + "=mips")
    public static final class KmapPage implements Action {
        @Override
        public String name() {
            return "page.kmap";
        }

        @Override
        public String summary() {
            return "maps a page into the pool; prints its address";
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
            long page = Arguments.page(cpu, values);
            return page == 0 ? Errno.EINVAL : PageAccess.kmap(cpu, page);
        }

        @Override
        public String describe(Machine machine, Values values, long result) {
            return String.format("address 0x%08x", result);
        }
    }

    /** {@code page.kunmap}. */
    @Component(service = Action.class, property = Action.ARCH + "=mips")
    public static final class KunmapPage implements Action {
        @Override
        public String name() {
            return "page.kunmap";
        }

        @Override
        public String summary() {
            return "gives a kmap of a page back; the mapping stays until the pool wraps";
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
            long page = Arguments.page(cpu, values);
            if (page == 0) {
                return Errno.EINVAL;
            }
            PageAccess.kunmap(cpu, page);
            return 0;
        }
    }
}
