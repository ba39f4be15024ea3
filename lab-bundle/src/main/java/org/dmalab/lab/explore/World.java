package org.dmalab.lab.explore;

import java.util.ArrayList;
import java.util.HashMap;
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
import org.dmalab.api.cpu.Text;
import org.dmalab.api.cpu.WrongUse;
import org.dmalab.api.event.Actor;
import org.dmalab.api.event.EventKind;
import org.dmalab.lab.engine.Engine;
import org.dmalab.lab.engine.Interrupts;
import org.dmalab.lab.engine.ActionEnd;
import org.dmalab.lab.oracle.Watchers;

/**
 * A machine with the concurrent part of a scenario on it: what is still to run, {@link Enabled which transitions are
 * enabled}, what each {@link Touched touches}. Takes a transition and takes it back; searches nothing.
 */
final class World {
    private static final int HARDIRQ = Level.HARDIRQ.ordinal();
    private static final int USER = Level.USER.ordinal();
    private static final Level[] LEVELS = Level.values();
    private static final long CONCURRENT = Text.id("concurrent part");

    /** The trail is put into arrays of twice the length when it grows, one after the other. */
    private static final int TRAIL_GROWTH = 3;

    private final Machine machine;
    private final Processors processors;
    private final int count;
    private final List<Strand> strands;
    private final Place[] hardware;
    private final Histories histories;
    private final Map<InterProcessorInterrupt, Integer> ipiRoots = new HashMap<>();
    private final RunState run;
    private final int[] strandRoot;
    private final int[] strandLevel;
    private final boolean[] device;
    private final LiveCpu[][] cpus;
    private final Touched touched;
    private final Enabled enabled;
    private boolean rooted;
    private String oracle;
    private String message;
    private final List<Warning> warnings = new ArrayList<>();
    private final Announcer byDevice = new Announcer() {
        @Override
        public void begins(String action) {
            if (watchers.judgeStates()) {
                engine.begins(cpus[0][USER].actor(), action);
            }
        }

        @Override
        public void ended(ActionEnd end) {
            World.this.ended(0, USER, end, watchers.judgeStates() && watchers.quiet());
        }
    };
    private final Watchers watchers;
    private final List<String> declinedBefore;
    private final Engine engine;
    /** Whether something was declined since it was asked. */
    private boolean declined;

    /** Where hardware may act. */
    record Place(Spontaneous family, int index) { }

    /** What decides what the handler of inter-processor interrupts does. */
    private record InterProcessorInterrupt(int vector, long argument) { }

    /** What an oracle has objected to without that the schedule ends. */
    record Warning(String oracle, String message) { }

    /** What undoes one transition. */
    static final class Undo {
        private final RunState.Saved saved = new RunState.Saved();
        private int transition;
        private long mark;
        private long fingerprint;
        private int declined;

        /** The store before the transition. */
        long mark() {
            return mark;
        }

        /** How many codes lay on one another on the processor before the transition. */
        int frames() {
            return saved.frames();
        }

        /** How much was declined before the transition. */
        int declined() {
            return declined;
        }
    }

    /**
     * @param seed of the fingerprints of what is still to run; that of the store is set there
     */
    World(Machine machine, List<Strand> strands, List<Spontaneous> families, long seed) {
        this(machine, strands, families, new Watchers(null, machine, List.of(), (byOracle, words) -> { }), List.of(),
                seed);
    }

    /**
     * @param watchers who is told of actions that end
     * @param declinedBefore what was declined before anything here happens
     * @param seed of the fingerprints of what is still to run; that of the store is set there
     */
    World(Machine machine, List<Strand> strands, List<Spontaneous> families, Watchers watchers,
            List<String> declinedBefore, long seed) {
        this.watchers = watchers;
        this.declinedBefore = declinedBefore;
        this.engine = new Engine(machine, this::violated);
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
        this.cpus = new LiveCpu[count][LEVELS.length];
        for (int p = 0; p < count; p++) {
            for (Level level : LEVELS) {
                cpus[p][level.ordinal()] = machine.cpu(p, level);
            }
        }
        this.hardware = families.stream().flatMap(family -> IntStream.range(0, family.count())
                .mapToObj(index -> new Place(family, index))).toArray(Place[]::new);
        this.enabled = new Enabled(machine, this.strands, hardware, histories, run);
        this.touched = new Touched(this);
    }

    /** Puts every strand where it begins; may be called again when all transitions were taken back. */
    void start() {
        engine.resume(declinedBefore);
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
                if (histories.kind(strandRoot[i]) >= Histories.END) {
                    continue; // it makes no call
                }
                run.push(strand.processor(), strandRoot[i], USER, i);
            }
        }
        rooted = true;
        begin();
    }

    /** What makes no call has come to its end when all begins, unless code of its level stands before it. */
    void begin() {
        for (int i = 0; i < strands.size() && !calls(i); i++) {
            hearSilent(i);
        }
    }

    private boolean calls(int index) {
        return !device[index] && strandLevel[index] == USER && histories.kind(strandRoot[index]) < Histories.END;
    }

    /** Code at user level that makes no call says what its actions have come to. */
    private void hearSilent(int index) {
        if (device[index] || strandLevel[index] != USER || calls(index)) {
            return;
        }
        int root = strandRoot[index];
        if (histories.said(root) != null) {
            hear(strands.get(index).processor(), USER, histories.said(root));
        }
        if (histories.kind(root) == Histories.THREW) {
            violated(ActionEnd.BUG_ORACLE, histories.line(root));
        }
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

    /** Bytes of what it takes to go back, and of the histories of code. */
    long bytes() {
        return TRAIL_GROWTH * machine.store().trailBytes() + histories.bytes();
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

    /** What transitions have been warned of since it was cleared. */
    List<Warning> warnings() {
        return warnings;
    }

    /** The actions of the schedule at hand; what was declined before the concurrent part counts, too. */
    Engine engine() {
        return engine;
    }

    /** Tells whether something was declined since this was asked last. */
    boolean declined() {
        boolean before = declined;
        declined = false;
        return before;
    }

    void clearViolation() {
        oracle = null;
        message = null;
        warnings.clear();
    }

    void warned(String byOracle, String ofWhat) {
        warnings.add(new Warning(byOracle, ofWhat));
    }

    void violated(String newOracle, String newMessage) {
        if (oracle == null) {
            oracle = newOracle;
            message = newMessage;
        }
    }

    /** What may happen next. */
    Enabled enabled() {
        return enabled;
    }

    /** Where nothing is enabled, tells whether all code has ended: an interrupt that is not let in does not come. */
    boolean finished() {
        return run.idle();
    }

    /** What transitions touch. */
    Touched touched() {
        return touched;
    }

    /**
     * Takes an enabled transition.
     *
     * @return false if the schedule ends here, because an oracle is violated or the code threw
     */
    boolean take(int transition, Undo undo) {
        int p = Transition.processor(transition);
        prepare(transition, undo);
        if (touched.on()) {
            touched.begin(transition);
        }
        execute(transition);
        if (oracle == null) {
            popEnded(p);
        }
        if (touched.on()) {
            touched.end();
        }
        return oracle == null;
    }

    private void prepare(int transition, Undo undo) {
        undo.transition = transition;
        undo.mark = machine.store().mark();
        undo.fingerprint = machine.store().fingerprint();
        undo.declined = engine.declinedCount();
        run.save(Transition.processor(transition), undo.saved);
    }

    /** Takes a transition and the steps after it as they were remembered, without running them. */
    void takeAgain(int transition, MacroSteps.MacroStep stretch, Undo undo) {
        int p = Transition.processor(transition);
        prepare(transition, undo);
        run.setLast(p);
        stretch.write();
        int kind = Transition.kind(transition);
        if (kind == Transition.ARRIVAL) {
            run.addTurns(Transition.operand(transition), -1);
        }
        if (kind == Transition.STEP && stretch.ends()) {
            run.pop(p);
        } else if (kind == Transition.STEP) {
            run.advance(p, stretch.node());
        } else if (!stretch.ends()) {
            run.push(p, stretch.node(), stretch.level(), stretch.strand());
        }
    }

    /** Makes a transition part of the one before: the two are taken back as one. */
    void join() {
        machine.store().release();
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
                    touched.codeEnded();
                }
                device(operand, strands.get(operand).turns() - run.turnsLeft(operand) - 1);
            }
            case Transition.HARDWARE -> hardware[operand].family.take(hardware[operand].index);
            default -> migrate(p, operand);
        }
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
        engine.takeBack(undo.declined);
        machine.store().rollback(undo.mark, undo.fingerprint);
        machine.store().release();
    }

    private void step(int p, int choice) {
        int node = run.node(p);
        Said said = histories.said(node);
        if (said != null) {
            if (histories.depth(node) == 0 && run.level(p) == USER) {
                hear(p, node);
            }
            if (said.next() != null) {
                begins(p, run.level(p), said.next());
            }
        }
        long result;
        try {
            result = execute(p, run.level(p), choice, histories.kind(node), histories.operand(node, 0),
                    histories.operand(node, 1), histories.operand(node, 2), histories.operand(node, 3),
                    histories.operand(node, 4));
        } catch (KernelBug | Blocked e) {
            engine.judge(ActionEnd.thrown(histories.action(node), e));
            return;
        } catch (WrongUse e) {
            throw new BrokenCode(e.getMessage() + " (" + histories.line(node) + ")");
        }
        if (oracle != null) {
            return;
        }
        int following = histories.next(node, result);
        run.advance(p, following);
        hear(p, following);
        if (histories.kind(following) == Histories.THREW) {
            violated(ActionEnd.BUG_ORACLE, histories.line(following));
        }
    }

    /** What the code of a processor says before its next call: which actions are over. */
    private void hear(int p, int node) {
        Said said = histories.said(node);
        if (said != null) {
            hear(p, run.level(p), said);
        }
    }

    private void hear(int p, int level, Said said) {
        for (Said.Item item : said.over()) {
            if (item.begins() != null) {
                begins(p, level, item.begins());
            } else {
                ended(p, level, item.ended());
            }
        }
    }

    /** An action begins on a processor. */
    void begins(int p, int level, String action) {
        if (watchers.judgeStates()) {
            watchers.enter(p);
            engine.begins(cpus[p][level].actor(), action);
        }
    }

    /**
     * An action has come to its end on a processor. Who judges what it has left is told of it if nobody is in the
     * middle of another.
     */
    void ended(int p, int level, ActionEnd end) {
        ended(p, level, end, watchers.judgeStates() && watchers.leave(p));
    }

    private void ended(int p, int level, ActionEnd end, boolean announced) {
        if (announced) {
            engine.ended(cpus[p][level].actor(), end);
        } else {
            engine.judge(end);
        }
        declined |= end.declined() != null;
    }

    /**
     * What a call of code on a processor at a level does to the machine, with one of its outcomes.
     *
     * @throws KernelBug if the code does not go on after it
     */
    long execute(int p, int level, int choice, int kind, long a, long b, long c, long d, long e) {
        LiveCpu cpu = cpus[p][level];
        long result = switch (kind) {
            case Op.CHOOSE -> choice;
            case Op.AWAIT -> cpu.variable(a, (int) b) == c ? 1 : 0;
            case Op.SERVICE -> ((Swap) machine.services()).number();
            case Op.IPI -> post((int) a, (int) b, c);
            case Op.IRQ_RESTORE -> {
                processors.setIrqsOff(p, a);
                yield 0;
            }
            default -> cpu.execute(kind, a, b, c, d, e);
        };
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

    private void enter(int p, int node, int level, int strand) {
        Interrupts.enter(processors, p, LEVELS[level]);
        run.push(p, node, level, strand);
        handlerBegins(p, strand);
        hear(p, node);
    }

    /** Who is in a handler of inter-processor interrupts is in the middle of something. */
    void handlerBegins(int p, int strand) {
        if (strand == RunState.IPI_HANDLER && watchers.judgeStates()) {
            watchers.enter(p);
        }
    }

    /**
     * All code has ended, and what makes no call with it. Who judges what actions have left is told of the end of all
     * of them, as the last may have ended in a handler.
     */
    void allEnded() {
        boolean before = true;
        for (int i = 0; i < strands.size(); i++) {
            before &= !calls(i);
            if (!before) {
                hearSilent(i);
            }
        }
        if (watchers.judgeStates()) {
            machine.emitter().emit(EventKind.ACTION_END, Actor.MACHINE, CONCURRENT, 0, 0, 0);
        }
    }

    /** A handler has come to its end. */
    void handlerEnds(int p, int strand) {
        if (strand == RunState.IPI_HANDLER && watchers.judgeStates()) {
            watchers.leave(p);
        }
    }

    private void deliverIpi(int p) {
        int vector = Long.numberOfTrailingZeros(processors.pending(p));
        long argument = processors.take(p, vector);
        int root = ipiRoots.computeIfAbsent(new InterProcessorInterrupt(vector, argument),
                one -> histories.root(cpu -> {
                    machine.ipiHandler().handle(cpu, vector, argument);
                    return 0;
                }, Level.HARDIRQ));
        enter(p, root, HARDIRQ, RunState.IPI_HANDLER);
    }

    /** A device does one of its parts; so many it has done before. */
    void device(int index, int done) {
        Strand strand = strands.get(index);
        try {
            StrandCode.run(strand.parts().get(done % strand.parts().size()), cpus[0][USER], byDevice);
        } catch (KernelBug | Blocked e) {
            engine.judge(ActionEnd.thrown("", e));
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
            handlerEnds(p, run.strand(p));
            run.pop(p);
            Interrupts.leave(processors, p, LEVELS[level]);
            if (run.frames(p) == 0) {
                touched.codeEnded();
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
