package org.dmalab.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

import org.dmalab.api.Machine;
import org.dmalab.api.Spontaneous;
import org.dmalab.api.cpu.Code;
import org.dmalab.api.cpu.Level;
import org.dmalab.api.kernel.Variable;
import org.dmalab.lab.explore.Exploration;
import org.dmalab.lab.explore.Interleavings;
import org.dmalab.lab.explore.Strand;

/** The models of the comparison, for the explorer; those for SPIN lie in {@code src/main/promela}. */
final class Models {
    /** No bound. */
    static final Exploration.Limits UNLIMITED = Exploration.Limits.states(Long.MAX_VALUE);

    private Models() { }

    /** Two-phase commit as guarded commands. */
    static Exploration twoPhaseCommands(int managers, Exploration.Limits limits) {
        KernelOnly machine = new KernelOnly(1);
        return commandsOnly(machine, new TwoPhase(machine.store(), managers), limits);
    }

    /** Dining philosophers as guarded commands. */
    static Exploration philosophers(int count, Exploration.Limits limits) {
        KernelOnly machine = new KernelOnly(1);
        return commandsOnly(machine, new Philosophers(machine.store(), count), limits);
    }

    /** Two-phase commit as ordinary code: a processor for each manager and one for the coordinator. */
    static Exploration twoPhaseProcesses(int managers, Exploration.Reductions reductions) {
        KernelOnly machine = new KernelOnly(managers + 1);
        Variable[] manager = variables(machine, "manager", managers);
        Variable[] prepared = variables(machine, "prepared", managers);
        Variable coordinator = machine.variable("coordinator");
        Variable commit = machine.variable("commit");
        Variable abort = machine.variable("abort");
        List<Strand> strands = new ArrayList<>();
        for (int i = 0; i < managers; i++) {
            strands.add(new Strand("manager" + i, i, Level.USER, manager(manager[i], prepared[i], commit, abort)));
        }
        strands.add(new Strand("coordinator", managers, Level.USER, cpu -> {
            for (Variable one : prepared) {
                if (cpu.load(one) == 0) {
                    cpu.store(coordinator, 2);
                    cpu.store(abort, 1);
                    return 0;
                }
            }
            cpu.store(coordinator, 1);
            cpu.store(commit, 1);
            return 0;
        }));
        return exploration(machine.machine(), strands, List.of(), UNLIMITED, reductions);
    }

    private static Code manager(Variable own, Variable prepared, Variable commit, Variable abort) {
        return cpu -> {
            if (cpu.choose(2) == 0) {
                cpu.store(own, TwoPhase.ABORTED);
                return 0;
            }
            cpu.store(own, TwoPhase.PREPARED);
            cpu.store(prepared, 1);
            if (cpu.choose(2) == 0) {
                cpu.await(commit.address(), 8, 1);
                cpu.store(own, TwoPhase.COMMITTED);
            } else {
                cpu.await(abort.address(), 8, 1);
                cpu.store(own, TwoPhase.ABORTED);
            }
            return 0;
        };
    }

    /** Processors that each add one to a counter under a lock, so many times. */
    static Exploration counter(int processors, int times, Exploration.Reductions reductions) {
        KernelOnly machine = new KernelOnly(processors);
        return exploration(machine.machine(), increments(machine, processors, times), List.of(), UNLIMITED, reductions);
    }

    /** The same, each interleaving by itself. */
    static Interleavings counterInterleavings(int processors, int times) {
        KernelOnly machine = new KernelOnly(processors);
        return new Interleavings(machine.machine(), increments(machine, processors, times));
    }

    private static List<Strand> increments(KernelOnly machine, int processors, int times) {
        Variable lock = machine.variable("lock");
        Variable counter = machine.variable("counter");
        List<Strand> strands = new ArrayList<>();
        for (int p = 0; p < processors; p++) {
            strands.add(new Strand("task" + p, p, Level.USER, cpu -> {
                for (int i = 0; i < times; i++) {
                    cpu.lock(lock);
                    cpu.store(counter, cpu.load(counter) + 1);
                    cpu.unlock(lock);
                }
                return 0;
            }));
        }
        return strands;
    }

    private static Variable[] variables(KernelOnly machine, String name, int count) {
        IntFunction<Variable> one = i -> machine.variable(name + i);
        return IntStream.range(0, count).mapToObj(one).toArray(Variable[]::new);
    }

    /** A processor waits for what never comes, so that the commands go on until none is enabled. */
    private static Exploration commandsOnly(KernelOnly machine, Spontaneous commands, Exploration.Limits limits) {
        Variable never = machine.variable("never");
        List<Strand> strands = List.of(new Strand("waits", 0, Level.USER, cpu -> {
            cpu.await(never.address(), 8, 1);
            return 0;
        }));
        return exploration(machine.machine(), strands, List.of(commands), limits, Exploration.Reductions.NONE);
    }

    private static Exploration exploration(Machine machine, List<Strand> strands, List<Spontaneous> families,
            Exploration.Limits limits, Exploration.Reductions reductions) {
        return new Exploration(machine, strands, families, List.of(), () -> { }, limits, reductions);
    }
}
