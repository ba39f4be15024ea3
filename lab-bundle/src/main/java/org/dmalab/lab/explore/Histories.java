package org.dmalab.lab.explore;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import org.dmalab.api.cpu.Code;
import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.cpu.KernelBug;
import org.dmalab.api.cpu.Level;
import org.dmalab.api.cpu.Op;
import org.dmalab.api.cpu.Stop;
import org.dmalab.api.service.Services;
import org.dmalab.api.store.Store;

/**
 * Hash-consed histories of kernel code: a node stands for one sequence of results and stores the call that follows it.
 *
 * <p>Nodes are numbers; all that is known of them lies in parallel arrays. Node numbers are exact (no hash of
 * histories), so two different histories never share one.
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
    private static final int MAX_BURST = 4096;
    private static final int MAX_SWALLOWED = 10_000;
    private static final StackWalker STACK = StackWalker.getInstance();

    private final List<Code> codes = new ArrayList<>();
    private final List<Level> levels = new ArrayList<>();
    private final Services services;
    private int nodes;
    private int[] kind = new int[1024];
    private int[] parent = new int[1024];
    private int[] depth = new int[1024];
    private int[] code = new int[1024];
    private long[] result = new long[1024];
    private long[] operand = new long[1024 * OPERANDS];
    private int[] firstChild = new int[1024];
    private String[] line = new String[1024];
    private long[] keyNode = new long[4096];
    private long[] keyResult = new long[4096];
    private int[] child = new int[4096];
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

    /** Source line of the call that follows a history. */
    String line(int node) {
        return line[node];
    }

    /** Number of results in a history. */
    int depth(int node) {
        return depth[node];
    }

    /** Number of histories known. */
    int size() {
        return nodes;
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

    /**
     * Runs the code of every complete history once more, newest first, and compares each call with what is recorded.
     *
     * @throws BrokenCode if one differs: the code keeps something outside the store
     */
    void verifyAll() {
        for (int node = nodes - 1; node >= 0; node--) {
            if (kind[node] == END || kind[node] == THREW) {
                run(node);
            }
        }
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
            throw new BrokenCode("unbounded history: more than " + MAX_DEPTH + " calls, last at " + line[parentNode]);
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
            line = Arrays.copyOf(line, length);
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
        run(node);
        return node;
    }

    private void run(int node) {
        ReplayCpu cpu = new ReplayCpu(node);
        runs++;
        try {
            codes.get(code[node]).run(cpu);
            cpu.ended(END, null);
        } catch (Stop stop) {
            if (!cpu.stopped) {
                throw new BrokenCode("a stop that nobody threw at " + line[node]);
            }
        } catch (KernelBug bug) {
            cpu.ended(THREW, bug.getMessage());
        }
    }

    /** Feeds a recorded history to its code, then records the call that follows and cuts the code off. */
    private final class ReplayCpu extends Cpu {
        private final int[] path;
        private int position;
        private int current;
        private boolean stopped;
        private int swallowed;
        private int burst;

        ReplayCpu(int node) {
            super(levels.get(code[node]), services);
            path = new int[depth[node] + 1];
            int at = node;
            for (int i = path.length - 1; i >= 0; i--) {
                path[i] = at;
                at = parent[at];
            }
            current = path[0];
        }

        @Override
        protected long op(int newKind, long a, long b, long c, long d, long e) {
            if (stopped) {
                if (++swallowed > MAX_SWALLOWED) {
                    throw new BrokenCode("the code catches the stop at " + line[current]);
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
                return result[current];
            }
            if (returnsNothing(newKind) && burst++ < MAX_BURST && firstChild[current] < 0) {
                int following = allocate(code[current], current, 0, depth[current] + 1);
                kind[following] = -1;
                firstChild[current] = following;
                current = following;
                return 0;
            }
            stopped = true;
            throw Stop.INSTANCE;
        }

        private void record(int newKind, long a, long b, long c, long d, long e) {
            kind[current] = newKind;
            int at = current * OPERANDS;
            operand[at] = a;
            operand[at + 1] = b;
            operand[at + 2] = c;
            operand[at + 3] = d;
            operand[at + 4] = e;
            line[current] = STACK.walk(frames -> frames
                    .filter(frame -> !frame.getClassName().equals(Cpu.class.getName())
                            && !frame.getClassName().startsWith(Histories.class.getName()))
                    .findFirst().map(frame -> frame.getFileName() + ":" + frame.getLineNumber()).orElse("?"));
        }

        private void requireSame(int newKind, long a, long b, long c, long d, long e) {
            int at = current * OPERANDS;
            if (kind[current] != newKind || operand[at] != a || operand[at + 1] != b || operand[at + 2] != c
                    || operand[at + 3] != d || operand[at + 4] != e) {
                throw new BrokenCode("hidden state: after the same " + depth[current] + " results the code called "
                        + callText(kind[current], Arrays.copyOfRange(operand, at, at + OPERANDS)) + " at "
                        + line[current] + ", then " + callText(newKind, new long[] {a, b, c, d, e}));
            }
        }

        private void ended(int how, String message) {
            if (stopped) {
                throw new BrokenCode("the code catches the stop at " + line[current]);
            }
            if (position + 1 < path.length || kind[current] >= 0 && kind[current] != how) {
                throw new BrokenCode("hidden state: after the same " + depth[current]
                        + " results the code went on at " + line[current] + ", then it ended");
            }
            kind[current] = how;
            line[current] = message;
        }
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
