package org.dmalab.lab.explore;

import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

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
import org.dmalab.api.store.Footprint;

/**
 * A machine with the concurrent part of a scenario on it: what is still to run and which transitions are enabled. Takes
 * a transition and takes it back; searches nothing.
 */
final class World {
    private static final int HARDIRQ = Level.HARDIRQ.ordinal();
    private static final int USER = Level.USER.ordinal();
    /** Numbers of what a transition touches outside the store, see {@link Footprint#outside}. */
    private static final int ENDED = 0;
    private static final int PROCESSOR = 1;
    private static final int TURN = 1000;

    private final Machine machine;
    private final Processors processors;
    private final int count;
    private final List<Strand> strands;
    private final Place[] hardware;
    private final Histories histories;
    private final Map<Long, Integer> ipiRoots = new LinkedHashMap<>();
    private final RunState run;
    private final int[] strandRoot;
    private final int[] strandLevel;
    private final boolean[] device;
    private final int[][] arrivals;
    private final LiveCpu[][] cpus;
    private Footprint footprint;
    private boolean rooted;
    private int[] buffer = new int[64];
    private String oracle;
    private String message;

    /** Where hardware may act. */
    record Place(Spontaneous family, int index) { }

    /** What undoes one transition. */
    static final class Undo {
        private final RunState.Saved saved = new RunState.Saved();
        private int transition;
        private long mark;

        /** The store before the transition. */
        long mark() {
            return mark;
        }
    }

    /**
     * @param seed of the fingerprints of what is still to run; that of the store is set there
     */
    World(Machine machine, List<Strand> strands, List<Spontaneous> families, long seed) {
        this.machine = machine;
        this.processors = machine.processors();
        this.count = processors.count();
        this.strands = List.copyOf(strands);
        this.histories = new Histories(machine.services());
        this.run = new RunState(count, strands.size(), seed);
        this.strandRoot = new int[strands.size()];
        this.strandLevel = strands.stream().mapToInt(strand -> strand.level().ordinal()).toArray();
        this.device = new boolean[strands.size()];
        for (int i = 0; i < device.length; i++) {
            device[i] = strands.get(i).device();
        }
        this.arrivals = new int[count][];
        this.cpus = new LiveCpu[count][Level.values().length];
        for (int p = 0; p < count; p++) {
            arrivals[p] = arrivals(p);
            for (Level level : Level.values()) {
                cpus[p][level.ordinal()] = machine.cpu(p, level);
            }
        }
        this.hardware = families.stream().flatMap(family -> IntStream.range(0, family.count())
                .mapToObj(index -> new Place(family, index))).toArray(Place[]::new);
    }

    /** The strands that arrive on a processor, by level. */
    private int[] arrivals(int p) {
        return IntStream.range(0, strands.size())
                .filter(i -> !device[i] && strands.get(i).processor() == p && strandLevel[i] != USER)
                .boxed().sorted(Comparator.comparingInt(i -> strandLevel[i])).mapToInt(i -> i).toArray();
    }

    /** Puts every strand where it begins; may be called again when all transitions were taken back. */
    void start() {
        run.start(strands);
        for (int i = 0; i < strands.size(); i++) {
            Strand strand = strands.get(i);
            if (device[i]) {
                continue;
            }
            if (!rooted) {
                strandRoot[i] = histories.root(strand.parts().get(0), strand.level());
            }
            if (strandLevel[i] == USER) {
                if (run.frames(strand.processor()) > 0) {
                    throw new IllegalArgumentException("two strands at user level on processor "
                            + strand.processor());
                }
                run.push(strand.processor(), strandRoot[i], USER, i);
                popEnded(strand.processor());
            }
        }
        rooted = true;
    }

    Machine machine() {
        return machine;
    }

    Histories histories() {
        return histories;
    }

    List<Strand> strands() {
        return strands;
    }

    /** What is still to run. */
    RunState run() {
        return run;
    }

    int processors() {
        return count;
    }

    /** How many places there are at which hardware may act. */
    int places() {
        return hardware.length;
    }

    /** The family and the index in it of a place where hardware may act. */
    Place hardware(int index) {
        return hardware[index];
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
        int found = countEnabled();
        return Arrays.copyOf(buffer, found);
    }

    /** Finds the enabled transitions and puts them into {@link #buffer}; returns how many there are. */
    int countEnabled() {
        int found = processor(run.last(), 0);
        for (int p = 0; p < count; p++) {
            found = p == run.last() ? found : processor(p, found);
        }
        for (int i = 0; i < device.length; i++) {
            if (device[i] && run.turnsLeft(i) > 0) {
                found = add(found, Transition.of(Transition.DEVICE, 0, i));
            }
        }
        if (found == 0 && run.finished()) {
            return 0;
        }
        for (int i = 0; i < hardware.length; i++) {
            if (hardware[i].family.enabled(hardware[i].index)) {
                found = add(found, Transition.of(Transition.HARDWARE, 0, i));
            }
        }
        for (int p = 0; p < count; p++) {
            found = migrations(p, found);
        }
        return found;
    }

    /** What {@link #countEnabled} has found; valid until it is called again. */
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
            for (int q = 0; q < count; q++) {
                if (q != p && run.frames(q) == 0) {
                    found = add(found, Transition.of(Transition.MIGRATION, p, q));
                }
            }
        }
        return found;
    }

    /** Tells whether the code that a processor runs may move to another one. */
    boolean migrates(int p) {
        return run.strand(p) >= 0 && strands.get(run.strand(p)).migrates();
    }

    private int add(int found, int transition) {
        if (found == buffer.length) {
            buffer = Arrays.copyOf(buffer, found * 2);
        }
        buffer[found] = transition;
        return found + 1;
    }

    /** Tells whether every strand has come to its end. */
    boolean finished() {
        return run.finished();
    }

    /** Notes in a footprint what each transition reads and writes; null for no more. */
    void note(Footprint in) {
        footprint = in;
        machine.store().noteAccesses(in != null);
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
        run.save(p, undo.saved);
        if (footprint != null) {
            beginFootprint(transition);
        }
        execute(transition);
        if (oracle == null) {
            popEnded(p);
        }
        if (footprint != null) {
            machine.store().note(null);
        }
        return oracle == null;
    }

    private void execute(int transition) {
        int p = Transition.processor(transition);
        int operand = Transition.operand(transition);
        switch (Transition.kind(transition)) {
            case Transition.STEP -> {
                run.setLast(p);
                step(p, operand);
            }
            case Transition.ARRIVAL -> {
                run.setLast(p);
                arrive(p, operand);
            }
            case Transition.IPI -> {
                run.setLast(p);
                deliverIpi(p);
            }
            case Transition.DEVICE -> {
                run.addTurns(operand, -1);
                if (run.turnsLeft(operand) == 0) {
                    noteEnd();
                }
                device(operand, strands.get(operand).turns() - run.turnsLeft(operand) - 1);
            }
            case Transition.HARDWARE -> hardware[operand].family.take(hardware[operand].index);
            default -> migrate(p, operand);
        }
    }

    /**
     * What a transition touches besides the cells that it will touch: what is on its processor, its turn, and what
     * lets it happen. A kind that is not listed counts as touching everything.
     */
    private void beginFootprint(int transition) {
        int p = Transition.processor(transition);
        int operand = Transition.operand(transition);
        footprint.clear();
        machine.store().note(footprint);
        switch (Transition.kind(transition)) {
            case Transition.STEP -> touch(PROCESSOR + p);
            case Transition.ARRIVAL -> {
                touch(PROCESSOR + p);
                touch(TURN + operand);
                letsIn(p, strandLevel[operand]);
            }
            case Transition.IPI -> {
                touch(PROCESSOR + p);
                letsIn(p, HARDIRQ);
            }
            case Transition.DEVICE -> touch(TURN + operand);
            case Transition.HARDWARE -> {
                footprint.add(Footprint.outside(ENDED), 1, 0);
                hardware[operand].family.enabled(hardware[operand].index);
            }
            case Transition.MIGRATION -> {
                touch(PROCESSOR + p);
                touch(PROCESSOR + operand);
                processors.irqsOff(p);
                processors.preemptCount(p);
            }
            default -> footprint.addEverything();
        }
    }

    private void touch(int number) {
        footprint.add(Footprint.outside(number), 0, 1);
    }

    /** Where all have ended hardware no longer acts: the order of the two matters. */
    private void noteEnd() {
        if (footprint != null && hardware.length > 0) {
            touch(ENDED);
        }
    }

    /** Notes what decides whether interrupts are let in, tasks may move and hardware may act. */
    void noteGuards() {
        footprint.clear();
        machine.store().note(footprint);
        for (int p = 0; p < count; p++) {
            boolean moves = run.frames(p) > 0 && migrates(p);
            if (processors.pending(p) != 0 || arrivals[p].length > 0 || moves) {
                processors.irqsOff(p);
            }
            if (moves) {
                processors.preemptCount(p);
            }
        }
        for (Place place : hardware) {
            place.family.enabled(place.index);
        }
        machine.store().note(null);
    }

    /** Notes what a processor waits for; false if it does not wait. */
    boolean noteWait(int p) {
        if (run.frames(p) == 0 || histories.kind(run.node(p)) != Op.LOCK && histories.kind(run.node(p)) != Op.AWAIT) {
            return false;
        }
        footprint.clear();
        machine.store().note(footprint);
        canStep(p);
        machine.store().note(null);
        return true;
    }

    /** Takes back the newest transition that was not yet taken back. */
    void undo(Undo undo) {
        int operand = Transition.operand(undo.transition);
        switch (Transition.kind(undo.transition)) {
            case Transition.ARRIVAL, Transition.DEVICE -> run.addTurns(operand, 1);
            case Transition.MIGRATION -> run.pop(operand);
            default -> { }
        }
        run.restore(Transition.processor(undo.transition), undo.saved);
        machine.store().rollback(undo.mark);
        machine.store().release();
    }

    /** Tells whether what a processor runs can take its next call. */
    boolean canStep(int p) {
        int node = run.node(p);
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
        int node = run.node(p);
        return switch (histories.kind(node)) {
            case Op.CHOOSE -> (int) Math.max(1, histories.operand(node, 0));
            case Op.AWAIT -> histories.operand(node, 3) > 0 ? 2 : 1;
            default -> 1;
        };
    }

    /** A hard interrupt comes whenever interrupts are on, over another one too; a soft one only over user level. */
    private boolean letsIn(int p, int level) {
        return !processors.irqsOff(p) && (level == HARDIRQ || run.frames(p) == 0 || level > run.level(p));
    }

    private void step(int p, int choice) {
        int node = run.node(p);
        long result = execute(p, run.level(p), choice, histories.kind(node), histories.operand(node, 0),
                histories.operand(node, 1), histories.operand(node, 2), histories.operand(node, 3),
                histories.operand(node, 4));
        if (oracle != null) {
            return;
        }
        int following = histories.next(node, result);
        run.advance(p, following);
        if (histories.kind(following) == Histories.THREW) {
            violated("no-bug", histories.line(following));
        }
    }

    /** What a call of code on a processor at a level does to the machine, with one of its outcomes. */
    long execute(int p, int level, int choice, int kind, long a, long b, long c, long d, long e) {
        LiveCpu cpu = cpus[p][level];
        long result;
        try {
            result = switch (kind) {
                case Op.CHOOSE -> choice;
                case Op.AWAIT -> choice == 0 && machine.kernel().load(a, (int) b) == c ? 1 : 0;
                case Op.SERVICE -> ((Swap) machine.services()).number();
                case Op.IPI -> post((int) a, (int) b, c);
                case Op.IRQ_RESTORE -> {
                    processors.setIrqsOff(p, a);
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
        processors.post(target, vector, argument);
        return 0;
    }

    private void arrive(int p, int index) {
        run.addTurns(index, -1);
        announce(p, index);
        enter(p, strandRoot[index], strandLevel[index], index);
    }

    /** Tells oracles that an interrupt has come. */
    void announce(int p, int index) {
        machine.emitter().emit(EventKind.INTERRUPT, Actor.processor(p, strands.get(index).level()), index, 0, 0, 0);
    }

    /** The processor masks interrupts when it takes a hard one; code that lets others in says so itself. */
    private void enter(int p, int node, int level, int strand) {
        if (level == HARDIRQ) {
            processors.setIrqsOff(p, 1);
        }
        run.push(p, node, level, strand);
    }

    private void deliverIpi(int p) {
        int vector = Long.numberOfTrailingZeros(processors.pending(p));
        long argument = processors.take(p, vector);
        Integer root = ipiRoots.get(argument * Processors.VECTORS + vector);
        if (root == null) {
            root = histories.root(cpu -> {
                machine.ipiHandler().handle(cpu, vector, argument);
                return 0;
            }, Level.HARDIRQ);
            ipiRoots.put(argument * Processors.VECTORS + vector, root);
        }
        enter(p, root, HARDIRQ, RunState.IPI_HANDLER);
    }

    /** A device does one of its parts; so many it has done before. */
    void device(int index, int done) {
        Strand strand = strands.get(index);
        try {
            strand.parts().get(done % strand.parts().size()).run(cpus[0][USER]);
        } catch (KernelBug | Blocked bug) {
            violated("no-bug", bug.getMessage());
        }
    }

    private void migrate(int from, int to) {
        run.push(to, run.node(from), USER, run.strand(from));
        run.pop(from);
        run.setLast(to);
    }

    /** Code that has ended leaves its processor; the local history of a handler is forgotten, which merges states. */
    private void popEnded(int p) {
        if (run.frames(p) > 0 && histories.kind(run.node(p)) == Histories.END) {
            int level = run.level(p);
            run.pop(p);
            if (level == HARDIRQ) {
                processors.setIrqsOff(p, 0); // returning from the interrupt restores the flags
            }
            if (run.frames(p) == 0) {
                noteEnd();
            }
        }
    }

    /** Fingerprint of the machine and of all that is still to run. */
    long fingerprint() {
        return machine.store().fingerprint() + run.fingerprint();
    }

    /** Fingerprint that also tells who ran last, on which the order of the transitions depends. */
    long fingerprintWithOrder() {
        return machine.store().fingerprint() + run.fingerprintWithOrder();
    }

    /** A number for who does what in a transition, by which a replay sees that it is still the same. */
    int kindOfCall(int transition) {
        int kind = Transition.kind(transition);
        int p = Transition.processor(transition);
        return kind * 1000 + p * 100
                + (kind == Transition.STEP ? histories.kind(run.node(p)) : Transition.operand(transition));
    }

    /** The call that a step takes; null for other transitions. */
    LiveSchedule.Call call(int transition) {
        if (Transition.kind(transition) != Transition.STEP) {
            return null;
        }
        int node = run.node(Transition.processor(transition));
        return new LiveSchedule.Call(histories.kind(node), histories.operand(node, 0), histories.operand(node, 1),
                histories.operand(node, 2), histories.operand(node, 3), histories.operand(node, 4));
    }
}
