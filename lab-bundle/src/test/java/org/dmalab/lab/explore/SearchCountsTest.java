package org.dmalab.lab.explore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

import org.dmalab.api.Machine;
import org.dmalab.api.MachineSpec;
import org.dmalab.api.Spontaneous;
import org.dmalab.api.cpu.Code;
import org.dmalab.api.cpu.InterruptHandler;
import org.dmalab.api.cpu.Level;
import org.dmalab.api.cpu.Processors;
import org.dmalab.api.event.Emitter;
import org.dmalab.api.kernel.KernelMemory;
import org.dmalab.api.kernel.Variable;
import org.dmalab.api.port.Ports;
import org.dmalab.api.service.Binding;
import org.dmalab.api.service.Services;
import org.dmalab.api.store.Region;
import org.dmalab.api.store.Store;
import org.dmalab.lab.explore.Exploration.Reductions;
import org.junit.jupiter.api.Test;

/** Searches whose numbers of states, schedules or ends are known from elsewhere. */
class SearchCountsTest {
    private static final long MANY = 30_000_000;

    @Test
    void twoPhaseCommitOfEightManagersHasAsManyStatesAsSpinFinds() {
        // 1,745,408 states and 11,657,217 transitions: SPIN 6.5.2 and TLC on the same 42 guarded commands
        SearchResult result = new TwoPhase(8).search(Reductions.NONE);
        assertEquals(1_745_408, result.states());
        assertEquals(11_657_217, result.transitions());
        assertTrue(result.exhausted());
    }

    @Test
    void sleepSetsKeepEveryStateAndLeaveOutTransitions() {
        SearchResult plain = new TwoPhase(5).search(Reductions.NONE);
        SearchResult asleep = new TwoPhase(5).search(new Reductions(true, false));
        assertEquals(plain.states(), asleep.states());
        assertEquals(12_207, asleep.transitions(), "as many as it takes");
        assertTrue(asleep.transitions() * 2 < plain.transitions(), () -> asleep.transitions() + " of "
                + plain.transitions());
    }

    @Test
    void twoPhaseCommitAsProcessesHasTheSameEndsHoweverItIsSearched() {
        for (Reductions reductions : List.of(Reductions.NONE, new Reductions(true, false),
                new Reductions(false, true), Reductions.ALL)) {
            Processes four = new Processes(4);
            four.search(reductions);
            // 2^n + 1 complete, 3^n - 1 with somebody who waits for the message that never comes
            assertEquals(17, four.complete.size(), reductions::toString);
            assertEquals(80, four.deadEnds, reductions::toString);
        }
        Processes seven = new Processes(7);
        SearchResult both = seven.search(Reductions.ALL);
        assertEquals(129, seven.complete.size());
        assertEquals(2_186, seven.deadEnds);
        // another implementation with both reductions: 2,902,824; without: 20,138,331
        assertTrue(both.states() <= 2_902_824, () -> "states " + both.states());
        Processes six = new Processes(6);
        SearchResult result = six.search(Reductions.ALL);
        assertEquals(65, six.complete.size());
        assertEquals(728, six.deadEnds);
        assertTrue(result.states() < 973_520, () -> "states " + result.states());
    }

    /** The two-phase commit protocol as guarded commands over cells: hardware that does one of them at a time. */
    static final class TwoPhase {
        private static final int RM = 0;
        private static final int RECEIVED = 8;
        private static final int PREPARED = 16;
        private static final int TM = 24;
        private static final int COMMIT = 25;
        private static final int ABORT = 26;
        private final int managers;
        private final Machine machine;
        private final Region cells;
        private final Variable never;

        TwoPhase(int managers) {
            this.managers = managers;
            Store store = new Store();
            KernelMemory kernel = new KernelMemory(store, 0x80001000L, 64, 0);
            never = kernel.variable("never", 4);
            cells = store.dense("two-phase", 27, Region.Kind.STATE, null);
            machine = machine(store, kernel, 1);
        }

        SearchResult search(Reductions reductions) {
            // the code only keeps the schedule from having ended: what is left when no command is enabled
            return new Exploration(machine, List.of(new Strand("observer", 0, Level.USER, cpu -> {
                cpu.await(never.address(), 4, 1);
                return 0;
            })), List.of(new Commands(cells, managers)), List.of(), () -> { }, Exploration.Limits.states(MANY),
                    reductions).decide();
        }

        private record Commands(Region cells, int managers) implements Spontaneous {
            @Override
            public String family() {
                return "two-phase";
            }

            @Override
            public String summary() {
                return "commands of the two-phase commit protocol";
            }

            @Override
            public int count() {
                return 5 * managers + 2;
            }

            @Override
            public boolean enabled(int index) {
                int i = index / 5;
                if (i == managers) {
                    return cells.get(TM) == 0 && (index % 5 == 1 || allReceived());
                }
                return switch (index % 5) {
                    case 0 -> cells.get(TM) == 0 && cells.get(PREPARED + i) != 0 && cells.get(RECEIVED + i) == 0;
                    case 1, 2 -> cells.get(RM + i) == 0;
                    case 3 -> cells.get(COMMIT) != 0 && cells.get(RM + i) != 2;
                    default -> cells.get(ABORT) != 0 && cells.get(RM + i) != 3;
                };
            }

            private boolean allReceived() {
                for (int i = 0; i < managers; i++) {
                    if (cells.get(RECEIVED + i) == 0) {
                        return false;
                    }
                }
                return true;
            }

            @Override
            public void take(int index) {
                int i = index / 5;
                if (i == managers) {
                    cells.set(TM, index % 5 + 1);
                    cells.set(index % 5 == 0 ? COMMIT : ABORT, 1);
                    return;
                }
                switch (index % 5) {
                    case 0 -> cells.set(RECEIVED + i, 1);
                    case 1 -> {
                        cells.set(RM + i, 1);
                        cells.set(PREPARED + i, 1);
                    }
                    case 3 -> cells.set(RM + i, 2);
                    default -> cells.set(RM + i, 3);
                }
            }

            @Override
            public String describe(int index) {
                return "command " + index;
            }
        }
    }

    /** The same protocol as ordinary code: one process for each manager and one that decides. */
    private static final class Processes {
        private final Set<String> complete = new TreeSet<>();
        private long deadEnds;
        private final Machine machine;
        private final List<Strand> strands = new ArrayList<>();
        private final Variable state;

        Processes(int managers) {
            Store store = new Store();
            KernelMemory kernel = new KernelMemory(store, 0x80001000L, 256, 0);
            state = kernel.array("state", 8, managers);
            Variable prepared = kernel.array("prepared", 8, managers);
            Variable decision = kernel.variable("decision", 8);
            Variable commit = kernel.variable("commit", 8);
            Variable abort = kernel.variable("abort", 8);
            for (int i = 0; i < managers; i++) {
                strands.add(new Strand("manager" + i, i, Level.USER, manager(i, prepared, commit, abort)));
            }
            strands.add(new Strand("coordinator", managers, Level.USER, cpu -> {
                for (int i = 0; i < managers; i++) {
                    if (cpu.load(prepared, i) == 0) {
                        cpu.store(decision, 2);
                        cpu.store(abort, 1);
                        return 0;
                    }
                }
                cpu.store(decision, 1);
                cpu.store(commit, 1);
                return 0;
            }));
            machine = machine(store, kernel, managers + 1);
        }

        private Code manager(int i, Variable prepared, Variable commit, Variable abort) {
            return cpu -> {
                if (cpu.choose(2) == 0) {
                    cpu.store(state, i, 3);
                    return 0;
                }
                cpu.store(state, i, 1);
                cpu.store(prepared, i, 1);
                if (cpu.choose(2) == 0) {
                    cpu.await(commit.address(), 8, 1);
                    cpu.store(state, i, 2);
                } else {
                    cpu.await(abort.address(), 8, 1);
                    cpu.store(state, i, 3);
                }
                return 0;
            };
        }

        SearchResult search(Reductions reductions) {
            Exploration search = new Exploration(machine, strands, List.of(), List.of(),
                    () -> complete.add(Long.toHexString(machine.store().fingerprint())),
                    Exploration.Limits.states(MANY), reductions);
            SearchResult result = search.decide();
            assertTrue(result.exhausted());
            deadEnds = search.deadlocks();
            return result;
        }
    }

    private static Machine machine(Store store, KernelMemory kernel, int processors) {
        return machine(store, kernel, processors, (cpu, vector, argument) -> { });
    }

    /** A machine with kernel variables and nothing else. */
    static Machine machine(Store store, KernelMemory kernel, int processors, InterruptHandler handler) {
        return new Machine(new Machine.Parts(new MachineSpec("test", "counts", "none", "embedded", Map.of(), Map.of()),
                store, new Emitter(), kernel, new Processors(store, processors), new Ports(new SmallMachine.NoMemory(),
                null, null, null, null),
                handler, () -> false, null),
                Services.fixed(new Binding(null, null, null, null)));
    }
}
