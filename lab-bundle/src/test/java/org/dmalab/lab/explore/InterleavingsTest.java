package org.dmalab.lab.explore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;

import org.dmalab.api.Machine;
import org.dmalab.api.Oracle;
import org.dmalab.api.cpu.CacheOp;
import org.dmalab.api.cpu.Code;
import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.cpu.Level;
import org.dmalab.api.cpu.Op;
import org.dmalab.api.cpu.Text;
import org.dmalab.api.cpu.TlbOp;
import org.dmalab.api.event.EventSink;
import org.dmalab.api.kernel.KernelMemory;
import org.dmalab.api.kernel.Variable;
import org.dmalab.api.store.Region;
import org.dmalab.api.store.Store;
import org.dmalab.lab.explore.Exploration.Reductions;
import org.junit.jupiter.api.Test;

/**
 * Programs whose interleavings can be counted on paper or were counted by another implementation, each searched in more
 * than one way.
 */
class InterleavingsTest {
    private static final long MANY = 10_000_000;
    private static final long BUG = Text.id("another page in the slot");
    private static final int LINES = 11;

    private final Store store = new Store();
    private final KernelMemory kernel = new KernelMemory(store, 0x80001000L, 128, 0);
    private final Variable x = kernel.variable("x", 8);
    private final Variable y = kernel.variable("y", 8);
    private final Variable locks = kernel.array("locks", 4, 2);
    private final Variable own = kernel.array("own", 8, 4);
    private final Variable acknowledged = kernel.variable("acknowledged", 4);
    private final Variable slot = kernel.variable("slot", 8);
    private final Variable depth = kernel.variable("depth", 8);

    private Machine machine(int processors) {
        return SearchCountsTest.machine(store, kernel, processors, (cpu, vector, argument) -> cpu.store(acknowledged,
                1));
    }

    /** A search with all that remembers every call that was made, so that no two ways lead to one state. */
    private static SearchResult everyWay(Machine machine, List<Strand> strands, Oracle... others) {
        List<Oracle> oracles = new ArrayList<>(List.of(others));
        oracles.add(new Trace());
        return new Exploration(machine, strands, List.of(), oracles, () -> { }, Exploration.Limits.states(MANY),
                Reductions.NONE).decide();
    }

    private static SearchResult states(Machine machine, List<Strand> strands, Reductions reductions) {
        return new Exploration(machine, strands, List.of(), List.of(), () -> { }, Exploration.Limits.states(MANY),
                reductions).decide();
    }

    // ---- two processors with ten calls each ----

    private Code tenCalls(int lock, int first) {
        return cpu -> {
            cpu.lock(locks.element(lock));
            long value = cpu.load(x);
            cpu.store(x, value + 1);
            cpu.unlock(locks.element(lock));
            cpu.store(own, first, value);
            cpu.store(own, first + 1, 1);
            long other = cpu.load(y);
            cpu.lock(locks.element(lock));
            cpu.store(y, other + value + 1);
            cpu.unlock(locks.element(lock));
            return 0;
        };
    }

    private List<Strand> twoTimesTen(boolean ownLocks) {
        return List.of(new Strand("first", 0, Level.USER, tenCalls(0, 0)),
                new Strand("second", 1, Level.USER, tenCalls(ownLocks ? 1 : 0, 2)));
    }

    @Test
    void twoTimesTenCallsHaveAsManyInterleavingsAsThereAreWaysToChooseTenOfTwenty() {
        Machine machine = machine(2);
        Tree tree = Tree.search(machine, twoTimesTen(true), List.of(), List.of(), false, MANY);
        assertEquals(184_756, tree.complete); // 20 over 10
        assertEquals(705_431, tree.nodes); // 22 over 11, less one
        SearchResult search = everyWay(machine, twoTimesTen(true));
        assertEquals(184_756, search.executions());
        assertEquals(705_431, search.states());
        assertEquals(2_690, Tree.search(machine, twoTimesTen(false), List.of(), List.of(), false, MANY).complete);
    }

    @Test
    void sleepSetsTakeOneOfTheSchedulesThatDifferInNothing() {
        Machine machine = machine(2);
        Tree ownLocks = Tree.search(machine, twoTimesTen(true), List.of(), List.of(), true, MANY);
        assertEquals(List.of(16L, 52L), List.of(ownLocks.complete, ownLocks.cut));
        Tree oneLock = Tree.search(machine, twoTimesTen(false), List.of(), List.of(), true, MANY);
        assertEquals(List.of(10L, 11L), List.of(oneLock.complete, oneLock.cut));
    }

    @Test
    void twoTimesTenCallsHaveFewStates() {
        Machine machine = machine(2);
        for (Reductions reductions : List.of(Reductions.NONE, new Reductions(true, false))) {
            assertEquals(318, states(machine, twoTimesTen(true), reductions).states());
            assertEquals(161, states(machine, twoTimesTen(false), reductions).states());
        }
        assertTrue(states(machine, twoTimesTen(true), Reductions.ALL).states() < 318);
    }

    // ---- sections that nest on one processor ----

    /** ARM's reentrant kmap_atomic around cache operations; the mutant does not put back what was in the slot. */
    private long section(Cpu cpu, long page, boolean restores) {
        long flags = cpu.irqSave();
        cpu.store(depth, cpu.load(depth) + 1);
        long saved = cpu.load(slot);
        if (saved != page) {
            cpu.store(slot, page);
            cpu.tlb(TlbOp.FLUSH_ALL, page);
        }
        cpu.irqRestore(flags);
        for (int i = 0; i < LINES; i++) {
            cpu.cache(CacheOp.HIT_INVALIDATE_D, page);
        }
        if (cpu.load(slot) != page) {
            cpu.bug(BUG);
        }
        flags = cpu.irqSave();
        long left = cpu.load(depth) - 1;
        cpu.store(depth, left);
        if (restores && left != 0 && saved != page) {
            cpu.store(slot, saved);
            cpu.tlb(TlbOp.FLUSH_ALL, saved);
        }
        cpu.irqRestore(flags);
        return 0;
    }

    private Code[] sections(boolean restores) {
        return new Code[] {cpu -> section(cpu, 101, restores), cpu -> section(cpu, 102, restores),
            cpu -> section(cpu, 103, restores)};
    }

    private List<Strand> nesting(boolean restores, int soft, int hard) {
        Code[] codes = sections(restores);
        return List.of(new Strand("user", 0, Level.USER, codes[0]),
                new Strand("softirq", 0, Level.SOFTIRQ, false, soft, false, List.of(codes[1])),
                new Strand("hardirq", 0, Level.HARDIRQ, false, hard, false, List.of(codes[2])));
    }

    private NestedCalls nestedCalls(Machine machine, boolean restores, int soft, int hard, boolean allArrive) {
        return new NestedCalls(machine, slot, sections(restores), new int[] {soft, hard}, allArrive).enumerate();
    }

    @Test
    void nestedCallsFindAsManySchedulesAsTheyDidElsewhere() {
        Machine machine = machine(1);
        NestedCalls once = nestedCalls(machine, true, 1, 1, false);
        assertEquals(List.of(435L, 0L), List.of(once.schedules, once.violated));
        NestedCalls mutant = nestedCalls(machine, false, 1, 1, false);
        assertEquals(List.of(281L, 266L), List.of(mutant.schedules, mutant.violated));
        NestedCalls twice = nestedCalls(machine, true, 2, 2, false);
        assertEquals(List.of(115_305L, 0L), List.of(twice.schedules, twice.violated));
    }

    @Test
    void theSearchFindsAsManySchedulesAsNestedCalls() {
        Machine machine = machine(1);
        for (int[] times : new int[][] {{1, 1}, {2, 1}, {1, 2}}) {
            for (boolean restores : new boolean[] {true, false}) {
                NestedCalls expected = nestedCalls(machine, restores, times[0], times[1], true);
                List<Strand> strands = nesting(restores, times[0], times[1]);
                Tree tree = Tree.search(machine, strands, List.of(), List.of(new OwnPage(slot)), false, MANY);
                assertEquals(expected.schedules, tree.complete + tree.violated);
                assertEquals(expected.violated, tree.violated);
                SearchResult search = everyWay(machine, strands, new OwnPage(slot));
                assertEquals(expected.schedules - expected.violated, search.executions());
                assertEquals(restores, search.violations().isEmpty());
            }
        }
    }

    // ---- one who holds a lock and waits for an answer, one who wants the lock ----

    private List<Strand> warningOrHang(boolean irqsOn) {
        return List.of(new Strand("holder", 0, Level.USER, cpu -> {
            cpu.lock(locks.element(0));
            cpu.store(x, cpu.load(x) + 1);
            cpu.ipi(1, 0, 0);
            cpu.await(acknowledged.address(), 4, 1);
            cpu.unlock(locks.element(0));
            return 0;
        }), new Strand("spinner", 1, Level.USER, cpu -> {
            cpu.store(own, 0, 1);
            long flags = irqsOn ? 0 : cpu.irqSave();
            cpu.lock(locks.element(0));
            cpu.store(x, cpu.load(x) + 1);
            cpu.unlock(locks.element(0));
            if (!irqsOn) {
                cpu.irqRestore(flags);
            }
            return 0;
        }));
    }

    @Test
    void whoTakesTheLockWithInterruptsOffHangsInSomeSchedules() {
        Machine machine = machine(2);
        Tree all = Tree.search(machine, warningOrHang(false), List.of(), List.of(), false, MANY);
        assertEquals(List.of(26L, 15L), List.of(all.complete, all.deadlocked));
        Tree asleep = Tree.search(machine, warningOrHang(false), List.of(), List.of(), true, MANY);
        assertEquals(List.of(3L, 1L), List.of(asleep.complete, asleep.deadlocked));
        Exploration search = new Exploration(machine, warningOrHang(false), List.of(), List.of(), () -> { },
                Exploration.Limits.states(MANY), Reductions.NONE);
        assertEquals(47, search.decide().states());
        assertEquals(1, search.deadlocks());
    }

    @Test
    void whoTakesTheLockWithInterruptsOnNeverHangs() {
        Machine machine = machine(2);
        Tree all = Tree.search(machine, warningOrHang(true), List.of(), List.of(), false, MANY);
        assertEquals(List.of(9L, 0L), List.of(all.complete, all.deadlocked));
        Tree asleep = Tree.search(machine, warningOrHang(true), List.of(), List.of(), true, MANY);
        assertEquals(List.of(3L, 0L), List.of(asleep.complete, asleep.deadlocked));
        assertEquals(33, states(machine, warningOrHang(true), Reductions.NONE).states());
    }

    /** Every cache operation finds its page in the slot. */
    private record OwnPage(Variable slot) implements Oracle {
        @Override
        public String name() {
            return "own-page";
        }

        @Override
        public String summary() {
            return "every cache operation finds its page in the slot";
        }

        @Override
        public EventSink attach(Watch watch) {
            return (kind, actor, a, b, c, d, e, result) -> {
                if (kind == Op.CACHE && watch.machine().kernel().load(slot.address(), slot.widthBytes()) != b) {
                    watch.violation("operation on another page");
                }
            };
        }
    }

    /** Remembers who has made which call, in order. */
    private record Trace() implements Oracle {
        @Override
        public String name() {
            return "trace";
        }

        @Override
        public String summary() {
            return "nothing is forgotten";
        }

        @Override
        public EventSink attach(Watch watch) {
            Region trace = watch.machine().store().regions().stream().filter(one -> one.name().contains("trace"))
                    .findFirst().orElseGet(() -> watch.memory("calls", 1));
            return (kind, actor, a, b, c, d, e, result) -> trace.set(0, Store.mix(trace.get(0), actor * 1000L + kind
                    + 1));
        }
    }
}
