package org.dmalab.vtd.hardware;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.dmalab.api.port.DmaMaster.Outcome;
import org.dmalab.vtd.spec.Queue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Scalable mode with second-level translation: tables, checks in their order, caches, and what goes wrong in kdump. */
class ScalableModeTest {
    private static final long IOVA = 0xfffff000L;
    private static final long PAGE = 0x4000000;
    private static final long NOWHERE = 0x7f00000000L;
    private static final long DIRECTORY = 0x180000;
    private static final long PASID_TABLE = 0x181000;
    private static final long QUEUE = 0x700000;
    /** QEMU 7.2 with x-scalable-mode=on, RPS added: SMTS, SLTS, SRS, RPS. */
    private static final long ECAP = 0x0000480080000f42L | 1L << 49;
    private static final int UPPER = 0x0280 + 3; // 02:10.3, in the upper half of its bus

    private static Rig rig(UnitProfile profile, long ecap) {
        Rig rig = new Rig(profile, Rig.QEMU_CAP, ecap);
        rig.memory.put(Rig.ROOT + 2 * 16, 8, Rig.CONTEXT_TABLE | 1);
        context(rig, Rig.SID, 1, 0);
        rig.memory.put(DIRECTORY, 8, PASID_TABLE | 1);
        long top = rig.newTable();
        pasid(rig, 0, 5, top);
        rig.map(top, IOVA, PAGE, 3);
        rig.memory.put(PAGE + 8, 8, 77);
        return rig;
    }

    private static Rig rig(UnitProfile profile) {
        return rig(profile, ECAP);
    }

    private static void context(Rig rig, int sid, long flags, int ridPasid) {
        rig.memory.put(entry(sid), 8, DIRECTORY | flags);
        rig.memory.put(entry(sid) + 8, 8, ridPasid);
    }

    private static long entry(int sid) {
        return Rig.CONTEXT_TABLE + (sid & 0x7f) * 32L;
    }

    /** Second-level, three levels. */
    private static void pasid(Rig rig, int pasid, int did, long top) {
        rig.memory.put(PASID_TABLE + (pasid & 63) * 64L, 8, top | 2 << 6 | 1 << 2 | 1);
        rig.memory.put(PASID_TABLE + (pasid & 63) * 64L + 8, 8, did);
    }

    private static void start(Rig rig) {
        start(rig, Rig.ROOT | 1 << 10);
    }

    private static void start(Rig rig, long root) {
        rig.unit.write(Reg.RTADDR, 8, root);
        rig.unit.write(Reg.GCMD, 4, Reg.SRTP);
        rig.unit.write(Reg.IQA, 8, QUEUE | Queue.DW.mask());
        rig.unit.write(Reg.GCMD, 4, Reg.QIE);
        rig.unit.write(Reg.GCMD, 4, Reg.TE | Reg.QIE);
    }

    private static void submit(Rig rig, long low, long high) {
        long tail = rig.unit.read(Reg.IQT, 8);
        rig.memory.put(QUEUE + tail, 8, low);
        rig.memory.put(QUEUE + tail + 8, 8, high);
        rig.unit.write(Reg.IQT, 8, tail + 32);
        assertEquals(0, rig.unit.read(Reg.FSTS, 4) & Reg.IQE);
    }

    @Test
    void translates() {
        for (UnitProfile profile : new UnitProfile[] {Rig.STRICT, Rig.SID_ONLY, Rig.QEMU}) {
            Rig rig = rig(profile);
            start(rig);
            assertEquals(77, rig.read(IOVA + 8).value());
            assertEquals(77, rig.read(IOVA + 8).value()); // from the caches
            assertArrayEquals(new int[] {1, 1}, new int[] {rig.counts()[0],
                rig.counts()[1]});
            assertEquals(1, rig.unit.cachedPasids().size());
        }
    }

    /** The lower half of the root entry is for device 0 to 15, the upper one for 16 to 31. */
    @Test
    void upperHalfOfTheBus() {
        Rig rig = rig(Rig.STRICT);
        start(rig);
        assertEquals(Outcome.FAULT, rig.dma.read(UPPER, IOVA, 8).outcome());
        assertEquals(0x39, rig.faultReason(0));
        long upper = rig.newTable();
        rig.memory.put(Rig.ROOT + 2 * 16 + 8, 8, upper | 1);
        rig.memory.put(upper + (UPPER & 0x7f) * 32L, 8, DIRECTORY | 1);
        rig.clearFaults();
        assertEquals(77, rig.dma.read(UPPER, IOVA + 8, 8).value());
    }

    /** What is broken, and the reason that comes of it. */
    @ParameterizedTest(name = "{0}")
    @CsvSource({"root not memory, 38", "root not present, 39", "root reserved, 3a", "root beyond host, 3a",
        "context table not memory, 40", "context not present, 41", "context reserved, 42", "context high, 42",
        "context third word, 42", "device-TLB, 43", "PASID enable, 43", "page requests, 43", "PASID beyond, 48",
        "directory not memory, 50", "directory not present, 51", "directory reserved, 52", "table not memory, 58",
        "entry not present, 59", "entry reserved, 5a", "entry high, 5a", "entry fourth word, 5a", "entry address, 5a",
        "first-level, 5b", "nested, 5b", "type 0, 5b", "width, 5b", "top table not memory, 7b",
        "level not memory, 78", "not mapped, 79", "write only, 79", "reserved PTE, 7a", "beyond width, 84"})
    void faults(String what, String reason) {
        for (UnitProfile profile : new UnitProfile[] {Rig.STRICT, Rig.QEMU}) {
            Rig rig = rig(profile);
            damage(rig, what);
            start(rig, what.equals("root not memory") ? NOWHERE | 1 << 10 : Rig.ROOT | 1 << 10);
            long address = what.equals("beyond width") ? 1L << 39 : IOVA + 8;
            assertEquals(Outcome.FAULT, rig.read(address).outcome());
            assertEquals(Integer.parseInt(reason, 16), rig.faultReason(0));
            assertEquals(Rig.SID, rig.unit.read(0x220 + 8, 4) & 0xffff);
            assertEquals(address & -4096, rig.unit.read(0x220, 8));
            assertEquals(Reg.PPF, rig.unit.read(Reg.FSTS, 4));
        }
    }

    private static void damage(Rig rig, String what) {
        long root = Rig.ROOT + 2 * 16;
        long context = entry(Rig.SID);
        long low = rig.memory.fetch(PASID_TABLE, 8);
        long top = low & ~0xfffL;
        long upper = top + (IOVA >>> 30) * 8;
        long pte = rig.pteAddress(top, IOVA);
        switch (what) {
            case "root not present" -> rig.memory.put(root, 8, Rig.CONTEXT_TABLE);
            case "root reserved" -> rig.memory.put(root, 8, Rig.CONTEXT_TABLE | 0x801);
            case "root beyond host" -> rig.memory.put(root, 8, Rig.CONTEXT_TABLE | 1L << 40 | 1);
            case "context table not memory" -> rig.memory.put(root, 8, NOWHERE | 1);
            case "context not present" -> rig.memory.put(context, 8, DIRECTORY);
            case "context reserved" -> rig.memory.put(context, 8, DIRECTORY | 0x21);
            case "context high" -> rig.memory.put(context + 8, 8, 1 << 20);
            case "context third word" -> rig.memory.put(context + 16, 8, 1);
            case "device-TLB" -> rig.memory.put(context, 8, DIRECTORY | 5);
            case "PASID enable" -> rig.memory.put(context, 8, DIRECTORY | 9);
            case "page requests" -> rig.memory.put(context, 8, DIRECTORY | 0x11);
            case "PASID beyond" -> rig.memory.put(context + 8, 8, 128 << 6);
            case "directory not memory" -> rig.memory.put(context, 8, NOWHERE | 1);
            case "directory not present" -> rig.memory.put(DIRECTORY, 8, PASID_TABLE);
            case "directory reserved" -> rig.memory.put(DIRECTORY, 8, PASID_TABLE | 5);
            case "table not memory" -> rig.memory.put(DIRECTORY, 8, NOWHERE | 1);
            case "entry not present" -> rig.memory.put(PASID_TABLE, 8, low & ~1L);
            case "entry reserved" -> rig.memory.put(PASID_TABLE, 8, low | 1 << 11);
            case "entry high" -> rig.memory.put(PASID_TABLE + 8, 8, 5 | 1 << 16);
            case "entry fourth word" -> rig.memory.put(PASID_TABLE + 24, 8, 1);
            case "entry address" -> rig.memory.put(PASID_TABLE, 8, low | 1L << 45);
            case "first-level" -> rig.memory.put(PASID_TABLE, 8, low & ~(7 << 6) | 1 << 6);
            case "nested" -> rig.memory.put(PASID_TABLE, 8, low | 3 << 6);
            case "type 0" -> rig.memory.put(PASID_TABLE, 8, low & ~(7 << 6));
            case "width" -> rig.memory.put(PASID_TABLE, 8, low & ~(7 << 2) | 2 << 2);
            case "top table not memory" -> rig.memory.put(PASID_TABLE, 8, NOWHERE | low & 0xfff);
            case "level not memory" -> rig.memory.put(upper, 8, NOWHERE | 3);
            case "not mapped" -> rig.memory.put(pte, 8, 0);
            case "write only" -> rig.memory.put(pte, 8, PAGE | 2);
            case "reserved PTE" -> rig.memory.put(pte, 8, PAGE | 1L << 50 | 3);
            default -> { } // the request itself is wrong, or the root pointer
        }
    }

    /** Pass-through needs no tables, and ECAP.PT. */
    @Test
    void passThrough() {
        Rig rig = rig(Rig.STRICT);
        rig.memory.put(PASID_TABLE, 8, 4 << 6 | 1);
        start(rig);
        assertEquals(77, rig.read(PAGE + 8).value());
        Rig without = rig(Rig.STRICT, ECAP & ~(1L << 6));
        without.memory.put(PASID_TABLE, 8, 4 << 6 | 1);
        start(without);
        assertEquals(Outcome.FAULT, without.read(PAGE + 8).outcome());
        assertEquals(0x5b, without.faultReason(0));
        Rig noSecondLevel = rig(Rig.STRICT, ECAP & ~(1L << 46));
        start(noSecondLevel);
        assertEquals(Outcome.FAULT, noSecondLevel.read(IOVA).outcome());
        assertEquals(0x5b, noSecondLevel.faultReason(0));
    }

    /** FPD of any entry on the way holds faults back from there on; those before are recorded. */
    @Test
    void faultProcessingDisable() {
        long[] entries = {entry(Rig.SID), DIRECTORY, PASID_TABLE};
        for (long at : entries) {
            Rig rig = rig(Rig.STRICT);
            rig.memory.put(at, 8, rig.memory.fetch(at, 8) | 2);
            start(rig);
            assertEquals(Outcome.FAULT, rig.read(0x5000).outcome());
            assertFalse(rig.pending(0));
            assertEquals(77, rig.read(IOVA + 8).value());
        }
        Rig recorded = rig(Rig.STRICT);
        recorded.memory.put(entry(Rig.SID), 8, DIRECTORY | 3);
        recorded.memory.put(Rig.ROOT + 2 * 16, 8, NOWHERE | 1);
        start(recorded);
        recorded.read(IOVA);
        assertEquals(0x40, recorded.faultReason(0));
    }

    /**
     * A copied entry whose mark, bit 67, a kernel to 5.19 has set: here it is part of RID_PASID, which becomes 8, and
     * reason 0x59 comes of it, as reported. Bit 11, which the same kernel clears, is the top bit of the directory's
     * size.
     */
    @Test
    void markOfCopiedEntries() {
        Rig rig = rig(Rig.STRICT);
        rig.memory.put(entry(Rig.SID) + 8, 8, 8);
        start(rig);
        assertEquals(Outcome.FAULT, rig.read(IOVA).outcome());
        assertEquals(0x59, rig.faultReason(0));
        Rig reserved = rig(Rig.STRICT, ECAP & ~(1L << 49)); // without RPS the bit is reserved
        reserved.memory.put(entry(Rig.SID) + 8, 8, 8);
        start(reserved);
        reserved.read(IOVA);
        assertEquals(0x42, reserved.faultReason(0));
        Rig large = rig(Rig.STRICT);
        long top = large.memory.fetch(PASID_TABLE, 8) & ~0xfffL;
        context(large, Rig.SID, 1 | 4 << 9, 0x800 << 6); // 2^11 directory entries: 0x7ff is the last
        start(large);
        large.read(IOVA);
        assertEquals(0x48, large.faultReason(0));
        context(large, Rig.SID, 1 | 4 << 9, 0x7ff << 6);
        large.memory.put(DIRECTORY + 0x7ff * 8, 8, PASID_TABLE + 0x1000 | 1);
        large.memory.put(PASID_TABLE + 0x1000, 8, top | 2 << 6 | 1 << 2 | 1);
        assertEquals(77, large.read(IOVA + 8).value());
        context(large, Rig.SID, 1 | 4 << 9 & ~(1 << 11), 0x7ff << 6); // after the kernel's clearing of bit 11
        submit(large, 0x11, 0);
        large.clearFaults();
        large.read(IOVA);
        assertEquals(0x48, large.faultReason(0));
    }

    /** What the root table pointer's mode bits mean where there is scalable mode, and where there is none. */
    @Test
    void tableModes() {
        Rig legacy = rig(Rig.STRICT);
        legacy.memory.put(legacy.contextEntry(Rig.SID), 8, legacy.memory.fetch(PASID_TABLE, 8) & ~0xfffL | 1);
        legacy.memory.put(legacy.contextEntry(Rig.SID) + 8, 8, 5 << 8 | 1);
        start(legacy, Rig.ROOT);
        assertEquals(77, legacy.read(IOVA + 8).value());
        Rig reserved = rig(Rig.STRICT);
        start(reserved, Rig.ROOT | 2 << 10);
        assertEquals(Outcome.FAULT, reserved.read(IOVA).outcome());
        assertEquals(0x30, reserved.faultReason(0));
        Rig abort = rig(Rig.STRICT);
        start(abort, Rig.ROOT | 3 << 10);
        assertEquals(Outcome.DROPPED, abort.read(IOVA).outcome());
        assertEquals(0, abort.unit.read(Reg.FSTS, 4));
        Rig without = rig(Rig.STRICT, ECAP & ~(1L << 43));
        start(without);
        without.read(IOVA);
        assertEquals(0x3, without.faultReason(0)); // read as a legacy entry, of an address width that the unit lacks
    }

    /** A new PASID entry is seen after a flush of the PASID cache only; a context flush does not do it. */
    @Test
    void pasidCache() {
        long[][] flushes = {{0x37, 1}, {7 | 5 << 16, 1}, {7 | 6 << 16, 0}, {0x17 | 5 << 16, 1},
            {0x17 | 5 << 16 | 1L << 32, 0}, {0x11, 0}, {0x12, 0}, {6 | 2 << 4 | 5 << 16, 0}, {6 | 3 << 4 | 5 << 16, 0}};
        for (long[] flush : flushes) {
            Rig rig = rig(Rig.STRICT);
            start(rig);
            assertEquals(77, rig.read(IOVA + 8).value());
            long other = rig.newTable();
            pasid(rig, 0, 9, other);
            rig.map(other, IOVA, PAGE + 0x1000, 3);
            rig.memory.put(PAGE + 0x1008, 8, 88);
            submit(rig, flush[0], 0);
            submit(rig, 0x12, 0);
            assertEquals(flush[1] != 0 ? 88 : 77, rig.read(IOVA + 8).value(), Long.toHexString(flush[0]));
        }
    }

    /** Context entries of scalable mode carry no domain-id: whatever a flush names, they go. */
    @Test
    void contextFlushesIgnoreTheDomain() {
        for (long flush : new long[] {0x11, 0x21 | 99 << 16, 0x31 | 99 << 16 | (long) Rig.SID << 32}) {
            Rig rig = rig(Rig.STRICT);
            start(rig);
            rig.read(IOVA);
            rig.memory.put(entry(Rig.SID), 8, 0);
            submit(rig, 0x31 | 5 << 16 | 0x208L << 32, 0);
            assertEquals(77, rig.read(IOVA + 8).value());
            submit(rig, flush, 0);
            assertEquals(Outcome.FAULT, rig.read(IOVA + 8).outcome());
            assertEquals(0x41, rig.faultReason(0));
        }
    }

    /** Root table pointer set with ESRTPS: the PASID cache goes too. */
    @Test
    void enhancedSetRoot() {
        Rig rig = new Rig(Rig.STRICT, Rig.QEMU_CAP | 1L << 63, ECAP);
        rig.memory.put(Rig.ROOT + 2 * 16, 8, Rig.CONTEXT_TABLE | 1);
        context(rig, Rig.SID, 1, 0);
        rig.memory.put(DIRECTORY, 8, PASID_TABLE | 1);
        pasid(rig, 0, 5, rig.newTable());
        start(rig);
        rig.read(IOVA);
        assertEquals(1, rig.unit.cachedPasids().size());
        rig.unit.write(Reg.GCMD, 4, Reg.TE | Reg.QIE | Reg.SRTP);
        assertEquals(0, rig.unit.cachedPasids().size());
    }

    /** CAP.CM=1: a context entry that was not present stays so until it is flushed. */
    @Test
    void contextEntryThatWasNotPresent() {
        Rig rig = new Rig(Rig.STRICT, Rig.QEMU_CAP | 1 << 7, ECAP);
        rig.memory.put(Rig.ROOT + 2 * 16, 8, Rig.CONTEXT_TABLE | 1);
        start(rig);
        assertEquals(Outcome.FAULT, rig.read(IOVA).outcome());
        long top = rig.newTable();
        context(rig, Rig.SID, 1, 0);
        rig.memory.put(DIRECTORY, 8, PASID_TABLE | 1);
        pasid(rig, 0, 5, top);
        rig.map(top, IOVA, PAGE, 3);
        rig.clearFaults();
        assertEquals(Outcome.FAULT, rig.read(IOVA).outcome());
        assertEquals(0x41, rig.faultReason(0));
        submit(rig, 0x31 | 99 << 16 | (long) Rig.SID << 32, 0); // whatever domain-id
        assertEquals(Outcome.OK, rig.read(IOVA).outcome());
    }

    @Test
    void permissionsByHit() {
        Rig rig = rig(Rig.STRICT);
        long top = rig.memory.fetch(PASID_TABLE, 8) & ~0xfffL;
        rig.map(top, IOVA, PAGE, 2);
        start(rig);
        assertEquals(Outcome.OK, rig.write(IOVA).outcome());
        assertEquals(Outcome.FAULT, rig.read(IOVA).outcome());
        assertEquals(0x79, rig.faultReason(0));
        Rig bySource = rig(Rig.QEMU.with("permissionMissDropped", 0));
        bySource.map(bySource.memory.fetch(PASID_TABLE, 8) & ~0xfffL, IOVA, PAGE, 2);
        start(bySource);
        bySource.write(IOVA);
        assertEquals(Outcome.FAULT, bySource.read(IOVA).outcome());
        assertEquals(0x79, bySource.faultReason(0));
        assertTrue(bySource.pending(0));
    }
}
