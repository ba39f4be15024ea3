package org.dmalab.pseries;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import org.dmalab.api.Action;
import org.dmalab.api.Machine;
import org.dmalab.api.MachineSpec;
import org.dmalab.api.Oracle;
import org.dmalab.api.Parameter;
import org.dmalab.api.Preset;
import org.dmalab.api.Values;
import org.dmalab.api.cpu.Blocked;
import org.dmalab.api.cpu.KernelBug;
import org.dmalab.api.cpu.Level;
import org.dmalab.api.cpu.LiveCpu;
import org.dmalab.api.cpu.Op;
import org.dmalab.api.event.Event;
import org.dmalab.api.event.EventKind;
import org.dmalab.api.event.EventSink;
import org.dmalab.api.service.Binding;
import org.dmalab.api.service.DmaWindows;
import org.dmalab.api.service.Iommu;
import org.dmalab.api.service.MemoryNotifier;
import org.dmalab.api.service.Services;
import org.dmalab.pseries.action.DeviceDma;
import org.dmalab.pseries.action.KernelCrash;
import org.dmalab.pseries.action.DeviceAdd;
import org.dmalab.pseries.action.DmaUnmap;
import org.dmalab.pseries.action.DmaAccess;
import org.dmalab.pseries.action.DmaMap;
import org.dmalab.pseries.action.DeviceProbe;
import org.dmalab.pseries.action.DeviceRemove;
import org.dmalab.pseries.action.DmaTransfer;
import org.dmalab.pseries.action.KernelBoot;
import org.dmalab.pseries.action.KernelFault;
import org.dmalab.pseries.action.MachineReset;
import org.dmalab.pseries.action.MemoryOffline;
import org.dmalab.pseries.action.MemoryOnline;
import org.dmalab.pseries.action.PartitionMigrate;
import org.dmalab.pseries.action.PmemOnline;
import org.dmalab.pseries.action.WindowShow;
import org.dmalab.pseries.hardware.HardwareEvent;
import org.dmalab.pseries.oracle.HypervisorLives;
import org.dmalab.pseries.oracle.NoWindowRemovedInUse;
import org.dmalab.pseries.oracle.WindowWhereItFits;
import org.dmalab.pseries.oracle.DynamicTces;
import org.dmalab.pseries.oracle.MemoryReachable;
import org.dmalab.pseries.oracle.NoStaleTce;
import org.dmalab.rules.TestWatch;

/** A machine with a variant, without the lab: runs actions by name and keeps what happened. */
public final class Rig {
    private static final List<Action> ACTIONS = List.of(new KernelBoot(), new DeviceProbe(), new DeviceRemove(),
            new MemoryOnline(), new MemoryOffline(), new PmemOnline(), new KernelFault(), new PartitionMigrate(),
            new DmaTransfer(), new DmaMap(), new DmaAccess(),
            new DmaUnmap(), new DeviceDma(), new DeviceAdd(), new MachineReset(), new KernelCrash(), new WindowShow());

    /** The architecture. */
    public final PseriesArchitecture architecture = new PseriesArchitecture();
    /** The machine. */
    public final Machine machine;
    /** Hypercalls and events of the hardware. */
    public final List<Event> events = new ArrayList<>();
    /** What oracles reported. */
    public final List<String> violations = new ArrayList<>();
    private final SwitchedServices services;
    private final Map<Oracle, EventSink> oracles = new LinkedHashMap<>();

    /** Services whose variant a test can change. */
    private static final class SwitchedServices implements Services {
        private Binding binding;

        @Override
        public Binding enter() {
            return binding;
        }

        @Override
        public void leave() {
            // nobody waits
        }
    }

    /** Makes a machine that is powered on. */
    public Rig(Object variant, String preset, String profile, Map<String, Long> set) {
        Map<String, Long> values = new TreeMap<>();
        values.putAll(named(architecture.presets(), preset).values());
        values.putAll(named(architecture.profiles(), profile).values());
        values.putAll(set);
        services = new SwitchedServices();
        use(variant);
        machine = architecture.create(new MachineSpec("pseries", preset, profile, "embedded", values, Map.of()),
                services);
        for (Oracle oracle : List.of(new HypervisorLives(), new NoStaleTce(), new MemoryReachable(), new DynamicTces(),
                new WindowWhereItFits(), new NoWindowRemovedInUse())) {
            oracles.put(oracle, oracle.attach(watch(oracle)));
        }
        machine.observe(this::event);
    }

    /** The LPAR of the report. */
    public static Rig lpar(Object variant) {
        return new Rig(variant, "lpar-422G", "powervm", Map.of());
    }

    /** The QEMU machine of the recorded run. */
    public static Rig qemu(Object variant) {
        return new Rig(variant, "qemu-1G-maxmem8G", "qemu-7.2", Map.of());
    }

    /** A variant by its id: its class is named after it. */
    public static Object variant(String id) {
        StringBuilder name = new StringBuilder();
        for (String word : id.split("-")) {
            name.append(Character.toUpperCase(word.charAt(0))).append(word.substring(1));
        }
        for (String place : List.of("patch.", "patch.mutant.")) {
            try {
                return Class.forName("org.dmalab.pseries." + place + name).getConstructor().newInstance();
            } catch (ClassNotFoundException e) {
                continue;
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException(id, e);
            }
        }
        throw new IllegalArgumentException(id);
    }

    private static Preset named(List<Preset> presets, String name) {
        return presets.stream().filter(preset -> preset.name().equals(name)).findFirst().orElseThrow();
    }

    /** Throws the switch. */
    public void use(Object variant) {
        services.binding = new Binding((Iommu) variant, (DmaWindows) variant, null, (MemoryNotifier) variant);
    }

    private Oracle.Watch watch(Oracle oracle) {
        return new TestWatch(machine, oracle, message -> violations.add(oracle.name() + ": " + message));
    }

    private void event(int kind, int actor, long a, long b, long c, long d, long e, long result) {
        boolean interesting = kind == Op.HCALL || kind >= EventKind.FIRST && kind != EventKind.CPU_READ
                && kind != EventKind.CPU_WRITE;
        if (interesting) {
            events.add(new Event(events.size() + 1, machine.timeNanos(), kind, actor, a, b, c, d, e, result));
        }
        if (kind == Op.HCALL && result < 0) {
            violations.add("no-rejected-command: hypercall 0x" + Long.toHexString(a) + " = " + result);
        } else if (kind == EventKind.COMMAND_REFUSED) {
            violations.add("no-rejected-command: RTAS 0x" + Long.toHexString(a) + " = " + b);
        } else if (kind == EventKind.DMA_FAULT || kind == EventKind.DMA_ABORT) {
            violations.add("dma-reaches-mapping: bus 0x" + Long.toHexString(a));
        } else if (kind == EventKind.USE_AFTER_FREE) {
            violations.add("no-use-after-free: 0x" + Long.toHexString(a));
        }
        oracles.values().forEach(sink -> sink.event(kind, actor, a, b, c, d, e, result));
    }

    /** Runs an action with values as typed: name, value, name, value. */
    public long run(String name, String... values) {
        Map<String, String> typed = new LinkedHashMap<>();
        for (int i = 0; i < values.length; i += 2) {
            typed.put(values[i], values[i + 1]);
        }
        return run(name, typed);
    }

    /** Runs an action. */
    public long run(String name, Map<String, String> typed) {
        Action action = action(name);
        Map<String, Long> numbers = new TreeMap<>();
        for (Parameter parameter : action.parameters()) {
            String text = typed.getOrDefault(parameter.name(), parameter.otherwise());
            if (text == null) {
                throw new IllegalArgumentException(name + " needs " + parameter.name());
            }
            numbers.put(parameter.name(), Values.parse(parameter, text));
        }
        for (String key : typed.keySet()) {
            if (!numbers.containsKey(key)) {
                throw new IllegalArgumentException(name + " has no parameter " + key);
            }
        }
        Values values = new Values(numbers);
        try {
            long result = action.run(machine, cpu(), values);
            if (result >= 0) {
                action.describe(machine, values, result);
            }
            return result;
        } catch (KernelBug bug) {
            violations.add("no-bug: " + bug.getMessage());
            return Long.MIN_VALUE;
        } catch (Blocked blocked) {
            violations.add("no-lock-cycle: " + blocked.getMessage());
            return Long.MIN_VALUE;
        }
    }

    /** An action by name. */
    public static Action action(String name) {
        return ACTIONS.stream().filter(action -> action.name().equals(name)).findFirst().orElseThrow();
    }

    /** All actions. */
    public static List<Action> actions() {
        return ACTIONS;
    }

    /** Boots and probes 00:00.0 with a 64-bit mask. */
    public Rig booted() {
        if (run("kernel.boot") != 0 || run("device.probe", "device", "00:00.0") != 0) {
            throw new AssertionError("no boot: " + violations + machine.dmesg().lines());
        }
        return this;
    }

    /** Probes 00:00.0 with a 64-bit mask on a machine that is booted. */
    public Rig probed() {
        if (run("device.probe", "device", "00:00.0") != 0) {
            throw new AssertionError("no probe: " + violations + machine.dmesg().lines());
        }
        return this;
    }

    /** Asks the oracles for what holds at the end only. */
    public List<String> end() {
        oracles.forEach((oracle, sink) -> oracle.end(watch(oracle), sink));
        return violations;
    }

    /** What {@link #end} says, without what follows from a window that could not be made. */
    public List<String> endWithoutWindow() {
        return end().stream().filter(text -> !text.startsWith("memory-reachable: ")
                && !text.startsWith("window-where-it-fits: ")).toList();
    }

    /** The boot processor in process context. */
    public LiveCpu cpu() {
        return machine.cpu(0, Level.USER);
    }

    /** The hardware. */
    public org.dmalab.pseries.hardware.Partition partition() {
        return machine.model(PseriesModel.class).partition();
    }

    /** Hypercalls from an event number on, in words. */
    public List<String> words(int from) {
        return events.subList(from, events.size()).stream().map(event -> architecture.describe(machine, event))
                .filter(text -> !text.isEmpty()).toList();
    }

    /** Hypercall events with a number. */
    public List<Event> hypercalls(long number) {
        return events.stream().filter(event -> event.kind() == Op.HCALL && event.a() == number).toList();
    }

    /** Events of the hardware of a kind. */
    public long count(int kind) {
        return events.stream().filter(event -> event.kind() == kind).count();
    }

    /** The kernel log without times. */
    public List<String> dmesg() {
        return machine.dmesg().lines().stream().map(line -> line.text()).toList();
    }

    /** Number of partition resets. */
    public long resets() {
        return count(HardwareEvent.RESET);
    }
}
