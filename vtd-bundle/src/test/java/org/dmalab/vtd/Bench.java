package org.dmalab.vtd;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import org.dmalab.api.Action;
import org.dmalab.api.Machine;
import org.dmalab.api.MachineSpec;
import org.dmalab.api.Parameter;
import org.dmalab.api.Preset;
import org.dmalab.api.Values;
import org.dmalab.api.cpu.Level;
import org.dmalab.api.cpu.Op;
import org.dmalab.api.event.Dmesg;
import org.dmalab.api.event.Event;
import org.dmalab.api.service.Binding;
import org.dmalab.api.service.CacheFlush;
import org.dmalab.api.service.Iommu;
import org.dmalab.api.service.MemoryNotifier;
import org.dmalab.api.service.ServiceKind;
import org.dmalab.api.service.Services;
import org.dmalab.vtd.action.DeviceAlias;
import org.dmalab.vtd.action.DeviceAttach;
import org.dmalab.vtd.action.DeviceDetach;
import org.dmalab.vtd.action.DeviceDma;
import org.dmalab.vtd.action.DeviceReset;
import org.dmalab.vtd.action.DeviceSilence;
import org.dmalab.vtd.action.DeviceStart;
import org.dmalab.vtd.action.DeviceStream;
import org.dmalab.vtd.action.DmaMap;
import org.dmalab.vtd.action.DmaUnmap;
import org.dmalab.vtd.action.DriverProbe;
import org.dmalab.vtd.action.IommuMap;
import org.dmalab.vtd.action.IommuShow;
import org.dmalab.vtd.action.KernelBoot;
import org.dmalab.vtd.action.KernelCrash;
import org.dmalab.vtd.action.KernelIdle;
import org.dmalab.vtd.action.KernelKdump;
import org.dmalab.vtd.action.MemoryOffline;
import org.dmalab.vtd.action.MemoryOnline;
import org.dmalab.vtd.action.VfioAttach;

/** A machine on which tests run actions by name, with all its events and their descriptions. */
final class Bench {
    static final List<Action> ACTIONS = List.of(new KernelBoot(), new KernelCrash(), new KernelKdump(),
            new DeviceAttach(), new DeviceDetach(), new DmaMap(), new DmaUnmap(), new DriverProbe(), new DeviceReset(),
            new DeviceDma(), new IommuShow(), new DeviceStream(), new DeviceStart(), new DeviceAlias(),
            new IommuMap(), new KernelIdle(), new DeviceSilence(), new VfioAttach(),
            new MemoryOnline(), new MemoryOffline());
    static final VtdArchitecture ARCHITECTURE = new VtdArchitecture();
    final Machine machine;
    final List<Event> events = new ArrayList<>();

    Bench(Iommu variant, String preset, String profile, Map<String, Long> set) {
        this(variant, spec(preset, profile, set));
    }

    Bench(Iommu variant, MachineSpec spec) {
        CacheFlush flush = (CacheFlush) ARCHITECTURE.builtIn(spec, ServiceKind.CACHE_FLUSH);
        machine = ARCHITECTURE.create(spec, Services.fixed(new Binding(variant, null, flush,
                (MemoryNotifier) ARCHITECTURE.builtIn(spec, ServiceKind.MEMORY_NOTIFIER))));
        machine.observe((kind, actor, a, b, c, d, e, result) -> events.add(new Event(events.size() + 1L,
                machine.timeNanos(), kind, actor, a, b, c, d, e, result)));
    }

    /** An X9DRG, strict, whose kernel runs. */
    static Bench booted(Iommu variant, Map<String, Long> set) {
        Bench bench = new Bench(variant, "X9DRG", "strict", set);
        assertEquals(0, bench.run("kernel.boot"));
        return bench;
    }

    static MachineSpec spec(String preset, String profile, Map<String, Long> set) {
        Map<String, Long> values = new TreeMap<>();
        for (Preset p : ARCHITECTURE.presets()) {
            if (p.name().equals(preset)) {
                values.putAll(p.values());
            }
        }
        for (Preset p : ARCHITECTURE.profiles()) {
            if (p.name().equals(profile)) {
                values.putAll(p.values());
            }
        }
        values.putAll(set);
        return new MachineSpec("vtd", preset, profile, "embedded", values, Map.of());
    }

    /** Runs one step: name, then parameter and value in turn. */
    long run(String name, String... arguments) {
        for (Action action : ACTIONS) {
            if (action.name().equals(name)) {
                return action.run(machine, machine.cpu(0, Level.USER), values(action, arguments));
            }
        }
        throw new IllegalArgumentException(name);
    }

    String describe(String name, long result, String... arguments) {
        for (Action action : ACTIONS) {
            if (action.name().equals(name)) {
                return action.describe(machine, values(action, arguments), result);
            }
        }
        throw new IllegalArgumentException(name);
    }

    private static Values values(Action action, String... arguments) {
        Map<String, Long> numbers = new HashMap<>();
        for (Parameter parameter : action.parameters()) {
            String text = parameter.otherwise();
            for (int i = 0; i < arguments.length; i += 2) {
                if (arguments[i].equals(parameter.name())) {
                    text = arguments[i + 1];
                }
            }
            numbers.put(parameter.name(), Values.parse(parameter, text));
        }
        return new Values(numbers);
    }

    List<String> dmesg() {
        return machine.dmesg().lines().stream().map(Dmesg.Line::text).toList();
    }

    List<String> words() {
        return events.stream().map(event -> ARCHITECTURE.describe(machine, event)).filter(text -> !text.isEmpty())
                .toList();
    }

    long count(int kind) {
        return events.stream().filter(event -> event.kind() == kind).count();
    }

    /** Domain-id in a device's context entry of legacy mode, as the unit fetches it. */
    long did(long sourceId) {
        long root = machine.model(VtdModel.class).unit().rootTable();
        long table = fetched(root + (sourceId >> 8) * 16) & ~0xfffL;
        return fetched(table + (sourceId & 0xff) * 16 + 8) >>> 8 & 0xffff;
    }

    /** Eight bytes of memory as the unit fetches them. */
    long fetched(long address) {
        return machine.model(VtdModel.class).memory().fetch(address, 8);
    }

    /** Register writes, in words, from an event on. */
    List<String> writes(int from) {
        List<String> writes = new ArrayList<>();
        for (Event event : events.subList(from, events.size())) {
            if (event.kind() == Op.REG_WRITE) {
                writes.add(ARCHITECTURE.describe(machine, event));
            }
        }
        return writes;
    }
}
