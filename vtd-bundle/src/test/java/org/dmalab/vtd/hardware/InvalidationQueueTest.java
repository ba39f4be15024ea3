package org.dmalab.vtd.hardware;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;

import org.dmalab.api.event.EventKind;
import org.dmalab.vtd.spec.Queue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The queue: order, wrap, widths, waits, errors and what clears them, switching it on and off. */
class InvalidationQueueTest {
    private static final long QUEUE = 0x700000;
    private static final long STATUS = 0x800000;
    private static final long CONTEXTS = 0x11;
    private static final long DT = 1 << 2;
    private static final long SMTS = 1L << 43;
    private static final long PDS = 1L << 42;
    private static final long DIT = 1L << 41;

    private static Rig queued(UnitProfile profile, long ecapBits, long size) {
        Rig rig = new Rig(profile, Rig.QEMU_CAP, Rig.QEMU_ECAP | ecapBits);
        rig.unit.write(Reg.IQA, 8, QUEUE | size);
        rig.unit.write(Reg.GCMD, 4, Reg.QIE);
        return rig;
    }

    private static Rig queued() {
        return queued(Rig.STRICT, DT, 0);
    }

    private static void put(Rig rig, long offset, long low, long high) {
        rig.memory.put(QUEUE + offset, 8, low);
        rig.memory.put(QUEUE + offset + 8, 8, high);
    }

    private static void submit(Rig rig, long low, long high) {
        long tail = rig.unit.read(Reg.IQT, 8);
        put(rig, tail, low, high);
        rig.unit.write(Reg.IQT, 8, tail + 16);
    }

    private static long wait(int status) {
        return 5 | 1 << 5 | (long) status << 32;
    }

    private static long head(Rig rig) {
        return rig.unit.read(Reg.IQH, 8);
    }

    private static long status(Rig rig) {
        return rig.unit.read(Reg.FSTS, 4);
    }

    private static long errorInfo(Rig rig) {
        return rig.unit.read(Reg.IQERCD, 8);
    }

    private static List<Long> refusals(Rig rig) {
        List<Long> refused = new ArrayList<>();
        rig.emitter.listen((kind, actor, a, b, c, d, e, result) -> {
            if (kind == EventKind.COMMAND_REFUSED) {
                refused.add(b);
            }
        });
        return refused;
    }

    /** Measured on QEMU 7.2: the commands stay pending, and a driver would wait for them for ever. */
    @Test
    void registerCommandsAreRefusedWithTheQueueOn() {
        Rig rig = queued(Rig.QEMU, 0, 0);
        List<Long> refused = refusals(rig);
        rig.contextFlush(1, 0, 0);
        rig.iotlbFlush(1, 0, 0);
        assertEquals(0xa000000000000000L, rig.unit.read(Reg.CCMD, 8));
        assertEquals(0x9000000000000000L, rig.unit.read(0xf8, 8));
        assertEquals(List.of((long) RemappingUnit.QUEUE_ENABLED, (long) RemappingUnit.QUEUE_ENABLED), refused);
    }

    /** Measured on QEMU 7.2: the queue is switched off only when it is empty and ended with a wait. */
    @Test
    void switchingOff() {
        Rig rig = queued();
        List<Long> refused = refusals(rig);
        submit(rig, CONTEXTS, 0);
        rig.unit.write(Reg.GCMD, 4, 0);
        assertEquals(1, refused.size());
        assertTrue((rig.unit.read(Reg.GSTS, 4) & Reg.QIE) != 0);
        submit(rig, wait(2), STATUS);
        assertEquals(2, rig.memory.fetch(STATUS, 4));
        assertEquals(0x20, head(rig));
        submit(rig, 0xf, 0);
        rig.unit.write(Reg.GCMD, 4, 0);
        assertEquals(2, refused.size());
        rig.unit.write(Reg.IQT, 8, 0x20);
        rig.unit.write(Reg.FSTS, 4, Reg.IQE);
        rig.unit.write(Reg.GCMD, 4, 0);
        assertEquals(0, rig.unit.read(Reg.GSTS, 4));
        assertEquals(0, head(rig));
        rig.unit.write(Reg.IQT, 8, 0);
        rig.unit.write(Reg.GCMD, 4, Reg.QIE);
        rig.unit.write(Reg.GCMD, 4, 0); // on and never used
        assertEquals(0, rig.unit.read(Reg.GSTS, 4));
        assertEquals(2, refused.size());
    }

    /** Measured on QEMU 7.2: only a wait as the last descriptor will do, so that a queue never used stays on. */
    @Test
    void switchingOffWhatWasNeverUsed() {
        Rig rig = queued(Rig.QEMU, 0, 0);
        List<Long> refused = refusals(rig);
        rig.unit.write(Reg.GCMD, 4, 0);
        assertEquals(Reg.QIE, rig.unit.read(Reg.GSTS, 4));
        assertEquals(List.of((long) RemappingUnit.RESERVED), refused);
        submit(rig, wait(2), STATUS);
        rig.unit.write(Reg.GCMD, 4, 0);
        assertEquals(0, rig.unit.read(Reg.GSTS, 4));
    }

    /** What stands between head and tail when the queue is enabled is executed; IQA counts from then on only. */
    @Test
    void switchingOn() {
        Rig rig = new Rig(Rig.STRICT);
        put(rig, 0, wait(7), STATUS);
        rig.unit.write(Reg.IQA, 8, QUEUE);
        rig.unit.write(Reg.IQT, 8, 16);
        assertEquals(0, rig.memory.fetch(STATUS, 4));
        rig.unit.write(Reg.GCMD, 4, Reg.QIE);
        assertEquals(7, rig.memory.fetch(STATUS, 4));
        rig.unit.write(Reg.IQA, 8, 0x7f00000000L);
        submit(rig, wait(8), STATUS);
        assertEquals(8, rig.memory.fetch(STATUS, 4));
        assertEquals(0, status(rig));
    }

    /** Queues of 256, 512 ... descriptors: the last one is followed by the first. */
    @ParameterizedTest
    @CsvSource({"0, 256, false", "1, 512, false", "3, 2048, false", "0, 128, true", "2, 512, true"})
    void wraps(int size, int entries, boolean wide) {
        Rig rig = queued(Rig.STRICT, SMTS, size | (wide ? Queue.DW.mask() : 0));
        int step = wide ? 32 : 16;
        long bytes = (long) entries * step;
        for (int round = 0; round < 2; round++) {
            for (long offset = 0; offset < bytes; offset += step) {
                put(rig, offset, wait((int) offset + round), STATUS);
                rig.unit.write(Reg.IQT, 8, (offset + step) % bytes);
                assertEquals(offset + round, rig.memory.fetch(STATUS, 4));
                assertEquals((offset + step) % bytes, head(rig));
            }
        }
        rig.unit.write(Reg.IQT, 8, step); // and nearly all of them at once, over the end
        rig.unit.write(Reg.IQT, 8, 0);
        assertEquals(bytes - step + 1, rig.memory.fetch(STATUS, 4));
        assertEquals(0, status(rig));
        if (bytes < 0x80000) {
            rig.unit.write(Reg.IQT, 8, bytes);
            assertEquals(Reg.IQE, status(rig));
            assertEquals(InvalidationQueue.INVALID_TAIL, errorInfo(rig));
        }
    }

    /** One interrupt for all waits until IWC is cleared; a masked one is held back. */
    @Test
    void waitsWithInterrupt() {
        Rig rig = queued();
        rig.unit.write(Reg.IEADDR, 4, 0xfee02000L);
        rig.unit.write(Reg.IEDATA, 4, 0x42);
        submit(rig, 0x15, 0);
        assertEquals(Reg.IWC, rig.unit.read(Reg.ICS, 4));
        assertEquals(0xc0000000L, rig.unit.read(Reg.IECTL, 4)); // masked and pending
        rig.unit.write(Reg.IECTL, 4, 0);
        assertArrayEquals(new long[] {0xfee02000L, 0x42}, rig.messages.get(0));
        assertEquals(0, rig.unit.read(Reg.IECTL, 4));
        submit(rig, wait(9) | 1 << 4 | 1 << 6, STATUS);
        assertEquals(9, rig.memory.fetch(STATUS, 4));
        assertEquals(1, rig.messages.size());
        rig.unit.write(Reg.ICS, 4, 0); // writing 0 clears nothing
        assertEquals(Reg.IWC, rig.unit.read(Reg.ICS, 4));
        rig.unit.write(Reg.ICS, 4, Reg.IWC);
        assertEquals(0, rig.unit.read(Reg.ICS, 4));
        submit(rig, 0x15, 0);
        assertEquals(2, rig.messages.size());
        rig.unit.write(Reg.IECTL, 4, Reg.IM);
        rig.unit.write(Reg.ICS, 4, Reg.IWC);
        submit(rig, 0x15, 0);
        rig.unit.write(Reg.ICS, 4, Reg.IWC); // served while masked: nothing is held back any more
        rig.unit.write(Reg.IECTL, 4, 0);
        assertEquals(2, rig.messages.size());
    }

    /** A processor's dirty line before the queue or the status word is seen, whatever ECAP.C says. */
    @Test
    void queueIsReadThroughTheCaches() {
        Rig rig = new Rig(Rig.STRICT, Rig.QEMU_CAP, Rig.QEMU_ECAP, 8);
        rig.unit.write(Reg.IQA, 8, QUEUE);
        rig.unit.write(Reg.GCMD, 4, Reg.QIE);
        rig.memory.store(QUEUE, 8, wait(3));
        rig.memory.store(QUEUE + 8, 8, STATUS);
        rig.memory.store(STATUS, 4, 1);
        List<Long> announced = new ArrayList<>();
        rig.emitter.listen((kind, actor, a, b, c, d, e, result) -> {
            if (kind == EventKind.CPU_WRITE) {
                announced.addAll(List.of(a, b, c));
            }
        });
        rig.unit.write(Reg.IQT, 8, 16);
        assertEquals(List.of(STATUS, 4L, 3L), announced); // oracles of data follow what hardware writes
        assertEquals(3, rig.memory.snoop(STATUS, 4));
    }

    /** Descriptors and what is wrong with each, as IQERCD says it; head stays, nothing more is fetched. */
    @ParameterizedTest(name = "{0} {1}")
    @CsvSource({"0x0, 0x0, 3", "0x9, 0x0, 3", "0xf, 0x0, 3", "0x201, 0x0, 3", "0x6, 0x0, 3", "0x7, 0x0, 3",
        "0x1, 0x0, 4", "0x51, 0x0, 4", "0x1011, 0x0, 4", "0x4000000000011, 0x0, 4", "0x11, 0x1, 4",
        "0x2, 0x0, 4", "0x32, 0x13, 4", "0x112, 0x0, 4", "0x100000012, 0x0, 4", "0x32, 0x80, 4",
        "0x13, 0x0, 4", "0x1003, 0x0, 4", "0x3, 0x2, 4",
        "0x24, 0x0, 4", "0x4, 0x1, 4", "0x1004, 0x0, 4",
        "0x85, 0x0, 4", "0x105, 0x0, 4", "0x1025, 0x800000, 4", "0x25, 0x800001, 4", "0x25, 0x7f00000000, 0"})
    void wrongDescriptors(String low, String high, int info) {
        boolean unchecked = Long.decode(low) == 6 || Long.decode(low) == 7 || (Long.decode(low) & 0xf) == 4;
        for (UnitProfile profile : unchecked ? List.of(Rig.STRICT) : List.of(Rig.STRICT, Rig.QEMU)) {
            Rig rig = queued(profile, DT, 0);
            put(rig, 16, wait(2), STATUS);
            put(rig, 0, Long.decode(low), Long.decode(high));
            rig.unit.write(Reg.IQT, 8, 32);
            assertEquals(Reg.IQE, status(rig));
            assertEquals(profile == Rig.STRICT ? info : 0, errorInfo(rig));
            assertEquals(0, head(rig));
            put(rig, 0, 4, 0); // an interrupt-entry flush instead
            rig.unit.write(Reg.IQT, 8, 32); // nothing is fetched while IQE is set
            assertEquals(0, head(rig));
            rig.unit.write(Reg.FSTS, 4, Reg.IQE);
            assertEquals(0, status(rig));
            assertEquals(0, errorInfo(rig));
            assertEquals(profile == Rig.STRICT ? 32 : 0, head(rig)); // measured: QEMU waits for the tail
            rig.unit.write(Reg.IQT, 8, 32);
            assertEquals(32, head(rig));
            assertEquals(2, rig.memory.fetch(STATUS, 4));
        }
    }

    /** Measured on QEMU 7.2: interrupt entries and PASIDs are taken unchecked, without scalable mode too. */
    @ParameterizedTest
    @CsvSource({"0x6, 0x0", "0x7, 0x0", "0x24, 0x0", "0x4, 0x1", "0x1004, 0x0"})
    void uncheckedDescriptors(String low, String high) {
        Rig rig = queued(Rig.QEMU, DT, 0);
        submit(rig, Long.decode(low), Long.decode(high));
        submit(rig, wait(2), STATUS);
        assertEquals(0, status(rig));
        assertEquals(32, head(rig));
        assertEquals(2, rig.memory.fetch(STATUS, 4));
    }

    /** Fields that are reserved or not, as ECAP says. */
    @ParameterizedTest(name = "{0} {1} {2}")
    @CsvSource({"0x3, 0x0, 0x0, 3", "0x3, 0x0, 0x4, 0", "0x1003, 0x0, 0x20000000004, 0",
        "0x85, 0x0, 0x40000000000, 0", "0x4, 0x0, 0x0, 0", "0x14, 0x0, 0x0, 0", "0x32, 0xfffffffffffff052, 0x0, 0"})
    void fieldsByCapability(String low, String high, String ecapBits, int info) {
        Rig rig = queued(Rig.STRICT, Long.decode(ecapBits), 0);
        rig.unit.deviceTlbs().enable(0, true);
        submit(rig, Long.decode(low), Long.parseUnsignedLong(high.substring(2), 16));
        assertEquals(info, errorInfo(rig));
        assertEquals(info == 0 ? 0 : Reg.IQE, status(rig));
        Rig without = new Rig(Rig.STRICT, Rig.QEMU_CAP & ~(1L << 39), Rig.QEMU_ECAP & ~(1L << 3)); // no PSI, no IR
        without.unit.write(Reg.IQA, 8, QUEUE);
        without.unit.write(Reg.GCMD, 4, Reg.QIE);
        submit(without, 0x32, 0);
        assertEquals(InvalidationQueue.RESERVED_FIELD, errorInfo(without));
        put(without, 0, 4, 0);
        without.unit.write(Reg.FSTS, 4, Reg.IQE);
        assertEquals(InvalidationQueue.INVALID_TYPE, errorInfo(without));
    }

    @Test
    void queuesThatAreNone() {
        Rig nowhere = new Rig(Rig.STRICT);
        nowhere.unit.write(Reg.IQA, 8, 0x7f00000000L);
        nowhere.unit.write(Reg.GCMD, 4, Reg.QIE);
        nowhere.unit.write(Reg.IQT, 8, 16);
        assertEquals(Reg.IQE, status(nowhere));
        assertEquals(InvalidationQueue.FETCH, errorInfo(nowhere));
        Rig atTheEnd = new Rig(Rig.STRICT); // the second page of the queue is no memory
        atTheEnd.unit.write(Reg.IQA, 8, 0x3ffff000L | 1);
        atTheEnd.unit.write(Reg.GCMD, 4, Reg.QIE);
        for (int i = 0; i < 256; i++) {
            atTheEnd.memory.put(0x3ffff000L + 16 * i, 8, CONTEXTS);
        }
        atTheEnd.unit.write(Reg.IQT, 8, 257 * 16);
        assertEquals(256 * 16, head(atTheEnd));
        assertEquals(InvalidationQueue.FETCH, errorInfo(atTheEnd));
    }

    /** Without scalable mode the width is ignored; with it, wide descriptors have 16 bytes more that must be zero. */
    @Test
    void wideDescriptors() {
        Rig ignored = queued(Rig.STRICT, 0, Queue.DW.mask());
        submit(ignored, wait(4), STATUS);
        assertEquals(4, ignored.memory.fetch(STATUS, 4));
        Rig rig = queued(Rig.STRICT, SMTS | DT, Queue.DW.mask());
        put(rig, 0, CONTEXTS, 0);
        put(rig, 32, wait(5), STATUS);
        rig.unit.write(Reg.IQT, 8, 48); // inside a descriptor
        assertEquals(Reg.IQE, status(rig));
        assertEquals(InvalidationQueue.TAIL_MISALIGNED, errorInfo(rig));
        assertEquals(32, rig.unit.read(Reg.IQT, 8));
        rig.unit.write(Reg.FSTS, 4, Reg.IQE);
        assertEquals(32, head(rig));
        rig.unit.write(Reg.IQT, 8, 64);
        assertEquals(5, rig.memory.fetch(STATUS, 4));
        put(rig, 64, CONTEXTS, 0);
        put(rig, 80, 0, 1);
        rig.unit.write(Reg.IQT, 8, 96);
        assertEquals(InvalidationQueue.RESERVED_FIELD, errorInfo(rig));
        assertEquals(64, head(rig));
    }

    /** A head that goes in steps of 32 bytes would never meet a tail between two of them. */
    @Test
    void aTailInsideADescriptorIsFoundWhenTheQueueIsEnabled() {
        Rig rig = new Rig(Rig.STRICT, Rig.QEMU_CAP, Rig.QEMU_ECAP | SMTS);
        for (int offset = 0; offset < 4096; offset += 32) {
            put(rig, offset, CONTEXTS, 0);
        }
        rig.unit.write(Reg.IQA, 8, QUEUE | Queue.DW.mask());
        rig.unit.write(Reg.IQT, 8, 16);
        rig.unit.write(Reg.GCMD, 4, Reg.QIE);
        assertEquals(Reg.IQE, status(rig));
        assertEquals(InvalidationQueue.TAIL_MISALIGNED, errorInfo(rig));
        assertEquals(0, head(rig));
    }

    /** What a root table's format asks of the queue. */
    @ParameterizedTest
    @CsvSource({"0, 0, 0", "0, 0x800, 0", "1, 0, 5", "1, 0x800, 0", "2, 0x800, 7", "3, 0x800, 0"})
    void tableMode(long mode, String width, int info) {
        Rig rig = new Rig(Rig.STRICT, Rig.QEMU_CAP, Rig.QEMU_ECAP | SMTS);
        rig.unit.write(Reg.RTADDR, 8, Rig.ROOT | mode << 10);
        rig.unit.write(Reg.GCMD, 4, Reg.SRTP);
        rig.unit.write(Reg.IQA, 8, QUEUE | Long.decode(width));
        rig.unit.write(Reg.GCMD, 4, Reg.QIE);
        put(rig, 0, CONTEXTS, 0);
        rig.unit.write(Reg.IQT, 8, 32);
        if (info == 0) {
            assertEquals(Long.decode(width) == 0 ? InvalidationQueue.INVALID_TYPE : 0, errorInfo(rig));
            assertFalse(head(rig) == 0);
        } else {
            assertEquals(info, errorInfo(rig));
            assertEquals(0, head(rig));
        }
    }

    // ---- device-TLBs ----

    private static final long DEVICE = 3 | (long) Rig.SID << 32;

    /** A device that does not answer: the next wait is aborted, later ones are not fetched until ITE is cleared. */
    @Test
    void timeOut() {
        Rig rig = queued();
        put(rig, 0, DEVICE, 0);
        put(rig, 16, 3 | 0x208L << 32, 0); // nor does this one; the first is reported
        put(rig, 32, CONTEXTS, 0);
        put(rig, 48, wait(1), STATUS);
        put(rig, 64, wait(2), STATUS + 4);
        rig.unit.write(Reg.IQT, 8, 80);
        assertEquals(Reg.ITE, status(rig));
        assertEquals((long) Rig.SID << 32, errorInfo(rig));
        assertEquals(64, head(rig));
        assertEquals(0, rig.memory.fetch(STATUS, 8));
        rig.unit.write(Reg.IQT, 8, 80);
        assertEquals(64, head(rig));
        rig.unit.write(Reg.FSTS, 4, Reg.ITE);
        assertEquals(80, head(rig));
        assertEquals(2L << 32, rig.memory.fetch(STATUS, 8));
        assertEquals(0, errorInfo(rig));
        submit(rig, DEVICE, 0); // no wait after it
        assertEquals(Reg.ITE, status(rig));
        Rig emulator = queued(Rig.QEMU, DT, 0);
        submit(emulator, DEVICE, 0);
        submit(emulator, wait(1), STATUS);
        assertEquals(0, status(emulator));
        assertEquals(1, emulator.memory.fetch(STATUS, 4));
    }

    @Test
    void answers() {
        Rig rig = queued();
        rig.unit.deviceTlbs().enable(Rig.SID, true);
        put(rig, 0, DEVICE, 0);
        put(rig, 16, wait(1), STATUS);
        rig.unit.write(Reg.IQT, 8, 32);
        assertEquals(0, status(rig));
        assertEquals(1, rig.memory.fetch(STATUS, 4));
        rig.unit.deviceTlbs().silence(Rig.SID, true);
        submit(rig, DEVICE, 0);
        assertEquals(Reg.ITE, status(rig));
        rig.unit.unexpectedCompletion(Rig.SID); // too late
        assertEquals(Reg.ITE | Reg.ICE, status(rig));
        assertEquals((long) Rig.SID << 48 | (long) Rig.SID << 32, errorInfo(rig));
        rig.unit.write(Reg.FSTS, 4, Reg.ICE);
        assertEquals(Reg.ITE, status(rig));
        assertEquals((long) Rig.SID << 32, errorInfo(rig));
        rig.unit.write(Reg.FSTS, 4, Reg.ITE);
        assertEquals(0, errorInfo(rig));
    }

    /** Errors of the queue are fault events too. */
    @Test
    void errorsInterrupt() {
        Rig rig = queued();
        rig.unit.write(Reg.FEADDR, 4, 0xfee01000L);
        rig.unit.write(Reg.FECTL, 4, 0);
        submit(rig, 0xf, 0);
        assertEquals(1, rig.messages.size());
    }
}
