package org.dmalab.lab.oracle;

import java.util.List;

import org.dmalab.api.Machine;
import org.dmalab.api.Oracle;
import org.dmalab.api.event.EventSink;
import org.dmalab.api.store.Region;

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

    private final Machine machine;
    private final One[] watching;
    private Reports reports;
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

        /** The current event in the architecture's words; empty if it has none. */
        default String describe() {
            return "";
        }
    }

    /** Lets oracles watch a machine; events must be given to {@link #event}. */
    public Watchers(Machine machine, List<Oracle> oracles, Reports reports) {
        this.machine = machine;
        this.reports = reports;
        this.watching = oracles.stream().map(One::new).toArray(One[]::new);
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
    public void event(int kind, int actor, long a, long b, long c, long d, long e, long result) {
        for (One one : watching) {
            one.sink.event(kind, actor, a, b, c, d, e, result);
        }
        if (shadow != null) {
            shadow.follow(kind, actor, a, b, c, d);
        }
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
            return reports.describe();
        }
    }
}
