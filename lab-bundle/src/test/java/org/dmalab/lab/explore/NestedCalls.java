package org.dmalab.lab.explore;

import java.util.Arrays;

import org.dmalab.api.Machine;
import org.dmalab.api.cpu.Code;
import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.cpu.KernelBug;
import org.dmalab.api.cpu.Level;
import org.dmalab.api.cpu.LiveCpu;
import org.dmalab.api.cpu.Op;
import org.dmalab.api.kernel.Variable;

/**
 * Every placement of interrupts on one processor by nested direct calls: before each call of the code it is chosen
 * whether an interrupt comes first, which is a call of its handler; then the program runs again from its start with the
 * next choice. No histories, no undo of steps, no states: nothing in common with the search but what a call does to the
 * machine.
 */
final class NestedCalls {
    private final Machine machine;
    private final Variable slot;
    private final Code[] codes;
    private final int[] times;
    private final boolean allArrive;
    private int[] chosen = new int[64];
    private int[] outcomes = new int[64];
    private int[] left;
    private int points;
    /** Schedules, and those of them that end in a violation. */
    long schedules;
    long violated;

    /**
     * Prepares.
     *
     * @param slot every cache operation finds in it what it is for
     * @param codes of the program, of the softirq and of the hard interrupt
     * @param times how often each of the two interrupts may come
     * @param allArrive whether those that have not come when the program ends come then
     */
    NestedCalls(Machine machine, Variable slot, Code[] codes, int[] times, boolean allArrive) {
        this.machine = machine;
        this.slot = slot;
        this.codes = codes;
        this.times = times;
        this.allArrive = allArrive;
    }

    NestedCalls enumerate() {
        machine.hold(true);
        int known = 0;
        do {
            long mark = machine.store().mark();
            left = times.clone();
            points = 0;
            schedules++;
            try {
                run();
            } catch (KernelBug bug) {
                violated++;
            }
            machine.store().rollback(mark);
            machine.store().release();
            known = points;
            while (known > 0 && chosen[known - 1] + 1 == outcomes[known - 1]) {
                chosen[--known] = 0;
            }
            if (known > 0) {
                chosen[known - 1]++;
            }
        } while (known > 0);
        machine.hold(false);
        return this;
    }

    private void run() {
        codes[0].run(new NestingCpu(Level.USER));
        while (allArrive && left[0] + left[1] > 0) {
            int only = left[0] > 0 ? 0 : 1;
            arrive(left[0] > 0 && left[1] > 0 ? pick(2) : only);
        }
    }

    private void arrive(int source) {
        left[source]--;
        if (source == 1) {
            machine.processors().setIrqsOff(0, 1);
        }
        codes[source + 1].run(new NestingCpu(source == 0 ? Level.SOFTIRQ : Level.HARDIRQ));
        if (source == 1) {
            machine.processors().setIrqsOff(0, 0);
        }
    }

    private int pick(int count) {
        if (points == chosen.length) {
            chosen = Arrays.copyOf(chosen, points * 2);
            outcomes = Arrays.copyOf(outcomes, points * 2);
        }
        outcomes[points] = count;
        return chosen[points++];
    }

    private final class NestingCpu extends Cpu {
        private final LiveCpu cpu;

        NestingCpu(Level level) {
            super(level, machine.services());
            cpu = machine.cpu(0, level);
        }

        @Override
        protected long op(int kind, long a, long b, long c, long d, long e) {
            while (!machine.processors().irqsOff(0)) {
                boolean soft = left[0] > 0 && level() == Level.USER;
                int count = (soft ? 1 : 0) + (left[1] > 0 ? 1 : 0);
                int choice = count == 0 ? 0 : pick(count + 1);
                if (choice == 0) {
                    break;
                }
                arrive(soft ? choice - 1 : 1);
            }
            if (kind == Op.CACHE && machine.kernel().load(slot.address(), slot.widthBytes()) != b) {
                throw new KernelBug("operation on another page");
            }
            return kind == Op.IRQ_RESTORE ? machine.processors().setIrqsOff(0, a) : cpu.execute(kind, a, b, c, d, e);
        }
    }
}
