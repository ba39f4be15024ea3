package org.dmalab.vtd.hardware;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;

import org.dmalab.api.port.DmaMaster.Outcome;
import org.dmalab.vtd.spec.Descriptor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What 4.0 million random operations showed of QEMU 7.2.22 beside a unit that follows the specification, each rule
 * beside what profile strict does.
 */
class QemuRulesTest {
    private static final long PAGE = 0x4000000;
    private static final long QUEUE = 0x300000;
    private static final int DOMAIN = 5;

    private static Rig rig(UnitProfile profile) {
        return new Rig(profile, Rig.QEMU_CAP, Rig.QEMU_ECAP);
    }

    /** A unit on which pages are mapped and cached. */
    private static Rig cached(UnitProfile profile, long... addresses) {
        Rig rig = rig(profile);
        long top = rig.newTable();
        rig.context(Rig.SID, DOMAIN, top);
        for (long address : addresses) {
            rig.map(top, address, PAGE + address, 3);
        }
        rig.start();
        for (long address : addresses) {
            assertEquals(Outcome.OK, rig.read(address).outcome());
        }
        return rig;
    }

    private static List<Long> held(Rig rig) {
        return rig.unit.cachedTranslations().stream().map(CachedTranslation::address).sorted().toList();
    }

    /** Page numbers are compared in a mask of 8 bits: a flush of one page drops each 256th, one of 2^8 drops all. */
    @Test
    void pageFlushComparesAByte() {
        for (UnitProfile profile : List.of(Rig.QEMU, Rig.STRICT)) {
            Rig rig = cached(profile, 0x1000, 0x2000, 0x101000, 0x301000);
            rig.iotlbFlush(3, DOMAIN, 0x101000);
            assertEquals(profile == Rig.QEMU ? List.of(0x2000L) : List.of(0x1000L, 0x2000L, 0x301000L), held(rig));
            Rig wide = cached(profile, 0x1000, 0x2000, 0x10000000);
            wide.iotlbFlush(3, DOMAIN, 0x20000000 | 8);
            assertEquals(profile == Rig.QEMU ? 0 : 3, held(wide).size());
            wide.iotlbFlush(3, DOMAIN + 1, 0x1000);
            assertEquals(profile == Rig.QEMU ? 0 : 3, held(wide).size()); // another domain-id
        }
    }

    /** No page may lead to the interrupt address range, small or large; the specification says so, for all profiles. */
    @ParameterizedTest
    @CsvSource({"0xfee00000, 1, 0xe", "0xfeeff000, 1, 0xe", "0xfedff000, 1, 0", "0xfef00000, 1, 0",
        "0xfee00000, 2, 0xe", "0xfec00000, 2, 0", "0xfea00000, 2, 0", "0xc0000000, 3, 0xe", "0x80000000, 3, 0"})
    void pagesInTheInterruptRange(String page, int level, String reason) {
        for (UnitProfile profile : List.of(Rig.QEMU, Rig.STRICT, Rig.SID_ONLY)) {
            Rig rig = rig(profile);
            long top = rig.newTable();
            rig.context(Rig.SID, DOMAIN, top);
            long table = top;
            for (int at = 3; at > level; at--) {
                long next = rig.newTable();
                rig.memory.put(table, 8, next | 3);
                table = next;
            }
            rig.memory.put(table, 8, Long.decode(page) | (level == 1 ? 3 : 0x83));
            rig.start();
            assertEquals(Long.decode(reason) == 0 ? Outcome.DROPPED : Outcome.FAULT, rig.read(0x10).outcome());
            assertEquals(Long.decode(reason), (long) rig.faultReason(0));
        }
    }

    /** An entry of all ones is what reading nothing gives. */
    @ParameterizedTest
    @CsvSource({"1, 0x7, 0xc", "2, 0x7, 0xc", "3, 0x3, 0xc"})
    void entryOfAllOnes(int level, String qemu, String strict) {
        for (UnitProfile profile : List.of(Rig.QEMU, Rig.STRICT)) {
            Rig rig = rig(profile);
            long table = rig.newTable();
            rig.context(Rig.SID, DOMAIN, table);
            for (int at = 3; at > level; at--) {
                long next = rig.newTable();
                rig.memory.put(table, 8, next | 3);
                table = next;
            }
            rig.memory.put(table, 8, -1);
            rig.start();
            assertEquals(Outcome.FAULT, rig.read(0x10).outcome());
            assertEquals(Long.decode(profile == Rig.QEMU ? qemu : strict), (long) rig.faultReason(0));
        }
    }

    /** RTADDR reads back as written, and is used with 39 bits. */
    @Test
    void rootPointerIsCut() {
        for (UnitProfile profile : List.of(Rig.QEMU, Rig.STRICT)) {
            Rig rig = rig(profile);
            long top = rig.newTable();
            rig.context(Rig.SID, DOMAIN, top);
            rig.map(top, 0x1000, PAGE, 3);
            rig.unit.write(Reg.RTADDR, 8, 1L << 45 | Rig.ROOT);
            rig.unit.write(Reg.GCMD, 4, Reg.SRTP);
            rig.unit.write(Reg.GCMD, 4, Reg.TE);
            assertEquals(1L << 45 | Rig.ROOT, rig.unit.read(Reg.RTADDR, 8));
            assertEquals(profile == Rig.QEMU ? Outcome.OK : Outcome.FAULT, rig.read(0x1000).outcome());
            assertEquals(profile == Rig.QEMU ? 0 : 8, rig.faultReason(0));
        }
    }

    private static Rig queue(UnitProfile profile, long low, long high) {
        Rig rig = rig(profile);
        rig.unit.write(Reg.IQA, 8, 1L << 45 | QUEUE);
        if (profile != Rig.QEMU) {
            rig.unit.write(Reg.IQA, 8, QUEUE);
        }
        rig.unit.write(Reg.GCMD, 4, Reg.QIE);
        rig.memory.put(QUEUE, 8, low);
        rig.memory.put(QUEUE + 8, 8, high);
        rig.unit.write(Reg.IQT, 8, 0x10);
        return rig;
    }

    private static boolean failed(Rig rig) {
        return (rig.unit.read(Reg.FSTS, 4) & Reg.IQE) != 0;
    }

    /** A wait that tells nobody; IQA is cut as RTADDR is. */
    @Test
    void waitThatTellsNobody() {
        assertEquals(List.of(true, false), List.of(failed(queue(Rig.QEMU, Descriptor.WAIT, 0)),
                failed(queue(Rig.STRICT, Descriptor.WAIT, 0))));
    }

    /** ECAP of the rig has no DT. */
    @Test
    void deviceTlbDescriptorWithoutDeviceTlbs() {
        long low = Descriptor.DEVICE_TLB | Descriptor.SID.of(Rig.SID);
        assertEquals(List.of(false, true), List.of(failed(queue(Rig.QEMU, low, 0)),
                failed(queue(Rig.STRICT, low, 0))));
    }

    /** What counts when the queue is switched off is the type of the last descriptor, executed or not. */
    @Test
    void failedDescriptorCounts() {
        long wrongWait = Descriptor.WAIT | Descriptor.SW.of(1) | 1L << 8;
        Rig rig = queue(Rig.QEMU, wrongWait, 0x1000);
        assertEquals(true, failed(rig));
        rig.unit.write(Reg.FSTS, 4, Reg.IQE);
        rig.unit.write(Reg.IQT, 8, 0);
        rig.unit.write(Reg.GCMD, 4, 0);
        assertEquals(0, rig.unit.read(Reg.GSTS, 4) & Reg.QIE);
    }
}
