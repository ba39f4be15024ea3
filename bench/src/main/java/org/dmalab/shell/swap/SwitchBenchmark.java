package org.dmalab.shell.swap;

import java.util.Map;
import java.util.concurrent.TimeUnit;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.service.Binding;
import org.dmalab.api.service.CacheFlush;
import org.dmalab.api.service.Direction;
import org.dmalab.api.service.ServiceKind;
import org.dmalab.api.service.Services;
import org.dmalab.api.service.Variant;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** A service call through the patch switch against a direct one, and the exchange of a variant by the host. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class SwitchBenchmark {
    private final MachineHost host = new MachineHost();
    private final Adder[] variants = {new Adder(new long[1]), new Adder(new long[1])};
    private final CacheFlush direct = variants[0];
    private Services lane;
    private int exchanges;

    /** Adds up what it is called with, so that no call can be left out. */
    private record Adder(long[] sum) implements CacheFlush {
        @Override
        public void forDevice(Cpu cpu, long page, long offsetBytes, long sizeBytes, Direction direction) {
            sum[0] += sizeBytes;
        }
    }

    /** Binds the first variant. */
    @Setup
    public void bind() {
        host.activate(wants(0));
        host.bind(ServiceKind.CACHE_FLUSH, variants[0], Map.of(Variant.PATCH, "0"));
        Lane made = host.lane();
        made.online("bench");
        lane = made;
    }

    private static Map<String, Object> wants(int patch) {
        return Map.of(MachineHost.NAME, "m0", MachineHost.PATCH_PREFIX + "CacheFlush", Integer.toString(patch));
    }

    /** The variant by a field. */
    @Benchmark
    public void direct() {
        direct.forDevice(null, 0, 0, 1, Direction.TO_DEVICE);
    }

    /** The variant through the switch, as kernel code calls it. */
    @Benchmark
    public void throughSwitch() {
        Binding binding = lane.enter();
        try {
            binding.cacheFlush().forDevice(null, 0, 0, 1, Direction.TO_DEVICE);
        } finally {
            lane.leave();
        }
    }

    /** Bind the new, publish, unbind the old, see that nobody is left in it. */
    @Benchmark
    public void exchange() {
        int next = ++exchanges & 1;
        host.modified(wants(next));
        host.bind(ServiceKind.CACHE_FLUSH, variants[next], Map.of(Variant.PATCH, Integer.toString(next)));
        lane.enter();
        lane.leave();
        host.unbind(ServiceKind.CACHE_FLUSH, variants[1 - next]);
    }
}
