package org.dmalab.lab.fake;

import java.util.List;
import java.util.Map;

import org.dmalab.api.Architecture;
import org.dmalab.api.Machine;
import org.dmalab.api.MachineSpec;
import org.dmalab.api.Metric;
import org.dmalab.api.Parameter;
import org.dmalab.api.Preset;
import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.cpu.Endian;
import org.dmalab.api.cpu.Level;
import org.dmalab.api.cpu.Op;
import org.dmalab.api.cpu.Processors;
import org.dmalab.api.event.Emitter;
import org.dmalab.api.event.Event;
import org.dmalab.api.kernel.KernelMemory;
import org.dmalab.api.kernel.Struct;
import org.dmalab.api.port.Ports;
import org.dmalab.api.service.Direction;
import org.dmalab.api.service.ServiceKind;
import org.dmalab.api.service.Services;
import org.dmalab.api.store.Store;

/** A machine for tests: two processors, 64 KiB of memory, a table of bus pages, and a kernel of a few variables. */
public final class FakeArchitecture implements Architecture {
    /** Address of the lock. */
    public static final long LOCK = 0xC0000000L;
    /** Address of the flag that the kernel has booted. */
    public static final long BOOTED = 0xC0000008L;
    /** Address of the count of traffic. */
    public static final long TRAFFIC = 0xC0000010L;
    /** The layout of its kernel objects. */
    public static final Struct WINDOW = window();

    @Override
    public String name() {
        return "fake";
    }

    @Override
    public String title() {
        return "A machine for tests";
    }

    @Override
    public List<Preset> presets() {
        return List.of(new Preset("small", "two processors", "made up", Map.of("processors", 2L)),
                new Preset("single", "one processor", "made up", Map.of("processors", 1L)));
    }

    @Override
    public List<Preset> profiles() {
        return List.of(new Preset("strict", "refuses", "made up", Map.of("strict", 1L)),
                new Preset("loose", "lets pass", "made up", Map.of("strict", 0L)));
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(Parameter.optional("strict", Parameter.Type.FLAG, "refuses", "true"),
                Parameter.optional("processors", Parameter.Type.NUMBER, "number of processors", "2"),
                Parameter.choice("mode", "how", "plain", "plain", "fancy"));
    }

    @Override
    public List<String> fileParameters() {
        return List.of("table");
    }

    @Override
    public List<ServiceKind> services() {
        return List.of(ServiceKind.IOMMU, ServiceKind.MEMORY_NOTIFIER);
    }

    private static Struct window() {
        Struct window = new Struct("window", 16);
        window.at("liobn", 0, 4);
        window.at("base", 4, 8);
        window.at("shift", 12, 4, Endian.BIG);
        return window;
    }

    @Override
    public Object builtIn(MachineSpec spec, ServiceKind kind) {
        return kind == ServiceKind.MEMORY_NOTIFIER ? new FakeVariants.AcceptingNotifier() : null;
    }

    @Override
    public List<String> devices(MachineSpec spec) {
        return List.of("00:01.0", "02:00.0");
    }

    @Override
    public Machine create(MachineSpec spec, Services services) {
        long processors = spec.number("processors");
        if (processors < 1 || processors > 8) {
            throw new IllegalArgumentException("processors: " + processors + ", expected 1 to 8");
        }
        if (spec.file("table") != null && spec.file("table").length < 4) {
            throw new IllegalArgumentException("table: offset 0x" + spec.file("table").length + ", expected 4 bytes");
        }
        Store store = new Store();
        Emitter emitter = new Emitter();
        FakeHardware hardware = new FakeHardware(store, emitter);
        KernelMemory kernel = new KernelMemory(store, LOCK, 64, 1024, List.of(WINDOW));
        kernel.variable("fake_lock", 8);
        kernel.variable("booted", 8);
        kernel.variable("traffic", 8);
        return new Machine(new Machine.Parts(spec, store, emitter, kernel, new Processors(store, (int) processors),
                new Ports(hardware, null, hardware, null, hardware), FakeArchitecture::ipi, () -> false, hardware),
                services);
    }

    private static void ipi(Cpu cpu, int vector, long argument) {
        cpu.store(TRAFFIC, 8, argument);
    }

    @Override
    public List<org.dmalab.api.Failure> failures() {
        return List.of(new Refusal());
    }

    /** The hypervisor refuses a translation. */
    private record Refusal() implements org.dmalab.api.Failure {
        @Override
        public String name() {
            return "map = refused";
        }

        @Override
        public boolean fits(Machine machine, int kind, long a) {
            return kind == org.dmalab.api.cpu.Op.HCALL && a == 1;
        }

        @Override
        public long fail(Machine machine, long a) {
            return -1;
        }
    }

    @Override
    public String describe(Machine machine, Event event) {
        if (event.kind() != Op.HCALL) {
            return "";
        }
        return "H_SET_ENTRY(" + event.a() + ", " + event.b() + ", 0x" + Long.toHexString(event.c()) + ") = "
                + (event.result() == 0 ? "H_SUCCESS" : "H_PARAMETER") + " (" + event.result() + ")";
    }

    @Override
    public List<Metric> metrics() {
        return List.of(new Metric("hypercalls", "hypercalls", (kind, a, b, c, d, e, result) -> kind == Op.HCALL
                ? 1 : 0));
    }

    @Override
    public List<Step> bootSteps() {
        return List.of(new Step("kernel.boot", Map.of()));
    }

    @Override
    public long traffic(Machine machine, long sequence) {
        Cpu cpu = machine.cpu(0, Level.USER);
        cpu.store(TRAFFIC, 8, cpu.load(TRAFFIC, 8) + 1);
        return machine.services().enter().iommu().map(cpu, 0, 0, 0, 4096, Direction.BIDIRECTIONAL);
    }

    @Override
    public long trafficSeen(Machine machine) {
        return machine.cpu(0, Level.USER).load(TRAFFIC, 8);
    }
}
