package org.dmalab.mips.hardware;

import static org.dmalab.api.cpu.Endian.BIG;
import static org.dmalab.api.cpu.Endian.LITTLE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.dmalab.api.cpu.CacheOp;
import org.dmalab.api.cpu.KernelBug;
import org.dmalab.api.cpu.TlbOp;
import org.dmalab.api.event.Event;
import org.dmalab.api.event.EventKind;
import org.dmalab.api.port.DmaMaster;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MachineMemoryTest {
    private static final long KSEG0 = 0x80000000L;
    private static final long KSEG1 = 0xa0000000L;
    private static final long HIGH = 0x20000000L;
    private static final long SLOT = 0xfffc5000L;

    private final HardwareFixture plain = new HardwareFixture(HardwareFixture.small(false, false, true, 2));

    @ParameterizedTest
    @CsvSource({"0, KUSEG", "0x7fffffff, KUSEG", "0x80000000, KSEG0", "0x9fffffff, KSEG0", "0xa0000000, KSEG1",
        "0xbfffffff, KSEG1", "0xc0000000, KSEG23", "0xffffffff, KSEG23"})
    void segments(String address, Segment segment) {
        assertEquals(segment, Segment.of(Long.decode(address)));
        assertEquals(segment == Segment.KUSEG || segment == Segment.KSEG23, segment.mapped());
    }

    @Test
    void cachedStoreStaysInTheCacheAndUncachedGoesToMemory() {
        plain.port.write(0, KSEG0 + 0x100, 4, LITTLE, 0x11223344);
        assertEquals(0, plain.memory.load(0x100, 4));
        assertEquals(0, plain.port.read(0, KSEG1 + 0x100, 4, LITTLE));
        assertEquals(0x11223344, plain.port.read(0, KSEG0 + 0x100, 4, LITTLE));
        plain.port.write(0, KSEG1 + 0x200, 4, BIG, 0x11223344);
        assertEquals(0x44332211, plain.memory.load(0x200, 4));
        assertEquals(0x11223344, plain.port.read(0, KSEG0 + 0x200, 4, BIG));
    }

    @Test
    void eventsNamePhysicalAddresses() {
        plain.map(SLOT, HIGH);
        plain.port.write(1, SLOT + 8, 2, LITTLE, 0xabcd);
        Event event = plain.last(EventKind.CPU_WRITE);
        assertEquals(HIGH + 8, event.a());
        assertEquals(2, event.b());
        assertEquals(0xabcd, event.c());
        plain.port.read(1, SLOT + 8, 2, LITTLE);
        assertEquals(0xabcd, plain.last(EventKind.CPU_READ).c());
    }

    @Test
    void aSignExtendedAddressIsThe32BitOne() {
        plain.port.write(0, 0xffffffff80000100L, 4, LITTLE, 5);
        assertEquals(5, plain.port.read(0, KSEG0 + 0x100, 4, LITTLE));
    }

    @ParameterizedTest
    @CsvSource({"0xc0000000, 0, paging", "0x80000101, 1, unaligned", "0x90000000, 2, bus error"})
    void faults(String address, long cause, String words) {
        KernelBug bug = assertThrows(KernelBug.class, () -> plain.port.read(0, Long.decode(address), 4, LITTLE));
        assertTrue(bug.getMessage().contains(words), bug::getMessage);
        assertEquals(cause, plain.last(HardwareEvent.ACCESS_FAULT).b());
    }

    @Test
    void hitOperationOnUncachedAddressDoesNothing() {
        plain.port.write(0, KSEG0 + 0x100, 4, LITTLE, 7);
        plain.port.cache(0, CacheOp.HIT_WRITEBACK_INVALIDATE_D, KSEG1 + 0x100);
        assertEquals(HardwareEvent.UNCACHED, plain.last(HardwareEvent.CACHE_LINE).d());
        assertTrue(plain.caches.holds(0, 0x100));
    }

    @Test
    void hitOperationReportsWhatItDidAndTheInterruptMask() {
        plain.port.cache(0, CacheOp.HIT_INVALIDATE_D, KSEG0 + 0x100);
        assertEquals(0, plain.last(HardwareEvent.CACHE_LINE).d());
        plain.port.read(0, KSEG0 + 0x100, 4, LITTLE);
        plain.port.cache(0, CacheOp.HIT_INVALIDATE_D, KSEG0 + 0x11c);
        assertEquals(HardwareEvent.HIT, plain.last(HardwareEvent.CACHE_LINE).d());
        plain.port.write(0, KSEG0 + 0x100, 4, LITTLE, 7);
        plain.processors.setIrqsOff(0, 1);
        plain.port.cache(0, CacheOp.HIT_INVALIDATE_D, KSEG0 + 0x100);
        assertEquals(HardwareEvent.HIT | HardwareEvent.DROPPED | HardwareEvent.IRQS_OFF,
                plain.last(HardwareEvent.CACHE_LINE).d());
        assertEquals(0x100, plain.last(HardwareEvent.CACHE_LINE).c());
        assertEquals(0, plain.port.read(0, KSEG0 + 0x100, 4, LITTLE));
    }

    @Test
    void writtenBackLineWaitsInTheBufferUntilSync() {
        plain.port.write(0, KSEG0 + 0x100, 4, LITTLE, 7);
        plain.port.cache(0, CacheOp.HIT_WRITEBACK_INVALIDATE_D, KSEG0 + 0x100);
        assertEquals(HardwareEvent.HIT | HardwareEvent.WRITTEN_BACK, plain.last(HardwareEvent.CACHE_LINE).d());
        assertEquals(0, plain.memory.load(0x100, 4));
        assertEquals(1, plain.caches.buffered());
        assertEquals(7, plain.port.read(0, KSEG0 + 0x100, 4, LITTLE), "a fill looks into the buffer");
        plain.port.drain(0);
        assertEquals(7, plain.memory.load(0x100, 4));
        assertEquals(0x100, plain.last(EventKind.WRITE_BACK).a());
        assertEquals(32, plain.last(EventKind.WRITE_BACK).b());
        assertEquals(0, plain.last(EventKind.WRITE_BACK).c());
    }

    @Test
    void aFullBufferSendsItsOldestLine() {
        for (int i = 0; i < 3; i++) {
            plain.port.write(0, KSEG0 + 0x100 + 32 * i, 4, LITTLE, i + 1);
            plain.port.cache(0, CacheOp.HIT_WRITEBACK_INVALIDATE_D, KSEG0 + 0x100 + 32 * i);
        }
        assertEquals(2, plain.caches.buffered());
        assertEquals(1, plain.memory.load(0x100, 4));
        assertEquals(0, plain.memory.load(0x120, 4));
        assertTrue(plain.caches.drainOne());
        assertEquals(2, plain.memory.load(0x120, 4));
        assertTrue(plain.caches.drainOne());
        assertFalse(plain.caches.drainOne());
    }

    @Test
    void fillsTakeTheNewestBufferedLine() {
        for (int value = 1; value <= 2; value++) {
            plain.port.write(0, KSEG0 + 0x100, 4, LITTLE, value);
            plain.port.cache(0, CacheOp.HIT_WRITEBACK_INVALIDATE_D, KSEG0 + 0x100);
        }
        assertEquals(2, plain.caches.buffered());
        assertEquals(2, plain.port.read(0, KSEG0 + 0x100, 4, LITTLE));
    }

    /** B6: a late write-back lands on what was stored uncached since. */
    @Test
    void lateDrainOverwritesAnUncachedStore() {
        plain.port.write(0, KSEG0 + 0x100, 4, LITTLE, 0);
        plain.port.cache(0, CacheOp.HIT_WRITEBACK_INVALIDATE_D, KSEG0 + 0x100);
        plain.port.write(0, KSEG1 + 0x100, 4, LITTLE, 9);
        assertEquals(9, plain.port.read(0, KSEG1 + 0x100, 4, LITTLE));
        plain.port.drain(0);
        assertEquals(0, plain.port.read(0, KSEG1 + 0x100, 4, LITTLE));
    }

    @Test
    void flushLineIsNotAnOperationOfThisProcessor() {
        assertThrows(IllegalArgumentException.class, () -> plain.port.cache(0, CacheOp.FLUSH_LINE, KSEG0));
    }

    @Test
    void secondaryOperationsWithoutSecondaryCacheDoNothing() {
        plain.port.write(0, KSEG0 + 0x100, 4, LITTLE, 7);
        plain.port.cache(0, CacheOp.HIT_WRITEBACK_INVALIDATE_S, KSEG0 + 0x100);
        plain.port.cache(0, CacheOp.INDEX_WRITEBACK_INVALIDATE_S, KSEG0 + 0x100);
        assertTrue(plain.caches.holds(0, 0x100));
        assertFalse(plain.caches.evictShared(0x100));
    }

    @Test
    void indexOperationsNameSetAndWay() {
        plain.port.write(0, KSEG0 + 0x100, 4, LITTLE, 7);
        plain.port.write(0, KSEG0 + 0x140, 4, LITTLE, 8);
        plain.port.write(0, KSEG0 + 0x120, 4, LITTLE, 9);
        plain.port.cache(0, CacheOp.INDEX_WRITEBACK_INVALIDATE_D, KSEG0 + 0x40);
        assertTrue(plain.caches.holds(0, 0x100), "set 0 way 1 held the second line of the set");
        assertFalse(plain.caches.holds(0, 0x140));
        assertTrue(plain.caches.holds(0, 0x120));
        assertEquals(HardwareEvent.NO_ADDRESS, plain.last(HardwareEvent.CACHE_LINE).c());
        plain.port.cache(0, CacheOp.INDEX_WRITEBACK_INVALIDATE_D, KSEG0 + 0x40);
        assertEquals(0, plain.last(HardwareEvent.CACHE_LINE).d());
        plain.port.cache(1, CacheOp.INDEX_WRITEBACK_INVALIDATE_D, KSEG0);
        assertTrue(plain.caches.holds(0, 0x100), "index operations stay on their processor");
    }

    @Test
    void replacementTakesTheLeastRecentlyUsed() {
        plain.port.write(0, KSEG0 + 0x000, 4, LITTLE, 1);
        plain.port.write(0, KSEG0 + 0x040, 4, LITTLE, 2);
        plain.port.read(0, KSEG0 + 0x000, 4, LITTLE);
        plain.port.read(0, KSEG0 + 0x080, 4, LITTLE);
        assertTrue(plain.caches.holds(0, 0x000));
        assertFalse(plain.caches.holds(0, 0x040));
        plain.port.drain(0);
        assertEquals(2, plain.memory.load(0x40, 4));
        assertEquals(1, plain.last(EventKind.WRITE_BACK).c(), "evicted");
    }

    @Test
    void processorsSeeEachOthersStores() {
        plain.port.write(0, KSEG0 + 0x100, 4, LITTLE, 1);
        assertEquals(1, plain.port.read(1, KSEG0 + 0x100, 4, LITTLE));
        plain.port.write(1, KSEG0 + 0x104, 4, LITTLE, 2);
        assertFalse(plain.caches.holds(0, 0x100));
        assertEquals(2, plain.port.read(0, KSEG0 + 0x104, 4, LITTLE));
    }

    @ParameterizedTest
    @CsvSource({"true", "false"})
    void hitOperationsReachOtherProcessorsIfGlobal(boolean global) {
        HardwareFixture hardware = new HardwareFixture(HardwareFixture.small(false, false, global, 0));
        hardware.port.write(1, KSEG0 + 0x100, 4, LITTLE, 1);
        hardware.port.cache(0, CacheOp.HIT_WRITEBACK_INVALIDATE_D, KSEG0 + 0x100);
        assertEquals(!global, hardware.caches.holds(1, 0x100));
        assertEquals(global ? 1 : 0, hardware.memory.load(0x100, 4));
    }

    @Test
    void inclusiveSecondaryTakesPrimaryLinesAlong() {
        HardwareFixture hardware = new HardwareFixture(HardwareFixture.small(true, true, false, 0));
        hardware.port.write(0, KSEG0 + 0x100, 4, LITTLE, 1);
        hardware.port.write(1, KSEG0 + 0x120, 4, LITTLE, 2);
        hardware.port.cache(0, CacheOp.HIT_WRITEBACK_INVALIDATE_S, KSEG0 + 0x100);
        assertFalse(hardware.caches.holds(0, 0x100));
        assertFalse(hardware.caches.holds(1, 0x120));
        assertEquals(1, hardware.memory.load(0x100, 4));
        assertEquals(2, hardware.memory.load(0x120, 4));
        hardware.port.write(0, KSEG0 + 0x100, 4, LITTLE, 3);
        hardware.port.cache(0, CacheOp.HIT_INVALIDATE_S, KSEG0 + 0x100);
        assertEquals(HardwareEvent.HIT | HardwareEvent.DROPPED, hardware.last(HardwareEvent.CACHE_LINE).d());
        assertEquals(1, hardware.port.read(0, KSEG0 + 0x100, 4, LITTLE));
    }

    @Test
    void exclusiveSecondaryLeavesPrimaryLinesAlone() {
        HardwareFixture hardware = new HardwareFixture(HardwareFixture.small(true, false, true, 0));
        hardware.port.write(0, KSEG0 + 0x100, 4, LITTLE, 1);
        hardware.port.cache(0, CacheOp.HIT_WRITEBACK_INVALIDATE_S, KSEG0 + 0x100);
        assertTrue(hardware.caches.holds(0, 0x100));
        assertEquals(0, hardware.memory.load(0x100, 4));
        hardware.port.cache(0, CacheOp.HIT_WRITEBACK_INVALIDATE_D, KSEG0 + 0x100);
        assertEquals(0, hardware.memory.load(0x100, 4), "it is in the secondary cache now");
        assertTrue(hardware.caches.dirty(0x100));
        hardware.port.cache(0, CacheOp.INDEX_WRITEBACK_INVALIDATE_S, KSEG0);
        assertEquals(1, hardware.memory.load(0x100, 4));
        assertFalse(hardware.caches.dirty(0x100));
    }

    @Test
    void evictPrefetchAndDirtiness() {
        HardwareFixture hardware = new HardwareFixture(HardwareFixture.small(true, true, true, 0));
        assertTrue(hardware.caches.prefetch(0, 0x104));
        assertFalse(hardware.caches.prefetch(0, 0x108));
        assertEquals(0x100, hardware.last(HardwareEvent.PREFETCH).a());
        assertFalse(hardware.caches.dirty(0x100));
        hardware.port.write(0, KSEG0 + 0x100, 4, LITTLE, 1);
        assertTrue(hardware.caches.dirty(0x100));
        assertTrue(hardware.caches.evict(0, 0x100));
        assertFalse(hardware.caches.evict(0, 0x100));
        assertEquals(0, hardware.memory.load(0x100, 4));
        assertTrue(hardware.caches.evictShared(0x100));
        assertFalse(hardware.caches.evictShared(0x100));
        assertEquals(1, hardware.memory.load(0x100, 4));
    }

    @Test
    void secondaryEvictionTakesDirtyPrimaryDataWithIt() {
        HardwareFixture hardware = new HardwareFixture(HardwareFixture.small(true, true, true, 0));
        hardware.port.write(0, KSEG0, 4, LITTLE, 1);
        for (int i = 1; i <= 4; i++) {
            hardware.port.read(1, KSEG0 + 128 * i, 4, LITTLE);
        }
        assertEquals(1, hardware.memory.load(0, 4));
        assertFalse(hardware.caches.holds(0, 0));
    }

    @Test
    void devicesSeeMemoryAndNothingElse() {
        plain.port.write(0, KSEG0 + 0x100, 4, LITTLE, 1);
        assertEquals(new DmaMaster.Access(DmaMaster.Outcome.OK, 0, 0x100), plain.bus.read(8, 0x100, 4));
        plain.bus.write(8, 0x100, 4, 2);
        assertEquals(1, plain.port.read(0, KSEG0 + 0x100, 4, LITTLE));
        assertEquals(2, plain.memory.load(0x100, 4));
        Event event = plain.last(EventKind.DMA_WRITE);
        assertEquals(0x100, event.a());
        assertEquals(0x100, event.b());
        assertEquals(2, event.d());
    }

    @Test
    void accessesOutsideMemoryAbort() {
        assertEquals(DmaMaster.Outcome.DROPPED, plain.bus.read(8, KSEG0, 4).outcome());
        assertEquals(0, plain.last(EventKind.DMA_ABORT).d());
        assertEquals(DmaMaster.Outcome.DROPPED, plain.bus.write(8, 0xffffe, 4, 1).outcome());
        assertEquals(1, plain.last(EventKind.DMA_ABORT).d());
        assertEquals(DmaMaster.Outcome.DROPPED, plain.bus.write(8, -4, 4, 1).outcome());
    }

    @Test
    void aSpeculatingCoreFetchesTheOldLine() {
        HardwareFixture hardware = new HardwareFixture(HardwareFixture.small(false, false, true, 0), 4, false, true);
        hardware.bus.write(8, 0x104, 4, 1);
        assertFalse(hardware.caches.holds(0, 0x100), "the device began inside the line");
        hardware.bus.write(8, 0x120, 4, 1);
        assertEquals(0, hardware.port.read(0, KSEG0 + 0x120, 4, LITTLE));
        assertEquals(1, hardware.memory.load(0x120, 4));
    }

    // ---- TLB ----

    @Test
    void translationOutlivesThePageTableEntry() {
        plain.map(SLOT, HIGH);
        plain.port.write(0, SLOT, 4, LITTLE, 1);
        plain.map(SLOT, HIGH + 0x1000);
        assertEquals(HIGH, plain.tlb.cached(0, SLOT + 4));
        assertEquals(1, plain.port.read(0, SLOT, 4, LITTLE));
        plain.port.tlb(0, TlbOp.FLUSH_PAGE, SLOT);
        assertEquals(-1, plain.tlb.cached(0, SLOT));
        assertEquals(0, plain.port.read(0, SLOT, 4, LITTLE));
    }

    @Test
    void oneEntryHoldsAnEvenAndAnOddPage() {
        plain.map(0xfffc4000L, HIGH);
        plain.map(0xfffc5000L, HIGH + 0x1000);
        plain.port.read(0, 0xfffc4000L, 4, LITTLE);
        assertEquals(HIGH + 0x1000, plain.tlb.cached(0, 0xfffc5000L));
        plain.port.tlb(0, TlbOp.FLUSH_PAGE, 0xfffc5000L);
        assertEquals(-1, plain.tlb.cached(0, 0xfffc4000L), "its neighbour went with it");
    }

    @Test
    void anInvalidHalfTakesAnExceptionThatReloadsBoth() {
        plain.map(0xfffc4000L, HIGH);
        plain.port.read(0, 0xfffc4000L, 4, LITTLE);
        assertThrows(KernelBug.class, () -> plain.port.read(0, 0xfffc5000L, 4, LITTLE));
        plain.map(0xfffc5000L, HIGH + 0x1000);
        plain.port.read(0, 0xfffc5000L, 4, LITTLE);
        assertEquals(HIGH, plain.tlb.cached(0, 0xfffc4000L));
        assertEquals(2, plain.count(HardwareEvent.TLB_REFILL));
    }

    @Test
    void theTlbHoldsSoManyPairsAndReplacesInTurn() {
        for (int i = 0; i < 5; i++) {
            plain.map(0xc0000000L + 0x2000 * i, HIGH);
            plain.port.read(0, 0xc0000000L + 0x2000 * i, 4, LITTLE);
        }
        assertEquals(-1, plain.tlb.cached(0, 0xc0000000L));
        assertEquals(HIGH, plain.tlb.cached(0, 0xc0002000L));
        assertEquals(4, plain.tlb.pairs());
    }

    @ParameterizedTest
    @CsvSource({"true, true", "true, false", "false, true", "false, false"})
    void flushesReachOtherProcessorsOnlyByBroadcast(boolean broadcast, boolean all) {
        HardwareFixture hardware = new HardwareFixture(HardwareFixture.small(false, false, true, 0), 4, broadcast,
                false);
        hardware.map(SLOT, HIGH);
        hardware.port.read(0, SLOT, 4, LITTLE);
        hardware.port.read(1, SLOT, 4, LITTLE);
        hardware.port.tlb(0, all ? TlbOp.FLUSH_ALL : TlbOp.FLUSH_PAGE, SLOT);
        assertEquals(-1, hardware.tlb.cached(0, SLOT));
        assertEquals(broadcast ? -1 : HIGH, hardware.tlb.cached(1, SLOT));
        assertEquals(all ? 1 : 0, hardware.last(HardwareEvent.TLB_FLUSH).b());
    }

    // ---- shapes ----

    @Test
    void shapesAreChecked() {
        assertThrows(IllegalArgumentException.class, () -> new CacheGeometry(3, 1, 32));
        assertThrows(IllegalArgumentException.class, () -> new CacheGeometry(0, 1, 32));
        assertThrows(IllegalArgumentException.class, () -> new CacheGeometry(2, 0, 32));
        assertThrows(IllegalArgumentException.class, () -> new CacheGeometry(2, 17, 32));
        assertThrows(IllegalArgumentException.class, () -> new CacheGeometry(2, 2, 4));
        assertThrows(IllegalArgumentException.class, () -> new CacheGeometry(2, 2, 48));
        assertThrows(IllegalArgumentException.class, () -> new CacheGeometry(2, 2, 8192));
        assertThrows(IllegalArgumentException.class, () -> new Caches.Shape(1, new CacheGeometry(2, 2, 64), null,
                new CacheGeometry(2, 2, 32), new Caches.Options(true, true, false, false, false, 0, 0)));
        assertThrows(IllegalArgumentException.class,
                () -> new HardwareFixture(HardwareFixture.small(false, false, true, -1)));
        assertThrows(IllegalArgumentException.class,
                () -> new HardwareFixture(HardwareFixture.small(false, false, true, 65)));
        assertThrows(IllegalArgumentException.class,
                () -> new HardwareFixture(HardwareFixture.small(false, false, true, 0), 0, false, false));
        assertThrows(IllegalArgumentException.class,
                () -> new HardwareFixture(HardwareFixture.small(false, false, true, 0), 1025, false, false));
        assertThrows(IllegalArgumentException.class, () -> new CacheGeometry(1 << 20, 1, 4096), "2^32 bytes");
        assertEquals(16 << 20, new CacheGeometry(1 << 15, 16, 32).sizeBytes());
        assertEquals(64, new CacheGeometry(2, 4, 32).wayBytes());
        assertEquals(256, new CacheGeometry(2, 4, 32).sizeBytes());
    }

    @ParameterizedTest
    @CsvSource({"-4096, 4096", "0, -4096", "0xfffff000, 8192", "1, 4096", "0, 1"})
    void memoryRangesAreChecked(String start, String size) {
        assertThrows(IllegalArgumentException.class,
                () -> new PhysicalMemory.Range(Long.decode(start), Long.decode(size)));
    }

    @Test
    void memoryHasHoles() {
        assertTrue(plain.memory.contains(0xffffc, 4));
        assertFalse(plain.memory.contains(0xffffd, 4));
        assertFalse(plain.memory.contains(0x1fffffff, 1));
        assertEquals(3, plain.memory.ranges().size());
    }

    @Test
    void cellsHaveNames() {
        plain.port.write(0, KSEG0 + 0x100, 4, LITTLE, 7);
        plain.map(SLOT, HIGH);
        plain.port.cache(0, CacheOp.HIT_WRITEBACK_INVALIDATE_D, KSEG0 + 0x100);
        plain.port.write(1, SLOT, 4, LITTLE, 7);
        plain.port.drain(0);
        StringBuilder names = new StringBuilder();
        plain.store.regions().forEach(region -> {
            names.append(region.cellName(0)).append(';').append(region.cellName(1)).append('\n');
        });
        assertTrue(names.toString().contains("memory 0x00000008"), names::toString);
        assertTrue(names.toString().contains("l1 cpu0 set 0 way 1 tag"), names::toString);
        assertTrue(names.toString().contains("write buffer line 0"), names::toString);
        assertTrue(names.toString().contains("tlb cpu0 next;tlb cpu0 entry 0"), names::toString);
        assertTrue(names.toString().contains("l1 cpu0 set 0 way 0 byte 8"), names::toString);
    }
}
