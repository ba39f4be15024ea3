package org.dmalab.vtd.hardware;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.dmalab.api.port.DmaMaster.Outcome;
import org.dmalab.vtd.spec.Queue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Devices with a TLB of their own: what a translation type allows, what stays in it, what drops it. */
class DeviceTlbTest {
    private static final long IOVA = 0xfffff000L;
    private static final long PAGE = 0x4000000;
    private static final long QUEUE = 0x700000;
    private static final long DT = 1 << 2;
    private static final int OTHER = 0x0208;
    private static final int FRCD = 0x220;

    /** A unit with DT; the device has ATS enabled, its context entry says type 1. */
    private static Rig rig(UnitProfile profile) {
        Rig rig = new Rig(profile, Rig.QEMU_CAP, Rig.QEMU_ECAP | DT);
        long top = rig.newTable();
        rig.context(Rig.SID, 5, top);
        type(rig, 1);
        rig.map(top, IOVA, PAGE, 3);
        rig.memory.put(PAGE + 8, 8, 77);
        rig.memory.put(PAGE + 0x1008, 8, 88);
        rig.start();
        rig.unit.write(Reg.IQA, 8, QUEUE);
        rig.unit.write(Reg.GCMD, 4, Reg.TE | Reg.QIE);
        rig.unit.deviceTlbs().enable(Rig.SID, true);
        return rig;
    }

    private static long top(Rig rig) {
        return rig.memory.fetch(rig.contextEntry(Rig.SID), 8) & ~0xfffL;
    }

    private static void type(Rig rig, int type) {
        rig.memory.put(rig.contextEntry(Rig.SID), 8, top(rig) | type << 2 | 1);
    }

    private static void submit(Rig rig, long low, long high) {
        long tail = rig.unit.read(Reg.IQT, 8);
        rig.memory.put(QUEUE + tail, 8, low);
        rig.memory.put(QUEUE + tail + 8, 8, high);
        rig.unit.write(Reg.IQT, 8, tail + 16);
    }

    private static void flushDevice(Rig rig, long addressAndSize) {
        submit(rig, 3 | (long) Rig.SID << 32, addressAndSize);
        assertEquals(0, rig.unit.read(Reg.FSTS, 4) & Reg.ITE);
    }

    /** Flushes of the unit do not reach a device: it goes on with the old page until it is told, on every profile. */
    @Test
    void keepsItsTranslationUntilItIsTold() {
        for (UnitProfile profile : new UnitProfile[] {Rig.STRICT, Rig.SID_ONLY, Rig.QEMU}) {
            Rig rig = rig(profile);
            assertEquals(77, rig.read(IOVA + 8).value());
            rig.map(top(rig), IOVA, PAGE + 0x1000, 3);
            submit(rig, 0x11, 0);
            submit(rig, 0x12, 0);
            assertEquals(77, rig.read(IOVA + 8).value());
            flushDevice(rig, IOVA + 0x1000);
            assertEquals(77, rig.read(IOVA + 8).value());
            flushDevice(rig, IOVA);
            assertEquals(88, rig.read(IOVA + 8).value());
        }
    }

    /** The order: the device before the unit fetches the old translation again from the IOTLB. */
    @Test
    void deviceBeforeIotlb() {
        Rig rig = rig(Rig.STRICT);
        rig.read(IOVA);
        rig.map(top(rig), IOVA, PAGE + 0x1000, 3);
        flushDevice(rig, IOVA);
        assertEquals(77, rig.read(IOVA + 8).value()); // in flight
        submit(rig, 0x12, 0);
        assertEquals(77, rig.read(IOVA + 8).value());
    }

    /** Size bit: with the lowest zero from bit 12 upwards the range is twice that bit; all ones are everything. */
    @ParameterizedTest
    @CsvSource({"0x10000000, false", "0x10001001, false", "0x10000001, true", "0x10003001, true",
        "0x1003f001, true", "0x7ffffffffffff001, true", "0x20000001, false"})
    void sizes(String addressAndSize, boolean dropsSecondPage) {
        Rig rig = rig(Rig.STRICT);
        rig.map(top(rig), 0x10001000, PAGE, 3);
        assertEquals(77, rig.read(0x10001008).value());
        rig.map(top(rig), 0x10001000, PAGE + 0x1000, 3);
        submit(rig, 0x12, 0);
        flushDevice(rig, Long.decode(addressAndSize));
        boolean covers = dropsSecondPage || addressAndSize.equals("0x10001001");
        assertEquals(covers ? 88 : 77, rig.read(0x10001008).value());
    }

    @Test
    void superpages() {
        Rig rig = rig(Rig.STRICT);
        rig.memory.put(top(rig), 8, PAGE & -(1L << 30) | 0x83); // 1 GiB at 0
        assertEquals(77, rig.read(PAGE + 8).value());
        rig.memory.put(top(rig), 8, 0);
        submit(rig, 0x12, 0);
        assertEquals(88, rig.read(PAGE + 0x1008).value()); // another page of it, not asked for
        flushDevice(rig, 0x2000000);
        assertEquals(Outcome.DROPPED, rig.read(PAGE + 0x1008).outcome());
    }

    /** Where the tables give nothing a device is told so, and no fault is recorded; what it may not do it does not. */
    @Test
    void permissions() {
        Rig rig = rig(Rig.STRICT);
        assertEquals(Outcome.DROPPED, rig.read(0x5000).outcome());
        assertEquals(0, rig.unit.read(Reg.FSTS, 4));
        rig.map(top(rig), 0x6000, PAGE, 1);
        assertEquals(77, rig.read(0x6008).value());
        assertEquals(Outcome.DROPPED, rig.write(0x6008).outcome());
        rig.map(top(rig), 0x7000, PAGE, 2);
        assertEquals(Outcome.DROPPED, rig.read(0x7008).outcome());
        assertEquals(Outcome.OK, rig.write(0x7010).outcome());
        assertEquals(0, rig.unit.read(Reg.FSTS, 4));
        rig.map(top(rig), 0x8000, PAGE | 1L << 50, 3); // other conditions are faults of a translation request
        assertEquals(Outcome.FAULT, rig.read(0x8000).outcome());
        assertEquals(0xc, rig.faultReason(0));
        assertEquals(1, rig.unit.read(FRCD + 12, 4) >>> 28 & 3);
    }

    /** Type 0 and pass-through block translation requests and translated requests: reason D with the address type. */
    @ParameterizedTest
    @CsvSource({"0", "2"})
    void blockedByType(int type) {
        Rig rig = rig(Rig.STRICT);
        assertEquals(77, rig.read(IOVA + 8).value());
        type(rig, type);
        submit(rig, 0x11, 0);
        submit(rig, 0x12, 0);
        assertEquals(Outcome.FAULT, rig.read(IOVA + 8).outcome()); // a translated request
        assertEquals(0xd, rig.faultReason(0));
        assertEquals(2, rig.unit.read(FRCD + 12, 4) >>> 28 & 3);
        assertEquals(PAGE, rig.unit.read(FRCD, 8));
        rig.clearFaults();
        flushDevice(rig, IOVA);
        assertEquals(Outcome.FAULT, rig.read(IOVA + 8).outcome()); // a translation request
        assertEquals(0xd, rig.faultReason(0));
        assertEquals(1, rig.unit.read(FRCD + 12, 4) >>> 28 & 3);
        rig.unit.deviceTlbs().enable(Rig.SID, false);
        assertEquals(type == 0 ? 77 : 0, rig.read(type == 0 ? IOVA + 8 : IOVA & 0xffffff).value());
    }

    /** A type that needs DT is an invalid entry where the unit has none, for any request. */
    @Test
    void withoutDeviceTlbSupport() {
        Rig rig = new Rig(Rig.STRICT, Rig.QEMU_CAP, Rig.QEMU_ECAP);
        rig.context(Rig.SID, 5, rig.newTable());
        type(rig, 1);
        rig.start();
        rig.unit.deviceTlbs().enable(Rig.SID, true);
        assertEquals(Outcome.FAULT, rig.read(IOVA).outcome());
        assertEquals(0x3, rig.faultReason(0));
    }

    /**
     * A kernel that took over turns the context entry to another domain: a device that kept its TLB writes the old
     * page.
     */
    @Test
    void contextSwitched() {
        Rig rig = rig(Rig.STRICT);
        rig.read(IOVA);
        long other = rig.newTable();
        rig.map(other, IOVA, PAGE + 0x1000, 3);
        rig.memory.put(rig.contextEntry(Rig.SID) + 8, 8, 9 << 8 | 1);
        rig.memory.put(rig.contextEntry(Rig.SID), 8, other | 1 << 2 | 1);
        submit(rig, 0x31 | 5 << 16 | (long) Rig.SID << 32, 0);
        submit(rig, 0x22 | 5 << 16, 0);
        assertEquals(77, rig.read(IOVA + 8).value());
        flushDevice(rig, 0x7ffffffffffff001L);
        assertEquals(88, rig.read(IOVA + 8).value());
    }

    @Test
    void translationOff() {
        Rig rig = rig(Rig.STRICT);
        assertEquals(77, rig.read(IOVA + 8).value());
        rig.unit.write(Reg.GCMD, 4, Reg.QIE);
        assertEquals(77, rig.read(IOVA + 8).value()); // translated already
        assertEquals(Outcome.DROPPED, rig.read(IOVA - 0x1000).outcome());
    }

    /** Scalable mode: DTE in the context entry; what passes through is translated to itself. */
    @Test
    void scalableMode() {
        Rig rig = new Rig(Rig.STRICT, Rig.QEMU_CAP, 0x0000480080000f42L | DT);
        long directory = rig.newTable();
        long table = rig.newTable();
        long top = rig.newTable();
        rig.map(top, IOVA, PAGE, 3);
        rig.memory.put(PAGE + 8, 8, 77);
        rig.memory.put(Rig.CONTEXT_TABLE, 8, directory | 1);
        rig.memory.put(directory, 8, table | 1);
        rig.memory.put(table, 8, top | 2 << 6 | 1 << 2 | 1);
        rig.memory.put(table + 8, 8, 5);
        rig.unit.write(Reg.RTADDR, 8, Rig.ROOT | 1 << 10);
        rig.unit.write(Reg.GCMD, 4, Reg.SRTP);
        rig.unit.write(Reg.GCMD, 4, Reg.TE);
        rig.unit.deviceTlbs().enable(Rig.SID, true);
        assertEquals(Outcome.FAULT, rig.read(IOVA).outcome());
        assertEquals(0x44, rig.faultReason(0));
        rig.memory.put(Rig.CONTEXT_TABLE, 8, directory | 1 << 2 | 1);
        rig.unit.write(Reg.IQA, 8, QUEUE | Queue.DW.mask());
        rig.unit.write(Reg.GCMD, 4, Reg.TE | Reg.QIE);
        rig.memory.put(QUEUE, 8, 0x11);
        rig.unit.write(Reg.IQT, 8, 32);
        assertEquals(77, rig.read(IOVA + 8).value());
        rig.memory.put(table, 8, 4 << 6 | 1);
        rig.memory.put(QUEUE + 32, 8, 0x37);
        rig.unit.write(Reg.IQT, 8, 64);
        assertEquals(77, rig.read(PAGE + 8).value());
        assertEquals(77, rig.read(PAGE + 8).value());
    }

    /** Entries take turns, other devices' stay apart, and there are so many places and no more. */
    @Test
    void places() {
        Rig rig = rig(Rig.STRICT);
        for (int i = 0; i <= DeviceTlbs.ENTRIES; i++) {
            rig.map(top(rig), 0x10000000 + i * 0x1000L, PAGE, 3);
            rig.read(0x10000000 + i * 0x1000L);
        }
        DeviceTlbs tlbs = rig.unit.deviceTlbs();
        assertTrue(tlbs.lookUp(Rig.SID, 0x10000000, 1) < 0);
        assertTrue(tlbs.lookUp(Rig.SID, 0x10001000, 1) >= 0);
        assertTrue(tlbs.lookUp(OTHER, 0x10001000, 1) < 0);
        assertFalse(tlbs.enabled(OTHER));
        tlbs.silence(OTHER, true); // nothing to silence
        tlbs.enable(OTHER, false);
        tlbs.enable(Rig.SID, true); // enabled already: stays as it is
        assertTrue(tlbs.lookUp(Rig.SID, 0x10001000, 1) >= 0);
        tlbs.enable(Rig.SID, false);
        assertFalse(tlbs.enabled(Rig.SID));
        tlbs.enable(Rig.SID, true);
        assertTrue(tlbs.lookUp(Rig.SID, 0x10001000, 1) < 0);
        for (int i = 1; i < DeviceTlbs.DEVICES; i++) {
            tlbs.enable(OTHER + i, true);
        }
        assertThrows(IllegalStateException.class, () -> tlbs.enable(OTHER, true));
    }
}
