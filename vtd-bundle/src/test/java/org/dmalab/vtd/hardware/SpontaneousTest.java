package org.dmalab.vtd.hardware;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.dmalab.api.Spontaneous;
import org.dmalab.api.event.Emitter;
import org.dmalab.api.port.DmaMaster.Outcome;
import org.dmalab.api.store.Store;
import org.junit.jupiter.api.Test;

/** Dirty lines in front of tables that walks do not snoop, and context entries that are read half by half. */
class SpontaneousTest {
    private static final long IOVA = 0xfffff000L;
    private static final long PAGE = 0x4000000;
    private static final long OTHER_PAGE = 0x5000000;

    private static Rig mapped(UnitProfile profile, long ecap, int cpuCacheLines) {
        Rig rig = new Rig(profile, Rig.QEMU_CAP, ecap, cpuCacheLines);
        long top = rig.newTable();
        rig.context(Rig.SID, 5, top);
        rig.map(top, IOVA, PAGE, 3);
        rig.start();
        return rig;
    }

    private static long pte(Rig rig) {
        return rig.pteAddress(rig.memory.fetch(rig.contextEntry(Rig.SID), 8) & ~0xfffL, IOVA);
    }

    private static void cpuWrite(Rig rig, long address, long value) {
        rig.memory.store(address, 8, value);
    }

    @Test
    void walkSeesMemoryOnlyUntilTheLineIsFlushed() {
        Rig rig = mapped(Rig.STRICT, Rig.QEMU_ECAP, 4);
        cpuWrite(rig, pte(rig), OTHER_PAGE | 3);
        assertEquals(OTHER_PAGE | 3, rig.memory.snoop(pte(rig), 8));
        rig.iotlbFlush(1, 0, 0);
        assertEquals(PAGE, rig.read(IOVA).physicalAddress());
        rig.memory.flushLine((pte(rig) + 3) & -DirtyLines.BYTES);
        assertEquals(PAGE, rig.read(IOVA).physicalAddress());
        rig.iotlbFlush(1, 0, 0);
        assertEquals(OTHER_PAGE, rig.read(IOVA).physicalAddress());
    }

    @Test
    void lineMayGoBackByItself() {
        Rig rig = mapped(Rig.STRICT, Rig.QEMU_ECAP, 4);
        Spontaneous lines = rig.memory.dirtyLines();
        assertEquals(4, lines.count());
        assertFalse(lines.enabled(0));
        cpuWrite(rig, pte(rig), OTHER_PAGE | 3);
        assertTrue(lines.enabled(0));
        assertEquals("write dirty line 0x" + Long.toHexString(pte(rig) & -64) + " back", lines.describe(0));
        lines.take(0);
        assertFalse(lines.enabled(0));
        assertEquals(OTHER_PAGE, rig.read(IOVA).physicalAddress());
    }

    /** ECAP.C=1, and a line that has lost its place. */
    @Test
    void snoopingWalkAndReplacement() {
        Rig coherent = mapped(Rig.STRICT, Rig.QEMU_ECAP | 1, 4);
        cpuWrite(coherent, pte(coherent), OTHER_PAGE | 3);
        assertEquals(OTHER_PAGE, coherent.read(IOVA).physicalAddress());
        Rig full = mapped(Rig.STRICT, Rig.QEMU_ECAP, 1);
        cpuWrite(full, pte(full), OTHER_PAGE | 3);
        cpuWrite(full, 0x9000, 1);
        assertEquals(OTHER_PAGE, full.read(IOVA).physicalAddress());
    }

    /** A device's data accesses are coherent whatever ECAP.C says. */
    @Test
    void dataIsCoherent() {
        Rig rig = mapped(Rig.STRICT, Rig.QEMU_ECAP, 4);
        cpuWrite(rig, PAGE, 7);
        cpuWrite(rig, PAGE + 8, 8);
        assertEquals(7, rig.read(IOVA).value());
        rig.write(IOVA);
        assertEquals(0x1122334455667788L, rig.memory.snoop(PAGE, 8));
        assertEquals(8, rig.memory.snoop(PAGE + 8, 8));
        assertEquals(8, rig.memory.fetch(PAGE + 8, 8));
    }

    /** Whatever stays in the cache and whatever goes back, a processor reads what was written last. */
    @Property(tries = 200)
    void processorSeesItsWrites(@ForAll long seed, @ForAll boolean large) {
        Store store = new Store();
        int lines = large ? 40 : 3;
        MachineMemory memory = new MachineMemory(store, new Emitter(), 1L << 26, lines);
        Map<Long, Long> bytes = new HashMap<>();
        Random random = new Random(seed);
        long mark = store.mark();
        for (int i = 0; i < (large ? 600 : 200); i++) {
            int width = 1 << random.nextInt(4);
            long address = 0x1000 + random.nextInt(lines * 160);
            long value = random.nextLong();
            boolean written = false;
            if (random.nextInt(100) == 0) {
                store.rollback(mark);
                bytes.clear();
            }
            switch (random.nextInt(large ? 8 : 4)) {
                case 0 -> memory.flushLine(address & -DirtyLines.BYTES);
                case 1 -> {
                    int slot = random.nextInt(lines);
                    if (memory.dirtyLines().enabled(slot)) {
                        memory.dirtyLines().take(slot);
                    }
                }
                case 2 -> {
                    memory.snoopedPut(address, width, value);
                    written = true;
                }
                default -> {
                    memory.store(address, width, value);
                    written = true;
                }
            }
            for (int k = 0; k < width && written; k++) {
                bytes.put(address + k, value >>> 8 * k & 0xff);
            }
            long at = 0x1000 + random.nextInt(lines * 160);
            assertEquals(bytes.getOrDefault(at, 0L), memory.snoop(at, 1));
        }
    }

    private static void torn(int order, int reason) {
        Rig rig = mapped(Rig.STRICT.with("entryFetch", order), Rig.QEMU_ECAP, 0);
        Spontaneous fetches = rig.unit.entryFetches();
        assertEquals(Outcome.OK, rig.read(IOVA).outcome());
        assertFalse(fetches.enabled(0));
        rig.contextFlush(1, 0, 0);
        assertTrue(fetches.enabled(0));
        assertFalse(fetches.enabled(1));
        assertEquals("read the " + (order == 1 ? "lower" : "upper") + " half of the context entry of 02:00.0",
                fetches.describe(0));
        fetches.take(0);
        long entry = rig.contextEntry(Rig.SID);
        rig.memory.put(entry, 8, 0);
        rig.memory.put(entry + 8, 8, 0);
        assertTrue(fetches.enabled(0));
        fetches.take(0);
        assertEquals(reason, rig.faultReason(0));
        // a lower half that is not present ends the fetch: there is nothing to remember
        assertEquals(order == EntryFetch.HIGH_FIRST, fetches.enabled(0));
    }

    /** Zeroed between the halves: the lower half was present, with the width of an entry that is no more. */
    @Test
    void halfOfAnEntryThatWasZeroed() {
        torn(EntryFetch.LOW_FIRST, 3);
        torn(EntryFetch.HIGH_FIRST, 2);
    }

    @Test
    void requestGoesOnFromTheFirstHalf() {
        Rig rig = mapped(Rig.STRICT.with("entryFetch", 1), Rig.QEMU_ECAP, 0);
        rig.read(IOVA);
        rig.contextFlush(1, 0, 0);
        rig.unit.entryFetches().take(0);
        rig.memory.put(rig.contextEntry(Rig.SID), 8, 0);
        assertEquals(PAGE, rig.read(IOVA).physicalAddress());
    }

    /** A flush waits for the request: what it read before is not used after. */
    @Test
    void flushDropsTheFirstHalf() {
        Rig rig = mapped(Rig.STRICT.with("entryFetch", 1), Rig.QEMU_ECAP, 0);
        rig.read(IOVA);
        rig.contextFlush(1, 0, 0);
        rig.unit.entryFetches().take(0);
        rig.memory.put(rig.contextEntry(Rig.SID), 8, 0);
        rig.contextFlush(3, 5, Rig.SID);
        assertEquals(Outcome.FAULT, rig.read(IOVA).outcome());
        assertEquals(2, rig.faultReason(0));
    }

    @Test
    void withoutRootEntryThereIsNothingToRead() {
        Rig rig = mapped(Rig.STRICT.with("entryFetch", 2), Rig.QEMU_ECAP, 0);
        rig.read(IOVA);
        rig.contextFlush(1, 0, 0);
        rig.memory.put(Rig.ROOT + 2 * 16, 8, 0);
        assertFalse(rig.unit.entryFetches().enabled(0));
        assertEquals(0, mapped(Rig.STRICT, Rig.QEMU_ECAP, 0).unit.entryFetches().count());
        assertThrows(IllegalArgumentException.class, () -> Rig.STRICT.with("entryFetch", 3));
        assertThrows(IllegalArgumentException.class, () -> mapped(Rig.STRICT, Rig.QEMU_ECAP, 1 << 20));
    }
}
