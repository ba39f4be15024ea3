package org.dmalab.vtd.hardware;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import java.util.Set;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.dmalab.api.port.DmaMaster.Access;
import org.dmalab.api.port.DmaMaster.Outcome;

/**
 * Anything at all in tables, queue and registers: the unit answers, with a reason that there is, and writes nothing.
 */
class GarbageProperties {
    private static final long ECAP = 0x0000480080000f42L | 1L << 49 | 1 << 2;
    private static final long FIRST = 0x100000;
    private static final int PAGES = 6;
    private static final Set<Integer> REASONS = Set.of(0x1, 0x2, 0x3, 0x4, 0x5, 0x6, 0x7, 0x8, 0x9, 0xa, 0xb, 0xc, 0xd,
            0x30, 0x38, 0x39, 0x3a, 0x40, 0x41, 0x42, 0x43, 0x44, 0x48, 0x50, 0x51, 0x52, 0x58, 0x59, 0x5a, 0x5b, 0x78,
            0x79, 0x7a, 0x7b, 0x84);

    /** Words that look like entries: pointers to the same few pages, few bits more, at times anything. */
    private static long word(Random random) {
        long page = FIRST + random.nextInt(PAGES + 1) * 0x1000L;
        return switch (random.nextInt(8)) {
            case 0 -> random.nextLong();
            case 1 -> 0;
            case 2 -> page | 1L << random.nextInt(64) | 1;
            case 3 -> page | 2 << 6 | 1 << 2 | 1;
            case 4 -> random.nextInt(4) << 8 | 1;
            default -> page | random.nextInt(4);
        };
    }

    @Property(tries = 300)
    void anything(@ForAll long seed, @ForAll boolean emulator) {
        Random random = new Random(seed);
        Rig rig = new Rig(emulator ? Rig.QEMU : Rig.STRICT, Rig.QEMU_CAP | (random.nextBoolean() ? 1 << 7 : 0), ECAP);
        for (int offset = 0; offset < PAGES * 0x1000; offset += 8) {
            rig.memory.put(FIRST + offset, 8, word(random));
        }
        rig.unit.deviceTlbs().enable(0x0210, true);
        rig.unit.write(Reg.RTADDR, 8, word(random) & ~0xfffL | random.nextInt(4) << 10);
        rig.unit.write(Reg.GCMD, 4, Reg.SRTP);
        rig.unit.write(Reg.GCMD, 4, Reg.TE);
        long before = memory(rig);
        for (int i = 0; i < 60; i++) {
            int sid = random.nextInt(4) << 4 | random.nextInt(3) << 8 | random.nextInt(2) << 7;
            Access access = rig.dma.read(sid, random.nextBoolean() ? random.nextLong() >>> random.nextInt(60)
                    : FIRST + random.nextInt(0x8000), 1 << random.nextInt(4));
            assertTrue(access.outcome() != Outcome.FAULT || access.value() == 0);
            if (rig.pending(0)) {
                assertTrue(REASONS.contains(rig.faultReason(0)), "reason " + rig.faultReason(0));
            }
            rig.clearFaults();
        }
        assertEquals(before, memory(rig));
    }

    /** Registers and the queue, in any order, width and value: nothing but a status word is written. */
    @Property(tries = 300)
    void anyRegister(@ForAll long seed, @ForAll boolean emulator) {
        Random random = new Random(seed);
        Rig rig = new Rig(emulator ? Rig.QEMU : Rig.STRICT, Rig.X9DRG_CAP, ECAP & ~0x3ff00L | 0x20 << 8);
        long queue = 0x700000;
        for (int offset = 0; offset < 0x1000; offset += 8) {
            int domain = offset % 16 == 8 ? 0 : random.nextInt(256) << 16;
            rig.memory.put(queue + offset, 8, random.nextInt(4) == 0 ? random.nextLong()
                    : random.nextInt(9) | random.nextInt(4) << 4 | domain);
        }
        rig.unit.write(Reg.IQA, 8, queue | random.nextInt(2) | random.nextInt(2) << 11);
        rig.unit.write(Reg.GCMD, 4, Reg.QIE);
        for (int i = 0; i < 200; i++) {
            int offset = random.nextInt(3) == 0 ? Reg.IQT : random.nextInt(0x240);
            int width = 1 << random.nextInt(4);
            long value = random.nextBoolean() ? random.nextLong() : 1L << random.nextInt(64);
            if (random.nextInt(4) == 0) {
                rig.unit.read(offset, width);
            } else {
                rig.unit.write(offset, width, value);
            }
            assertEquals(ECAP & ~0x3ff00L | 0x20 << 8, rig.unit.read(Reg.ECAP, 8));
            assertEquals(Rig.X9DRG_CAP, rig.unit.read(Reg.CAP, 8));
            assertEquals(0, rig.unit.read(Reg.FSTS, 4) & ~0xff7fL);
            long status = rig.unit.read(Reg.FSTS, 4);
            assertTrue((status & Reg.IQE) != 0 || (rig.unit.read(Reg.IQERCD, 8) & 0xffffffffL) == 0);
        }
    }

    private static long memory(Rig rig) {
        long sum = 0;
        for (int offset = 0; offset < PAGES * 0x1000; offset += 8) {
            sum = sum * 31 + rig.memory.fetch(FIRST + offset, 8);
        }
        return sum;
    }
}
