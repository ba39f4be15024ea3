package org.dmalab.vtd.hardware;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;

import org.dmalab.api.port.DmaMaster.Outcome;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What was measured on QEMU 7.2.22 and has no place among the tests of a register, the queue or a table: registers as
 * read with each property of the device, a record to the bit, sequences of DMA and flushes.
 */
class MeasuredOnQemuTest {
    private static final long IOVA = 0xfffff000L;
    private static final long PAGE = 0x4000000;
    private static final long OTHER_PAGE = 0x5000000;
    private static final int OLD = 5;
    private static final int NEW = 9;
    private static final int FRCD = 0x220;
    private static final long PASID_FILLER = 0xffffL << 40;

    /** CAP and ECAP of {@code -device intel-iommu} with a property, and what a driver makes of them. */
    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "intremap=off,         00d2008c22260206, 0000000000000f42, 39, 0x2, false, false, true, false, false, false",
        "aw-bits=48,           00d2008c222f0606, 0000000000000f42, 48, 0x6, false, false, true, false, false, false",
        "caching-mode=on,      00d2008c22260286, 0000000000000f42, 39, 0x2, true, false, true, false, false, false",
        "device-iotlb=on,      00d2008c22260206, 0000000000000f46, 39, 0x2, false, true, true, false, false, false",
        "x-scalable-mode=on,   00d2008c22260206, 0000480080000f42, 39, 0x2, false, false, true, false, true, false",
        "the same aw-bits=48,  00d2008c222f0606, 0000480080000f42, 48, 0x6, false, false, true, false, true, false",
        "pt=off dma-drain=off, 0012008c22260206, 0000000000000f02, 39, 0x2, false, false, false, false, false, false",
        "snoop-control=on,     00d2008c22260206, 0000000000000fc2, 39, 0x2, false, false, true, false, false, true",
        "intremap=on,          00d2008c22260206, 0000000000f00f4a, 39, 0x2, false, false, true, true, false, false"})
    void registersAsRead(String property, String cap, String ecap, int width, String widths, boolean cachingMode,
            boolean deviceTlb, boolean passThrough, boolean interrupts, boolean scalable, boolean snoop) {
        Rig rig = new Rig(Rig.QEMU, Long.parseLong(cap, 16), Long.parseLong(ecap, 16));
        Capabilities found = rig.unit.capabilities();
        assertEquals(0x10, rig.unit.read(Reg.VER, 4));
        assertEquals(Long.parseLong(cap, 16), rig.unit.read(Reg.CAP, 8));
        assertEquals(Long.parseLong(ecap, 16), rig.unit.read(Reg.ECAP, 8));
        assertEquals(0x80000000L, rig.unit.read(Reg.FECTL, 4));
        assertArrayEquals(new int[] {0x220, 1, 0xf0, 3, 18, 65536, width, Integer.decode(widths)},
                new int[] {found.faultOffset(), found.faultCount(), found.iotlbOffset(), found.superpages(),
                    found.maximumAddressMask(), found.domainCount(), found.maximumWidthBits(),
                    found.supportedWidths()});
        assertEquals(List.of(cachingMode, deviceTlb, passThrough, interrupts, scalable, snoop, true, true, false,
                false, false, false, false),
                List.of(found.cachingMode(), found.deviceTlb(), found.passThrough(), found.interruptRemapping(),
                found.scalableMode(), found.snoopControl(), found.pageSelective(), found.queuedInvalidation(),
                found.coherent(), found.protectedMemory(), found.writeBufferFlush(), found.enhancedSetRoot(),
                found.extendedInterruptMode()));
    }

    private static Rig mapped(long cap, long pte) {
        Rig rig = new Rig(Rig.QEMU, cap, Rig.QEMU_ECAP);
        long top = rig.newTable();
        rig.context(Rig.SID, OLD, top);
        rig.map(top, IOVA, pte, 0);
        rig.start();
        return rig;
    }

    private static Rig mapped() {
        return mapped(Rig.QEMU_CAP, PAGE | 3);
    }

    private static long top(Rig rig) {
        return rig.memory.fetch(rig.contextEntry(Rig.SID), 8) & ~0xfffL;
    }

    /** The fault of the bug report; bits 55 to 40 are filled with ones on QEMU, and count only with PP (bit 31). */
    @Test
    void recordOfTheFault() {
        Rig rig = mapped(Rig.QEMU_CAP, 0);
        assertEquals(0, rig.read(IOVA + 8).value());
        assertEquals(Reg.PPF, rig.unit.read(Reg.FSTS, 4));
        assertEquals(IOVA, rig.unit.read(FRCD, 8));
        assertEquals(0xc0ffff0600000200L & ~PASID_FILLER, rig.unit.read(FRCD + 8, 8) & ~PASID_FILLER);
        rig.unit.write(FRCD + 12, 4, 0x80000000L);
        assertEquals(0, rig.unit.read(Reg.FSTS, 4));
        assertEquals(0x40ffff0600000200L & ~PASID_FILLER, rig.unit.read(FRCD + 8, 8) & ~PASID_FILLER);
    }

    /** PTE, direction, reason; bit 63 of the upper half is F, bit 62 a read. */
    @ParameterizedTest
    @CsvSource({"0x0, false, 0x6", "0x4000002, false, 0x6", "0x4000001, true, 0x5", "0x0, true, 0x5",
        "0x4000000004000003, false, 0xc", "0x4000004000003, false, 0xc", "0x4000803, false, 0xc"})
    void faultsOfPages(String pte, boolean write, String reason) {
        Rig rig = mapped(Rig.QEMU_CAP, Long.decode(pte));
        assertEquals(Outcome.FAULT, (write ? rig.write(IOVA) : rig.read(IOVA)).outcome());
        assertEquals(Integer.decode(reason), rig.faultReason(0));
        assertEquals(write ? 2 : 3, rig.unit.read(FRCD + 12, 4) >>> 30);
        assertEquals(0, rig.read(IOVA).value());
    }

    /** Each bit of each entry on the way flipped alone, but for those that point elsewhere, and the reason. */
    @ParameterizedTest(name = "{0}")
    @CsvSource({"root lower half, 0-0:1 1-11:a 39-63:a", "root upper half, 0-63:a",
        "context lower half, 0-0:2 1-1:0 2-2:3 3-3:0 4-11:b 39-63:b",
        "context upper half, 0-2:3 3-6:0 7-7:b 8-23:0 24-63:b",
        "level 3, 0-0:6 1-6:0 7-7:c 8-10:0 11-11:c 39-51:c 52-61:0 62-62:c 63-63:0",
        "level 2, 0-0:6 1-6:0 7-7:c 8-10:0 11-11:c 39-51:c 52-61:0 62-62:c 63-63:0",
        "level 1, 0-0:6 1-10:0 11-11:c 39-51:c 52-61:0 62-62:c 63-63:0"})
    void everyBit(String entry, String reasons) {
        Rig rig = mapped();
        long middle = top(rig) + (IOVA >>> 30) * 8;
        long directory = (rig.memory.fetch(middle, 8) & ~0xfffL) + (IOVA >>> 21 & 0x1ff) * 8;
        long at = switch (entry) {
            case "root lower half" -> Rig.ROOT + (Rig.SID >> 8) * 16;
            case "root upper half" -> Rig.ROOT + (Rig.SID >> 8) * 16 + 8;
            case "context lower half" -> rig.contextEntry(Rig.SID);
            case "context upper half" -> rig.contextEntry(Rig.SID) + 8;
            case "level 3" -> middle;
            case "level 2" -> directory;
            default -> rig.pteAddress(top(rig), IOVA);
        };
        long value = rig.memory.fetch(at, 8);
        for (String range : reasons.split(" ")) {
            String[] part = range.split("[-:]");
            for (int bit = Integer.parseInt(part[0]); bit <= Integer.parseInt(part[1]); bit++) {
                rig.memory.put(at, 8, value ^ 1L << bit);
                rig.contextFlush(1, 0, 0);
                rig.iotlbFlush(1, 0, 0);
                rig.clearFaults();
                rig.read(IOVA);
                assertEquals(Integer.parseInt(part[2], 16), rig.pending(0) ? rig.faultReason(0) : 0, "bit " + bit);
            }
        }
    }

    /** FPD=1: no record at all, of whatever is wrong behind the entry or in it. */
    @ParameterizedTest
    @CsvSource({"0x3, 0x501", "0x2, 0x501", "0x3, 0x502", "0xf, 0x501", "0x7, 0x501"})
    void faultProcessingDisable(String low, String high) {
        Rig rig = mapped(Rig.QEMU_CAP, 0);
        long entry = rig.contextEntry(Rig.SID);
        rig.memory.put(entry, 8, top(rig) | Long.decode(low));
        rig.memory.put(entry + 8, 8, Long.decode(high));
        assertEquals(Outcome.FAULT, rig.read(IOVA).outcome());
        assertEquals(Outcome.FAULT, rig.read(1L << 40).outcome());
        assertEquals(0, rig.unit.read(Reg.FSTS, 4));
        assertEquals(0, rig.unit.read(FRCD + 8, 8));
    }

    /**
     * The order of version 2 with a DMA between its flush and its new entry: the old entry is back in the cache, and
     * the address that only the new tables have faults. From 6.12 on the DMA finds a cleared entry: a clean fault.
     */
    @Test
    void dmaBetweenFlushAndClear() {
        for (boolean clearedFirst : new boolean[] {false, true}) {
            Rig rig = mapped(Rig.QEMU_CAP, 0);
            long entry = rig.contextEntry(Rig.SID);
            rig.map(top(rig), 0x1000, PAGE, 3);
            long tables = rig.newTable();
            rig.map(tables, IOVA, OTHER_PAGE, 3);
            assertEquals(Outcome.OK, rig.read(0x1000).outcome());
            if (clearedFirst) {
                rig.memory.put(entry, 8, 0);
                rig.memory.put(entry + 8, 8, 0);
            }
            rig.contextFlush(3, OLD, Rig.SID);
            rig.iotlbFlush(2, OLD, 0);
            assertEquals(clearedFirst ? Outcome.FAULT : Outcome.OK, rig.read(0x1000).outcome());
            assertEquals(clearedFirst ? 2 : 0, rig.pending(0) ? rig.faultReason(0) : 0);
            assertEquals(clearedFirst ? 0x1000 : 0, rig.unit.read(FRCD, 8));
            rig.clearFaults();
            rig.context(Rig.SID, NEW, tables);
            assertEquals(clearedFirst ? Outcome.OK : Outcome.FAULT, rig.read(IOVA).outcome());
            assertEquals(clearedFirst ? 0 : 6, rig.pending(0) ? rig.faultReason(0) : 0);
        }
    }

    /** Nothing negative is cached, with caching-mode=on too: what is mapped after a fault works without a flush. */
    @ParameterizedTest
    @CsvSource({"0x0", "0x80"})
    void nothingNegativeIsCached(String cachingMode) {
        Rig rig = new Rig(Rig.QEMU, Rig.QEMU_CAP | Long.decode(cachingMode), Rig.QEMU_ECAP);
        rig.start();
        long top = rig.newTable();
        assertEquals(Outcome.FAULT, rig.read(IOVA).outcome());
        assertEquals(2, rig.faultReason(0));
        rig.context(Rig.SID, OLD, top);
        rig.clearFaults();
        assertEquals(Outcome.FAULT, rig.read(IOVA).outcome());
        assertEquals(6, rig.faultReason(0));
        rig.map(top, IOVA, PAGE, 3);
        assertEquals(Outcome.OK, rig.read(IOVA).outcome());
    }

    /** A 2 MiB page stays after its entry is cleared; a flush of one small page inside it takes all of it. */
    @Test
    void flushOfAPageInsideASuperpage() {
        Rig rig = mapped();
        long directory = rig.newTable();
        rig.memory.put(top(rig) + 8, 8, directory | 3);
        rig.memory.put(directory + 100 * 8, 8, 0x800000 | 0x83);
        rig.memory.put(0x963000, 8, 77);
        long address = 0x40000000L + 100 * 0x200000L + 0x123000;
        assertEquals(Outcome.OK, rig.read(address).outcome());
        rig.memory.put(directory + 100 * 8, 8, 0);
        assertEquals(77, rig.read(address + 0x40000).value());
        rig.iotlbFlush(3, OLD, address);
        assertEquals(Outcome.FAULT, rig.read(address + 0x40000).outcome());
        assertEquals(6, rig.faultReason(0));
    }

    /** There is no paging-structure cache: a flush of the page is enough after a directory entry was cleared. */
    @Test
    void clearedDirectory() {
        Rig rig = mapped();
        rig.map(top(rig), IOVA - 0x1000, PAGE, 3);
        rig.read(IOVA);
        rig.memory.put(top(rig) + (IOVA >>> 30) * 8, 8, 0);
        assertEquals(Outcome.FAULT, rig.read(IOVA - 0x1000).outcome());
        assertEquals(Outcome.OK, rig.read(IOVA).outcome());
        rig.iotlbFlush(3, OLD, IOVA | 0x40);
        assertEquals(Outcome.FAULT, rig.read(IOVA).outcome());
    }

    /** One write of GCMD is taken in the order TE, SRTP, QIE, SIRTP, IRE; the write buffer flush does nothing. */
    @Test
    void orderOfCommands() {
        Rig rig = mapped();
        rig.read(IOVA);
        List<String> done = new ArrayList<>();
        rig.emitter.listen((kind, actor, a, b, c, d, e, result) -> {
            if (kind == HardwareEvent.CACHES_RESET) {
                done.add((a == 1 ? "SRTP " : "TE ") + Long.toHexString(rig.unit.peek(Reg.GSTS, 4)));
            }
        });
        rig.unit.write(Reg.GCMD, 4, Reg.TE | Reg.WBF);
        assertEquals(List.of(), done);
        assertEquals(0xc0000000L, rig.unit.read(Reg.GSTS, 4));
        rig.unit.write(Reg.GCMD, 4, Reg.SRTP | Reg.QIE | Reg.SIRTP | Reg.IRE);
        assertEquals(List.of("TE 40000000", "SRTP 40000000"), done);
        assertEquals(0x47000000L, rig.unit.read(Reg.GSTS, 4));
    }

    /** A write to the range of interrupts is not translated, whatever the tables say. */
    @Test
    void interruptRange() {
        Rig rig = mapped();
        rig.map(top(rig), 0xfee00000L, PAGE, 3);
        assertEquals(Outcome.OK, rig.dma.write(Rig.SID, 0xfee00000L, 4, 0x31).outcome());
        assertEquals(0, rig.memory.fetch(PAGE, 4));
        assertEquals(Outcome.OK, rig.dma.write(Rig.SID, 0xfeeffffcL, 4, 0x31).outcome());
        assertEquals(0, rig.unit.read(Reg.FSTS, 4));
    }
}
