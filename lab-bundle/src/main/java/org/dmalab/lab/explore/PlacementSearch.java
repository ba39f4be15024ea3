package org.dmalab.lab.explore;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

import org.dmalab.api.Machine;
import org.dmalab.api.Oracle;
import org.dmalab.api.cpu.Blocked;
import org.dmalab.api.cpu.KernelBug;
import org.dmalab.api.cpu.Level;
import org.dmalab.api.cpu.LiveCpu;
import org.dmalab.api.cpu.Op;
import org.dmalab.api.cpu.Processors;
import org.dmalab.api.event.Actor;
import org.dmalab.api.event.EventKind;
import org.dmalab.api.event.EventSink;
import org.dmalab.api.store.Region;
import org.dmalab.api.store.Store;

/**
 * Depth-first search over all placements of the interrupts of a scenario's concurrent part, on one machine, with undo
 * and a table of visited states. The machine is left as it was found.
 */
public final class PlacementSearch {
    private static final int MAX_FRAMES = 16;
    private static final int IPI_HANDLER = -1;
    /** A transition is a number: kind, processor, and the choice or strand. */
    private static final int KIND = 3 << 24;
    private static final int STEP = 0;
    private static final int ARRIVAL = 1 << 24;
    private static final int IPI = 2 << 24;
    private static final int PROCESSOR_SHIFT = 16;
    private static final int OPERAND = 0xffff;

    private final Machine machine;
    private final List<Strand> strands;
    private final List<Oracle> oracles;
    private final long maxStates;
    private final Histories histories;
    private final Map<Long, Integer> ipiRoots = new LinkedHashMap<>();
    private final int processors;
    private final int[][] frameNode;
    private final int[][] frameLevel;
    private final int[][] frameStrand;
    private final int[] frames;
    private final boolean[] arrived;
    private final int[] strandRoot;
    private final VisitedStates visited = new VisitedStates();
    private final List<Point> path = new ArrayList<>();
    private final Map<String, SearchResult.Found> found = new LinkedHashMap<>();
    private final List<Watcher> watchers = new ArrayList<>();
    private String violatedOracle;
    private String violatedMessage;
    private long placements;
    private long transitions;
    private long executions;
    private String bound = "";

    private record Watcher(Oracle oracle, Oracle.Watch watch, EventSink sink) { }

    /**
     * Prepares a search.
     *
     * @param machine brought by the scenario's steps to where the concurrent part begins; no mark may be open
     * @param strands the concurrent part
     * @param oracles who watches; they see only what the concurrent part does
     * @param maxStates bound on the number of states
     */
    public PlacementSearch(Machine machine, List<Strand> strands, List<Oracle> oracles, long maxStates) {
        this.machine = machine;
        this.strands = List.copyOf(strands);
        this.oracles = List.copyOf(oracles);
        this.maxStates = maxStates;
        this.histories = new Histories(machine.services());
        this.processors = machine.processors().count();
        this.frameNode = new int[processors][MAX_FRAMES];
        this.frameLevel = new int[processors][MAX_FRAMES];
        this.frameStrand = new int[processors][MAX_FRAMES];
        this.frames = new int[processors];
        this.arrived = new boolean[strands.size()];
        this.strandRoot = new int[strands.size()];
    }

    /**
     * Searches. An interrupt of the calling thread ends the search early, with what is known so far.
     *
     * @return what was found
     * @throws BrokenCode if the code breaks the rules by which it can be replayed
     */
    public SearchResult run() {
        watch();
        Store store = machine.store();
        long mark = store.mark();
        try {
            for (int i = 0; i < strands.size(); i++) {
                start(i);
            }
            searchAll();
            histories.verifyAll();
        } finally {
            store.rollback(mark);
            store.release();
            machine.observe(null);
        }
        return new SearchResult(bound.isEmpty(), bound, placements, visited.size(), transitions, executions,
                histories.size(), histories.runs(), List.copyOf(found.values()));
    }

    private void watch() {
        for (Oracle oracle : oracles) {
            Oracle.Watch watch = new SearchWatch(oracle.name());
            watchers.add(new Watcher(oracle, watch, oracle.attach(watch)));
        }
        machine.observe((kind, actor, a, b, c, d, e, result) -> {
            for (Watcher watcher : watchers) {
                watcher.sink().event(kind, actor, a, b, c, d, e, result);
            }
        });
    }

    private void start(int index) {
        Strand strand = strands.get(index);
        strandRoot[index] = histories.root(strand.code(), strand.level());
        if (strand.level() == Level.USER) {
            if (frames[strand.processor()] > 0) {
                throw new IllegalArgumentException("two strands at user level on processor " + strand.processor());
            }
            arrived[index] = true;
            push(strand.processor(), strandRoot[index], Level.USER, index);
            popEnded(strand.processor());
        }
    }

    /** Depth first with an explicit stack: a schedule may have more steps than a Java stack has room for. */
    private void searchAll() {
        enter();
        while (!path.isEmpty()) {
            Point point = path.get(path.size() - 1);
            undo(point);
            if (bound.isEmpty() && point.next < point.transitions.length) {
                take(point, point.transitions[point.next++]);
            } else {
                path.remove(path.size() - 1);
            }
        }
    }

    /** Comes to a state; if it is new, its transitions are to be tried. */
    private void enter() {
        if (!visited.add(fingerprint())) {
            return;
        }
        if (visited.size() >= maxStates) {
            bound = "max-states " + maxStates;
        } else if (Thread.currentThread().isInterrupted()) {
            bound = "interrupted";
        }
        int[] transitions = enabledTransitions();
        if (transitions.length == 0) {
            endOfSchedule();
        } else {
            path.add(new Point(transitions));
        }
    }

    /** Steps by processor, then arrivals by strand, then inter-processor interrupts by processor. */
    private int[] enabledTransitions() {
        IntStream.Builder enabled = IntStream.builder();
        for (int p = 0; p < processors; p++) {
            if (frames[p] > 0 && enabled(p)) {
                for (int choice = 0; choice < choices(p); choice++) {
                    enabled.add(STEP | p << PROCESSOR_SHIFT | choice);
                }
            }
        }
        for (int i = 0; i < strands.size(); i++) {
            if (!arrived[i] && letsIn(strands.get(i).processor(), strands.get(i).level())) {
                enabled.add(ARRIVAL | strands.get(i).processor() << PROCESSOR_SHIFT | i);
            }
        }
        for (int p = 0; p < processors; p++) {
            if (machine.processors().pending(p) != 0 && letsIn(p, Level.HARDIRQ)) {
                enabled.add(IPI | p << PROCESSOR_SHIFT);
            }
        }
        return enabled.build().toArray();
    }

    private void take(Point point, int transition) {
        transitions++;
        int p = transition >>> PROCESSOR_SHIFT & 0xff;
        point.open(transition, p, machine.store().mark());
        point.frames = frames[p];
        if (frames[p] > 0) {
            point.node = top(p);
            point.level = frameLevel[p][frames[p] - 1];
            point.strand = frameStrand[p][frames[p] - 1];
        }
        int operand = transition & OPERAND;
        boolean goesOn = switch (transition & KIND) {
            case STEP -> step(p, operand);
            case ARRIVAL -> arrive(operand);
            default -> deliverIpi(p);
        };
        if (goesOn) {
            popEnded(p);
            enter();
        }
    }

    private void undo(Point point) {
        if (!point.taken) {
            return;
        }
        int p = point.processor;
        frames[p] = point.frames;
        if (point.frames > 0) {
            frames[p]--; // what ran on this processor after the code ended has used the frame
            push(p, point.node, Level.of(point.level), point.strand);
        }
        if ((point.transition & KIND) == ARRIVAL) {
            arrived[point.transition & OPERAND] = false;
        }
        machine.store().rollback(point.mark);
        machine.store().release();
        point.taken = false;
    }

    private void endOfSchedule() {
        for (int p = 0; p < processors; p++) {
            if (frames[p] > 0) {
                int node = top(p);
                report("no-lock-cycle", "deadlock: " + strandName(p) + " waits at " + histories.line(node) + " for "
                        + machine.kernel().nameOf(histories.operand(node, 0)));
                return;
            }
        }
        executions++;
        long mark = machine.store().mark();
        for (Watcher watcher : watchers) {
            watcher.oracle().end(watcher.watch(), watcher.sink());
            reportViolation();
        }
        machine.store().rollback(mark);
        machine.store().release();
    }

    private boolean enabled(int p) {
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
    private int choices(int p) {
        int node = top(p);
        return switch (histories.kind(node)) {
            case Op.CHOOSE -> (int) Math.max(1, histories.operand(node, 0));
            case Op.AWAIT -> histories.operand(node, 3) > 0 ? 2 : 1;
            default -> 1;
        };
    }

    private boolean letsIn(int p, Level level) {
        if (machine.processors().irqsOff(p)) {
            return false;
        }
        return frames[p] == 0 || level.ordinal() > frameLevel[p][frames[p] - 1];
    }

    private boolean step(int p, int choice) {
        int depth = frames[p] - 1;
        int node = frameNode[p][depth];
        long result = execute(p, depth, node, choice);
        if (violatedOracle != null) {
            reportViolation();
            return false;
        }
        int following = histories.next(node, result);
        frameNode[p][depth] = following;
        if (histories.kind(following) == Histories.THREW) {
            report("no-bug", histories.line(following));
            return false;
        }
        return true;
    }

    private long execute(int p, int depth, int node, int choice) {
        int kind = histories.kind(node);
        LiveCpu cpu = machine.cpu(p, Level.of(frameLevel[p][depth]));
        long a = histories.operand(node, 0);
        long b = histories.operand(node, 1);
        long c = histories.operand(node, 2);
        long d = histories.operand(node, 3);
        long e = histories.operand(node, 4);
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

    private boolean arrive(int index) {
        Strand strand = strands.get(index);
        placements++;
        arrived[index] = true;
        machine.emitter().emit(EventKind.INTERRUPT, Actor.processor(strand.processor(), strand.level()), index, 0, 0,
                0);
        push(strand.processor(), strandRoot[index], strand.level(), index);
        return true;
    }

    private boolean deliverIpi(int p) {
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
        push(p, root, Level.HARDIRQ, IPI_HANDLER);
        return true;
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
        }
    }

    private int top(int p) {
        return frameNode[p][frames[p] - 1];
    }

    private long fingerprint() {
        long hash = machine.store().fingerprint();
        for (int p = 0; p < processors; p++) {
            for (int depth = 0; depth < frames[p]; depth++) {
                hash += Store.mix(-1L - p * MAX_FRAMES - depth, frameNode[p][depth]);
            }
        }
        for (int i = 0; i < arrived.length; i++) {
            hash += arrived[i] ? Store.mix(-10_000L - i, 1) : 0;
        }
        return hash;
    }

    private String strandName(int p) {
        return name(frameStrand[p][frames[p] - 1]);
    }

    private String name(int strand) {
        return strand == IPI_HANDLER ? "IPI handler" : strands.get(strand).name();
    }

    private void violated(String oracle, String message) {
        if (violatedOracle == null) {
            violatedOracle = oracle;
            violatedMessage = message;
        }
    }

    private void reportViolation() {
        if (violatedOracle != null) {
            report(violatedOracle, violatedMessage);
            violatedOracle = null;
        }
    }

    private void report(String oracle, String message) {
        found.computeIfAbsent(oracle + message, key -> new SearchResult.Found(oracle, message, schedule()));
    }

    /** The way here, in turns: who ran, for how many calls, and where an interrupt was let in. */
    private List<String> schedule() {
        List<String> turns = new ArrayList<>();
        int first = 0;
        while (first < path.size()) {
            int last = first;
            while (last + 1 < path.size() && path.get(last + 1).sameTurn(path.get(first))) {
                last++;
            }
            turns.add(turn(first, last));
            first = last + 1;
        }
        return turns;
    }

    private String turn(int first, int last) {
        Point start = path.get(first);
        boolean arrives = (start.transition & KIND) != STEP;
        int calls = last - first + (arrives ? 0 : 1);
        String arrival = "";
        if (arrives) {
            arrival = first == 0 ? ", let in before anything else"
                    : ", let in after " + histories.line(path.get(first - 1).node);
        }
        String where = calls == 0 ? "" : ", last at " + histories.line(path.get(last).node);
        return "cpu" + start.processor + " " + name(start.strandThatRan()) + ": " + calls
                + (calls == 1 ? " call" : " calls") + arrival + where;
    }

    /** A state on the way, with the transitions that are still to be tried and what undoes the one taken. */
    private static final class Point {
        private final int[] transitions;
        private int next;
        private boolean taken;
        private int transition;
        private int processor;
        private long mark;
        private int frames;
        private int node;
        private int level;
        private int strand;

        Point(int[] transitions) {
            this.transitions = transitions;
        }

        void open(int newTransition, int newProcessor, long newMark) {
            taken = true;
            transition = newTransition;
            processor = newProcessor;
            mark = newMark;
        }

        boolean sameTurn(Point other) {
            return processor == other.processor && strandThatRan() == other.strandThatRan();
        }

        int strandThatRan() {
            return switch (transition & KIND) {
                case STEP -> strand;
                case ARRIVAL -> transition & OPERAND;
                default -> IPI_HANDLER;
            };
        }
    }

    /** What an oracle works with during a search. */
    private final class SearchWatch implements Oracle.Watch {
        private final String oracle;

        SearchWatch(String oracle) {
            this.oracle = oracle;
        }

        @Override
        public Machine machine() {
            return machine;
        }

        @Override
        public Region memory(String name, long cells) {
            return machine.store().sparse("oracle." + oracle + "." + name, cells, Region.Kind.STATE, null);
        }

        @Override
        public void violation(String message) {
            violated(oracle, message);
        }
    }
}
