package org.dmalab.lab.explore;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.dmalab.api.Machine;
import org.dmalab.api.Spontaneous;
import org.dmalab.api.cpu.Blocked;
import org.dmalab.api.cpu.KernelBug;
import org.dmalab.api.cpu.Level;
import org.dmalab.api.cpu.LiveCpu;
import org.dmalab.api.cpu.Op;
import org.dmalab.api.cpu.Processors;
import org.dmalab.api.event.Actor;
import org.dmalab.api.event.EventKind;
import org.dmalab.api.store.Store;

/**
 * A machine with the concurrent part of a scenario on it: the histories on each processor's stack, what is still to
 * arrive, and which transitions are enabled. Takes a transition and takes it back; searches nothing.
 */
final class World {
    private static final int MAX_FRAMES = 16;
    static final int IPI_HANDLER = -1;
    private static final long FRAME_KEY = -1;
    private static final long TURN_KEY = -10_000;
    private static final long LAST_KEY = -20_000;

    private final Machine machine;
    private final List<Strand> strands;
    private final List<Place> hardware = new ArrayList<>();
    private final Histories histories;
    private final Map<Long, Integer> ipiRoots = new LinkedHashMap<>();
    private final int processors;
    private final int[][] frameNode;
    private final int[][] frameLevel;
    private final int[][] frameStrand;
    private final int[] frames;
    private final int[] turnsLeft;
    private final int[] strandRoot;
    private int last;
    private int[] buffer = new int[64];
    private String oracle;
    private String message;

    /** Where hardware may act. */
    record Place(Spontaneous family, int index) { }

    /** What undoes one transition. */
    static final class Undo {
        private int transition;
        private long mark;
        private int last;
        private int frames;
        private int node;
        private int level;
        private int strand;

        /** The store before the transition. */
        long mark() {
            return mark;
        }
    }

    World(Machine machine, List<Strand> strands, List<Spontaneous> families) {
        this.machine = machine;
        this.strands = List.copyOf(strands);
        this.histories = new Histories(machine.services());
        this.processors = machine.processors().count();
        this.frameNode = new int[processors][MAX_FRAMES];
        this.frameLevel = new int[processors][MAX_FRAMES];
        this.frameStrand = new int[processors][MAX_FRAMES];
        this.frames = new int[processors];
        this.turnsLeft = new int[strands.size()];
        this.strandRoot = new int[strands.size()];
        for (Spontaneous family : families) {
            for (int i = 0; i < family.count(); i++) {
                hardware.add(new Place(family, i));
            }
        }
    }

    /** Puts every strand where it begins. */
    void start() {
        for (int i = 0; i < strands.size(); i++) {
            Strand strand = strands.get(i);
            turnsLeft[i] = strand.turns();
            if (strand.device()) {
                continue;
            }
            strandRoot[i] = histories.root(strand.parts().get(0), strand.level());
            if (strand.level() == Level.USER) {
                if (frames[strand.processor()] > 0) {
                    throw new IllegalArgumentException("two strands at user level on processor "
                            + strand.processor());
                }
                push(strand.processor(), strandRoot[i], Level.USER, i);
                popEnded(strand.processor());
            }
        }
    }

    Machine machine() {
        return machine;
    }

    Histories histories() {
        return histories;
    }

    /** The oracle that a transition has violated; null if none. */
    String violatedOracle() {
        return oracle;
    }

    String violation() {
        return message;
    }

    void clearViolation() {
        oracle = null;
        message = null;
    }

    void violated(String newOracle, String newMessage) {
        if (oracle == null) {
            oracle = newOracle;
            message = newMessage;
        }
    }

    /**
     * The enabled transitions in canonical order: the processor that ran last goes on, then what arrives on it by
     * level, then the other processors in order, devices, hardware, migrations. A zero is nothing unusual.
     */
    int[] enabled() {
        int count = processor(last, 0);
        for (int p = 0; p < processors; p++) {
            count = p == last ? count : processor(p, count);
        }
        for (int i = 0; i < strands.size(); i++) {
            if (strands.get(i).device() && turnsLeft[i] > 0) {
                count = add(count, Transition.of(Transition.DEVICE, 0, i));
            }
        }
        if (count == 0 && finished()) {
            return new int[0];
        }
        for (int i = 0; i < hardware.size(); i++) {
            if (hardware.get(i).family().enabled(hardware.get(i).index())) {
                count = add(count, Transition.of(Transition.HARDWARE, 0, i));
            }
        }
        for (int p = 0; p < processors; p++) {
            count = migrations(p, count);
        }
        return Arrays.copyOf(buffer, count);
    }

    private int processor(int p, int before) {
        int count = before;
        if (frames[p] > 0 && canStep(p)) {
            for (int choice = 0; choice < choices(p); choice++) {
                count = add(count, Transition.of(Transition.STEP, p, choice));
            }
        }
        for (int level = Level.SOFTIRQ.ordinal(); level <= Level.HARDIRQ.ordinal(); level++) {
            for (int i = 0; i < strands.size(); i++) {
                Strand strand = strands.get(i);
                if (turnsLeft[i] > 0 && !strand.device() && strand.processor() == p
                        && strand.level().ordinal() == level && letsIn(p, strand.level())) {
                    count = add(count, Transition.of(Transition.ARRIVAL, p, i));
                }
            }
        }
        if (machine.processors().pending(p) != 0 && letsIn(p, Level.HARDIRQ)) {
            count = add(count, Transition.of(Transition.IPI, p, 0));
        }
        return count;
    }

    private int migrations(int p, int before) {
        int count = before;
        if (frames[p] == 1 && frameStrand[p][0] >= 0 && strands.get(frameStrand[p][0]).migrates()
                && machine.processors().preemptCount(p) == 0 && !machine.processors().irqsOff(p)) {
            for (int q = 0; q < processors; q++) {
                if (q != p && frames[q] == 0) {
                    count = add(count, Transition.of(Transition.MIGRATION, p, q));
                }
            }
        }
        return count;
    }

    private int add(int count, int transition) {
        if (count == buffer.length) {
            buffer = Arrays.copyOf(buffer, count * 2);
        }
        buffer[count] = transition;
        return count + 1;
    }

    /** Tells whether every strand has come to its end. */
    boolean finished() {
        for (int p = 0; p < processors; p++) {
            if (frames[p] > 0) {
                return false;
            }
        }
        for (int left : turnsLeft) {
            if (left > 0) {
                return false;
            }
        }
        return true;
    }

    /**
     * Takes an enabled transition.
     *
     * @return false if the schedule ends here, because an oracle is violated or the code threw
     */
    boolean take(int transition, Undo undo) {
        int p = Transition.processor(transition);
        undo.transition = transition;
        undo.mark = machine.store().mark();
        undo.last = last;
        undo.frames = frames[p];
        if (frames[p] > 0) {
            undo.node = top(p);
            undo.level = frameLevel[p][frames[p] - 1];
            undo.strand = frameStrand[p][frames[p] - 1];
        }
        int operand = Transition.operand(transition);
        switch (Transition.kind(transition)) {
            case Transition.STEP -> {
                last = p;
                step(p, operand);
            }
            case Transition.ARRIVAL -> {
                last = p;
                arrive(p, operand);
            }
            case Transition.IPI -> {
                last = p;
                deliverIpi(p);
            }
            case Transition.DEVICE -> device(operand, strands.get(operand).turns() - turnsLeft[operand]--);
            case Transition.HARDWARE -> hardware.get(operand).family().take(hardware.get(operand).index());
            default -> migrate(p, operand);
        }
        if (oracle != null) {
            return false;
        }
        popEnded(p);
        return true;
    }

    /** Takes back the newest transition that was not yet taken back. */
    void undo(Undo undo) {
        int p = Transition.processor(undo.transition);
        int operand = Transition.operand(undo.transition);
        switch (Transition.kind(undo.transition)) {
            case Transition.ARRIVAL, Transition.DEVICE -> turnsLeft[operand]++;
            case Transition.MIGRATION -> frames[operand] = 0;
            default -> { }
        }
        frames[p] = undo.frames;
        if (undo.frames > 0) {
            frames[p]--; // what ran on this processor after the code ended has used the frame
            push(p, undo.node, Level.of(undo.level), undo.strand);
        }
        last = undo.last;
        machine.store().rollback(undo.mark);
        machine.store().release();
    }

    private boolean canStep(int p) {
        int node = top(p);
        long address = histories.operand(node, 0);
        return switch (histories.kind(node)) {
            case Op.LOCK -> machine.kernel().load(address, 4) == 0;
            case Op.AWAIT -> histories.operand(node, 3) > 0
                    || machine.kernel().load(address, (int) histories.operand(node, 1)) == histories.operand(node, 2);
            default -> true;
        };
    }

    /** A free choice has as many outcomes as it says; a timed wait that is met may still time out. */
    int choices(int p) {
        int node = top(p);
        return switch (histories.kind(node)) {
            case Op.CHOOSE -> (int) Math.max(1, histories.operand(node, 0));
            case Op.AWAIT -> histories.operand(node, 3) > 0 ? 2 : 1;
            default -> 1;
        };
    }

    /** A hard interrupt comes whenever interrupts are on, over another one too; a soft one only over user level. */
    private boolean letsIn(int p, Level level) {
        return !machine.processors().irqsOff(p) && (level == Level.HARDIRQ || frames[p] == 0
                || level.ordinal() > frameLevel[p][frames[p] - 1]);
    }

    private void step(int p, int choice) {
        int depth = frames[p] - 1;
        int node = frameNode[p][depth];
        long result = execute(p, Level.of(frameLevel[p][depth]), choice, histories.kind(node),
                histories.operand(node, 0), histories.operand(node, 1), histories.operand(node, 2),
                histories.operand(node, 3), histories.operand(node, 4));
        if (oracle != null) {
            return;
        }
        int following = histories.next(node, result);
        frameNode[p][depth] = following;
        if (histories.kind(following) == Histories.THREW) {
            violated("no-bug", histories.line(following));
        }
    }

    /** What a call of code on a processor does to the machine, with one of its outcomes. */
    long execute(int p, Level level, int choice, int kind, long a, long b, long c, long d, long e) {
        LiveCpu cpu = machine.cpu(p, level);
        long result;
        try {
            result = switch (kind) {
                case Op.CHOOSE -> choice;
                case Op.AWAIT -> choice == 0 && machine.kernel().load(a, (int) b) == c ? 1 : 0;
                case Op.IPI -> post((int) a, (int) b, c);
                case Op.IRQ_RESTORE -> {
                    machine.processors().setIrqsOff(p, a);
                    yield 0;
                }
                default -> cpu.execute(kind, a, b, c, d, e);
            };
        } catch (KernelBug | Blocked bug) {
            violated("no-bug", bug.getMessage());
            return 0;
        }
        machine.emitter().call(kind, cpu.actor(), a, b, c, d, e, result);
        return result;
    }

    private long post(int target, int vector, long argument) {
        machine.processors().post(target, vector, argument);
        return 0;
    }

    private void arrive(int p, int index) {
        turnsLeft[index]--;
        announce(p, index);
        enter(p, strandRoot[index], strands.get(index).level(), index);
    }

    /** Tells oracles that an interrupt has come. */
    void announce(int p, int index) {
        machine.emitter().emit(EventKind.INTERRUPT, Actor.processor(p, strands.get(index).level()), index, 0, 0, 0);
    }

    /** The processor masks interrupts when it takes a hard one; code that lets others in says so itself. */
    private void enter(int p, int node, Level level, int strand) {
        if (level == Level.HARDIRQ) {
            machine.processors().setIrqsOff(p, 1);
        }
        push(p, node, level, strand);
    }

    private void deliverIpi(int p) {
        int vector = Long.numberOfTrailingZeros(machine.processors().pending(p));
        long argument = machine.processors().take(p, vector);
        Integer root = ipiRoots.get(argument * Processors.VECTORS + vector);
        if (root == null) {
            root = histories.root(cpu -> {
                machine.ipiHandler().handle(cpu, vector, argument);
                return 0;
            }, Level.HARDIRQ);
            ipiRoots.put(argument * Processors.VECTORS + vector, root);
        }
        enter(p, root, Level.HARDIRQ, IPI_HANDLER);
    }

    /** A device does one of its parts; so many it has done before. */
    void device(int index, int done) {
        Strand strand = strands.get(index);
        try {
            strand.parts().get(done % strand.parts().size()).run(machine.cpu(0, Level.USER));
        } catch (KernelBug | Blocked bug) {
            violated("no-bug", bug.getMessage());
        }
    }

    private void migrate(int from, int to) {
        push(to, top(from), Level.USER, frameStrand[from][0]);
        frames[from] = 0;
        last = to;
    }

    private void push(int p, int node, Level level, int strand) {
        int depth = frames[p]++;
        frameNode[p][depth] = node;
        frameLevel[p][depth] = level.ordinal();
        frameStrand[p][depth] = strand;
    }

    /** Code that has ended leaves its processor; the local history of a handler is forgotten, which merges states. */
    private void popEnded(int p) {
        if (frames[p] > 0 && histories.kind(top(p)) == Histories.END) {
            frames[p]--;
            if (frameLevel[p][frames[p]] == Level.HARDIRQ.ordinal()) {
                machine.processors().setIrqsOff(p, 0); // returning from the interrupt restores the flags
            }
        }
    }

    /** Fingerprint of the machine and of all that is still to run. */
    long fingerprint() {
        long hash = machine.store().fingerprint();
        for (int p = 0; p < processors; p++) {
            for (int depth = 0; depth < frames[p]; depth++) {
                hash += Store.mix(FRAME_KEY - p * MAX_FRAMES - depth, frameNode[p][depth]);
            }
        }
        for (int i = 0; i < turnsLeft.length; i++) {
            hash += turnsLeft[i] == 0 ? 0 : Store.mix(TURN_KEY - i, turnsLeft[i]);
        }
        return hash;
    }

    /** Fingerprint that also tells who ran last, on which the order of the transitions depends. */
    long fingerprintWithOrder() {
        return fingerprint() + Store.mix(LAST_KEY, last);
    }

    /** A number for who does what in a transition, by which a replay sees that it is still the same. */
    int kindOfCall(int transition) {
        int kind = Transition.kind(transition);
        return kind * 1000 + Transition.processor(transition) * 100
                + (kind == Transition.STEP ? histories.kind(top(Transition.processor(transition)))
                        : Transition.operand(transition));
    }

    /** The call that a step takes; null for other transitions. */
    LiveSchedule.Call call(int transition) {
        if (Transition.kind(transition) != Transition.STEP) {
            return null;
        }
        int node = top(Transition.processor(transition));
        return new LiveSchedule.Call(histories.kind(node), histories.operand(node, 0), histories.operand(node, 1),
                histories.operand(node, 2), histories.operand(node, 3), histories.operand(node, 4));
    }

    List<Strand> strands() {
        return strands;
    }

    int processors() {
        return processors;
    }

    /** How many codes lie on one another on a processor. */
    int frames(int p) {
        return frames[p];
    }

    /** The history of the code that a processor runs. */
    int top(int p) {
        return frameNode[p][frames[p] - 1];
    }

    /** The strand that a processor runs; {@link #IPI_HANDLER} for the handler of inter-processor interrupts. */
    int topStrand(int p) {
        return frameStrand[p][frames[p] - 1];
    }

    /** How often a strand is still to be chosen. */
    int turnsLeft(int strand) {
        return turnsLeft[strand];
    }

    /** The family and the index in it of a place where hardware may act. */
    Place hardware(int index) {
        return hardware.get(index);
    }
}
