package org.dmalab.lab.explore;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

import org.dmalab.api.Machine;
import org.dmalab.api.cpu.Level;
import org.dmalab.api.cpu.Op;
import org.dmalab.api.cpu.Processors;

/** Which transitions of a world are enabled: what strands, interrupts, devices and hardware may do next. */
final class Enabled {
    private static final int HARDIRQ = Level.HARDIRQ.ordinal();
    private static final int USER = Level.USER.ordinal();

    private final Machine machine;
    private final Processors processors;
    private final World.Place[] hardware;
    private final Histories histories;
    private final RunState run;
    private final int[] strandLevel;
    private final boolean[] device;
    private final boolean[] migrates;
    private final int[][] arrivals;
    private final boolean solo;
    private final int firstProcessor;
    private int[] buffer = new int[64];

    Enabled(Machine machine, List<Strand> strands, World.Place[] hardware, Histories histories, RunState run) {
        this.machine = machine;
        this.processors = machine.processors();
        this.hardware = hardware;
        this.histories = histories;
        this.run = run;
        this.strandLevel = strands.stream().mapToInt(strand -> strand.level().ordinal()).toArray();
        this.device = new boolean[strands.size()];
        this.migrates = new boolean[strands.size()];
        for (int i = 0; i < device.length; i++) {
            device[i] = strands.get(i).device();
            migrates[i] = strands.get(i).migrates();
        }
        this.arrivals = IntStream.range(0, processors.count()).mapToObj(p -> arriving(strands, p))
                .toArray(int[][]::new);
        this.solo = hardware.length == 0 && strands.stream().noneMatch(one -> one.device() || one.migrates())
                && strands.stream().mapToInt(Strand::processor).distinct().count() == 1;
        this.firstProcessor = strands.isEmpty() ? 0 : strands.get(0).processor();
    }

    private int[] arriving(List<Strand> strands, int p) {
        return IntStream.range(0, strands.size())
                .filter(i -> !device[i] && strands.get(i).processor() == p && strandLevel[i] != USER)
                .boxed().sorted(Comparator.comparingInt(i -> strandLevel[i])).mapToInt(i -> i).toArray();
    }

    /**
     * The enabled transitions in canonical order: the processor that ran last goes on, then what arrives on it by
     * level, then the other processors in order, devices, hardware, migrations. A zero is nothing unusual.
     */
    int[] list() {
        int found = count();
        return Arrays.copyOf(buffer, found);
    }

    /** Finds the enabled transitions and puts them into {@link #buffer}; returns how many there are. */
    int count() {
        int found = processor(run.last(), 0);
        for (int p = 0; p < processors.count(); p++) {
            found = p == run.last() ? found : processor(p, found);
        }
        for (int i = 0; i < device.length; i++) {
            if (device[i] && run.turnsLeft(i) > 0) {
                found = add(found, Transition.of(Transition.DEVICE, 0, i));
            }
        }
        if (found == 0 && run.idle()) {
            return 0;
        }
        for (int i = 0; i < hardware.length; i++) {
            if (hardware(i)) {
                found = add(found, Transition.of(Transition.HARDWARE, 0, i));
            }
        }
        for (int p = 0; p < processors.count(); p++) {
            found = migrations(p, found);
        }
        return found;
    }

    /** What {@link #count} has found; valid until it is called again. */
    int[] buffer() {
        return buffer;
    }

    private int processor(int p, int before) {
        int found = before;
        if (run.frames(p) > 0 && canStep(p)) {
            for (int choice = 0; choice < choices(p); choice++) {
                found = add(found, Transition.of(Transition.STEP, p, choice));
            }
        }
        for (int strand : arrivals[p]) {
            if (run.turnsLeft(strand) > 0 && letsIn(p, strandLevel[strand])) {
                found = add(found, Transition.of(Transition.ARRIVAL, p, strand));
            }
        }
        if (processors.pending(p) != 0 && letsIn(p, HARDIRQ)) {
            found = add(found, Transition.of(Transition.IPI, p, 0));
        }
        return found;
    }

    private int migrations(int p, int before) {
        int found = before;
        if (run.frames(p) == 1 && migrates(p) && processors.preemptCount(p) == 0 && !processors.irqsOff(p)) {
            for (int q = 0; q < processors.count(); q++) {
                if (q != p && run.frames(q) == 0) {
                    found = add(found, Transition.of(Transition.MIGRATION, p, q));
                }
            }
        }
        return found;
    }

    /** Tells whether the code that a processor runs may move to another one. */
    boolean migrates(int p) {
        return run.strand(p) >= 0 && migrates[run.strand(p)];
    }

    private int add(int found, int transition) {
        if (found == buffer.length) {
            buffer = Arrays.copyOf(buffer, found * 2);
        }
        buffer[found] = transition;
        return found + 1;
    }

    /** Tells whether hardware may act at a place. */
    boolean hardware(int index) {
        return hardware[index].family().enabled(hardware[index].index());
    }

    /** The strands that arrive on a processor, by level. */
    int[] arrivals(int p) {
        return arrivals[p];
    }

    /** Tells whether all code is of one processor, and nothing happens by itself. */
    boolean solo() {
        return solo;
    }

    /** Tells whether no other processor runs code. */
    boolean othersIdle(int p) {
        for (int q = 0; q < processors.count(); q++) {
            if (q != p && run.frames(q) > 0) {
                return false;
            }
        }
        return true;
    }

    /**
     * Tells whether a step of a processor is all that can happen: all strands are its own, no other one runs anything
     * or has an interrupt to take, and it lets none in.
     */
    boolean undisturbed(int p) {
        if (!solo || p != firstProcessor || !othersIdle(p)) {
            return false;
        }
        for (int q = 0; q < processors.count(); q++) {
            if (q != p && processors.pending(q) != 0) {
                return false;
            }
        }
        return processors.irqsOff(p);
    }

    /** Tells whether what a processor runs can take its next call. */
    boolean canStep(int p) {
        int node = run.node(p);
        return switch (histories.kind(node)) {
            case Op.LOCK -> met(histories.operand(node, 0), 4, 0);
            case Op.AWAIT -> histories.operand(node, 3) > 0
                    || met(histories.operand(node, 0), (int) histories.operand(node, 1), histories.operand(node, 2));
            default -> true;
        };
    }

    /** Nobody waits at an address outside the kernel's data: the call is made, and is a bug. */
    private boolean met(long address, int widthBytes, long value) {
        return !machine.kernel().contains(address, widthBytes)
                || machine.kernel().load(address, widthBytes) == value;
    }

    /**
     * How many outcomes the next call has. A wait with a timeout has one: taken before what it waits for is there, it
     * times out.
     */
    int choices(int p) {
        int node = run.node(p);
        return histories.kind(node) == Op.CHOOSE ? (int) Math.max(1, histories.operand(node, 0)) : 1;
    }

    /** A hard interrupt comes whenever interrupts are on, over another one too; a soft one only over user level. */
    private boolean letsIn(int p, int level) {
        return !processors.irqsOff(p) && (level == HARDIRQ || run.frames(p) == 0 || level > run.level(p));
    }
}
