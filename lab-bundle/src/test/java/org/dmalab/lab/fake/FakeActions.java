package org.dmalab.lab.fake;

import java.util.Arrays;
import java.util.List;
import java.util.function.ToLongFunction;

import org.dmalab.api.Action;
import org.dmalab.api.Machine;
import org.dmalab.api.NotReadyException;
import org.dmalab.api.Parameter;
import org.dmalab.api.Parameter.Type;
import org.dmalab.api.Values;
import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.cpu.Endian;
import org.dmalab.api.cpu.Text;
import org.dmalab.api.event.EventKind;
import org.dmalab.api.port.DmaMaster;
import org.dmalab.api.service.Binding;
import org.dmalab.api.service.Direction;
import org.dmalab.api.service.Errno;
import org.dmalab.api.service.MemoryNotifier;

/** Actions of the fake architecture. */
public final class FakeActions {
    private static final long BOOTED = Text.id("Fake kernel booted on cpu%d");
    private static final long FAULT = Text.id("DMAR: [DMA Read] Request device [00:01.0] fault addr %llx");
    private static final long OTHER = Text.id("DMAR: handling fault");
    private static final long CRASHED = Text.id("Kernel crash asked for");

    private FakeActions() { }

    private interface Body {
        long run(Machine machine, Cpu cpu, Values values);
    }

    private record Simple(String name, boolean concurrent, List<Parameter> parameters, Body body) implements Action {
        @Override
        public String summary() {
            return "Does " + name + ".";
        }

        @Override
        public boolean byDevice() {
            return name.startsWith("device.");
        }

        @Override
        public long run(Machine machine, Cpu cpu, Values values) {
            return body.run(machine, cpu, values);
        }

        @Override
        public String describe(Machine machine, Values values, long result) {
            return name.equals("kernel.boot") ? "booted" : "";
        }
    }

    private static final Parameter DEVICE = Parameter.optional("device", Type.DEVICE, "bus address", "00:01.0");
    private static final Parameter ADDRESS = Parameter.required("address", Type.ADDRESS, "where");
    private static final Parameter SIZE = Parameter.optional("size", Type.SIZE, "bytes", "64");
    private static final Parameter VALUE = Parameter.optional("value", Type.NUMBER, "what", "0x1122334455667788");
    private static final Parameter BUS = Parameter.optional("bus", Type.ADDRESS, "bus address", "0x2000");
    private static final Parameter DIRECTION = Parameter.choice("direction", "who writes", "both", "both", "out", "in");

    /** All of them. */
    public static List<Action> all() {
        return List.of(
                new Simple("kernel.boot", false, List.of(), FakeActions::boot),
                new Simple("kernel.crash", true, List.of(), (machine, cpu, values) -> {
                    cpu.bug(CRASHED);
                    return 0;
                }),
                new Simple("kernel.warn", true, List.of(), (machine, cpu, values) -> {
                    cpu.warn(CRASHED);
                    return 0;
                }),
                new Simple("dma.map", true, List.of(DEVICE, BUS, ADDRESS, SIZE, DIRECTION), FakeActions::map),
                new Simple("dma.unmap", true, List.of(DEVICE, BUS, ADDRESS, SIZE, DIRECTION), FakeActions::unmap),
                new Simple("device.read", false, List.of(DEVICE, BUS, SIZE), FakeActions::deviceRead),
                new Simple("device.write", false, List.of(DEVICE, BUS, SIZE, VALUE), FakeActions::deviceWrite),
                new Simple("cpu.write", true, List.of(ADDRESS, SIZE, VALUE), (machine, cpu, values) -> {
                    for (long at = 0; at < values.get("size"); at += 8) {
                        cpu.write(values.get("address") + at, 8, Endian.LITTLE, values.get("value"));
                    }
                    return 0;
                }),
                new Simple("cpu.read", true, List.of(ADDRESS, SIZE), (machine, cpu, values) -> {
                    for (long at = 0; at < values.get("size"); at += 8) {
                        cpu.read(values.get("address") + at, 8, Endian.LITTLE);
                    }
                    return 0;
                }),
                new Simple("memory.online", false, List.of(), FakeActions::online),
                new Simple("lock.take", true, List.of(), (machine, cpu, values) -> {
                    cpu.lock(FakeArchitecture.LOCK);
                    return 0;
                }),
                new Simple("loop.forever", true, List.of(), (machine, cpu, values) -> {
                    while (cpu.load(FakeArchitecture.TRAFFIC, 8) >= 0) {
                        cpu.delay(1);
                    }
                    return 0;
                }),
                new Simple("driver.unload", true, List.of(), (machine, cpu, values) -> {
                    throw new NotReadyException("there is no driver; driver.load comes first");
                }),
                new Simple("memory.decline", true, List.of(), (machine, cpu, values) ->
                        cpu.load(FakeArchitecture.BOOTED, 8) != 0 ? Errno.ENOMEM : 0),
                new Simple("device.decline", false, List.of(), (machine, cpu, values) -> Errno.EIO),
                new Simple("irqs.ipi", true, List.of(), (machine, cpu, values) -> {
                    long flags = cpu.irqSave();
                    cpu.ipi(0, 1, 5);
                    cpu.irqRestore(flags);
                    return 0;
                }),
                new Simple("chance.take", true, List.of(), (machine, cpu, values) -> {
                    cpu.store(FakeArchitecture.TRAFFIC, 8, cpu.choose(1000));
                    return 0;
                }));
    }

    /** Waits until a thread is in code of an action. */
    public static void awaitInside(Thread thread) {
        while (thread.isAlive() && Arrays.stream(thread.getStackTrace())
                .noneMatch(frame -> frame.getClassName().startsWith(FakeActions.class.getName()))) {
            Thread.onSpinWait();
        }
    }

    private static long boot(Machine machine, Cpu cpu, Values values) {
        cpu.store(FakeArchitecture.BOOTED, 8, 1);
        cpu.printk(BOOTED, cpu.processor());
        return 0;
    }

    private static long call(Cpu cpu, ToLongFunction<Binding> use) {
        Binding variant = cpu.services().enter();
        try {
            return use.applyAsLong(variant);
        } finally {
            cpu.services().leave();
        }
    }

    private static long map(Machine machine, Cpu cpu, Values values) {
        Direction direction = Direction.of(values.get("direction"));
        long size = values.get("size");
        long bus = call(cpu, variant -> variant.iommu().map(cpu, 0, values.get("bus"), values.get("address"), size,
                direction));
        if (bus < 0) {
            return bus;
        }
        cpu.note(EventKind.BUFFER_TO_DEVICE, values.get("device"), bus, values.get("address"),
                size | (long) direction.ordinal() << 56);
        return 0;
    }

    private static long unmap(Machine machine, Cpu cpu, Values values) {
        long size = values.get("size");
        call(cpu, variant -> variant.iommu().unmap(cpu, 0, values.get("bus"), size,
                Direction.of(values.get("direction"))));
        cpu.note(EventKind.BUFFER_TO_CPU, values.get("device"), values.get("bus"), values.get("address"),
                size | values.get("direction") << 56);
        return 0;
    }

    private static long deviceRead(Machine machine, Cpu cpu, Values values) {
        for (long at = 0; at < values.get("size"); at += 8) {
            DmaMaster.Access access = machine.ports().dma().read(values.get("device"), values.get("bus") + at, 8);
            if (access.outcome() == DmaMaster.Outcome.FAULT) {
                cpu.printk(OTHER);
                cpu.printk(FAULT, values.get("bus") & ~0xfffL);
                return 0;
            }
        }
        return 0;
    }

    private static long deviceWrite(Machine machine, Cpu cpu, Values values) {
        for (long at = 0; at < values.get("size"); at += 8) {
            machine.ports().dma().write(values.get("device"), values.get("bus") + at, 8, values.get("value"));
        }
        return 0;
    }

    private static long online(Machine machine, Cpu cpu, Values values) {
        long answer = call(cpu, variant -> variant.memoryNotifier().notify(cpu, MemoryNotifier.MEM_GOING_ONLINE,
                0, 1));
        return answer == MemoryNotifier.NOTIFY_OK ? 0 : Errno.EPERM;
    }
}
