package org.dmalab.bench;

import java.util.Map;
import java.util.concurrent.TimeUnit;

import org.dmalab.api.Machine;
import org.dmalab.api.MachineSpec;
import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.cpu.Endian;
import org.dmalab.api.cpu.Level;
import org.dmalab.api.cpu.LiveCpu;
import org.dmalab.api.cpu.Processors;
import org.dmalab.api.event.Emitter;
import org.dmalab.api.kernel.KernelMemory;
import org.dmalab.api.kernel.Variable;
import org.dmalab.api.port.Memory;
import org.dmalab.api.port.Ports;
import org.dmalab.api.service.Binding;
import org.dmalab.api.service.Services;
import org.dmalab.api.store.Store;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Kernel variables read and written through the shipped {@link LiveCpu}; each address comes from the result before, so
 * that the compiler cannot fold calls together.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class CpuCallBenchmark {
    private static final int CALLS = 12;

    /** What listens: nothing, an open mark (trail and fingerprint), or a sink for events. */
    @Param({"plain", "trail", "observed"})
    public String mode;

    /** How many classes of {@link Cpu} the call site has seen. */
    @Param({"1", "3"})
    public int classes;

    private Machine machine;
    private Cpu[] cpus;
    private Variable array;
    private long round;
    private long events;

    /** Makes a machine with 32 variables. */
    @Setup
    public void make() {
        Store store = new Store();
        KernelMemory kernel = new KernelMemory(store, 0x80001000L, 1024, 0);
        array = kernel.array("array", 8, 64);
        machine = new Machine(new Machine.Parts(new MachineSpec("bench", "p", "q", "embedded", Map.of(), Map.of()),
                store, new Emitter(), kernel, new Processors(store, 1), new Ports(new NoMemory(), null, null, null,
                null), (cpu, vector, argument) -> { }, () -> false, null),
                Services.fixed(new Binding(null, null, null, null)));
        LiveCpu live = machine.cpu(0, Level.USER);
        cpus = classes == 1 ? new Cpu[] {live} : new Cpu[] {live, new SecondCpu(live), new ThirdCpu(live)};
        if (mode.equals("observed")) {
            machine.observe((kind, actor, a, b, c, d, e, result) -> events++);
        }
        if (mode.equals("trail")) {
            store.limitTrail(1 << 12); // the trail is dropped as it fills, nothing is rolled back
            store.mark();
        }
    }

    /** Closes the mark. */
    @TearDown
    public void close() {
        if (mode.equals("trail")) {
            machine.store().release();
        }
    }

    /** Twelve calls, half of them writes. */
    @Benchmark
    @OperationsPerInvocation(CALLS)
    public long calls() {
        Cpu cpu = cpus[(int) (round++ % cpus.length)];
        long at = array.address();
        long x = cpu.load(at + (round & 31) * 8, 8);
        for (int i = 0; i < 5; i++) {
            cpu.store(at + (x & 31) * 8, 8, x + i);
            x = cpu.load(at + (x + i & 31) * 8, 8) + round;
        }
        cpu.store(at + (round & 31) * 8, 8, x);
        return x + events;
    }

    /** A second class of Cpu, as when a history is replayed. */
    private static final class SecondCpu extends Cpu {
        private final LiveCpu live;
        private long calls;

        SecondCpu(LiveCpu live) {
            super(Level.USER, live.services());
            this.live = live;
        }

        @Override
        protected long op(int kind, long a, long b, long c, long d, long e) {
            calls++;
            return live.execute(kind, a, b, c, d, e);
        }
    }

    /** A third class of Cpu. */
    private static final class ThirdCpu extends Cpu {
        private final LiveCpu live;
        private long sum;

        ThirdCpu(LiveCpu live) {
            super(Level.USER, live.services());
            this.live = live;
        }

        @Override
        protected long op(int kind, long a, long b, long c, long d, long e) {
            sum += a;
            return live.execute(kind, a, b, c, d, e);
        }
    }

    private static final class NoMemory implements Memory {
        @Override
        public long read(int processor, long address, int widthBytes, Endian order) {
            return 0;
        }

        @Override
        public void write(int processor, long address, int widthBytes, Endian order, long value) {
            throw new AssertionError("this machine has no memory");
        }
    }
}
