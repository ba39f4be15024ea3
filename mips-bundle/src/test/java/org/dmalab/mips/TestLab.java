package org.dmalab.mips;

import java.util.ArrayList;
import java.util.HashMap;
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
import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.cpu.KernelBug;
import org.dmalab.api.cpu.Level;
import org.dmalab.api.cpu.Op;
import org.dmalab.api.cpu.Text;
import org.dmalab.api.event.Event;
import org.dmalab.api.event.EventKind;
import org.dmalab.api.event.EventSink;
import org.dmalab.api.service.Binding;
import org.dmalab.api.service.CacheFlush;
import org.dmalab.api.service.Services;
import org.dmalab.mips.action.CacheDrain;
import org.dmalab.mips.action.CacheEvict;
import org.dmalab.mips.action.CachePrefetch;
import org.dmalab.mips.action.DeviceDma;
import org.dmalab.mips.action.DeviceDmaLine;
import org.dmalab.mips.action.DmaMaintain;
import org.dmalab.mips.action.DmaMapPage;
import org.dmalab.mips.action.DmaMapSg;
import org.dmalab.mips.action.DmaSyncRange;
import org.dmalab.mips.action.DmaSyncSg;
import org.dmalab.mips.action.DmaUnmapPage;
import org.dmalab.mips.action.DmaUnmapSg;
import org.dmalab.mips.action.KernelBoot;
import org.dmalab.mips.action.PageAlloc;
import org.dmalab.mips.action.PageDirty;
import org.dmalab.mips.action.PageFree;
import org.dmalab.mips.action.PageKmap;
import org.dmalab.mips.action.PageKunmap;
import org.dmalab.mips.action.PageRead;
import org.dmalab.mips.action.SataRead;
import org.dmalab.mips.oracle.OpOnIntendedPage;
import org.dmalab.mips.oracle.SlotsBalanced;
import org.dmalab.mips.patch.ArmL1Vipt;
import org.dmalab.mips.patch.KmapHighGet;
import org.dmalab.mips.patch.KmapHighGetFallback;
import org.dmalab.mips.patch.Kseg0Only;
import org.dmalab.mips.patch.PerPageIrqOff;
import org.dmalab.mips.patch.PpcIrqOff;
import org.dmalab.mips.patch.StackKmap;
import org.dmalab.mips.patch.ThreeSlots;
import org.dmalab.rules.TestWatch;

/** A machine with a variant, actions by name, and checks against an ideal memory: a small stand-in for the lab. */
public final class TestLab implements EventSink {
    static final List<Action> ACTIONS = List.of(new KernelBoot(), new PageAlloc(),
            new PageFree(), new PageDirty(), new PageRead(), new PageKmap(),
            new PageKunmap(), new DmaMapSg(), new DmaUnmapSg(), new DmaSyncSg(),
            new DmaMapPage(), new DmaUnmapPage(), new DmaSyncRange(),
            new DmaMaintain(), new DeviceDma(), new DeviceDmaLine(),
            new SataRead(),
            new CacheEvict(), new CachePrefetch(), new CacheDrain());
    private static final MipsArchitecture ARCHITECTURE = new MipsArchitecture();

    public final Machine machine;
    public final List<String> violations = new ArrayList<>();
    public final List<Event> events = new ArrayList<>();
    private final Map<Long, Long> ideal = new HashMap<>();
    private final Map<Long, Long> owned = new TreeMap<>();
    private final List<EventSink> sinks = new ArrayList<>();
    private final List<Oracle> oracles = List.of(new OpOnIntendedPage(), new SlotsBalanced());
    private final List<Oracle.Watch> watches = new ArrayList<>();

    /** A machine whose kernel is booted. */
    public TestLab(String preset, String profile, Object variant, Map<String, Long> set) {
        machine = machine(preset, profile, variant, set);
        for (Oracle oracle : oracles) {
            Oracle.Watch watch = new TestWatch(machine, oracle,
                    message -> violations.add(oracle.name() + ": " + message));
            watches.add(watch);
            sinks.add(oracle.attach(watch));
        }
        machine.observe(this);
        act("kernel.boot");
    }

    public TestLab(String preset, Object variant) {
        this(preset, "strict", variant, Map.of());
    }

    /** A variant by its id. */
    public static Object variant(String id) {
        return switch (id) {
            case "kseg0-only" -> new Kseg0Only();
            case "kmap-high-get" -> new KmapHighGet();
            case "kmap-high-get-fallback" -> new KmapHighGetFallback();
            case "three-slots" -> new ThreeSlots();
            case "arm-l1-vipt" -> new ArmL1Vipt();
            case "ppc-irq-off" -> new PpcIrqOff();
            case "per-page-irq-off" -> new PerPageIrqOff();
            case "stack-kmap" -> new StackKmap();
            default -> throw new IllegalArgumentException(id);
        };
    }

    public static Machine machine(String preset, String profile, Object variant, Map<String, Long> set) {
        Binding binding = new Binding(null, null, (CacheFlush) variant, null);
        return ARCHITECTURE.create(spec(preset, profile, set), Services.fixed(binding));
    }

    public static MachineSpec spec(String preset, String profile, Map<String, Long> set) {
        Map<String, Long> values = new TreeMap<>(named(ARCHITECTURE.presets(), preset).values());
        values.putAll(named(ARCHITECTURE.profiles(), profile).values());
        values.putAll(set);
        return new MachineSpec("mips", preset, profile, "embedded", values, Map.of());
    }

    private static Preset named(List<Preset> presets, String name) {
        return presets.stream().filter(preset -> preset.name().equals(name)).findFirst().orElseThrow();
    }

    static Action action(String name) {
        return ACTIONS.stream().filter(action -> action.name().equals(name)).findFirst().orElseThrow();
    }

    static Values values(Action action, Object... pairs) {
        Map<String, String> typed = new HashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            typed.put((String) pairs[i], pairs[i + 1].toString());
        }
        Map<String, Long> numbers = new TreeMap<>();
        for (Parameter parameter : action.parameters()) {
            String text = typed.remove(parameter.name());
            numbers.put(parameter.name(), Values.parse(parameter, text == null ? parameter.otherwise() : text));
        }
        if (!typed.isEmpty()) {
            throw new IllegalArgumentException(action.name() + " has no " + typed.keySet());
        }
        return new Values(numbers);
    }

    /** Runs an action on processor 0 at user level. */
    public long act(String name, Object... pairs) {
        return act(machine.cpu(0, Level.USER), name, pairs);
    }

    public long act(Cpu cpu, String name, Object... pairs) {
        Action action = action(name);
        try {
            return action.run(machine, cpu, values(action, pairs));
        } catch (KernelBug e) {
            violations.add("bug: " + e.getMessage());
            return -1;
        } catch (Blocked e) {
            violations.add("blocked: " + e.getMessage());
            return -1;
        }
    }

    /** The verdict after the oracles' last look. */
    public boolean passes() {
        for (int i = 0; i < oracles.size(); i++) {
            oracles.get(i).end(watches.get(i), sinks.get(i));
        }
        return violations.isEmpty();
    }

    public Cpu user() {
        return machine.cpu(0, Level.USER);
    }

    public long count(int kind) {
        return events.stream().filter(event -> event.kind() == kind).count();
    }

    @Override
    public void event(int kind, int actor, long a, long b, long c, long d, long e, long result) {
        events.add(new Event(events.size() + 1L, 0, kind, actor, a, b, c, d, e, result));
        sinks.forEach(sink -> sink.event(kind, actor, a, b, c, d, e, result));
        switch (kind) {
            case EventKind.CPU_WRITE -> write(a, b, c);
            case EventKind.CPU_READ -> check("cpu reads", a, b, c);
            case EventKind.DMA_READ -> check("device reads", b, c, d);
            case EventKind.DMA_WRITE -> deviceWrites(a, b, c, d);
            case EventKind.DMA_ABORT -> violations.add(String.format("DMA outside memory at %x", a));
            case EventKind.BUFFER_TO_DEVICE -> give(b, c, d);
            case EventKind.BUFFER_TO_CPU -> owned.remove(b);
            case EventKind.USE_AFTER_FREE -> violations.add("use after free");
            case EventKind.UNLOCK_UNOWNED -> violations.add("unlock of a free lock");
            case Op.WARN -> violations.add(Text.of(a));
            default -> { }
        }
    }

    private void give(long bus, long physical, long lengthAndDirection) {
        long length = lengthAndDirection & (1L << 56) - 1;
        owned.put(bus, length);
        if (bus != physical) {
            violations.add(String.format("bus address %x for physical %x", bus, physical));
        }
        if (lengthAndDirection >>> 56 == 2) {
            for (long i = physical; i < physical + length; i++) {
                ideal.remove(i);
            }
        }
    }

    private void deviceWrites(long bus, long physical, long width, long value) {
        boolean mapped = owned.entrySet().stream()
                .anyMatch(buffer -> bus >= buffer.getKey() && bus + width <= buffer.getKey() + buffer.getValue());
        if (!mapped) {
            violations.add(String.format("DMA outside every buffer at %x", bus));
        }
        write(physical, width, value);
    }

    private void write(long physical, long width, long value) {
        for (int i = 0; i < width; i++) {
            ideal.put(physical + i, value >>> 8 * i & 0xff);
        }
    }

    private void check(String who, long physical, long width, long value) {
        for (int i = 0; i < width; i++) {
            Long expected = ideal.get(physical + i);
            long found = value >>> 8 * i & 0xff;
            if (expected != null && expected != found) {
                violations.add(String.format("%s %x at %x, last written %x", who, found, physical + i, expected));
                return;
            }
        }
    }
}
