package org.dmalab.shell.scenario;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.dmalab.api.Action;
import org.dmalab.api.Architecture;
import org.dmalab.api.Machine;
import org.dmalab.api.MachineSpec;
import org.dmalab.api.Metric;
import org.dmalab.api.Oracle;
import org.dmalab.api.Parameter;
import org.dmalab.api.Parameter.Type;
import org.dmalab.api.Preset;
import org.dmalab.api.Values;
import org.dmalab.api.cpu.CacheOp;
import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.cpu.Endian;
import org.dmalab.api.cpu.Level;
import org.dmalab.api.cpu.Op;
import org.dmalab.api.cpu.Processors;
import org.dmalab.api.cpu.Stop;
import org.dmalab.api.event.Emitter;
import org.dmalab.api.event.Event;
import org.dmalab.api.event.EventSink;
import org.dmalab.api.kernel.KernelMemory;
import org.dmalab.api.kernel.Struct;
import org.dmalab.api.port.Memory;
import org.dmalab.api.port.Ports;
import org.dmalab.api.service.Direction;
import org.dmalab.api.service.Errno;
import org.dmalab.api.service.Iommu;
import org.dmalab.api.service.ServiceKind;
import org.dmalab.api.service.Services;
import org.dmalab.api.service.Variant;
import org.dmalab.api.store.Store;
import org.dmalab.lab.catalog.PlainCatalog;
import org.osgi.framework.Constants;

/**
 * An architecture for tests: a kernel with one shared slot that says which page is being worked on, and an oracle that
 * holds cache operations against it.
 */
public final class FakePlatform {
    /** An architecture of this name is interrupted while it boots. */
    public static final String INTERRUPTED = "interrupted";
    private static final long SLOT = 0xC0000000L;
    private static final long DONE = SLOT + 8;
    private static final Parameter PAGE = Parameter.optional("page", Type.NUMBER, "which", "1");
    private static final Struct OBJECT = new Struct("object", 64);

    private FakePlatform() { }

    /** A catalog with such architectures of several names. */
    public static PlainCatalog catalog(String... archs) {
        PlainCatalog.Builder builder = PlainCatalog.builder().oracle(new OwnPage());
        for (String arch : archs) {
            builder.architecture(new Fake(arch))
                    .action(arch, new Simple("kernel.boot", false, List.of(), (machine, cpu, values) -> 0))
                    .action(arch, new Simple("person.interrupts", false, List.of(), (machine, cpu, values) -> {
                        Thread.currentThread().interrupt();
                        return 0;
                    }))
                    .action(arch, new Simple("kernel.idle", false, List.of(), (machine, cpu, values) -> {
                        for (int i = 0; i < 1000; i++) {
                            cpu.store(DONE, 8, i);
                        }
                        return 0;
                    }))
                    .action(arch, new Simple("page.work", true, List.of(PAGE),
                            (machine, cpu, values) -> machine.services().enter().iommu().map(cpu, 0, 0,
                            values.get("page"), 4096, Direction.BIDIRECTIONAL)))
                    .action(arch, new Simple("page.look", false, List.of(arch.equals("fake")
                            ? Parameter.choice("direction", "who looks", "read", "read", "write")
                            : Parameter.choice("direction", "who looks", "in", "in", "out")),
                            (machine, cpu, values) -> 0))
                    .variant(properties(arch, "careful", "6.1", "mainline"), new Careful())
                    .variant(defect(properties(arch, "wrong-page", "5.0 to 6.0", "mainline"), "works on the next page"),
                            new WrongPage())
                    .variant(properties(arch, "declining", "2026-01", "proposed"), new Declining())
                    .variant(properties(arch, "no-restore", "-", "mutant"), new NoRestore())
                    .variant(properties(arch, "throwing", "2026-02", "local"), new Throwing());
        }
        return builder.build();
    }

    /** A catalog with variants that break the rules for patch code. */
    static PlainCatalog breaking() {
        PlainCatalog.Builder builder = PlainCatalog.builder().oracle(new OwnPage()).architecture(new Fake("fake"))
                .action("fake", new Simple("kernel.boot", false, List.of(), (machine, cpu, values) -> 0))
                .action("fake", new Simple("page.work", true, List.of(PAGE), FakePlatform::map))
                .variant(properties("fake", "careful", "6.1", "mainline"), new Careful());
        Map<String, Mapping> breaches = Map.of("counting", new Counting(), "endless", new Endless(), "swallowing",
                new Swallowing(), "lying", new Lying());
        breaches.forEach((id, variant) -> builder.variant(properties("fake", id, "-", "local"), variant));
        return builder.build();
    }

    /** A catalog in which the kernel allocates an object before it works on a page; the controller may refuse, too. */
    static PlainCatalog failing() {
        return PlainCatalog.builder().oracle(new OwnPage()).architecture(new Fake("fake"))
                .action("fake", new Simple("kernel.boot", false, List.of(), (machine, cpu, values) -> 0))
                .action("fake", new Simple("page.work", true, List.of(PAGE), (machine, cpu, values) ->
                        cpu.alloc(OBJECT) == 0 ? Errno.ENOMEM : map(machine, cpu, values)))
                .variant(properties("fake", "careful", "6.1", "mainline"), new Careful())
                .variant(properties("fake", "wrong-page", "5.0", "mainline"), new WrongPage()).build();
    }

    private static final Map<String, String> DATES = Map.of("5.0 to 6.0", "2019-05-01", "5.0", "2019-05-01", "6.1",
            "2022-12-11", "2026-01", "2026-01-01", "2026-02", "2026-02-01");

    private static Map<String, Object> properties(String arch, String id, String since, String origin) {
        return new HashMap<>(Map.of(Variant.ARCH, arch, Variant.PATCH, id, Variant.COMMIT,
                origin.equals("mutant") ? "-" : "0123456789ab", Variant.SINCE, since, Variant.DATE,
                DATES.getOrDefault(since, ""), Variant.ORIGIN, origin,
                Variant.STEPS, new String[] {"take the slot", "work"},
                Constants.SERVICE_DESCRIPTION, "the fake patch, " + id));
    }

    private static Map<String, Object> defect(Map<String, Object> properties, String defect) {
        properties.put(Variant.DEFECTS, new String[] {defect});
        return properties;
    }

    private static long map(Machine machine, Cpu cpu, Values values) {
        Iommu iommu = cpu.services().enter().iommu();
        try {
            return iommu.map(cpu, 0, 0, values.get("page"), 4096, Direction.BIDIRECTIONAL);
        } finally {
            cpu.services().leave();
        }
    }

    private interface Body {
        long run(Machine machine, Cpu cpu, Values values);
    }

    private record Simple(String name, boolean concurrent, List<Parameter> parameters, Body body) implements Action {
        @Override
        public String summary() {
            return "does " + name;
        }

        @Override
        public long run(Machine machine, Cpu cpu, Values values) {
            return body.run(machine, cpu, values);
        }
    }

    private record Fake(String name) implements Architecture {
        @Override
        public String title() {
            return "a machine for tests";
        }

        @Override
        public List<Preset> presets() {
            return List.of(new Preset("small", "two processors", "made up", Map.of("processors", 2L)),
                    new Preset("single", "one processor", "made up", Map.of("processors", 1L)));
        }

        @Override
        public List<Preset> profiles() {
            return List.of(new Preset("strict", "refuses", "made up", Map.of()),
                    new Preset("loose", "lets pass", "made up", Map.of()));
        }

        @Override
        public List<Parameter> parameters() {
            return List.of(Parameter.optional("processors", Type.NUMBER, "number of processors", "2"));
        }

        @Override
        public List<String> fileParameters() {
            return List.of();
        }

        @Override
        public List<ServiceKind> services() {
            return List.of(ServiceKind.IOMMU);
        }

        @Override
        public Machine create(MachineSpec spec, Services services) {
            Store store = new Store();
            KernelMemory kernel = new KernelMemory(store, SLOT, 64, 256);
            kernel.variable("slot", 8);
            kernel.variable("done", 8);
            return new Machine(new Machine.Parts(spec, store, new Emitter(), kernel,
                    new Processors(store, (int) spec.number("processors")),
                    new Ports(new NoMemory(), null, null, null, null), (cpu, vector, argument) -> { }, () -> false,
                    null), services);
        }

        @Override
        public String describe(Machine machine, Event event) {
            return event.kind() == Op.CACHE ? "cache operation on page " + event.b() : "";
        }

        @Override
        public List<Metric> metrics() {
            return List.of(new Metric("cacheOperations", "cache operations",
                    (kind, a, b, c, d, e, result) -> kind == Op.CACHE ? 1 : 0));
        }

        @Override
        public List<Step> bootSteps() {
            return !name.equals(INTERRUPTED) ? List.of() : List.of(new Step("kernel.boot", Map.of()),
                    new Step("person.interrupts", Map.of()), new Step("kernel.idle", Map.of()));
        }

        @Override
        public long traffic(Machine machine, long sequence) {
            Cpu cpu = machine.cpu(0, Level.USER);
            try {
                machine.services().enter().iommu().map(cpu, 0, 0, sequence, 4096, Direction.BIDIRECTIONAL);
            } finally {
                machine.services().leave();
            }
            cpu.store(DONE, 8, cpu.load(DONE, 8) + 1);
            return 0;
        }

        @Override
        public long trafficSeen(Machine machine) {
            return machine.kernel().load(DONE, 8);
        }
    }

    private static final class NoMemory implements Memory {
        @Override
        public long read(int processor, long address, int widthBytes, Endian order) {
            return 0;
        }

        @Override
        public void write(int processor, long address, int widthBytes, Endian order, long value) {
            throw new AssertionError("this machine has no memory");
        }
    }

    /** Every cache operation is on the page in the slot. */
    private static final class OwnPage implements Oracle {
        @Override
        public String name() {
            return "own-page";
        }

        @Override
        public String summary() {
            return "every cache operation is on the page in the slot";
        }

        @Override
        public EventSink attach(Watch watch) {
            return (kind, actor, a, b, c, d, e, result) -> {
                long page = watch.machine().kernel().load(SLOT, 8);
                if (kind == Op.CACHE && page != b) {
                    watch.violation("operation on page " + b + ", the slot has " + page);
                }
            };
        }
    }

    private abstract static class Mapping implements Iommu {
        abstract long work(Cpu cpu, long page);

        @Override
        public long map(Cpu cpu, long domain, long bus, long physical, long sizeBytes, Direction direction) {
            return work(cpu, physical);
        }

        @Override
        public long unmap(Cpu cpu, long domain, long bus, long sizeBytes, Direction direction) {
            return 0;
        }
    }

    private static final class Careful extends Mapping {
        @Override
        long work(Cpu cpu, long page) {
            long before = cpu.load(SLOT, 8);
            cpu.store(SLOT, 8, page);
            cpu.cache(CacheOp.HIT_INVALIDATE_D, page);
            cpu.store(SLOT, 8, before);
            return 0;
        }
    }

    private static final class WrongPage extends Mapping {
        @Override
        long work(Cpu cpu, long page) {
            cpu.store(SLOT, 8, page);
            cpu.cache(CacheOp.HIT_INVALIDATE_D, page + 1);
            return 0;
        }
    }

    private static final class NoRestore extends Mapping {
        @Override
        long work(Cpu cpu, long page) {
            cpu.store(SLOT, 8, page);
            cpu.cache(CacheOp.HIT_INVALIDATE_D, page);
            return 0;
        }
    }

    private static final class Declining extends Mapping {
        @Override
        long work(Cpu cpu, long page) {
            return Errno.EPERM;
        }
    }

    private static final class Throwing extends Mapping {
        @Override
        long work(Cpu cpu, long page) {
            throw new IllegalStateException("thrown by the variant");
        }
    }

    /** Counts its calls in a field, and works on another page each time. */
    private static final class Counting extends Mapping {
        private int calls;

        @Override
        long work(Cpu cpu, long page) {
            cpu.store(SLOT, 8, page);
            cpu.cache(CacheOp.HIT_INVALIDATE_D, page);
            cpu.store(SLOT, 8, calls++);
            return 0;
        }
    }

    private static final class Endless extends Mapping {
        @Override
        long work(Cpu cpu, long page) {
            while (true) {
                cpu.store(SLOT, 8, page);
            }
        }
    }

    private static final class Swallowing extends Mapping {
        @Override
        long work(Cpu cpu, long page) {
            for (int i = 0; i < 20_000; i++) {
                try {
                    cpu.load(SLOT, 8);
                } catch (Stop stop) {
                    continue;
                }
            }
            return 0;
        }
    }

    /** Says that its loop depends on nothing, and counts the rounds. */
    private static final class Lying extends Mapping {
        @Override
        long work(Cpu cpu, long page) {
            for (int round = 0;; round++) {
                cpu.mark(1, 0, 0, 0);
                if (cpu.load(SLOT, 8) != 0 || round == 5) {
                    return 0;
                }
            }
        }
    }
}
