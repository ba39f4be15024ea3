package org.dmalab.lab.explore;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

import org.dmalab.api.Machine;
import org.dmalab.api.MachineSpec;
import org.dmalab.api.Oracle;
import org.dmalab.api.Spontaneous;
import org.dmalab.api.cpu.CacheOp;
import org.dmalab.api.cpu.Code;
import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.cpu.Level;
import org.dmalab.api.cpu.Op;
import org.dmalab.api.cpu.Processors;
import org.dmalab.api.event.Actor;
import org.dmalab.api.event.Emitter;
import org.dmalab.api.event.EventKind;
import org.dmalab.api.event.EventSink;
import org.dmalab.api.kernel.KernelMemory;
import org.dmalab.api.kernel.Variable;
import org.dmalab.api.port.Ports;
import org.dmalab.api.service.Binding;
import org.dmalab.api.service.Services;
import org.dmalab.api.store.Region;
import org.dmalab.api.store.Store;

/**
 * A concurrent program drawn at random: code on one to three processors, two interrupts, inter-processor ones, locks,
 * masking, waits with and without a timeout, free choices, polling loops with a mark, a device, hardware that acts by
 * itself, a task that moves, an oracle that looks at a shared slot and one that remembers. Most are small, some larger.
 */
final class RandomProgram {
    private static final int SHARED = 3;
    /** One in so many is large. */
    private static final int LARGE = 50;
    /** One task in so many goes round. */
    private static final int LOOPS = 16;
    private static final int HEAD = 99;
    /** The own variable of the handler of inter-processor interrupts. */
    private static final int IPIS = 6;
    private static final Kind[] OF_TASKS = {Kind.LOAD, Kind.LOAD, Kind.STORE, Kind.STORE, Kind.STORE_OWN, Kind.LOAD_OWN,
        Kind.CACHE, Kind.CACHE, Kind.PROCESSOR, Kind.IRQS_OFF, Kind.IRQS_BACK, Kind.CHOOSE, Kind.LOCK, Kind.LOCK,
        Kind.LOCK, Kind.UNLOCK, Kind.IPI, Kind.WAIT, Kind.WAIT, Kind.POLL};
    private static final Kind[] OF_SOFTIRQS = {Kind.LOAD, Kind.STORE, Kind.STORE, Kind.LOAD_OWN, Kind.CACHE, Kind.CACHE,
        Kind.PROCESSOR, Kind.IRQS_OFF, Kind.IRQS_BACK, Kind.CHOOSE, Kind.LOCK, Kind.LOCK, Kind.UNLOCK};
    private static final Kind[] OF_HARDIRQS = {Kind.LOAD, Kind.STORE, Kind.STORE, Kind.STORE_OWN, Kind.CACHE, Kind.LOCK,
        Kind.LOCK, Kind.IRQS_ON};
    private static final Kind[] OF_IPIS = {Kind.LOAD, Kind.STORE, Kind.STORE, Kind.STORE_OWN, Kind.CACHE, Kind.LOCK,
        Kind.LOCK, Kind.IPI};

    private final Machine machine;
    private final Variable shared;
    private final Variable own;
    private final Variable locks;
    private final List<Strand> strands = new ArrayList<>();
    private final List<Spontaneous> hardware = new ArrayList<>();
    private final List<Oracle> oracles = new ArrayList<>();
    private final StringBuilder text = new StringBuilder();
    private final boolean large;
    private boolean endless;

    private enum Kind {
        LOAD, STORE, STORE_OWN, LOAD_OWN, CACHE, PROCESSOR, IRQS_OFF, IRQS_BACK, IRQS_ON, CHOOSE, LOCK, UNLOCK, IPI,
        WAIT, POLL
    }

    /** A call, or what is like one, and two numbers of which it takes what it needs. */
    private record Call(Kind kind, int x, int k) { }

    /** What a search has found, without the schedules. */
    record Outcome(boolean exhausted, long states, long transitions, long deadlocks, Set<Long> ends,
            Set<String> violations) {
        boolean deadlock() {
            return stuck().contains(Findings.DEADLOCK);
        }

        /** Who objects to states in which nobody comes to an end any more. */
        Set<String> stuck() {
            return violations.stream().map(one -> one.substring(0, one.indexOf(':')))
                    .filter(List.of(Findings.DEADLOCK, Livelocks.ORACLE)::contains)
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }

    RandomProgram(long seed) {
        Random random = new Random(Store.mix(seed, LARGE));
        large = random.nextInt(LARGE) == 0;
        Store store = new Store();
        KernelMemory kernel = new KernelMemory(store, 0x80001000L, 256, 0);
        shared = kernel.array("shared", random.nextBoolean() ? 4 : 8, SHARED);
        locks = kernel.array("locks", 4, 2);
        own = kernel.array("own", random.nextBoolean() ? 1 : 8, 8);
        int processors = 2 + (large && random.nextInt(4) == 0 ? 1 : 0);
        boolean moves = random.nextInt(large ? 8 : 16) == 0;
        Code ipi = code(random, 1 + random.nextInt(2), IPIS, OF_IPIS);
        machine = new Machine(new Machine.Parts(new MachineSpec("test", "random", "none", "embedded", Map.of(),
                Map.of()), store, new Emitter(), kernel, new Processors(store, processors + (moves ? 1 : 0)),
                new Ports(new SmallMachine.NoMemory(), null, null, null, null), (cpu, vector, argument) -> ipi.run(cpu),
                () -> false, null), Services.fixed(new Binding(null, null, null, null)));
        int running = random.nextInt(4) == 0 ? 1 : processors;
        for (int p = 0; p < running; p++) {
            int length = processors == 3 ? 2 : lengthOfTask(random);
            strands.add(new Strand("task" + p, p, Level.USER, false, 1, moves && p == 0,
                    List.of(task(random, running == 1 ? 2 * length : length, p))));
        }
        interrupts(random, running == 1);
        endless |= moves;
        more(random);
    }

    private void more(Random random) {
        if (random.nextInt(large ? 4 : 8) == 0) {
            int from = random.nextInt(SHARED);
            int to = random.nextInt(SHARED);
            text.append(from).append(to);
            strands.add(new Strand("nic", 0, Level.USER, true, 1 + random.nextInt(2), false, List.of(cpu -> {
                cpu.store(shared, to, cpu.load(shared, from) + 1);
                return 0;
            })));
        }
        if (random.nextInt(large ? 4 : 16) == 0) {
            endless = true;
            hardware.add(new Flip(machine, shared, random.nextInt(SHARED), random.nextInt(SHARED)));
        }
        if (random.nextInt(4) > 0) {
            oracles.add(new Slot(shared));
        }
        if (random.nextInt(3) == 0) {
            oracles.add(new Remembering(shared.element(random.nextInt(SHARED))));
        }
        strands.forEach(one -> text.append(one.name()).append(one.processor()).append(one.times())
                .append(one.migrates()));
        text.append(hardware.size());
        oracles.forEach(one -> text.append(one.name()));
    }

    private int lengthOfTask(Random random) {
        return large ? 2 + random.nextInt(4) : 1 + random.nextInt(3);
    }

    /** Handlers are longer where only they and one task run. */
    private void interrupts(Random random, boolean oneRuns) {
        int beside = large ? 3 : 2;
        int length = oneRuns ? 4 : beside;
        if (random.nextInt(large ? 3 : 2) > 0) {
            strands.add(new Strand("softirq", 0, Level.SOFTIRQ, false, 1, false,
                    List.of(code(random, 1 + random.nextInt(length), 4, OF_SOFTIRQS))));
        }
        if (random.nextInt(large ? 3 : 2) > 0) {
            strands.add(new Strand("hardirq", oneRuns ? 0 : random.nextInt(2), Level.HARDIRQ, false,
                    large || oneRuns ? 2 : 1, false, List.of(code(random, 1 + random.nextInt(length - 1), 5,
                    OF_HARDIRQS))));
        }
    }

    /** Code that may do its calls again and again, until a shared variable or a choice ends it. */
    private Code task(Random random, int length, int self) {
        Code code = code(random, length, self, OF_TASKS);
        if (random.nextInt(LOOPS) > 0) {
            return code;
        }
        int until = random.nextInt(SHARED + 2);
        endless = true;
        text.append("until").append(until);
        return cpu -> {
            do {
                cpu.mark(HEAD, 0, 0, 0);
                code.run(cpu);
            } while (until < SHARED ? cpu.load(shared, until) == 0 : cpu.choose(2) == 0);
            return 0;
        };
    }

    /** Code of some calls. */
    private Code code(Random random, int length, int self, Kind... kinds) {
        Call[] calls = new Call[length];
        for (int i = 0; i < length; i++) {
            calls[i] = new Call(kinds[random.nextInt(kinds.length)], random.nextInt(SHARED), random.nextInt(3));
            endless |= calls[i].kind() == Kind.POLL && calls[i].k() == 0 || calls[i].kind() == Kind.IPI && self == IPIS;
        }
        text.append(Arrays.toString(calls));
        return cpu -> run(cpu, calls, self);
    }

    private long run(Cpu cpu, Call[] calls, int self) {
        long value = 0;
        int held = 0;
        long flags = -1;
        for (int i = 0; i < calls.length; i++) {
            int x = calls[i].x();
            int k = calls[i].k();
            switch (calls[i].kind()) {
                case LOAD -> value = cpu.load(shared, x);
                case STORE -> cpu.store(shared, x, value + k & 7);
                case STORE_OWN -> cpu.store(own, self, value);
                case LOAD_OWN -> value = cpu.load(own, self) + 1 & 7;
                case CACHE -> cpu.cache(CacheOp.HIT_INVALIDATE_D, x << 4 | k);
                case PROCESSOR -> value = cpu.processor();
                case IRQS_OFF -> flags = flags < 0 ? cpu.irqSave() : flags;
                case IRQS_BACK -> flags = restore(cpu, flags);
                case IRQS_ON -> cpu.irqRestore(0);
                case CHOOSE -> value = cpu.choose(2);
                case LOCK -> held = lock(cpu, held, x % 2);
                case UNLOCK -> held = unlock(cpu, held, x % 2);
                case IPI -> cpu.ipi(k % 2, x % 2, 0);
                case WAIT -> wait(cpu, x, k);
                default -> poll(cpu, i, x, k, flags, held, value);
            }
        }
        unlock(cpu, unlock(cpu, held, 1), 0);
        restore(cpu, flags);
        return 0;
    }

    private static long restore(Cpu cpu, long flags) {
        if (flags >= 0) {
            cpu.irqRestore(flags);
        }
        return -1;
    }

    private int lock(Cpu cpu, int held, int which) {
        if ((held & 1 << which) == 0) {
            cpu.lock(locks.element(which));
        }
        return held | 1 << which;
    }

    private int unlock(Cpu cpu, int held, int which) {
        if ((held & 1 << which) != 0) {
            cpu.unlock(locks.element(which));
        }
        return held & ~(1 << which);
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

    /** Two programs with one text are the same. */
    @Override
    public String toString() {
        return text.toString();
    }

    /** Searches. */
    Outcome explore(Exploration.Reductions reductions, long maxStates) {
        return explore(reductions, maxStates, oracles);
    }

    /** Searches without reductions, and notes whether an interrupt comes while its processor holds a lock. */
    Outcome exploreNoting(boolean[] inSection, long maxStates) {
        List<Oracle> all = new ArrayList<>(oracles);
        all.add(new Sections(locks, inSection));
        return explore(Exploration.Reductions.NONE, maxStates, all);
    }

    private Outcome explore(Exploration.Reductions reductions, long maxStates, List<Oracle> watching) {
        Set<Long> ends = new HashSet<>();
        Exploration search = new Exploration(machine, strands, hardware, watching,
                () -> ends.add(machine.store().fingerprint()), Exploration.Limits.states(maxStates), reductions);
        SearchResult result = search.decide();
        Set<String> violations = new TreeSet<>();
        result.violations().forEach(found -> violations.add(found.oracle() + ": " + found.message()));
        return new Outcome(result.exhausted(), result.states(), result.transitions(), search.deadlocks(), ends,
                violations);
    }

    /** Tells whether a schedule may go round for ever. */
    boolean endless() {
        return endless;
    }

    /** All states and the ways between them. */
    StateGraph graph(long maxStates) {
        return new StateGraph(machine, strands, hardware, oracles, maxStates);
    }

    /** How many choices are unusual in the schedule that is shown; -1 if nothing is violated. */
    long unusual(long maxStates) {
        SearchResult result = new Exploration(machine, strands, hardware, oracles, () -> { },
                Exploration.Limits.states(maxStates)).run();
        return result.violations().isEmpty() ? -1 : result.violations().get(0).schedule().unusual();
    }

    /** Takes all schedules one by one. */
    Tree tree(boolean sleepSets, long maxNodes) {
        return Tree.search(machine, strands, hardware, oracles, sleepSets, maxNodes);
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
                    if (found != (b & 0xf)) {
                        watch.violation((b & 0xf) + " expected, " + found + " found");
                    }
                }
            };
        }
    }

    /** Objects to nothing. */
    private record Sections(Variable locks, boolean[] inSection) implements Oracle {
        @Override
        public String name() {
            return "sections";
        }

        @Override
        public String summary() {
            return "notes whether an interrupt comes while its processor holds a lock";
        }

        @Override
        public EventSink attach(Watch watch) {
            return (kind, actor, a, b, c, d, e, result) -> {
                for (int i = 0; i < 2 && kind == EventKind.INTERRUPT; i++) {
                    inSection[0] |= watch.machine().kernel().load(locks.element(i), 4) == Actor.processorOf(actor) + 1;
                }
            };
        }
    }

    /** Nobody stores a variable twice in a row with the same value; a choice makes it forget who stored what last. */
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
                } else if (kind == Op.CHOOSE && result == 1) {
                    memory.set(0, 0);
                }
            };
        }

        /** Declared once; a later search of the same program finds it. */
        private static Region region(Watch watch) {
            return watch.machine().store().regions().stream().filter(one -> one.name().contains("remembering"))
                    .findFirst().orElseGet(() -> watch.memory("last", 1));
        }
    }
}
