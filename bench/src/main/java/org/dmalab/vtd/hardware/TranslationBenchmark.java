package org.dmalab.vtd.hardware;

import java.util.concurrent.TimeUnit;

import org.dmalab.api.event.Emitter;
import org.dmalab.api.store.Store;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Translations by a unit on which nobody listens: {@code hit} asks for one page over and over, {@code walks} for 64
 * pages in turn on a unit whose IOTLB holds 32, so that every one is walked. Run with {@code -prof gc}, it shows that
 * a translation allocates nothing.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class TranslationBenchmark {
    private static final int SID = 0x200;
    private static final int PAGES = 64;
    private static final long IOVA = 0xfff00000L;
    private static final long ROOT = 0x100000;

    /** The profile: how the caches are tagged and looked up. */
    @Param({"strict", "qemu-7.2"})
    public String profile;

    private RemappingUnit hitting;
    private RemappingUnit walking;
    private long next;

    /** Makes both units. */
    @Setup
    public void make() {
        UnitProfile behaviour = profile.equals("strict") ? UnitProfile.STRICT : UnitProfile.QEMU_7_2;
        hitting = unit(behaviour);
        walking = unit(behaviour.with("iotlbEntries", PAGES / 2).with("overflowEmpties", 0));
    }

    private static RemappingUnit unit(UnitProfile behaviour) {
        Store store = new Store();
        Emitter emitter = new Emitter();
        MachineMemory memory = new MachineMemory(store, emitter, 1L << 26);
        RemappingUnit unit = new RemappingUnit(store, memory, emitter,
                new Capabilities(0x00d2008c22260206L, 0x00f00f4aL), behaviour, 39, (address, data) -> { });
        memory.put(ROOT + (SID >> 8) * 16, 8, 0x101000 | 1);
        memory.put(0x101000 + (SID & 0xff) * 16 + 8, 8, 5 << 8 | 1);
        memory.put(0x101000 + (SID & 0xff) * 16, 8, 0x102000 | 1);
        memory.put(0x102000 + (IOVA >>> 30) * 8, 8, 0x103000 | 3);
        memory.put(0x103000 + (IOVA >>> 21 & 0x1ff) * 8, 8, 0x104000 | 3);
        for (int page = 0; page < PAGES; page++) {
            memory.put(0x104000 + (IOVA + page * 0x1000L >>> 12 & 0x1ff) * 8, 8, 0x200000 + page * 0x1000L | 3);
        }
        unit.write(Reg.RTADDR, 8, ROOT);
        unit.write(Reg.GCMD, 4, Reg.SRTP);
        unit.write(Reg.GCMD, 4, Reg.TE);
        return unit;
    }

    /** One page, from the IOTLB. */
    @Benchmark
    public long hit() {
        return hitting.translate(SID, IOVA + (next++ & 0xff8), 0);
    }

    /** 64 pages in turn, each walked. */
    @Benchmark
    public long walks() {
        return walking.translate(SID, IOVA + (next++ & PAGES - 1) * 0x1000, 0);
    }
}
