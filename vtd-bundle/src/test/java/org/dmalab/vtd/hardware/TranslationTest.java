package org.dmalab.vtd.hardware;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.dmalab.api.port.DmaMaster.Outcome;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tables, checks in their order, superpages, pass-through, caches. */
class TranslationTest {
    private static final long IOVA = 0xfffff000L;
    private static final long PAGE = 0x4000000;
    private static final long NOWHERE = 0x7f00000000L;

    private static Rig mapped(UnitProfile profile) {
        Rig rig = new Rig(profile);
        long top = rig.newTable();
        rig.context(Rig.SID, 5, top);
        rig.map(top, IOVA, PAGE, 3);
        rig.memory.put(PAGE + 8, 8, 77);
        return rig;
    }

    /** Reasons of facts section 4.1: what is broken, with which request, and the reason that comes of it. */
    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "root not memory, 8", "root not present, 1", "root reserved, 10", "root upper half, 10",
        "context table not memory, 9", "context not present, 2", "context reserved low, 11",
        "context reserved high, 11", "width not supported, 3", "width reserved, 3", "translation type 1, 3",
        "translation type 3, 3", "beyond width, 4", "top table not memory, 3", "table not memory, 7", "not mapped, 6",
        "write only, 6", "snoop bit, 12", "address bit 50, 12", "transient bit, 12", "upper table reserved, 12",
        "upper table write only, 6"})
    void faults(String what, int reason) {
        for (UnitProfile profile : new UnitProfile[] {Rig.STRICT, Rig.QEMU}) {
            Rig rig = mapped(profile);
            damage(rig, what);
            rig.start();
            if (what.equals("root not memory")) {
                rig.unit.write(Reg.RTADDR, 8, NOWHERE);
                rig.unit.write(Reg.GCMD, 4, Reg.TE | Reg.SRTP);
            }
            long address = what.equals("beyond width") ? 1L << 39 : IOVA + 8;
            assertEquals(Outcome.FAULT, rig.read(address).outcome());
            assertEquals(reason, rig.faultReason(0));
            assertEquals(2, rig.unit.read(Reg.FSTS, 4));
            assertEquals(0xc0000000L | reason, rig.unit.read(0x220 + 12, 4));
            assertEquals(Rig.SID, rig.unit.read(0x220 + 8, 4) & 0xffff);
            assertEquals(address & -4096, rig.unit.read(0x220, 8));
        }
    }

    private static void damage(Rig rig, String what) {
        long root = Rig.ROOT + 2 * 16;
        long context = rig.contextEntry(Rig.SID);
        long top = rig.memory.fetch(context, 8) & ~0xfffL;
        long upper = top + (IOVA >>> 30) * 8;
        long pte = rig.pteAddress(top, IOVA);
        switch (what) {
            case "root not present" -> rig.memory.put(root, 8, Rig.CONTEXT_TABLE);
            case "root reserved" -> rig.memory.put(root, 8, Rig.CONTEXT_TABLE | 0x101);
            case "root upper half" -> rig.memory.put(root + 8, 8, 1);
            case "context table not memory" -> rig.memory.put(root, 8, NOWHERE | 1);
            case "context not present" -> rig.memory.put(context, 8, top);
            case "context reserved low" -> rig.memory.put(context, 8, top | 0x11);
            case "context reserved high" -> rig.memory.put(context + 8, 8, 5 << 8 | 0x81);
            case "width not supported" -> rig.memory.put(context + 8, 8, 5 << 8 | 2);
            case "width reserved" -> rig.memory.put(context + 8, 8, 5 << 8 | 7);
            case "translation type 1" -> rig.memory.put(context, 8, top | 1 << 2 | 1);
            case "translation type 3" -> rig.memory.put(context, 8, top | 3 << 2 | 1);
            case "top table not memory" -> rig.memory.put(context, 8, NOWHERE | 1);
            case "table not memory" -> rig.memory.put(upper, 8, NOWHERE | 3);
            case "not mapped" -> rig.memory.put(pte, 8, 0);
            case "write only" -> rig.memory.put(pte, 8, PAGE | 2);
            case "snoop bit" -> rig.memory.put(pte, 8, PAGE | 0x803);
            case "address bit 50" -> rig.memory.put(pte, 8, PAGE | 1L << 50 | 3);
            case "transient bit" -> rig.memory.put(pte, 8, PAGE | 1L << 62 | 3);
            case "upper table reserved" -> rig.memory.put(upper, 8, rig.memory.fetch(upper, 8) | 0x800);
            case "upper table write only" -> rig.memory.put(upper, 8, rig.memory.fetch(upper, 8) & ~1L);
            default -> { } // the request itself is wrong
        }
    }

    @Test
    void writeWithoutPermissionIsReason5() {
        Rig rig = mapped(Rig.QEMU);
        rig.map(rig.memory.fetch(rig.contextEntry(Rig.SID), 8) & ~0xfffL, IOVA, PAGE, 1);
        rig.start();
        assertEquals(Outcome.FAULT, rig.write(IOVA).outcome());
        assertEquals(5, rig.faultReason(0));
        assertEquals(0x80000005L, rig.unit.read(0x220 + 12, 4));
    }

    /** Measured masks of reserved bits: 0xff0 below, 0xffffffffffffff80 above but for the domain-id; each bit alone. */
    @Test
    void everyReservedBitOfAContextEntry() {
        Rig rig = mapped(Rig.QEMU);
        long context = rig.contextEntry(Rig.SID);
        long low = rig.memory.fetch(context, 8);
        long high = rig.memory.fetch(context + 8, 8);
        rig.start();
        for (int bit = 3; bit < 64; bit++) {
            assertEquals(bit == 7 || bit >= 24 ? 0xb : 0, reasonWith(rig, low, high ^ 1L << bit), "upper bit " + bit);
        }
        for (int bit = 4; bit < 12; bit++) {
            assertEquals(0xb, reasonWith(rig, low ^ 1L << bit, high), "lower bit " + bit);
        }
        for (int bit = 39; bit < 64; bit++) { // beyond the host's address width
            assertEquals(0xb, reasonWith(rig, low ^ 1L << bit, high), "lower bit " + bit);
        }
    }

    private static int reasonWith(Rig rig, long low, long high) {
        rig.memory.put(rig.contextEntry(Rig.SID), 8, low);
        rig.memory.put(rig.contextEntry(Rig.SID) + 8, 8, high);
        rig.contextFlush(1, 0, 0);
        rig.iotlbFlush(1, 0, 0);
        rig.clearFaults();
        return rig.read(IOVA).outcome() == Outcome.OK ? 0 : rig.faultReason(0);
    }

    /** A check that comes first decides: each entry is wrong in all ways at once, and the ways are mended in order. */
    @Test
    void orderOfChecks() {
        Rig rig = mapped(Rig.STRICT);
        long top = rig.memory.fetch(rig.contextEntry(Rig.SID), 8) & ~0xfffL;
        long pte = rig.pteAddress(top, IOVA);
        rig.start();
        assertEquals(0x2, reasonWith(rig, top | 0xffcL & ~1L, -1)); // not present, reserved, width, type
        assertEquals(0xb, reasonWith(rig, top | 0xffdL, -1));
        assertEquals(0x3, reasonWith(rig, NOWHERE & 0x7fffffffffL | 3 << 2 | 1, 7 | 5 << 8));
        assertEquals(0x3, reasonWith(rig, top | 3 << 2 | 1, 1 | 5 << 8));
        rig.memory.put(pte, 8, NOWHERE | 1L << 50 | 0x880);
        assertEquals(0x6, reasonWith(rig, top | 1, 1 | 5 << 8)); // permission before reserved bits
        rig.memory.put(pte, 8, NOWHERE | 1L << 50 | 0x883);
        assertEquals(0xc, reasonWith(rig, top | 1, 1 | 5 << 8));
        rig.memory.put(Rig.ROOT + 2 * 16, 8, NOWHERE | 0xffe);
        assertEquals(0x1, reasonWith(rig, top | 1, 1 | 5 << 8));
        rig.memory.put(Rig.ROOT + 2 * 16, 8, NOWHERE | 0xfff);
        assertEquals(0xa, reasonWith(rig, top | 1, 1 | 5 << 8));
        rig.memory.put(Rig.ROOT + 2 * 16, 8, 0x7ffffff000L | 1);
        assertEquals(0x9, reasonWith(rig, top | 1, 1 | 5 << 8));
    }

    /** Tables that contain themselves: a walk has as many steps as levels. */
    @Test
    void tablesThatLoop() {
        Rig rig = mapped(Rig.STRICT);
        long top = rig.memory.fetch(rig.contextEntry(Rig.SID), 8) & ~0xfffL;
        for (int i = 0; i < 512; i++) {
            rig.memory.put(top + 8 * i, 8, top | 3);
        }
        rig.start();
        assertEquals(top, rig.read(IOVA).physicalAddress());
        for (int i = 0; i < 512; i++) {
            rig.memory.put(Rig.ROOT + 8 * i, 8, i % 2 == 0 ? Rig.ROOT | 1 : 0); // context table: the root table itself
        }
        assertEquals(0x3, reasonInLoop(rig));
    }

    private static int reasonInLoop(Rig rig) {
        rig.contextFlush(1, 0, 0);
        rig.iotlbFlush(1, 0, 0);
        assertEquals(Outcome.FAULT, rig.read(IOVA).outcome());
        return rig.faultReason(0);
    }

    /** Available bits of the context entry, among them the kernel's mark, are ignored. */
    @Test
    void availableBitsAreIgnored() {
        Rig rig = mapped(Rig.QEMU);
        rig.memory.put(rig.contextEntry(Rig.SID) + 8, 8, 5 << 8 | 0x79);
        rig.start();
        assertEquals(77, rig.read(IOVA + 8).value());
    }

    @Test
    void superpages() {
        Rig rig = mapped(Rig.STRICT);
        long top = rig.memory.fetch(rig.contextEntry(Rig.SID), 8) & ~0xfffL;
        long directory = rig.newTable();
        rig.memory.put(top, 8, directory | 3);
        rig.memory.put(directory + 8, 8, 0x6000000 | 0x83);
        rig.memory.put(top + 8, 8, 0x83); // 1 GiB at 0
        rig.memory.put(directory + 16, 8, 0x6001000 | 0x83); // 2 MiB page with low bits set
        rig.memory.put(0x6123456, 1, 9);
        rig.start();
        assertEquals(9, rig.dma.read(Rig.SID, 0x200000 + 0x123456, 1).value());
        assertEquals(9, rig.dma.read(Rig.SID, 0x200000 + 0x123456, 1).value());
        assertEquals(9, rig.dma.read(Rig.SID, 0x40000000 + 0x6123456, 1).value());
        assertEquals(9, rig.dma.read(Rig.SID, 0x40000000 + 0x6123456, 1).value());
        assertEquals(Outcome.FAULT, rig.read(0x400000).outcome());
        assertEquals(0xc, rig.faultReason(0));
        rig.iotlbFlush(3, 5, 0x200000); // one page of the 2 MiB page
        assertEquals(1, rig.counts()[0]);
    }

    @Test
    void superpageThatTheUnitDoesNotHave() {
        Rig rig = new Rig(Rig.STRICT, Rig.QEMU_CAP & ~(3L << 34), Rig.QEMU_ECAP);
        long top = rig.newTable();
        rig.context(Rig.SID, 5, top);
        rig.memory.put(top, 8, 0x83);
        rig.start();
        assertEquals(Outcome.FAULT, rig.read(0).outcome());
        assertEquals(0xc, rig.faultReason(0));
    }

    @Test
    void fourLevelsAndTheirSuperpageBit() {
        Rig rig = new Rig(Rig.STRICT, Rig.X9DRG_CAP, Rig.X9DRG_ECAP);
        long top = rig.newTable();
        rig.context(Rig.SID, 5, top);
        rig.map(top, IOVA, PAGE, 3);
        rig.start();
        assertEquals(PAGE, rig.read(IOVA).physicalAddress());
        rig.memory.put(top, 8, rig.memory.fetch(top, 8) | 0x80);
        rig.iotlbFlush(1, 0, 0);
        assertEquals(Outcome.FAULT, rig.read(IOVA).outcome());
        assertEquals(0xc, rig.faultReason(0));
    }

    @Test
    void passThroughAndDisabled() {
        Rig rig = mapped(Rig.STRICT);
        assertEquals(77, rig.read(PAGE + 8).value());
        assertEquals(Outcome.DROPPED, rig.read(NOWHERE).outcome());
        assertEquals(Outcome.DROPPED, rig.read(-8).outcome());
        rig.memory.put(rig.contextEntry(Rig.SID), 8, 2 << 2 | 1);
        rig.start();
        assertEquals(77, rig.read(PAGE + 8).value());
        Rig without = new Rig(Rig.STRICT, Rig.QEMU_CAP, Rig.QEMU_ECAP & ~(1L << 6));
        without.memory.put(without.contextEntry(Rig.SID) + 8, 8, 1);
        without.memory.put(without.contextEntry(Rig.SID), 8, 2 << 2 | 1);
        without.start();
        assertEquals(Outcome.FAULT, without.read(0).outcome());
        assertEquals(3, without.faultReason(0));
    }

    @Test
    void deviceTlbTypeAndTransientBit() {
        Rig rig = new Rig(Rig.STRICT, Rig.QEMU_CAP, Rig.QEMU_ECAP | 1 << 2 | 1 << 7);
        long top = rig.newTable();
        rig.context(Rig.SID, 5, top);
        rig.memory.put(rig.contextEntry(Rig.SID), 8, top | 1 << 2 | 1);
        rig.map(top, IOVA, PAGE | 1L << 62 | 1 << 11, 3);
        rig.start();
        assertEquals(PAGE, rig.read(IOVA).physicalAddress());
    }

    /** One permission per level: what a higher table takes away a lower one does not give back, cached or not. */
    @Test
    void permissionsOfAllLevelsCount() {
        Rig rig = mapped(Rig.STRICT);
        long top = rig.memory.fetch(rig.contextEntry(Rig.SID), 8) & ~0xfffL;
        long upper = top + (IOVA >>> 30) * 8;
        rig.memory.put(upper, 8, rig.memory.fetch(upper, 8) & ~2L);
        rig.start();
        assertEquals(Outcome.OK, rig.read(IOVA).outcome());
        assertEquals(Outcome.FAULT, rig.write(IOVA).outcome());
        rig.clearFaults();
        rig.map(top, IOVA - 0x1000, PAGE, 3);
        assertEquals(Outcome.FAULT, rig.write(IOVA - 0x1000).outcome());
        assertEquals(5, rig.faultReason(0));
    }

    @Test
    void faultProcessingDisable() {
        Rig rig = mapped(Rig.STRICT);
        long context = rig.contextEntry(Rig.SID);
        rig.memory.put(context, 8, rig.memory.fetch(context, 8) | 2);
        rig.start();
        assertEquals(Outcome.FAULT, rig.read(0x5000).outcome());
        assertFalse(rig.pending(0));
        rig.memory.put(context, 8, 2);
        rig.contextFlush(1, 0, 0);
        assertEquals(Outcome.FAULT, rig.read(0x5000).outcome());
        assertFalse(rig.pending(0));
        rig.memory.put(context, 8, 0x13);
        assertEquals(Outcome.FAULT, rig.read(0x5000).outcome());
        assertFalse(rig.pending(0));
        rig.memory.put(Rig.ROOT + 2 * 16, 8, 0); // reason 1 is not qualified
        assertEquals(Outcome.FAULT, rig.read(0x5000).outcome());
        assertTrue(rig.pending(0));
        Rig emulator = mapped(Rig.QEMU);
        emulator.memory.put(context, 8, 0x13);
        emulator.start();
        emulator.read(0x5000);
        assertEquals(0xb, emulator.faultReason(0));
    }

    /** A cleared directory entry is still used through the paging-structure cache, until the domain is flushed. */
    @Test
    void pagingStructureCache() {
        Rig rig = mapped(Rig.STRICT);
        long top = rig.memory.fetch(rig.contextEntry(Rig.SID), 8) & ~0xfffL;
        rig.map(top, IOVA - 0x1000, PAGE, 3);
        rig.start();
        rig.read(IOVA);
        rig.memory.put(top + (IOVA >>> 30) * 8, 8, 0);
        assertEquals(Outcome.OK, rig.read(IOVA - 0x1000).outcome());
        rig.iotlbFlush(3, 5, IOVA | 0x40); // the hint keeps table pointers
        assertEquals(Outcome.OK, rig.read(IOVA).outcome());
        rig.iotlbFlush(3, 6, IOVA);
        assertEquals(Outcome.OK, rig.read(IOVA).outcome());
        rig.iotlbFlush(3, 5, IOVA);
        assertEquals(Outcome.FAULT, rig.read(IOVA).outcome());
        Rig emulator = mapped(Rig.QEMU);
        emulator.map(top, IOVA - 0x1000, PAGE, 3);
        emulator.start();
        emulator.read(IOVA);
        emulator.memory.put(top + (IOVA >>> 30) * 8, 8, 0);
        assertEquals(Outcome.FAULT, emulator.read(IOVA - 0x1000).outcome());
    }

    /** QEMU holds 1024 translations; the next one empties it: stale after 1023 more, gone after 1024. */
    @Test
    void capacityEmptiesAll() {
        Rig rig = mapped(Rig.QEMU);
        long top = rig.memory.fetch(rig.contextEntry(Rig.SID), 8) & ~0xfffL;
        for (int i = 0; i <= 1024; i++) {
            rig.map(top, 0x10000000 + i * 0x1000L, PAGE, 3);
        }
        rig.start();
        rig.read(IOVA);
        rig.memory.put(rig.pteAddress(top, IOVA), 8, 0);
        for (int i = 0; i < 1023; i++) {
            rig.read(0x10000000 + i * 0x1000L);
        }
        assertEquals(Outcome.OK, rig.read(IOVA).outcome());
        rig.read(0x10000000 + 1023 * 0x1000L);
        assertArrayEquals(new int[] {1, 1, 0}, rig.counts());
        assertEquals(Outcome.FAULT, rig.read(IOVA).outcome());
    }

    /** Each cache holds as many entries as its parameter says; the next one takes the oldest's place, or empties it. */
    @ParameterizedTest
    @CsvSource({"contextEntries, 1, 0, 2", "contextEntries, 1, 1, 1", "iotlbEntries, 0, 0, 2", "iotlbEntries, 0, 1, 1",
        "pagingEntries, 2, 0, 2", "pagingEntries, 2, 1, 2"})
    void capacities(String parameter, int cache, int empties, int left) {
        Rig rig = new Rig(Rig.STRICT.with(parameter, 2).with("overflowEmpties", empties));
        long top = rig.newTable();
        for (int i = 0; i < 3; i++) {
            rig.context(Rig.SID + i, 5, top);
            rig.map(top, (long) i << 30, PAGE, 3);
        }
        rig.start();
        for (int i = 0; i < 3; i++) {
            assertEquals(Outcome.OK, rig.dma.read(Rig.SID + i, (long) i << 30, 8).outcome());
        }
        assertEquals(left, rig.counts()[cache]);
        assertEquals(cache == 1 ? -1 : 0, Math.min(0, rig.unit.caches().context(Rig.SID)));
        assertEquals(cache == 0 ? -1 : 0, Math.min(0, rig.unit.caches().translation(5, 0)));
        assertEquals(cache == 2 ? -1 : 0, Math.min(0, rig.unit.caches().table(5, 1, 0)));
    }

    @Test
    void accessesThatCrossPagesAndMessages() {
        Rig rig = mapped(Rig.STRICT);
        long top = rig.memory.fetch(rig.contextEntry(Rig.SID), 8) & ~0xfffL;
        rig.map(top, 0x1000, PAGE, 3);
        rig.map(top, 0x2000, PAGE + 0x5000, 3);
        rig.start();
        assertEquals(Outcome.OK, rig.dma.write(Rig.SID, 0x1ffc, 8, 0x1122334455667788L).outcome());
        assertEquals(0x55667788L, rig.memory.fetch(PAGE + 0xffc, 4));
        assertEquals(0x11223344L, rig.memory.fetch(PAGE + 0x5000, 4));
        assertEquals(0x1122334455667788L, rig.read(0x1ffc).value());
        assertEquals(Outcome.FAULT, rig.read(0x2ffc).outcome());
        assertEquals(Outcome.OK, rig.dma.write(Rig.SID, 0xfee00000L, 4, 0x31).outcome());
        assertArrayEquals(new long[] {0xfee00000L, 0x31}, rig.messages.get(0));
        assertEquals(0, rig.dma.read(Rig.SID, 0xfee00000L, 4).value());
    }

    /** With CAP.CM=1 a context entry that was not present is kept with domain-id 0, and flushed by it. */
    @Test
    void contextEntryThatWasNotPresent() {
        Rig rig = new Rig(Rig.STRICT, Rig.QEMU_CAP | 1 << 7, Rig.QEMU_ECAP);
        rig.start();
        assertEquals(Outcome.FAULT, rig.read(IOVA).outcome());
        long top = rig.newTable();
        rig.map(top, IOVA, PAGE, 3);
        rig.context(Rig.SID, 5, top);
        rig.contextFlush(3, 5, Rig.SID);
        rig.iotlbFlush(2, 5, 0);
        rig.clearFaults();
        assertEquals(Outcome.FAULT, rig.read(IOVA).outcome());
        assertEquals(2, rig.faultReason(0));
        rig.contextFlush(3, 0, Rig.SID);
        assertEquals(Outcome.OK, rig.read(IOVA).outcome());
    }

    /** Rolling back restores tables and caches, and the derived index follows. */
    @Test
    void rollback() {
        Rig rig = mapped(Rig.STRICT);
        rig.start();
        rig.read(IOVA);
        long mark = rig.store.mark();
        long before = rig.store.fingerprint();
        rig.iotlbFlush(2, 5, 0);
        rig.contextFlush(3, 5, Rig.SID);
        assertArrayEquals(new int[] {0, 0, 0}, rig.counts());
        rig.store.rollback(mark);
        assertEquals(before, rig.store.fingerprint());
        rig.memory.put(rig.contextEntry(Rig.SID), 8, 0);
        assertEquals(77, rig.read(IOVA + 8).value());
    }
}
