package org.dmalab.lab.explore;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;

import org.dmalab.api.Machine;
import org.dmalab.api.MachineSpec;
import org.dmalab.api.Oracle;
import org.dmalab.api.Spontaneous;
import org.dmalab.api.cpu.CacheOp;
import org.dmalab.api.cpu.Code;
import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.cpu.Endian;
import org.dmalab.api.cpu.Level;
import org.dmalab.api.cpu.Op;
import org.dmalab.api.cpu.Processors;
import org.dmalab.api.event.Emitter;
import org.dmalab.api.event.EventSink;
import org.dmalab.api.kernel.KernelMemory;
import org.dmalab.api.kernel.Variable;
import org.dmalab.api.port.Memory;
import org.dmalab.api.port.Ports;
import org.dmalab.api.service.Binding;
import org.dmalab.api.service.Services;
import org.dmalab.api.store.Region;
import org.dmalab.api.store.Store;

/**
 * A small concurrent program drawn at random: code on one to three processors, two interrupts, inter-processor ones,
 * locks, masking, waits with and without a timeout, free choices, polling loops with a mark, a device, hardware that
 * acts by itself, a task that moves, an oracle that looks at a shared slot and one that remembers.
 */
final class RandomProgram {
    private static final int SHARED = 3;
    private static final int KINDS = 15;

    private final Machine machine;
    private final Variable shared;
    private final Variable own;
    private final Variable locks;
    private final List<Strand> strands = new ArrayList<>();
    private final List<Spontaneous> hardware = new ArrayList<>();
    private final List<Oracle> oracles = new ArrayList<>();

    /** What a search has found, without the schedules. */
    record Outcome(boolean exhausted, long states, long transitions, Set<Long> ends, Set<String> violations) { }

    RandomProgram(long seed) {
        Random random = new Random(seed);
        Store store = new Store();
        KernelMemory kernel = new KernelMemory(store, 0x80001000L, 256, 0);
        shared = kernel.array("shared", random.nextBoolean() ? 4 : 8, SHARED);
        locks = kernel.array("locks", 4, 2);
        own = kernel.array("own", random.nextBoolean() ? 1 : 8, 8);
        int processors = 2 + (random.nextInt(4) == 0 ? 1 : 0);
        boolean moves = random.nextInt(8) == 0;
        Code ipi = code(random, 1 + random.nextInt(2), 6, 0);
        machine = new Machine(new Machine.Parts(new MachineSpec("test", "random", "none", "embedded", Map.of(),
                Map.of()), store, new Emitter(), kernel, new Processors(store, processors + (moves ? 1 : 0)),
                new Ports(new NoMemory(), null, null, null, null), (cpu, vector, argument) -> ipi.run(cpu),
                () -> false, null), Services.fixed(new Binding(null, null, null, null)));
        int running = random.nextInt(4) == 0 ? 1 : processors;
        int length = processors == 3 ? 2 : 2 + random.nextInt(4);
        for (int p = 0; p < running; p++) {
            strands.add(new Strand("task" + p, p, Level.USER, false, 1, moves && p == 0,
                    List.of(code(random, running == 1 ? 3 * length : length, p, KINDS))));
        }
        interrupts(random, running == 1 ? 0 : 1);
        if (random.nextInt(4) == 0) {
            int from = random.nextInt(SHARED);
            int to = random.nextInt(SHARED);
            strands.add(new Strand("nic", 0, Level.USER, true, 1 + random.nextInt(2), false, List.of(cpu -> {
                cpu.store(shared, to, cpu.load(shared, from) + 1);
                return 0;
            })));
        }
        if (random.nextInt(4) == 0) {
            hardware.add(new Flip(machine, shared, random.nextInt(SHARED), random.nextInt(SHARED)));
        }
        if (random.nextBoolean()) {
            oracles.add(new Slot(shared));
        }
        if (random.nextInt(3) == 0) {
            oracles.add(new Remembering(shared.element(random.nextInt(SHARED))));
        }
    }

    private void interrupts(Random random, int hardirqOn) {
        if (random.nextInt(3) > 0) {
            strands.add(new Strand("softirq", 0, Level.SOFTIRQ, false, 1, false,
                    List.of(code(random, 1 + random.nextInt(3), 4, KINDS - 3))));
        }
        if (random.nextInt(3) > 0) {
            strands.add(new Strand("hardirq", hardirqOn, Level.HARDIRQ, false, 1 + random.nextInt(2), false,
                    List.of(code(random, 1 + random.nextInt(2), 5, 8))));
        }
    }

    /** Code of some calls, of the first kinds only. */
    private Code code(Random random, int length, int self, int kinds) {
        int[][] calls = new int[length][];
        for (int i = 0; i < length; i++) {
            calls[i] = new int[] {random.nextInt(Math.max(5, kinds)), random.nextInt(SHARED), random.nextInt(3)};
        }
        return cpu -> run(cpu, calls, self);
    }

    private long run(Cpu cpu, int[][] calls, int self) {
        long value = 0;
        long held = 0;
        long flags = -1;
        for (int i = 0; i < calls.length; i++) {
            int x = calls[i][1];
            int k = calls[i][2];
            switch (calls[i][0]) {
                case 0, 1 -> value = cpu.load(shared, x);
                case 2 -> cpu.store(shared, x, value + k & 7);
                case 3 -> cpu.store(own, self, value);
                case 4 -> value = cpu.load(own, self) + 1 & 7;
                case 5 -> cpu.cache(CacheOp.HIT_INVALIDATE_D, x << 4 | k);
                case 6 -> value = cpu.processor();
                case 7 -> flags = flags < 0 ? cpu.irqSave() : flags;
                case 8 -> {
                    if (flags >= 0) {
                        cpu.irqRestore(flags);
                        flags = -1;
                    }
                }
                case 9 -> value = cpu.choose(2);
                case 10 -> {
                    if (held == 0) {
                        held = locks.element(x % 2);
                        cpu.lock(held);
                    }
                }
                case 11 -> {
                    if (held != 0) {
                        cpu.unlock(held);
                        held = 0;
                    }
                }
                case 12 -> cpu.ipi(k % 2, 0, 0);
                case 13 -> wait(cpu, x, k);
                default -> poll(cpu, i, x, k, flags, held, value);
            }
        }
        if (held != 0) {
            cpu.unlock(held);
        }
        if (flags >= 0) {
            cpu.irqRestore(flags);
        }
        return 0;
    }

    private void wait(Cpu cpu, int x, int k) {
        if (k == 0) {
            cpu.await(shared.element(x), shared.widthBytes(), 1);
        } else if (k == 1) {
            cpu.await(shared.element(x), shared.widthBytes(), 1, 100);
        } else {
            cpu.preemptDisable();
            cpu.load(shared, x);
            cpu.preemptEnable();
        }
    }

    private void poll(Cpu cpu, int label, int x, int k, long flags, long held, long value) {
        if (k > 0) {
            cpu.load(own, x);
            return;
        }
        do {
            cpu.mark(label, flags, held, value);
        } while (cpu.load(shared, x) == 0);
    }

    Outcome explore(Exploration.Reductions reductions, long maxStates) {
        Set<Long> ends = new TreeSet<>();
        SearchResult result = new Exploration(machine, strands, hardware, oracles,
                () -> ends.add(machine.store().fingerprint()), Exploration.Limits.states(maxStates), reductions)
                .decide();
        Set<String> violations = new TreeSet<>();
        result.violations().forEach(found -> violations.add(found.oracle() + ": " + found.message()));
        return new Outcome(result.exhausted(), result.states(), result.transitions(), ends, violations);
    }

    /** Hardware that sets one variable to the negation of another, and back again. */
    private record Flip(Machine machine, Variable shared, int from, int to) implements Spontaneous {
        @Override
        public String family() {
            return "flip";
        }

        @Override
        public String summary() {
            return "changes a variable by itself";
        }

        @Override
        public int count() {
            return 2;
        }

        @Override
        public boolean enabled(int index) {
            return machine.kernel().load(shared.element(from), shared.widthBytes()) == index;
        }

        @Override
        public void take(int index) {
            machine.kernel().store(shared.element(to), shared.widthBytes(), 1 - index);
        }

        @Override
        public String describe(int index) {
            return "flip to " + index;
        }
    }

    /** Every cache operation finds the value that it means in a shared variable. */
    private record Slot(Variable shared) implements Oracle {
        @Override
        public String name() {
            return "slot";
        }

        @Override
        public String summary() {
            return "the slot has the value that is meant";
        }

        @Override
        public EventSink attach(Watch watch) {
            return (kind, actor, a, b, c, d, e, result) -> {
                if (kind == Op.CACHE) {
                    long found = watch.machine().kernel().load(shared.element(b >> 4), shared.widthBytes());
                    if (found > (b & 0xf)) {
                        watch.violation("at most " + (b & 0xf) + " expected, " + found + " found");
                    }
                }
            };
        }
    }

    /** Nobody stores a variable twice in a row with the same value; remembers who and what was last. */
    private record Remembering(long address) implements Oracle {
        @Override
        public String name() {
            return "remembering";
        }

        @Override
        public String summary() {
            return "nobody stores the same twice in a row";
        }

        @Override
        public EventSink attach(Watch watch) {
            Region memory = region(watch);
            return (kind, actor, a, b, c, d, e, result) -> {
                if (kind == Op.STORE && a == address) {
                    long now = actor * 16L + c + 1;
                    if (memory.get(0) == now) {
                        watch.violation("stored " + c + " twice");
                    }
                    memory.set(0, now);
                }
            };
        }

        /** Declared once; a later search of the same program finds it. */
        private static Region region(Watch watch) {
            return watch.machine().store().regions().stream().filter(one -> one.name().contains("remembering"))
                    .findFirst().orElseGet(() -> watch.memory("last", 1));
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
}
