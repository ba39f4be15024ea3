package org.dmalab.lab.oracle;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.dmalab.api.store.Store;

/** The shadow memory and the table of buffers against plain models of them. */
class ShadowProperties {
    @Property
    void equalBytesAreFound(@ForAll long x, @ForAll long y, @ForAll @IntRange(max = 255) int copied) {
        long mixed = y;
        for (int k = 0; k < 8; k++) {
            if ((copied >> k & 1) != 0) {
                mixed = mixed & ~(0xffL << 8 * k) | x & 0xffL << 8 * k;
            }
        }
        long expected = 0;
        for (int k = 0; k < 8; k++) {
            if ((x >>> 8 * k & 0xff) == (mixed >>> 8 * k & 0xff)) {
                expected |= 0xffL << 8 * k;
            }
        }
        assertEquals(expected, IdealMemory.equalBytes(x, mixed));
    }

    @Property(tries = 300)
    void idealMemoryIsAMapOfBytes(@ForAll @Size(max = 40) List<Long> seeds) {
        IdealMemory ideal = IdealMemory.in(new Store());
        Map<Long, Long> bytes = new TreeMap<>();
        Map<Long, Integer> writers = new TreeMap<>();
        for (long seed : seeds) {
            long at = seed >>> 8 & 63;
            int width = 1 << (int) (seed >>> 16 & 3);
            int who = (int) (seed >>> 20 & 1) + 1;
            if ((seed & 3) == 0) {
                ideal.forget(at, width * 3L, who == 1);
                for (long k = at; k < at + width * 3L; k++) {
                    if (who != 1 || writers.getOrDefault(k, 0) == IdealMemory.CPU) {
                        writers.remove(k);
                    }
                }
            } else {
                ideal.write(at, width, seed, who);
                for (int k = 0; k < width; k++) {
                    bytes.put(at + k, seed >>> 8 * k & 0xff);
                    writers.put(at + k, who);
                }
            }
        }
        for (long at = 0; at < 80; at++) {
            for (int who = 1; who <= 2; who++) {
                boolean differs = writers.getOrDefault(at, 0) == who && bytes.get(at) != 0x5a;
                assertEquals(differs ? 0xff : 0, ideal.differing(at, 1, 0x5a, who), "byte " + at + " of " + who);
            }
        }
    }

    @Property(tries = 300)
    void buffersAreAMapOfBusBytes(@ForAll @Size(max = 30) List<Long> seeds) {
        Buffers buffers = Buffers.in(new Store());
        Map<Long, Long> physicalOfBus = new TreeMap<>();
        for (long seed : seeds) {
            long bus = seed >>> 8 & 63;
            long length = (seed >>> 16 & 15) + 1;
            long physical = 1000 + (seed >>> 24 & 63);
            if ((seed & 1) == 0) {
                buffers.give(8, bus, physical, length);
                for (long k = 0; k < length; k++) {
                    physicalOfBus.put(bus + k, physical + k);
                }
            } else {
                buffers.take(8, bus, physical, length);
                for (long k = 0; k < length; k++) {
                    physicalOfBus.remove(bus + k);
                }
            }
        }
        List<Long> found = new ArrayList<>();
        List<Long> expected = new ArrayList<>();
        for (long bus = 0; bus < 90; bus++) {
            int buffer = buffers.find(8, bus, 1);
            found.add(buffer < 0 ? null : buffers.physicalOf(buffer, bus));
            expected.add(physicalOfBus.get(bus));
            assertEquals(-1, buffers.find(9, bus, 1));
        }
        assertEquals(expected, found);
        for (long physical = 990; physical < 1090; physical++) {
            assertEquals(physicalOfBus.containsValue(physical) ? 0xff : 0, buffers.inside(-1, physical, 1));
            assertEquals(0, buffers.inside(9, physical, 1));
        }
    }

    @Property(tries = 300)
    void lentBytesAreASet(@ForAll @Size(max = 30) List<Long> seeds) {
        Buffers buffers = Buffers.in(new Store());
        buffers.give(8, 0, 1000, 90);
        List<Long> lent = new ArrayList<>();
        for (long seed : seeds) {
            long first = 1000 + (seed >>> 8 & 63);
            long length = (seed >>> 16 & 15) + 1;
            buffers.lend(first, length, (seed & 1) == 0);
            for (long k = first; k < first + length; k++) {
                lent.remove(k);
                if ((seed & 1) == 0) {
                    lent.add(k);
                }
            }
        }
        for (long at = 990; at < 1100; at++) {
            boolean inside = at >= 1000 && at < 1090;
            assertEquals(inside && !lent.contains(at) ? 0xff : 0, buffers.owned(at, 1), "byte " + at);
            assertEquals(lent.contains(at) ? 0xff : 0, buffers.lent().inside(at, 1), "byte " + at);
        }
        buffers.take(8, 0, 1000, 90);
        assertEquals(0, buffers.lent().count());
    }
}
