package org.dmalab.lab.explore;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.dmalab.api.cpu.Code;
import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.cpu.KernelBug;
import org.dmalab.api.cpu.Level;
import org.dmalab.api.cpu.Op;
import org.dmalab.api.cpu.Stop;
import org.dmalab.api.cpu.WrongUse;
import org.dmalab.api.service.Services;
import org.dmalab.api.store.Store;
import org.dmalab.lab.KernelFunctions;
import org.dmalab.lab.engine.ActionEnd;
import org.dmalab.lab.guard.Loops;

/**
 * Hash-consed histories of kernel code: a node stands for one sequence of results and stores the call that follows it.
 *
 * <p>Nodes are numbers; all that is known of them lies in parallel arrays. Node numbers are exact (no hash of
 * histories), so two different histories never share one. A mark says that what follows depends on its label, its
 * locals and who called only: after marks that say the same, histories go on in one node, so that an unbounded loop is
 * a cycle of nodes. That a mark does not lie is checked by running the code along ways through such cycles.
 */
final class Histories {
    /** The code has returned. */
    static final int END = Op.COUNT;
    /** The code has thrown a {@link KernelBug}. */
    static final int THREW = Op.COUNT + 1;
    /** Results that a history may have before its code counts as unbounded. */
    static final int MAX_DEPTH = 20_000;
    /** Operands of a call. */
    static final int OPERANDS = 5;
    private static final int FIRST_NODES = 128;
    /** Of a node, its place in the table of children and the line of its call. */
    private static final int NODE_BYTES = 256;
    private static final int FIRST_CHILDREN = 256;
    private static final int MAX_BURST = 4096;
    private static final int MAX_SWALLOWED = 10_000;
    private static final int MAX_CHECKED_MERGES = 500;
    private static final int WALKS = 4;
    private static final int MAX_WALK = 128;
    private static final String C_RUN_TIME = "org.dmalab.c.runtime.";
    private static final String WEB_ASSEMBLY = "run.endive.";
    private static final StackWalker STACK = StackWalker.getInstance(
            StackWalker.Option.RETAIN_CLASS_REFERENCE);

    private final List<Code> codes = new ArrayList<>();
    private final List<Level> levels = new ArrayList<>();
    private final Services services;
    private int nodes;
    private int[] kind = new int[FIRST_NODES];
    private int[] parent = new int[FIRST_NODES];
    private int[] depth = new int[FIRST_NODES];
    private int[] code = new int[FIRST_NODES];
    private long[] result = new long[FIRST_NODES];
    private long[] operand = new long[FIRST_NODES * OPERANDS];
    private int[] firstChild = new int[FIRST_NODES];
    private final Map<List<Long>, Integer> marks = new HashMap<>();
    /** By node of a mark: where it stands and who called the code it stands in, as a number. */
    private final Map<Integer, Long> callers = new HashMap<>();
    private final List<Integer> merged = new ArrayList<>();
    private final Map<Integer, String> thrown = new HashMap<>();
    /** Where the call stands that follows a history. */
    private StackWalker.StackFrame[] frame = new StackWalker.StackFrame[FIRST_NODES];
    /** What the code says after a history, before the call that follows; null if nothing. */
    private Said[] said = new Said[FIRST_NODES];
    private long[] keyNode = new long[FIRST_CHILDREN];
    private long[] keyResult = new long[FIRST_CHILDREN];
    private int[] child = new int[FIRST_CHILDREN];
    private int children;
    private long runs;

    Histories(Services services) {
        this.services = services;
    }

    /** Adds code; returns the node of its empty history. */
    int root(Code newCode, Level level) {
        codes.add(newCode);
        levels.add(level);
        return discover(allocate(codes.size() - 1, -1, 0, 0));
    }

    /** Kind of the call that follows a history. */
    int kind(int node) {
        return kind[node];
    }

    /** One operand of the call that follows a history, 0 for a to 4 for e. */
    long operand(int node, int index) {
        return operand[node * OPERANDS + index];
    }

    /** C function and source line of the call that follows a history; what was thrown if it threw. */
    String line(int node) {
        return kind[node] == THREW ? thrown.get(node) : line(frame[node]);
    }

    private static String line(StackWalker.StackFrame at) {
        return at == null ? "?" : KernelFunctions.place(at);
    }

    private static String place(StackWalker.StackFrame at) {
        boolean java = at != null && at.getFileName().endsWith(".java");
        return java ? at.getClassName() + " (" + at.getFileName() + ":" + at.getLineNumber() + ")" : line(at);
    }

    /** What the code says after a history, before the call that follows; null if nothing. */
    Said said(int node) {
        return said[node];
    }

    /** The action in which the call stands that follows a history; empty if the code does not say. */
    String action(int node) {
        int at = node;
        while (at >= 0 && said[at] == null) {
            at = parent[at];
        }
        return at < 0 || said[at].next() == null ? "" : said[at].next();
    }

    /** Number of results in a history. */
    int depth(int node) {
        return depth[node];
    }

    /** Number of histories known. */
    int size() {
        return nodes;
    }

    /** Bytes that the histories take. */
    long bytes() {
        return (long) kind.length * NODE_BYTES;
    }

    /** How often code was run. */
    long runs() {
        return runs;
    }

    /** The history that has one more result. */
    int next(int node, long newResult) {
        int first = firstChild[node];
        if (first >= 0 && result[first] == newResult) {
            return first;
        }
        if (first < 0 && kind[node] == Op.MARK) {
            return afterMark(node);
        }
        if (first < 0) {
            int found = discover(allocate(code[node], node, newResult, depth[node] + 1));
            firstChild[node] = found;
            return found;
        }
        int slot = slot(keyNode, keyResult, node, newResult);
        if (keyNode[slot] != 0) {
            return child[slot];
        }
        int found = discover(allocate(code[node], node, newResult, depth[node] + 1));
        slot = slot(keyNode, keyResult, node, newResult);
        keyNode[slot] = node + 1L;
        keyResult[slot] = newResult;
        child[slot] = found;
        if (++children * 2 > keyNode.length) {
            growChildren();
        }
        return found;
    }

    /** After a mark that says what another has said the code has to go on as it did there. */
    private int afterMark(int node) {
        List<Long> said = List.of((long) code[node], operand(node, 0), operand(node, 1), operand(node, 2),
                operand(node, 3), callers.get(node));
        Integer known = marks.get(said);
        if (known == null) {
            int found = discover(allocate(code[node], node, 0, depth[node] + 1)); // may put the arrays into larger ones
            firstChild[node] = found;
            marks.put(said, found);
            return found;
        }
        firstChild[node] = known;
        merged.add(node);
        follow(path(node, known), results(node, known), false);
        return known;
    }

    /**
     * Runs the code of every complete history once more, newest first, and compares each call with what is recorded;
     * then along some ways that lead through merged marks.
     *
     * @throws BrokenCode if one differs: the code keeps something outside the store, or a mark does not say all
     */
    void verifyAll() {
        int known = nodes;
        for (int node = known - 1; node >= 0; node--) {
            if (kind[node] == END || kind[node] == THREW) {
                run(node, false);
            }
        }
        if (!merged.isEmpty()) {
            verifyMarks();
        }
    }

    private void verifyMarks() {
        int[] head = new int[nodes];
        int[] sibling = new int[nodes];
        Arrays.fill(head, -1);
        for (int node = 0; node < nodes; node++) {
            if (parent[node] >= 0) {
                sibling[node] = head[parent[node]];
                head[parent[node]] = node;
            }
        }
        int step = 1 + merged.size() / MAX_CHECKED_MERGES;
        for (int i = 0; i < merged.size(); i += step) {
            for (int walk = 0; walk < WALKS; walk++) {
                walk(merged.get(i), walk, head, sibling);
            }
        }
    }

    /** One way through the graph from a merged mark on, the choices drawn from the number of the walk. */
    private void walk(int mark, int number, int[] head, int[] sibling) {
        int[] path = path(mark, firstChild[mark]);
        long[] results = results(mark, firstChild[mark]);
        int length = path.length;
        path = Arrays.copyOf(path, length + MAX_WALK);
        results = Arrays.copyOf(results, length + MAX_WALK);
        int end = length + MAX_WALK;
        while (length < end) {
            int at = path[length - 1];
            int next = kind[at] == Op.MARK ? firstChild[at] : child(at, number, length, head, sibling);
            if (next < 0) {
                break;
            }
            path[length] = next;
            results[length++] = kind[at] == Op.MARK ? 0 : result[next];
        }
        follow(Arrays.copyOf(path, length), Arrays.copyOf(results, length), false);
    }

    private static int child(int node, int number, int step, int[] head, int[] sibling) {
        int count = 0;
        for (int at = head[node]; at >= 0; at = sibling[at]) {
            count++;
        }
        int chosen = head[node];
        for (int skip = count == 0 ? 0 : (int) Math.floorMod(Store.mix(number, step), (long) count); skip > 0; skip--) {
            chosen = sibling[chosen];
        }
        return chosen;
    }

    private static int slot(long[] keys, long[] results, int node, long newResult) {
        int mask = keys.length - 1;
        int slot = (int) Store.mix(node, newResult) & mask;
        while (keys[slot] != 0 && (keys[slot] != node + 1L || results[slot] != newResult)) {
            slot = (slot + 1) & mask;
        }
        return slot;
    }

    private void growChildren() {
        int length = keyNode.length * 2;
        long[] newNode = new long[length];
        long[] newResult = new long[length];
        int[] newChild = new int[length];
        for (int i = 0; i < keyNode.length; i++) {
            if (keyNode[i] != 0) {
                int slot = slot(newNode, newResult, (int) keyNode[i] - 1, keyResult[i]);
                newNode[slot] = keyNode[i];
                newResult[slot] = keyResult[i];
                newChild[slot] = child[i];
            }
        }
        keyNode = newNode;
        keyResult = newResult;
        child = newChild;
    }

    private int allocate(int codeNumber, int parentNode, long newResult, int newDepth) {
        if (newDepth > MAX_DEPTH) {
            throw new BrokenCode("unbounded history: more than " + MAX_DEPTH + " calls, last at "
                    + place(frame[parentNode])
                    + "; a loop without a bound has to say mark at its head");
        }
        int node = nodes++;
        if (node == kind.length) {
            int length = node * 2;
            kind = Arrays.copyOf(kind, length);
            parent = Arrays.copyOf(parent, length);
            depth = Arrays.copyOf(depth, length);
            code = Arrays.copyOf(code, length);
            result = Arrays.copyOf(result, length);
            operand = Arrays.copyOf(operand, length * OPERANDS);
            firstChild = Arrays.copyOf(firstChild, length);
            frame = Arrays.copyOf(frame, length);
            said = Arrays.copyOf(said, length);
        }
        parent[node] = parentNode;
        result[node] = newResult;
        depth[node] = newDepth;
        code[node] = codeNumber;
        firstChild[node] = -1;
        return node;
    }

    private int discover(int node) {
        kind[node] = -1;
        run(node, true);
        return node;
    }

    private void run(int node, boolean discover) {
        follow(path(node, -1), results(node, -1), discover);
    }

    /** The nodes from the root to one, and then another if that is not negative. */
    private int[] path(int node, int last) {
        int[] path = new int[depth[node] + (last < 0 ? 1 : 2)];
        path[path.length - 1] = last;
        int at = node;
        for (int i = depth[node]; i >= 0; i--) {
            path[i] = at;
            at = parent[at];
        }
        return path;
    }

    /** The result that leads to each node of {@link #path}; of the first there is none. */
    private long[] results(int node, int last) {
        long[] results = new long[depth[node] + (last < 0 ? 1 : 2)];
        int at = node;
        for (int i = depth[node]; i > 0; i--) {
            results[i] = kind[parent[at]] == Op.MARK ? 0 : result[at];
            at = parent[at];
        }
        return results;
    }

    /** Runs the code along a path; if it is to discover, a burst of calls without results beyond it, too. */
    private void follow(int[] path, long[] results, boolean discover) {
        ReplayCpu[] self = new ReplayCpu[1];
        ReplayCpu cpu = new ReplayCpu(path, results, discover, Swap.stepwise(services,
                () -> self[0].op(Op.SERVICE, 0, 0, 0, 0, 0)));
        self[0] = cpu;
        runs++;
        Loops.begin();
        try {
            StrandCode.run(codes.get(code[path[0]]), cpu, cpu);
            cpu.ended(END, null);
        } catch (Stop stop) {
            cpu.requireOwner();
            if (!cpu.stopped) {
                throw new BrokenCode("a stop that nobody threw at " + place(frame[cpu.current]));
            }
        } catch (KernelBug bug) {
            cpu.ended(THREW, bug.words());
        }
    }

    /** Feeds a recorded history to its code, then records the call that follows and cuts the code off. */
    private final class ReplayCpu extends Cpu implements Announcer {
        private final int[] path;
        private final long[] results;
        private final boolean discover;
        private final Thread owner = Thread.currentThread();
        private volatile boolean usedByOther;
        private int position;
        private int current;
        private boolean stopped;
        private int swallowed;
        private int burst;

        ReplayCpu(int[] path, long[] results, boolean discover, Services own) {
            super(levels.get(code[path[0]]), own);
            this.path = path;
            this.results = results;
            this.discover = discover;
            this.current = path[0];
        }

        @Override
        protected long op(int newKind, long a, long b, long c, long d, long e) {
            if (Thread.currentThread() != owner) {
                usedByOther = true;
                throw new WrongUse("the Cpu is used by a thread that does not own it");
            }
            if (stopped) {
                if (++swallowed > MAX_SWALLOWED) {
                    throw new BrokenCode("the code catches the stop at " + place(caller()));
                }
                throw Stop.INSTANCE;
            }
            if (kind[current] >= 0) {
                requireSame(newKind, a, b, c, d, e);
            } else {
                record(newKind, a, b, c, d, e);
            }
            if (position + 1 < path.length) {
                current = path[++position];
                return results[position];
            }
            if (discover && returnsNothing(newKind) && burst++ < MAX_BURST && firstChild[current] < 0) {
                int following = allocate(code[current], current, 0, depth[current] + 1);
                kind[following] = -1;
                firstChild[current] = following;
                current = following;
                return 0;
            }
            stopped = true;
            throw Stop.INSTANCE;
        }

        @Override
        public void begins(String action) {
            if (saysMore()) {
                said[current].begins(action);
            }
        }

        @Override
        public void ended(ActionEnd end) {
            if (saysMore()) {
                said[current].ended(end);
            }
        }

        /** What follows a history is heard when it is discovered, as its call is. */
        private boolean saysMore() {
            if (stopped || kind[current] >= 0) {
                return false;
            }
            if (said[current] == null) {
                said[current] = new Said();
            }
            return true;
        }

        private void record(int newKind, long a, long b, long c, long d, long e) {
            kind[current] = newKind;
            int at = current * OPERANDS;
            operand[at] = a;
            operand[at + 1] = b;
            operand[at + 2] = c;
            operand[at + 3] = d;
            operand[at + 4] = e;
            frame[current] = caller();
            if (newKind == Op.MARK) {
                callers.put(current, callers());
            }
        }

        private void requireSame(int newKind, long a, long b, long c, long d, long e) {
            int at = current * OPERANDS;
            if (kind[current] != newKind || operand[at] != a || operand[at + 1] != b || operand[at + 2] != c
                    || operand[at + 3] != d || operand[at + 4] != e) {
                throw new BrokenCode(breach() + "called " + recorded() + ", then "
                        + callText(newKind, new long[] {a, b, c, d, e}) + " at " + place(caller()));
            }
        }

        private String recorded() {
            int at = current * OPERANDS;
            return callText(kind[current], Arrays.copyOfRange(operand, at, at + OPERANDS))
                    + (frame[current] == null ? "" : " at " + place(frame[current]));
        }

        /** A mark that was taken for another lies if what follows differs; else something is kept outside the store. */
        private String breach() {
            for (int i = position; i > 0; i--) {
                if (kind[path[i - 1]] == Op.MARK && parent[path[i]] != path[i - 1]) {
                    return "lying mark: after mark " + operand(path[i - 1], 0)
                            + " with the same locals and then the same "
                            + (position - i) + " results the code ";
                }
            }
            return "hidden state: after the same " + depth[current] + " results the code ";
        }

        private void requireOwner() {
            if (usedByOther) {
                throw new BrokenCode("the Cpu is used by a thread that does not own it, after "
                        + place(frame[current]));
            }
        }

        private void ended(int how, String message) {
            if (stopped) {
                throw new BrokenCode("the code catches the stop at " + place(frame[current]));
            }
            requireOwner();
            if (position + 1 < path.length || (kind[current] >= 0 && kind[current] != how)) {
                throw new BrokenCode(breach() + "called " + recorded() + ", then it ended");
            }
            kind[current] = how;
            if (how == THREW) {
                thrown.put(current, message);
            }
        }
    }

    /** All kernel and patch code that a call is made within: it says where the code goes on when a function returns. */
    private static long callers() {
        return STACK.walk(frames -> frames
                .takeWhile(frame -> !frame.getClassName().startsWith(StrandCode.class.getName()))
                .filter(Histories::isCode).mapToLong(frame -> frame.getClassName().hashCode() * 31L
                        + frame.getMethodName().hashCode() + frame.getByteCodeIndex())
                .reduce(1, (all, one) -> (all * 0x9e3779b97f4a7c15L) + one));
    }

    /** The kernel or patch code that makes a call. */
    private static StackWalker.StackFrame caller() {
        return STACK.walk(frames -> frames.filter(Histories::isCode).findFirst().orElse(null));
    }

    /** Frames of a run time of C text are nobody's code: they have no file, or lie in its own packages. */
    private static boolean isCode(StackWalker.StackFrame frame) {
        String type = frame.getClassName();
        return !type.equals(Cpu.class.getName()) && !type.startsWith(Histories.class.getName())
                && !type.startsWith(Swap.class.getName()) && !type.startsWith(C_RUN_TIME)
                && !type.startsWith(WEB_ASSEMBLY) && frame.getFileName() != null;
    }

    /** A call in words, with all of its operands. */
    static String callText(int kind, long... operands) {
        StringBuilder text = new StringBuilder(kind >= Op.COUNT ? "nothing more" : Op.name(kind)).append('(');
        for (int i = 0; i < operands.length; i++) {
            text.append(i == 0 ? "" : ", ").append("0x").append(Long.toHexString(operands[i]));
        }
        return text.append(')').toString();
    }

    private static boolean returnsNothing(int kind) {
        return switch (kind) {
            case Op.STORE, Op.WRITE, Op.COPY, Op.REG_WRITE, Op.CONFIG_WRITE, Op.CACHE, Op.TLB, Op.BARRIER,
                    Op.IRQ_RESTORE, Op.PREEMPT_DISABLE, Op.PREEMPT_ENABLE, Op.LOCK, Op.UNLOCK, Op.IPI, Op.DELAY,
                    Op.FREE, Op.PRINTK, Op.WARN, Op.NOTE, Op.ARGUMENT, Op.RTAS -> true;
            default -> false;
        };
    }
}
