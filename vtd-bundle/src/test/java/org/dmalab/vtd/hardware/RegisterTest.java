package org.dmalab.vtd.hardware;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.dmalab.api.event.EventKind;
import org.dmalab.vtd.spec.Ccmd;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The register file: widths, bits, commands, faults, queue. */
class RegisterTest {
    private static final long Q45_CAP = 0x00c9008020e30272L;
    private static final long Q45_ECAP = 0x1000;

    private static List<long[]> refusals(Rig rig) {
        List<long[]> refused = new ArrayList<>();
        rig.emitter.listen((kind, actor, a, b, c, d, e, result) -> {
            if (kind == EventKind.COMMAND_REFUSED) {
                refused.add(new long[] {a, b});
            }
        });
        return refused;
    }

    @Test
    void afterReset() {
        Rig rig = new Rig(Rig.QEMU);
        assertEquals(0x10, rig.unit.read(Reg.VER, 4));
        assertEquals(Rig.QEMU_CAP, rig.unit.read(Reg.CAP, 8));
        assertEquals(Rig.QEMU_CAP & 0xffffffffL, rig.unit.read(Reg.CAP, 4));
        assertEquals(Rig.QEMU_CAP >>> 32, rig.unit.read(Reg.CAP + 4, 4));
        assertEquals(Rig.QEMU_ECAP, rig.unit.read(Reg.ECAP, 8));
        assertEquals(0x80000000L, rig.unit.read(Reg.FECTL, 4));
        assertEquals(0x220, rig.unit.capabilities().faultOffset());
        assertEquals(0xf0, rig.unit.capabilities().iotlbOffset());
        Rig x9 = new Rig(Rig.STRICT, Rig.X9DRG_CAP, Rig.X9DRG_ECAP);
        assertEquals(0x100, x9.unit.capabilities().faultOffset());
        assertEquals(8, x9.unit.capabilities().faultCount());
        assertEquals(0x200, x9.unit.capabilities().iotlbOffset());
        assertEquals(65536, x9.unit.capabilities().domainCount());
        assertEquals(48, x9.unit.capabilities().maximumWidthBits());
        assertEquals(18, x9.unit.capabilities().maximumAddressMask());
        assertFalse(x9.unit.capabilities().writeBufferFlush());
    }

    @Test
    void wrongWidths() {
        Rig rig = new Rig(Rig.QEMU);
        List<long[]> refused = refusals(rig);
        rig.unit.write(Reg.GCMD, 2, 1);
        rig.unit.write(Reg.FECTL, 8, 0);
        rig.unit.write(Reg.CCMD + 2, 4, 0);
        assertEquals(0xff, rig.unit.read(Reg.VER, 1));
        assertEquals(0, rig.unit.read(0x30, 4)); // reserved, but the width is fine
        assertEquals(-1, rig.unit.read(Reg.PMEN - 2, 8));
        assertEquals(List.of(Reg.GCMD, Reg.FECTL, Reg.CCMD + 2, Reg.VER, Reg.PMEN - 2),
                refused.stream().map(entry -> (int) entry[0]).toList());
        assertTrue(refused.stream().allMatch(entry -> entry[1] == RemappingUnit.WRONG_WIDTH));
        rig.unit.write(0xc0, 8, 5); // reserved
        assertEquals(0, rig.unit.read(0xc0, 8));
    }

    /** What can be written to each register, and what stays as it is: as measured on QEMU 7.2, but for IQA. */
    @ParameterizedTest(name = "{0}")
    @CsvSource({"0x00, 4, 0x10", "0x1c, 4, 0x0", "0x20, 8, 0xfffffffffffffc00", "0x3c, 4, 0xffff",
        "0x40, 4, 0xfffffffc", "0x44, 4, 0x0", "0x58, 8, 0x0", "0x68, 4, 0x0", "0x6c, 4, 0x0",
        "0x70, 8, 0x0", "0x78, 8, 0x0", "0x80, 8, 0x0", "0x88, 8, 0x7fff0",
        "0x90, 8, 0xfffffffffffff807", "0x9c, 4, 0x0", "0xa0, 4, 0x80000000", "0xa4, 4, 0xffffffff",
        "0xa8, 4, 0xfffffffc", "0xac, 4, 0x0", "0xb0, 8, 0x0", "0xb8, 8, 0xfffffffffffff80f",
        "0xf0, 8, 0x0", "0x220, 8, 0x0", "0x228, 8, 0x0", "0x64, 4, 0x0"})
    void writableBits(String offset, int width, String expected) {
        Rig rig = new Rig(Rig.QEMU);
        rig.unit.write(Integer.decode(offset), width, -1);
        assertEquals(Long.parseUnsignedLong(expected.substring(2), 16), rig.unit.read(Integer.decode(offset), width));
    }

    /** Registers of what a unit does not have are reserved: no queue and no remapping of interrupts on the 82Q45. */
    @ParameterizedTest(name = "{0}")
    @CsvSource({"0x68, 4, 0xffe00000, 0xffe00000", "0x6c, 4, 0xffe00000, 0xffe00000",
        "0x70, 8, 0xffffffffffe00000, 0xffffffffffe00000", "0x78, 8, 0xffffffffffe00000, 0xffffffffffe00000",
        "0x88, 8, 0x7fff0, 0x0", "0x90, 8, 0xfffffffffffff807, 0x0", "0xa0, 4, 0x80000000, 0x0",
        "0xa4, 4, 0xffffffff, 0x0", "0xa8, 4, 0xfffffffc, 0x0", "0xac, 4, 0xffffffff, 0x0",
        "0x44, 4, 0xffffffff, 0x0", "0xb8, 8, 0xfffffffffffff80f, 0x0", "0x64, 4, 0x80000001, 0x80000001",
        "0x28, 4, 0xffff, 0xff"})
    void writableBitsByCapability(String offset, int width, String x9drg, String q45) {
        Rig rig = new Rig(Rig.STRICT, Rig.X9DRG_CAP, Rig.X9DRG_ECAP);
        Rig old = new Rig(Rig.STRICT, Q45_CAP, Q45_ECAP);
        rig.unit.write(Integer.decode(offset), width, -1);
        old.unit.write(Integer.decode(offset), width, -1);
        assertEquals(Long.parseUnsignedLong(x9drg.substring(2), 16), rig.unit.read(Integer.decode(offset), width));
        assertEquals(Long.parseUnsignedLong(q45.substring(2), 16), old.unit.read(Integer.decode(offset), width));
    }

    /** The address is kept for the next command, though it reads as 0. */
    @Test
    void invalidateAddress() {
        Rig rig = new Rig(Rig.QEMU);
        rig.unit.write(0xf0, 8, -1);
        assertEquals(0xfffffffffffff07fL, rig.unit.peek(0xf0, 8));
        assertEquals(0, rig.unit.read(0xf4, 4));
    }

    /** A unit with 256 domains has 8 bits of a domain-id; it ignores the others, and reports none of them. */
    @Test
    void domainIdsOfFewerBits() {
        Rig rig = new Rig(Rig.STRICT, Q45_CAP, Q45_ECAP);
        rig.contextFlush(3, 0xff05, 0x200);
        assertEquals(0x7800000000000005L, rig.unit.read(Reg.CCMD, 8));
        rig.iotlbFlush(2, 0xff05, 0);
        assertEquals(0x2400000500000000L, rig.unit.read(0x108, 8));
        long top = rig.newTable();
        rig.map(top, 0, 0x4000000, 3);
        rig.context(Rig.SID, 5, top);
        rig.start();
        rig.read(0);
        rig.iotlbFlush(2, 0xff05, 0);
        rig.contextFlush(3, 0x105, 0x200);
        assertArrayEquals(new int[] {0, 0, 0}, rig.counts());
        rig.context(Rig.SID, 0x105, top); // in an entry the others are reserved
        rig.read(0);
        assertEquals(0xb, rig.faultReason(0));
    }

    /** An address has as many bits as CAP.MGAW says; higher ones are ignored. */
    @Test
    void pagesBeyondTheWidthOfAddresses() {
        Rig rig = new Rig(Rig.STRICT);
        long top = rig.newTable();
        rig.map(top, 0x1000, 0x4000000, 3);
        rig.context(Rig.SID, 5, top);
        rig.start();
        rig.read(0x1000);
        rig.iotlbFlush(3, 5, 0x1000 | 1L << 39);
        assertEquals(0, rig.counts()[0]);
    }

    /** Where there is scalable mode, switching translation off empties the caches. */
    @Test
    void translationOffWithScalableMode() {
        for (long smts : new long[] {0, 1L << 43}) {
            Rig rig = new Rig(Rig.STRICT, Rig.QEMU_CAP, Rig.QEMU_ECAP | smts);
            long top = rig.newTable();
            rig.map(top, 0x1000, 0x4000000, 3);
            rig.context(Rig.SID, 5, top);
            rig.start();
            rig.read(0x1000);
            rig.unit.write(Reg.GCMD, 4, 0);
            assertEquals(smts == 0 ? 1 : 0, rig.counts()[0]);
        }
    }

    /** In scalable mode the invalidation commands by register are errors: done at no granularity. */
    @Test
    void noCommandsByRegisterInScalableMode() {
        Rig rig = new Rig(Rig.STRICT, Rig.QEMU_CAP, Rig.QEMU_ECAP | 1L << 43);
        List<long[]> refused = refusals(rig);
        rig.unit.write(Reg.RTADDR, 8, Rig.ROOT | 1 << 10);
        rig.contextFlush(1, 0, 0);
        rig.iotlbFlush(1, 0, 0);
        assertEquals(0, refused.size()); // the mode takes effect with the pointer
        rig.unit.write(Reg.GCMD, 4, Reg.SRTP);
        rig.contextFlush(1, 0, 0);
        rig.iotlbFlush(1, 0, 0);
        assertEquals(0x2000000000000000L, rig.unit.read(Reg.CCMD, 8));
        assertEquals(0x1000000000000000L, rig.unit.read(0xf8, 8));
        assertEquals(List.of((long) RemappingUnit.RESERVED, (long) RemappingUnit.RESERVED),
                refused.stream().map(entry -> entry[1]).toList());
    }

    @Test
    void halvesOfWideRegisters() {
        Rig rig = new Rig(Rig.QEMU);
        rig.unit.write(Reg.RTADDR, 4, 0x12345000);
        rig.unit.write(Reg.RTADDR + 4, 4, 0x7);
        assertEquals(0x712345000L, rig.unit.read(Reg.RTADDR, 8));
        rig.unit.write(Reg.CCMD, 4, 5);
        assertEquals(5, rig.unit.read(Reg.CCMD, 8));
        rig.unit.write(Reg.CCMD + 4, 4, 0xe0000000L);
        assertEquals(0x7800000000000005L, rig.unit.read(Reg.CCMD, 8));
    }

    /** Read back after commands, measured. */
    @Test
    void readBack() {
        Rig rig = new Rig(Rig.QEMU);
        List<long[]> refused = refusals(rig);
        rig.contextFlush(1, 0, 0);
        assertEquals(0x2800000000000000L, rig.unit.read(Reg.CCMD, 8));
        rig.contextFlush(2, 5, 0);
        assertEquals(0x4800000000000005L, rig.unit.read(Reg.CCMD, 8));
        rig.contextFlush(3, 5, 0x200);
        assertEquals(0x7800000000000005L, rig.unit.read(Reg.CCMD, 8));
        for (int scope = 1; scope <= 3; scope++) {
            rig.iotlbFlush(scope, 5, 0);
            assertEquals(0x1200000500000000L * scope & 0x7600000000000000L | 5L << 32, rig.unit.read(0xf8, 8));
        }
        assertEquals(0, refused.size());
        rig.contextFlush(0, 5, 0x200);
        assertEquals(5, rig.unit.read(Reg.CCMD, 8));
        rig.iotlbFlush(0, 5, 0);
        rig.iotlbFlush(3, 5, 19); // beyond MAMV
        assertEquals(0x3000000500000000L, rig.unit.read(0xf8, 8));
        assertEquals(3, refused.size());
        Rig strict = new Rig(Rig.STRICT);
        strict.contextFlush(2, 5, 0);
        assertEquals(0x5000000000000005L, strict.unit.read(Reg.CCMD, 8));
    }

    @Test
    void functionMask() {
        Rig rig = new Rig(Rig.STRICT);
        long top = rig.newTable();
        rig.map(top, 0, 0x4000000, 3);
        for (int function = 0; function < 8; function++) {
            rig.context(Rig.SID + function, 5, top);
        }
        int[] left = {7, 6, 4, 0};
        for (int mask = 0; mask < 4; mask++) {
            rig.start();
            for (int function = 0; function < 8; function++) {
                rig.dma.read(Rig.SID + function, 0, 8);
            }
            rig.unit.write(Reg.CCMD, 8, Ccmd.ICC.mask() | 3L << 61 | (long) mask << 32 | (long) Rig.SID << 16 | 5);
            assertEquals(left[mask], rig.counts()[1]);
        }
    }

    @Test
    void commands() {
        Rig rig = new Rig(Rig.STRICT);
        List<long[]> refused = refusals(rig);
        rig.unit.write(Reg.RTADDR, 8, Rig.ROOT);
        assertEquals(0, rig.unit.rootTable());
        rig.unit.write(Reg.GCMD, 4, Reg.SRTP);
        assertEquals(Rig.ROOT, rig.unit.rootTable());
        rig.unit.write(Reg.GCMD, 4, Reg.TE);
        assertEquals(0xc0000000L, rig.unit.read(Reg.GSTS, 4));
        assertEquals(0, rig.unit.read(Reg.GCMD, 4));
        rig.unit.write(Reg.GCMD, 4, Reg.TE | Reg.QIE);
        assertEquals(0xc4000000L, rig.unit.read(Reg.GSTS, 4));
        rig.unit.write(Reg.GCMD, 4, Reg.TE | Reg.SIRTP | Reg.IRE | Reg.CFI);
        assertEquals(0xc3800000L, rig.unit.read(Reg.GSTS, 4));
        rig.unit.write(Reg.GCMD, 4, Reg.WBF);
        assertEquals(0x41000000L, rig.unit.read(Reg.GSTS, 4));
        assertEquals(0, refused.size());
        rig.unit.write(Reg.GCMD, 4, Reg.SFL);
        rig.unit.write(Reg.GCMD, 4, 1);
        assertEquals(2, refused.size());
        Rig plain = new Rig(Rig.STRICT, Rig.QEMU_CAP, 0xf000);
        List<long[]> plainRefused = refusals(plain);
        plain.unit.write(Reg.GCMD, 4, Reg.QIE | Reg.IRE);
        assertEquals(0, plain.unit.read(Reg.GSTS, 4));
        assertEquals(1, plainRefused.size());
    }

    @Test
    void rootPointerEmptiesCachesOnlyWhereItDoes() {
        long esrtps = 1L << 63;
        Object[][] cases = {{Rig.STRICT, 0L, 1}, {Rig.QEMU, 0L, 0}, {Rig.STRICT, esrtps, 0}};
        for (Object[] row : cases) {
            Rig rig = new Rig((UnitProfile) row[0], Rig.QEMU_CAP | (long) row[1], Rig.QEMU_ECAP);
            long top = rig.newTable();
            rig.map(top, 0, 0x4000000, 3);
            rig.context(Rig.SID, 5, top);
            rig.start();
            rig.read(0);
            rig.unit.write(Reg.GCMD, 4, Reg.TE | Reg.SRTP);
            assertEquals(row[2], rig.counts()[0]);
        }
    }

    @Test
    void protectedMemory() {
        Rig rig = new Rig(Rig.STRICT, Rig.X9DRG_CAP, Rig.X9DRG_ECAP);
        rig.unit.write(Reg.PMEN, 4, 0x80000000L);
        assertEquals(0x80000001L, rig.unit.read(Reg.PMEN, 4));
        rig.unit.write(Reg.PMEN, 4, 0);
        assertEquals(0, rig.unit.read(Reg.PMEN, 4));
    }

    // ---- faults ----

    @Test
    void overflowWithOneRecord() {
        Rig rig = new Rig(Rig.QEMU);
        rig.start();
        rig.dma.read(0x200, 0x1000, 8);
        rig.dma.read(0x200, 0x2000, 8); // collapsed: same source-id
        assertEquals(Reg.PPF, rig.unit.read(Reg.FSTS, 4));
        rig.dma.read(0x208, 0x3000, 8);
        assertEquals(Reg.PPF | Reg.PFO, rig.unit.read(Reg.FSTS, 4));
        rig.unit.write(Reg.FSTS, 4, Reg.PPF); // read-only
        assertEquals(Reg.PPF | Reg.PFO, rig.unit.read(Reg.FSTS, 4));
        rig.unit.write(0x220 + 12, 4, 1L << 31);
        assertEquals(Reg.PFO, rig.unit.read(Reg.FSTS, 4));
        rig.dma.read(0x208, 0x3000, 8); // nothing is recorded while PFO is set
        assertFalse(rig.pending(0));
        rig.unit.write(Reg.FSTS, 4, Reg.PFO);
        rig.dma.read(0x208, 0x3000, 8);
        assertTrue(rig.pending(0));
        assertEquals(0x208, rig.unit.read(0x220 + 8, 4) & 0xffff);
    }

    @Test
    void eightRecordsAndTheirIndex() {
        Rig rig = new Rig(Rig.STRICT, Rig.X9DRG_CAP, Rig.X9DRG_ECAP);
        rig.start();
        for (int i = 0; i < 8; i++) {
            rig.dma.read(0x200, 0x1000 * i, 8);
        }
        assertEquals(Reg.PPF, rig.unit.read(Reg.FSTS, 4));
        rig.dma.read(0x200, 0x9000, 8);
        assertEquals(Reg.PPF | Reg.PFO, rig.unit.read(Reg.FSTS, 4));
        rig.unit.write(0x100 + 12, 4, 1L << 31);
        rig.unit.write(0x110 + 12, 4, 0); // writing 0 clears nothing
        assertEquals(Reg.PPF | Reg.PFO | 1 << 8, rig.unit.read(Reg.FSTS, 4));
        rig.unit.write(0x110, 8, -1); // the address cannot be written
        assertEquals(0x1000, rig.unit.read(0x110, 8));
    }

    @Test
    void faultEvents() {
        Rig rig = new Rig(Rig.STRICT, Rig.X9DRG_CAP, Rig.X9DRG_ECAP);
        rig.start();
        rig.unit.write(Reg.FEADDR, 4, 0xfee01000L);
        rig.unit.write(Reg.FEDATA, 4, 0x31);
        rig.dma.read(0x200, 0x1000, 8);
        assertEquals(0, rig.messages.size());
        assertEquals(0xc0000000L, rig.unit.read(Reg.FECTL, 4)); // masked and pending
        rig.unit.write(Reg.FECTL, 4, 0);
        assertArrayEquals(new long[] {0xfee01000L, 0x31}, rig.messages.get(0));
        assertEquals(0, rig.unit.read(Reg.FECTL, 4));
        rig.dma.read(0x200, 0x2000, 8); // faults are pending already
        assertEquals(1, rig.messages.size());
        rig.clearFaults();
        rig.unit.write(Reg.FECTL, 4, Reg.IM);
        rig.dma.read(0x200, 0x3000, 8);
        rig.clearFaults(); // served while masked
        assertEquals(Reg.IM, rig.unit.read(Reg.FECTL, 4));
        rig.unit.write(Reg.FECTL, 4, 0);
        assertEquals(1, rig.messages.size());
        rig.dma.read(0x200, 0x3000, 8);
        assertEquals(2, rig.messages.size());
    }

    @Test
    void refusedEquipment() {
        assertThrows(IllegalArgumentException.class, () -> new Capabilities(0, Rig.QEMU_ECAP));
        assertThrows(IllegalArgumentException.class, () -> new Capabilities(Rig.QEMU_CAP, 0));
        assertThrows(IllegalArgumentException.class, () -> new Capabilities(Rig.QEMU_CAP, 0x2200));
        assertThrows(IllegalArgumentException.class, () -> Rig.STRICT.with("contextEntries", 0));
        assertThrows(IllegalArgumentException.class, () -> Rig.STRICT.with("iotlbEntries", 1 << 20));
        assertThrows(IllegalArgumentException.class, () -> Rig.STRICT.with("setRootResets", 2));
        assertThrows(IllegalArgumentException.class, () -> Rig.STRICT.with("colour", 1));
        assertThrows(IllegalArgumentException.class, () -> UnitProfile.of(Map.of()));
    }
}
