package org.dmalab.shell.swap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

import org.dmalab.api.Machine;
import org.dmalab.api.service.Binding;
import org.dmalab.api.service.ServiceKind;
import org.dmalab.api.service.Services;
import org.dmalab.api.service.Variant;
import org.dmalab.lab.live.LiveMachine;
import org.junit.jupiter.api.Test;

class StormTest {
    private static final List<String> PATCHES = List.of("a", "b", "c");

    @Test
    void nothingFailsAndNothingIsLost() {
        Target target = new Target(false);
        Storm.Result result = new Storm(target, PATCHES, 1).run(2_000, 2, done -> { });
        assertEquals(2_000, result.swaps());
        assertEquals(0, result.failed(), result.firstFailure());
        assertEquals(0, result.lost());
        assertEquals(0, result.violations());
        assertTrue(result.calls() > 0);
        assertEquals(2_000, result.swapMicros().getTotalCount());
    }

    @Test
    void aSwitchThatDropsCallsIsFoundByTheStateOfTheMachine() {
        Target target = new Target(true);
        Storm.Result result = new Storm(target, PATCHES, 1).run(100, 1, done -> { });
        assertTrue(result.lost() > 0, "calls were dropped, lost is " + result.lost());
        assertEquals(0, result.failed());
    }

    @Test
    void aMachineWithoutVariantFailsItsCallsAndSaysWhy() {
        Target target = new Target(false);
        target.absent = true;
        Storm.Result result = new Storm(target, PATCHES, 1).run(50, 1, done -> { });
        assertTrue(result.failed() > 0);
        assertTrue(result.firstFailure().contains("machine m0 has no variant for CacheFlush="), result::firstFailure);
        assertEquals(0, result.lost());
    }

    @Test
    void anErrorOfAVariantIsAFailedCallAndNotTheEndOfTheLoad() {
        Target target = new Target(false);
        target.wrong = new AssertionError("of the variant");
        Storm.Result result = new Storm(target, PATCHES, 1).run(50, 1, done -> { });
        assertTrue(result.failed() > 0);
        assertEquals("call 0: java.lang.AssertionError: of the variant", result.firstFailure());
    }

    /** The compiler lets no variant throw it, a class file can; and its message may throw as well. */
    @Test
    void whateverAVariantThrowsIsAFailedCall() {
        Target target = new Target(false);
        target.wrong = new Exception() {
            @Override
            public String getMessage() {
                throw new IllegalStateException();
            }
        };
        Storm.Result result = new Storm(target, PATCHES, 1).run(50, 1, done -> { });
        assertTrue(result.failed() > 0);
        assertTrue(result.firstFailure().endsWith("(its getMessage throws java.lang.IllegalStateException)"),
                result::firstFailure);
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> T unchecked(Throwable thrown) throws T {
        throw (T) thrown;
    }

    @Test
    void anInterruptEndsAStormEarly() {
        Target target = new Target(false);
        Storm.Result result = new Storm(target, PATCHES, 1).run(1_000_000, 1, done -> {
            if (done == 10) {
                Thread.currentThread().interrupt();
            }
        });
        assertTrue(result.interrupted());
        assertEquals(10, result.swaps());
        assertEquals(0, result.lost());
    }

    @Test
    void aStormNeedsTwoVariants() {
        assertThrows(IllegalArgumentException.class, () -> new Storm(new Target(false), List.of("a"), 1));
    }

    /** The real host and lanes, driven as Declarative Services drives them: bind the new, then unbind the old. */
    private static final class Target implements Swappable {
        private final MachineHost host = new MachineHost();
        private final boolean dropping;
        private final Map<Machine, CountingMachine> machines = new IdentityHashMap<>();
        private Object current;
        private boolean absent;
        private Throwable wrong;
        private final AtomicLong ended = new AtomicLong();

        Target(boolean dropping) {
            this.dropping = dropping;
            host.activate(configuration("a"));
            exchange("a");
        }

        private static Map<String, Object> configuration(String patch) {
            return Map.of(MachineHost.NAME, "m0", MachineHost.PATCH_PREFIX + "CacheFlush", patch);
        }

        private void exchange(String patch) {
            Object next = new CountingMachine.Counting(patch);
            host.modified(configuration(patch));
            Object before = current;
            if (absent && before != null) {
                host.unbind(ServiceKind.CACHE_FLUSH, before);
                before = null;
                awaitCall(); // which finds nothing
            }
            host.bind(ServiceKind.CACHE_FLUSH, next, Map.of(Variant.PATCH, patch));
            current = next;
            if (before != null) {
                host.unbind(ServiceKind.CACHE_FLUSH, before);
                if (dropping) {
                    awaitCall(); // the first one after the exchange
                }
            }
        }

        /** However busy the machine is: until the load has ended a call that began after now. */
        private void awaitCall() {
            long begun = ended.get() + 2;
            while (ended.get() < begun) {
                Thread.onSpinWait();
            }
        }

        @Override
        public List<Loaded> machines(int threads) {
            List<Loaded> loaded = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                Lane lane = host.lane();
                CountingMachine counting = new CountingMachine(dropping ? new DroppingSwitch(lane) : lane);
                machines.put(counting.machine, counting);
                loaded.add(new OnLane(counting.machine, lane));
            }
            return loaded;
        }

        @Override
        public void use(String patch) throws InterruptedException {
            exchange(patch);
            if (!host.awaitPatches(Map.of(ServiceKind.CACHE_FLUSH, patch), 600_000)) {
                throw new IllegalStateException(patch + " did not bind");
            }
        }

        @Override
        public long call(Machine machine, long sequence) {
            try {
                long result = machines.get(machine).call();
                if (wrong != null) {
                    throw StormTest.<RuntimeException>unchecked(wrong);
                }
                return result;
            } finally {
                ended.incrementAndGet();
            }
        }

        @Override
        public long seen(Machine machine) {
            return machines.get(machine).seen();
        }
    }

    private record OnLane(Machine machine, Lane lane) implements Swappable.Loaded {
        @Override
        public LiveMachine.Load own(Consumer<Machine> load) {
            lane.online("load");
            try {
                load.accept(machine);
                return new LiveMachine.Load(List.of(), 0);
            } finally {
                lane.offline();
            }
        }

        @Override
        public void close() {
            // nothing to remove
        }
    }

    /** A mutant of the switch: while a variant is exchanged it sends the call nowhere. */
    private static final class DroppingSwitch implements Services {
        private final Lane lane;
        private Binding last;

        DroppingSwitch(Lane lane) {
            this.lane = lane;
        }

        @Override
        public Binding enter() {
            Binding now = lane.enter();
            boolean exchanged = last != null && last != now;
            last = now;
            return exchanged ? new Binding(null, null, new CountingMachine.Dropping(), null) : now;
        }

        @Override
        public void leave() {
            lane.leave();
        }
    }
}
