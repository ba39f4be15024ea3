package org.dmalab.lab.explore;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Semaphore;

import org.dmalab.api.Machine;
import org.dmalab.api.cpu.Blocked;
import org.dmalab.api.cpu.Code;
import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.cpu.KernelBug;
import org.dmalab.api.cpu.Level;
import org.dmalab.api.cpu.Op;
import org.dmalab.api.cpu.Stop;
import org.dmalab.api.cpu.WrongUse;
import org.dmalab.api.service.Services;
import org.dmalab.lab.KernelFunctions;
import org.dmalab.lab.engine.ActionEnd;
import org.dmalab.lab.engine.Interrupts;
import org.dmalab.lab.run.Thrown;

/**
 * One schedule with real stacks: the code of each processor runs once, from its start to its end, on a platform thread
 * of its own that is parked at every call until the schedule says that it goes on. An interrupt is a direct call on the
 * stack of the code that it interrupts. So breakpoints and stack traces mean what they say.
 *
 * <p>It shares with the search what a call does to the machine, and nothing of how code is suspended: no histories, no
 * undo. Where the code makes another call than the search saw there, that is {@link BrokenCode}.
 */
final class LiveSchedule {
    private static final StackWalker STACK = StackWalker.getInstance(
            StackWalker.Option.RETAIN_CLASS_REFERENCE);
    private static final int MAX_SWALLOWED = 10_000;

    private final World world;
    private final Machine machine;
    private final List<Strand> strands;
    private final List<Step> steps;
    private final int[] turnsDone;
    private final List<Context> contexts = new ArrayList<>();
    private final Semaphore back = new Semaphore(0);
    private int position;
    private boolean stopping;
    private Throwable thrown;

    /**
     * A transition that the search took.
     *
     * @param transition which
     * @param call the call that a step takes; null for other transitions
     */
    record Step(int transition, Call call) { }

    /** One call on the Cpu: its kind, one of Op, and its operands. */
    record Call(int kind, long a, long b, long c, long d, long e) {
        @Override
        public String toString() {
            return Histories.callText(kind, a, b, c, d, e);
        }
    }

    LiveSchedule(World world, List<Step> steps) {
        this.world = world;
        this.machine = world.machine();
        this.strands = world.strands();
        this.steps = steps;
        this.turnsDone = new int[strands.size()];
    }

    /**
     * Takes all steps, or those up to the first violation, which {@link World#violatedOracle} then has.
     *
     * @return of each step taken by code on a processor the stack above it, innermost first, null where an interrupt
     *     came in; empty for the others
     */
    List<List<StackWalker.StackFrame>> run() {
        List<List<StackWalker.StackFrame>> stacks = new ArrayList<>();
        try {
            for (int i = 0; i < strands.size(); i++) {
                if (!strands.get(i).device() && strands.get(i).level() == Level.USER) {
                    goOn(context(strands.get(i).processor(), i));
                }
            }
            while (position < steps.size() && world.violatedOracle() == null) {
                stacks.add(take(steps.get(position).transition()));
                position++;
            }
        } catch (KernelBug bug) { // of a strand the end of its action has said so
            world.violated(ActionEnd.BUG_ORACLE, bug.words());
        }
        return stacks;
    }

    /** Lets all code leave; call it when nothing more is asked. */
    void end() {
        stopping = true;
        for (Context context : contexts) {
            if (!context.over) {
                context.go.release();
                back.acquireUninterruptibly();
            }
        }
    }

    /** Who waits for what: of every code that has not ended, in the words of the search. Empty if all has ended. */
    String waiting() {
        StringBuilder text = new StringBuilder();
        for (int p = 0; p < machine.processors().count(); p++) {
            for (Context context : contexts) {
                if (context.processor == p && !context.running.isEmpty()) {
                    text.append(text.length() > 0 ? "; " : "").append(context.running.peek()).append(" waits at ")
                            .append(context.line()).append(" for ").append(machine.kernel().nameOf(context.call.a()));
                }
            }
        }
        return text.toString();
    }

    private List<StackWalker.StackFrame> take(int transition) {
        int p = Transition.processor(transition);
        int operand = Transition.operand(transition);
        switch (Transition.kind(transition)) {
            case Transition.STEP, Transition.ARRIVAL, Transition.IPI -> {
                Context context = at(p);
                List<StackWalker.StackFrame> stack = Transition.kind(transition) == Transition.STEP ? context.stack
                        : List.of();
                goOn(context);
                return stack;
            }
            case Transition.DEVICE -> world.device(operand, turnsDone[operand]++);
            case Transition.HARDWARE -> world.hardware(operand).family().take(world.hardware(operand).index());
            default -> migrate(p, operand);
        }
        return List.of();
    }

    /** The code moves with its thread; what idled there takes its place. */
    private void migrate(int from, int to) {
        Context moving = at(from);
        at(to).processor = from;
        moving.processor = to;
    }

    private Context at(int p) {
        return contexts.stream().filter(one -> one.processor == p).findFirst().orElseGet(() -> {
            Context idle = context(p, -1);
            goOn(idle);
            return idle;
        });
    }

    private Context context(int p, int strand) {
        Context context = new Context(p, strand);
        contexts.add(context);
        Thread thread = new Thread(context, "cpu" + p + (strand < 0 ? "" : " " + strands.get(strand).name()));
        thread.setDaemon(true);
        thread.start();
        return context;
    }

    /** Lets one thread run to its next call, and waits for that. */
    private void goOn(Context context) {
        context.go.release();
        back.acquireUninterruptibly();
        Throwable caught = thrown;
        thrown = null;
        if (caught instanceof RuntimeException exception) {
            throw exception;
        }
        if (caught instanceof Error error) {
            throw error;
        }
        if (caught != null) {
            throw new BrokenCode("the code threw a checked exception: " + Thrown.describe(caught, machine.services()));
        }
    }

    /** What runs on one processor: at most one code of user level, and the interrupts on top of it. */
    private final class Context implements Runnable {
        private final Semaphore go = new Semaphore(0);
        private final Deque<String> running = new ArrayDeque<>();
        private final int strand;
        private int processor;
        private Call call;
        private List<StackWalker.StackFrame> stack = List.of();
        private int swallowed;
        private volatile Thread thread;
        private boolean over;
        /** The action that the code is in, of those that lie on one another the uppermost; empty if there is none. */
        private String action = "";
        /** The action that begins with the next call; null if none does. */
        private String beginning;
        /** Code at user level begins when its first call is taken; what makes no call is heard by the world. */
        private boolean first = true;
        private final List<Runnable> heldBack = new ArrayList<>();

        Context(int processor, int strand) {
            this.processor = processor;
            this.strand = strand;
        }

        @Override
        public void run() {
            thread = Thread.currentThread();
            go.acquireUninterruptibly();
            try {
                if (strand >= 0) {
                    code(strands.get(strand).name(), strands.get(strand).parts().get(0), Level.USER);
                }
                while (true) {
                    waitForTurn();
                    interrupt(steps.get(position).transition());
                }
            } catch (Stop stop) {
                // the schedule is over
            } catch (Throwable e) { // whatever it is, somebody waits for this thread
                thrown = e;
            } finally {
                over = true;
                back.release();
            }
        }

        private void code(String name, Code code, Level level) {
            running.push(name);
            StrandCode.run(code, new ScheduledCpu(this, level, Swap.stepwise(machine.services(),
                    () -> call(level, new Call(Op.SERVICE, 0, 0, 0, 0, 0)))), new InAction(world, this, level));
            running.pop();
        }

        /** Where the code is, with its class. */
        private String frame() {
            return stack.isEmpty() ? "?" : KernelFunctions.frame(stack.get(0));
        }

        /** Where the code is, as the search says it. */
        String line() {
            return stack.isEmpty() ? "?" : KernelFunctions.place(stack.get(0));
        }

        private void waitForTurn() {
            back.release();
            go.acquireUninterruptibly();
            if (stopping) {
                throw Stop.INSTANCE;
            }
        }

        /** The code is at a call: interrupts come until it is its turn to take it. */
        long call(Level level, Call next) {
            if (Thread.currentThread() != thread) {
                throw new WrongUse("the Cpu is used by a thread that does not own it");
            }
            if (stopping) {
                if (++swallowed > MAX_SWALLOWED) {
                    throw new BrokenCode("the code catches the stop at " + frame());
                }
                throw Stop.INSTANCE;
            }
            while (true) {
                call = next;
                stack = callers();
                waitForTurn();
                int transition = steps.get(position).transition();
                if (Transition.kind(transition) == Transition.STEP) {
                    requireSame(steps.get(position).call(), next);
                    return take(level, next, Transition.operand(transition));
                }
                interrupt(transition);
            }
        }

        private long take(Level level, Call next, int choice) {
            if (level == Level.USER) {
                first = false;
                heldBack.forEach(Runnable::run);
                heldBack.clear();
            }
            begin(level);
            long result = 0;
            try {
                result = world.execute(processor, level.ordinal(), choice, next.kind(), next.a(), next.b(), next.c(),
                        next.d(), next.e());
            } catch (KernelBug | Blocked e) {
                world.engine().judge(ActionEnd.thrown(action, e));
            }
            if (world.violatedOracle() != null) {
                waitForTurn();
            }
            return result;
        }

        /** The action that the code said begins with its next call begins. */
        private void begin(Level level) {
            if (beginning != null) {
                world.begins(processor, level.ordinal(), beginning);
                action = beginning;
                beginning = null;
            }
        }

        private void requireSame(Call expected, Call next) {
            if (!next.equals(expected)) {
                throw new BrokenCode("step " + (position + 1) + " run live: the search saw "
                        + expected + ", the code calls " + next + " at " + frame());
            }
        }

        private void interrupt(int transition) {
            int p = processor;
            int operand = Transition.operand(transition);
            if (Transition.kind(transition) == Transition.ARRIVAL) {
                Strand arriving = strands.get(operand);
                world.announce(p, operand);
                handle(arriving.name(), arriving.parts().get(0), arriving.level());
            } else if (Transition.kind(transition) == Transition.IPI) {
                int vector = Long.numberOfTrailingZeros(machine.processors().pending(p));
                long argument = machine.processors().take(p, vector);
                world.handlerBegins(p, RunState.IPI_HANDLER);
                handle(Wording.IPI_HANDLER, cpu -> {
                    machine.ipiHandler().handle(cpu, vector, argument);
                    world.handlerEnds(p, RunState.IPI_HANDLER);
                    return 0;
                }, Level.HARDIRQ);
            } else {
                throw new BrokenCode("step " + (position + 1) + " run live: the code has ended, the search saw "
                        + steps.get(position).call());
            }
        }

        private void handle(String name, Code code, Level level) {
            Interrupts.enter(machine.processors(), processor, level);
            String interrupted = action;
            String next = beginning;
            action = "";
            beginning = null;
            code(name, code, level);
            action = interrupted;
            beginning = next;
            Interrupts.leave(machine.processors(), processor, level);
        }
    }

    /** The Java frames of kernel and patch code, innermost first; null where an interrupt came in. */
    private static List<StackWalker.StackFrame> callers() {
        return STACK.walk(frames -> {
            List<StackWalker.StackFrame> lines = new ArrayList<>();
            frames.filter(frame -> !frame.getClassName().equals(Cpu.class.getName())).forEach(frame -> {
                boolean own = of(LiveSchedule.class, frame) || of(Swap.class, frame)
                        || of(StrandCode.class, frame) || of(ActionEnd.class, frame);
                if (own && frame.getMethodName().equals("interrupt")) {
                    lines.add(null);
                } else if (!own && !frame.getClassName().startsWith("java.")) {
                    lines.add(frame);
                }
            });
            return lines;
        });
    }

    private static boolean of(Class<?> type, StackWalker.StackFrame frame) {
        return frame.getClassName().equals(type.getName()) || frame.getClassName().startsWith(type.getName() + '$');
    }

    /** Announces what the code of a strand says of its actions, each action with its first call. */
    private record InAction(World world, Context context, Level level) implements Announcer {
        @Override
        public void begins(String action) {
            context.beginning = action;
        }

        @Override
        public void ended(ActionEnd end) {
            if (context.first && level == Level.USER) {
                String action = context.beginning;
                context.beginning = null;
                context.heldBack.add(() -> {
                    world.begins(context.processor, level.ordinal(), action);
                    world.ended(context.processor, level.ordinal(), end);
                });
            } else {
                context.begin(level);
                world.ended(context.processor, level.ordinal(), end);
            }
        }
    }

    /** Takes no call before its turn. */
    private static final class ScheduledCpu extends Cpu {
        private final Context context;

        ScheduledCpu(Context context, Level level, Services services) {
            super(level, services);
            this.context = context;
        }

        @Override
        protected long op(int kind, long a, long b, long c, long d, long e) {
            return context.call(level(), new Call(kind, a, b, c, d, e));
        }
    }
}
