package org.dmalab.mips.hardware;

import static org.dmalab.api.cpu.Endian.LITTLE;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.dmalab.api.cpu.CacheOp;
import org.dmalab.api.cpu.TlbOp;

/** Caches, TLB and write buffer together against one flat memory. */
class HierarchyProperties {
    private static final long KSEG0 = 0x80000000L;
    private static final long MAPPED = 0xc0000000L;
    private static final int PAGES = 8;
    private static final int BYTES = PAGES * 4096;

    /** One thing that a processor or the hardware does at an offset of the memory under test. */
    record Step(int kind, int processor, long offset, int widthShift, long value) {
        int width() {
            return 1 << widthShift;
        }

        Step by(int other) {
            return new Step(kind, other, offset, widthShift, value);
        }

        long aligned() {
            return offset & -width();
        }
    }

    record Setup(boolean secondary, boolean inclusive, boolean global, int buffer, int tlbPairs) {
        HardwareFixture build() {
            HardwareFixture hardware = new HardwareFixture(
                    HardwareFixture.small(secondary, inclusive, global, buffer), tlbPairs, false, false);
            for (int page = 0; page < PAGES; page++) {
                hardware.map(MAPPED + page * 4096L, (PAGES - 1 - page) * 4096L);
            }
            return hardware;
        }
    }

    @Provide
    Arbitrary<List<Step>> steps() {
        Arbitrary<Step> step = Combinators.combine(Arbitraries.integers().between(0, 9),
                Arbitraries.integers().between(0, 1),
                Arbitraries.longs().between(0, 1023).map(HierarchyProperties::near),
                Arbitraries.integers().between(0, 3), Arbitraries.longs()).as(Step::new);
        return step.list().ofMaxSize(120);
    }

    /** Few lines of few pages, so that sets and TLB entries are fought over. */
    private static long near(long number) {
        return (number & 7) * 4096 + (number >>> 3 & 127);
    }

    @Provide
    Arbitrary<Setup> setups() {
        return Combinators.combine(Arbitraries.of(true, false), Arbitraries.of(true, false),
                Arbitraries.of(true, false), Arbitraries.integers().between(0, 3),
                Arbitraries.integers().between(1, 3)).as(Setup::new);
    }

    /** Whatever hardware does by itself, loads see the last store, and a full flush leaves that in memory. */
    @Property(tries = 400)
    void hierarchyIsOneMemory(@ForAll("setups") Setup setup, @ForAll("steps") List<Step> steps) {
        HardwareFixture hardware = setup.build();
        Map<Long, Byte> ideal = new HashMap<>();
        for (Step step : steps) {
            perform(hardware, ideal, step);
        }
        flush(hardware);
        for (long offset = 0; offset < BYTES; offset++) {
            assertEquals(ideal.getOrDefault(offset, (byte) 0) & 0xffL, hardware.memory.load(offset, 1));
        }
    }

    private static void perform(HardwareFixture hardware, Map<Long, Byte> ideal, Step step) {
        long mirrored = (PAGES - 1 - (step.aligned() >>> 12) << 12) + MAPPED + (step.aligned() & 4095);
        switch (step.kind()) {
            case 0, 1 -> store(hardware, ideal, step, KSEG0 + step.aligned());
            case 2, 3 -> store(hardware, ideal, step, mirrored);
            case 4 -> load(hardware, ideal, step, KSEG0 + step.aligned());
            case 5 -> load(hardware, ideal, step, mirrored);
            case 6 -> hardware.caches.evict(step.processor(), step.offset());
            case 7 -> hardware.caches.evictShared(step.offset());
            case 8 -> hardware.caches.prefetch(step.processor(), step.offset());
            default -> hardware.caches.drainOne();
        }
        if (step.value() % 7 == 0) {
            hardware.port.tlb(step.processor(), step.value() % 2 == 0 ? TlbOp.FLUSH_ALL : TlbOp.FLUSH_PAGE, mirrored);
        }
        if (step.value() % 5 == 0) {
            hardware.port.cache(step.processor(), CacheOp.HIT_WRITEBACK_INVALIDATE_D, mirrored);
        }
    }

    private static void store(HardwareFixture hardware, Map<Long, Byte> ideal, Step step, long address) {
        hardware.port.write(step.processor(), address, step.width(), LITTLE, step.value());
        for (int i = 0; i < step.width(); i++) {
            ideal.put(step.aligned() + i, (byte) (step.value() >>> 8 * i));
        }
    }

    private static void load(HardwareFixture hardware, Map<Long, Byte> ideal, Step step, long address) {
        long expected = 0;
        for (int i = 0; i < step.width(); i++) {
            expected |= (ideal.getOrDefault(step.aligned() + i, (byte) 0) & 0xffL) << 8 * i;
        }
        assertEquals(expected, hardware.port.read(step.processor(), address, step.width(), LITTLE));
    }

    private static void flush(HardwareFixture hardware) {
        for (int processor = 0; processor < 2; processor++) {
            for (long index = 0; index < 128; index += 32) {
                hardware.port.cache(processor, CacheOp.INDEX_WRITEBACK_INVALIDATE_D, KSEG0 + index);
            }
        }
        for (long index = 0; index < 512; index += 64) {
            hardware.port.cache(0, CacheOp.INDEX_WRITEBACK_INVALIDATE_S, KSEG0 + index);
        }
        hardware.port.drain(0);
    }

    /**
     * Hit invalidate loses exactly the bytes of the line that were stored since it was last written back; one processor
     * stores, because a line that changes processors is written back.
     */
    @Property(tries = 300)
    void hitInvalidateLosesExactlyTheDirtyBytes(@ForAll boolean secondary, @ForAll("steps") List<Step> steps,
            @ForAll("lines") long line) {
        HardwareFixture hardware = new Setup(secondary, true, true, 0, 2).build();
        for (long offset = 0; offset < BYTES; offset += 8) {
            hardware.memory.store(offset, 8, 0x1111111111111111L);
        }
        Map<Long, Byte> stored = new HashMap<>();
        int lineBytes = secondary ? 64 : 32;
        long start = line & -lineBytes;
        for (Step step : steps) {
            if (step.aligned() >= start && step.aligned() + step.width() <= start + lineBytes) {
                store(hardware, stored, step.by(0), KSEG0 + step.aligned());
            }
        }
        hardware.port.write(0, KSEG0 + 4096 + 4064, 4, LITTLE, 0x77777777);
        hardware.port.cache(1, secondary ? CacheOp.HIT_INVALIDATE_S : CacheOp.HIT_INVALIDATE_D, KSEG0 + line);
        flush(hardware);
        for (long offset = 0; offset < BYTES; offset++) {
            boolean other = offset >= 4096 + 4064 && offset < 4096 + 4068;
            assertEquals(other ? 0x77 : 0x11, hardware.memory.load(offset, 1));
        }
    }

    @Provide
    Arbitrary<Long> lines() {
        return Arbitraries.longs().between(0, 1023).map(HierarchyProperties::near);
    }

    /** An emptied machine has the same cells as a fresh one but for what memory holds: nothing is left behind. */
    @Property(tries = 200)
    void nothingIsLeftBehind(@ForAll("setups") Setup setup, @ForAll("steps") List<Step> steps) {
        HardwareFixture used = setup.build();
        Map<Long, Byte> ideal = new HashMap<>();
        for (Step step : steps) {
            perform(used, ideal, step);
        }
        flush(used);
        used.port.tlb(0, TlbOp.FLUSH_ALL, 0);
        used.port.tlb(1, TlbOp.FLUSH_ALL, 0);
        for (long offset = 0; offset < BYTES; offset += 8) {
            used.memory.store(offset, 8, 0);
        }
        assertEquals(setup.build().store.fingerprint(), used.store.fingerprint());
    }
}
