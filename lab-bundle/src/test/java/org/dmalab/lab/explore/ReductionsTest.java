package org.dmalab.lab.explore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

import org.dmalab.api.Machine;
import org.dmalab.api.Oracle;
import org.dmalab.api.Spontaneous;
import org.dmalab.api.cpu.Code;
import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.cpu.InterruptHandler;
import org.dmalab.api.cpu.Level;
import org.dmalab.api.cpu.Op;
import org.dmalab.api.cpu.Text;
import org.dmalab.api.event.Actor;
import org.dmalab.api.event.EventKind;
import org.dmalab.api.event.EventSink;
import org.dmalab.api.kernel.KernelMemory;
import org.dmalab.api.kernel.Variable;
import org.dmalab.api.store.Region;
import org.dmalab.api.store.Store;
import org.dmalab.lab.explore.Exploration.Reductions;
import org.junit.jupiter.api.Test;

/** Programs of which a rule of the reductions decides what is found: each is searched with and without them. */
class ReductionsTest {
    private static final long MANY = 1_000_000;

    private final Store store = new Store();
    private final KernelMemory kernel = new KernelMemory(store, 0x80001000L, 2048, 0);
    private final Variable x = kernel.variable("x", 8);
    private final Variable y = kernel.variable("y", 8);
    private final Variable own = kernel.array("own", 8, 4);
    private final List<Strand> strands = new ArrayList<>();
    private final List<Spontaneous> hardware = new ArrayList<>();
    private final List<Oracle> oracles = new ArrayList<>();

    private void task(int processor, Code code) {
        strands.add(new Strand("task" + processor, processor, Level.USER, code));
    }

    private void interrupt(int processor, Code code) {
        strands.add(new Strand("interrupt" + strands.size(), processor, Level.HARDIRQ, code));
    }

    /** What every search finds: the violations, and the values of x at the ends; all find the same. */
    private List<String> found(int processors, InterruptHandler handler) {
        return found(SearchCountsTest.machine(store, kernel, processors, handler));
    }

    private List<String> found(Machine machine) {
        List<String> first = null;
        for (Reductions reductions : List.of(Reductions.NONE, new Reductions(true, false),
                new Reductions(false, true), Reductions.ALL)) {
            Set<String> ends = new TreeSet<>();
            Set<String> violations = new TreeSet<>();
            SearchResult result = new Exploration(machine, strands, hardware, oracles,
                    () -> ends.add("x=" + kernel.load(x.address(), 8)), Exploration.Limits.states(MANY), reductions)
                    .decide();
            assertTrue(result.exhausted());
            result.violations().forEach(one -> violations.add(one.message()));
            List<String> found = new ArrayList<>(ends);
            found.addAll(violations);
            first = first == null ? found : first;
            assertEquals(first, found, reductions::toString);
        }
        return first;
    }

    private List<String> found(int processors) {
        return found(processors, (cpu, vector, argument) -> { });
    }

    private void bugIf(Cpu cpu, Variable variable, long value) {
        if (cpu.load(variable) == value) {
            cpu.bug(Text.id("it is " + value));
        }
    }

    /** The program is over and no handler can be interrupted, yet what runs is not all that can happen. */
    @Test
    void anInterruptOfOneProcessorComesWhileAnotherOneHandlesAnInterruptOfItsOwn() {
        task(0, cpu -> {
            cpu.ipi(1, 0, 0);
            return 0;
        });
        interrupt(0, cpu -> 0);
        oracles.add(new NotWhileOne());
        assertEquals(List.of("x=2", "interrupted while x is 1"), found(2, (cpu, vector, argument) -> {
            cpu.store(x, 1);
            cpu.store(x, 2);
        }));
    }

    /** What an outcome touches that is tried later keeps a step awake, too. */
    @Test
    void whatAnyOutcomeOfAChoiceTouchesCounts() {
        oracles.add(new Chosen());
        for (int p = 0; p < 2; p++) {
            int self = p;
            task(p, cpu -> {
                cpu.choose(3);
                cpu.store(own, self, 1);
                return 0;
            });
        }
        assertEquals(List.of("x=0", "chosen by 0 first", "chosen by 1 first"), found(2));
    }

    @Test
    void whatHasTooGreatANumberDoesNotSleep() {
        hardware.add(new Switches(kernel, own));
        task(0, cpu -> {
            for (int i = 0; i < 4; i++) {
                cpu.await(own.element(i), 8, 1);
            }
            cpu.store(x, 1);
            return 0;
        });
        assertEquals(List.of("x=1"), found(1));
    }

    @Test
    void eachArgumentOfAnInterProcessorInterruptHasItsOwnHandler() {
        task(0, cpu -> {
            cpu.ipi(1, 0, 1L << 62);
            cpu.await(y.address(), 8, 1L << 62);
            cpu.ipi(1, 0, 0);
            cpu.await(y.address(), 8, 0);
            cpu.store(x, 1);
            return 0;
        });
        assertEquals(List.of("x=1"), found(2, (cpu, vector, given) -> cpu.store(y, given)));
    }

    /** Places of which a few do something, each by itself; the last have numbers that are too great to sleep. */
    private record Switches(KernelMemory kernel, Variable cells) implements Spontaneous {
        private static final int EVERY = 23;

        @Override
        public String family() {
            return "switches";
        }

        @Override
        public String summary() {
            return "sets variables, each once";
        }

        @Override
        public int count() {
            return 3 * EVERY + 1;
        }

        @Override
        public boolean enabled(int index) {
            return index % EVERY == 0 && kernel.load(cells.element(index / EVERY), 8) == 0;
        }

        @Override
        public void take(int index) {
            kernel.store(cells.element(index / EVERY), 8, 1);
        }

        @Override
        public String describe(int index) {
            return "set " + index / EVERY;
        }
    }

    /** Looks at the arrival of interrupts. */
    private final class NotWhileOne implements Oracle {
        @Override
        public String name() {
            return "not-while-one";
        }

        @Override
        public String summary() {
            return "no interrupt comes while x is 1";
        }

        @Override
        public EventSink attach(Watch watch) {
            return (kind, actor, a, b, c, d, e, result) -> {
                if (kind == EventKind.INTERRUPT && kernel.load(x.address(), 8) == 1) {
                    watch.violation("interrupted while x is 1");
                }
            };
        }
    }

    /** The first of two processors whose choice has the outcome 1. */
    private final class Chosen implements Oracle {
        @Override
        public String name() {
            return "chosen";
        }

        @Override
        public String summary() {
            return "objects to the second choice with the outcome 1";
        }

        @Override
        public EventSink attach(Watch watch) {
            Region memory = store.regions().stream().filter(one -> one.name().contains("chosen")).findFirst()
                    .orElseGet(() -> watch.memory("first", 1));
            return (kind, actor, a, b, c, d, e, result) -> {
                if (kind == Op.CHOOSE && result == 1) {
                    if (memory.get(0) != 0) {
                        watch.violation("chosen by " + (memory.get(0) - 1) + " first");
                    }
                    memory.set(0, Actor.processorOf(actor) + 1);
                }
            };
        }
    }
}
