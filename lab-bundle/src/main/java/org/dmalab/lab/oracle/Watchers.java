package org.dmalab.lab.oracle;

import java.util.Comparator;
import java.util.List;

import org.dmalab.api.Architecture;
import org.dmalab.api.Machine;
import org.dmalab.api.Oracle;
import org.dmalab.api.event.Event;
import org.dmalab.api.event.EventSink;
import org.dmalab.api.store.Region;
import org.dmalab.lab.EventWords;

/**
 * Oracles at work on one machine. Each gets every event, in the order in which the oracles were given; after them
 * follows what they know in common, see {@link Shadow}.
 *
 * <p>Make it before a mark is opened, because the oracles declare regions.
 */
public final class Watchers implements EventSink {
    /** How the regions that oracles remember in are called first. */
    public static final String REGIONS = "oracle.";
    /** Cells of a region that an oracle asks for, at most. */
    private static final long MAX_CELLS = 1L << 48;

    private static final int MAX_PROCESSORS = 256;

    private final Architecture architecture;
    private final Machine machine;
    private final One[] watching;
    /** Of each processor how many actions and handlers it is in the middle of; null if nobody judges states. */
    private final Region open;
    private Reports reports;
    private int kind;
    private int actor;
    private final long[] operands = new long[6];
    /** Null unless an oracle asked for it. */
    private Shadow shadow;

    /** Is told what oracles object to. */
    @FunctionalInterface
    public interface Reports {
        /** Something is violated. */
        void violation(String oracle, String message);

        /** Something is violated of which the kernel does no more than warn. */
        default void warning(String oracle, String message) {
            violation(oracle, message);
        }

        /** More is known of what an oracle reported last. */
        default void complete(String oracle, String addition) { }

    }

    /**
     * Lets oracles watch a machine, in the order of their names; events must be given to {@link #event}.
     *
     * @param architecture has the words for events; null if there are none
     */
    public Watchers(Architecture architecture, Machine machine, List<Oracle> oracles, Reports reports) {
        this.architecture = architecture;
        this.machine = machine;
        this.reports = reports;
        this.watching = oracles.stream().sorted(Comparator.comparing(Oracle::name)).map(One::new).toArray(One[]::new);
        this.open = oracles.stream().noneMatch(Oracle::judgesState) ? null
                : machine.store().sparse(REGIONS + "open", MAX_PROCESSORS, Region.Kind.STATE, null);
    }

    /** Somebody else is told from now on. */
    public void reportTo(Reports others) {
        reports = others;
    }

    /** Tells whether nobody watches. */
    public boolean isEmpty() {
        return watching.length == 0;
    }

    @Override
    public void event(int newKind, int newActor, long a, long b, long c, long d, long e, long result) {
        kind = newKind;
        actor = newActor;
        operands[0] = a;
        operands[1] = b;
        operands[2] = c;
        operands[3] = d;
        operands[4] = e;
        operands[5] = result;
        for (One one : watching) {
            one.sink.event(newKind, newActor, a, b, c, d, e, result);
        }
        if (shadow != null) {
            shadow.follow(newKind, newActor, a, b, c, d);
        }
    }

    /** Tells whether somebody judges the states that actions leave. */
    public boolean judgeStates() {
        return open != null;
    }

    /** A processor is in the middle of one more action or handler; call it only if {@link #judgeStates}. */
    public void enter(int processor) {
        open.set(processor, open.get(processor) + 1);
    }

    /**
     * A processor is in the middle of one less; call it only if {@link #judgeStates}.
     *
     * @return whether nobody is in the middle of one now
     */
    public boolean leave(int processor) {
        open.set(processor, open.get(processor) - 1);
        return quiet();
    }

    /** Tells whether nobody is in the middle of an action; call it only if {@link #judgeStates}. */
    public boolean quiet() {
        for (int processor = 0; processor < machine.processors().count(); processor++) {
            if (open.get(processor) != 0) {
                return false;
            }
        }
        return true;
    }

    /** The oracles look at the machine a last time; after each of them something may be done. */
    public void end(Runnable afterEach) {
        for (One one : watching) {
            one.oracle.end(one, one.sink);
            afterEach.run();
        }
    }

    private final class One implements LabWatch {
        private final Oracle oracle;
        private final String name;
        private final EventSink sink;

        private One(Oracle oracle) {
            this.oracle = oracle;
            this.name = oracle.name();
            this.sink = oracle.attach(this);
        }

        @Override
        public Machine machine() {
            return machine;
        }

        @Override
        public Region memory(String region, long cells) {
            if (cells > MAX_CELLS) {
                throw new IllegalArgumentException("oracle " + name + " asks for " + cells + " cells");
            }
            return machine.store().sparse(REGIONS + name + "." + region, cells, Region.Kind.STATE, null);
        }

        @Override
        public Shadow shadow() {
            if (shadow == null) {
                shadow = new Shadow(machine.store());
            }
            return shadow;
        }

        @Override
        public void violation(String message) {
            reports.violation(name, message);
        }

        @Override
        public void warning(String message) {
            reports.warning(name, message);
        }

        @Override
        public void complete(String addition) {
            reports.complete(name, addition);
        }

        @Override
        public String describe() {
            return architecture == null ? "" : EventWords.of(architecture, machine, new Event(0, machine.timeNanos(),
                    kind, actor, operands[0], operands[1], operands[2], operands[3], operands[4], operands[5]));
        }
    }
}
