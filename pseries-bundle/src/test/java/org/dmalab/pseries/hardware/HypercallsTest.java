package org.dmalab.pseries.hardware;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;

import org.dmalab.api.cpu.Endian;
import org.dmalab.api.cpu.LiveCpu;
import org.dmalab.pseries.Rig;
import org.junit.jupiter.api.Test;

/** The TCE hypercalls, row by row as measured on QEMU 7.2 (window of 1 GiB, 4 KiB pages), and where others differ. */
class HypercallsTest {
    private static final long LIOBN = 0x80000000L;
    private static final long DDW = 0x80000001L;
    private static final long WINDOW = 0x800000000000000L;
    private static final long LIST = 0x5000000;
    private static final long OK = 0;
    private static final long PARAMETER = -4;

    private final Rig rig = Rig.qemu(Rig.variant("direct-only"));
    private final LiveCpu cpu = rig.cpu();

    private static Rig with(String profile, Map<String, Long> set) {
        return new Rig(Rig.variant("direct-only"), "qemu-1G-maxmem8G", profile, set);
    }

    private static void list(LiveCpu cpu, long first, long step, int count) {
        for (int i = 0; i < count; i++) {
            cpu.write(LIST + 8L * i, 8, Endian.BIG, first + step * i);
        }
    }

    private long put(long liobn, long ioba, long tce) {
        return cpu.hcall(Papr.H_PUT_TCE, liobn, ioba, tce, 0);
    }

    private long get(long liobn, long ioba) {
        return cpu.hcall(Papr.H_GET_TCE, liobn, ioba, 0, 0) == OK ? cpu.hcallResult(0) : PARAMETER;
    }

    private long indirect(long ioba, long list, long count) {
        return cpu.hcall(Papr.H_PUT_TCE_INDIRECT, LIOBN, ioba, list, count);
    }

    private long stuff(long ioba, long tce, long count) {
        return cpu.hcall(Papr.H_STUFF_TCE, LIOBN, ioba, tce, count);
    }

    @Test
    void putMasksTheAddressAndChecksNothingElse() {
        assertEquals(OK, put(LIOBN, 0x1abc, 0x30003));
        assertEquals(0x30003, get(LIOBN, 0x1000));
        assertEquals(0x30003, get(LIOBN, 0x1fff));
        assertEquals(OK, put(LIOBN, 0x3ffff000, 0x20003));
        assertEquals(OK, put(LIOBN, 0x2000, 0x7fffffffff003L));
        assertEquals(OK, put(LIOBN, 0x3000, 0x20fff));
        assertEquals(0x20fff, get(LIOBN, 0x3000));
    }

    @Test
    void outsideOfATableIsRefused() {
        assertEquals(PARAMETER, put(LIOBN, 0x40000000, 3));
        assertEquals(PARAMETER, put(LIOBN, -1L, 3));
        assertEquals(PARAMETER, put(0x1234, 0, 3));
        assertEquals(PARAMETER, put(0x180000000L, 0, 3));
        assertEquals(PARAMETER, put(DDW, WINDOW, 3));
        assertEquals(PARAMETER, cpu.hcall(Papr.H_GET_TCE, LIOBN, 0x40000000, 0, 0));
        assertEquals(PARAMETER, cpu.hcall(Papr.H_GET_TCE, DDW, WINDOW, 0, 0));
        assertEquals(PARAMETER, cpu.hcall(Papr.H_STUFF_TCE, DDW, WINDOW, 0, 1));
        assertEquals(PARAMETER, cpu.hcall(Papr.H_PUT_TCE_INDIRECT, DDW, WINDOW, LIST, 1));
    }

    @Test
    void unknownHypercall() {
        assertEquals(-2, cpu.hcall(2, 0, 0, 0, 0));
        assertEquals(-2, cpu.hcall(0x1004, 0, 0, 0, 0));
    }

    @Test
    void indirectTakesUpTo512EntriesOfAnAlignedPage() {
        list(cpu, 0x100003, 0x1000, 512);
        assertEquals(OK, indirect(0x100000, LIST, 512));
        assertEquals(0x2ff003, get(LIOBN, 0x2ff000));
        assertEquals(PARAMETER, indirect(0x100000, LIST, 513));
        assertEquals(PARAMETER, indirect(0x100000, LIST, 0));
        assertEquals(PARAMETER, indirect(0x100000, LIST, -1));
        assertEquals(PARAMETER, indirect(0x100000, LIST + 8, 1));
    }

    @Test
    void aListOutsideMemoryReadsAsZeros() {
        assertEquals(OK, put(LIOBN, 0x1000, 0x5003));
        assertEquals(OK, indirect(0x1000, 0x7000000000L, 1));
        assertEquals(0, get(LIOBN, 0x1000));
    }

    @Test
    void theListIsBigEndianMemory() {
        cpu.write(LIST, 8, Endian.LITTLE, 0x0310000000000000L);
        assertEquals(OK, indirect(0x1000, LIST, 1));
        assertEquals(0x1003, get(LIOBN, 0x1000));
    }

    @Test
    void aRangeThatCrossesTheEndKeepsItsFirstPart() {
        list(cpu, 0x100003, 0x1000, 4);
        assertEquals(PARAMETER, indirect(0x3fffe000, LIST, 4));
        assertEquals(0x100003, get(LIOBN, 0x3fffe000));
        assertEquals(0x101003, get(LIOBN, 0x3ffff000));
        assertEquals(PARAMETER, stuff(0x3fffe000, 0, 4));
        assertEquals(0, get(LIOBN, 0x3fffe000));
        assertEquals(0, get(LIOBN, 0x3ffff000));
    }

    @Test
    void stuffHasNoLimitButTheTable() {
        assertEquals(OK, stuff(0x100000, 0, 512));
        assertEquals(OK, stuff(0x100000, 0, 1024));
        assertEquals(OK, stuff(0, 0, 262144));
        assertEquals(PARAMETER, stuff(0, 0, 262145));
        assertEquals(PARAMETER, stuff(0, 0, 0));
        assertEquals(OK, stuff(0, 0x5003, 2));
        assertEquals(0x5003, get(LIOBN, 0x1000));
    }

    @Test
    void kvmDecidesTheWholeRangeFirst() {
        Rig kvm = with("kvm", Map.of());
        LiveCpu on = kvm.cpu();
        list(on, 0x100003, 0x1000, 4);
        assertEquals(PARAMETER, on.hcall(Papr.H_PUT_TCE_INDIRECT, LIOBN, 0x3fffe000, LIST, 4));
        assertEquals(0, kvm.partition().tables().tce(0, 0x3fffe));
        assertEquals(OK, on.hcall(Papr.H_PUT_TCE_INDIRECT, LIOBN, 0x3fffc000, LIST, 4));
        assertEquals(PARAMETER, on.hcall(Papr.H_STUFF_TCE, LIOBN, 0x3fffe000, 0, 4));
        assertEquals(0x102003, kvm.partition().tables().tce(0, 0x3fffe));
        assertEquals(OK, on.hcall(Papr.H_STUFF_TCE, LIOBN, 0, 0, 0));
        assertEquals(OK, on.hcall(Papr.H_PUT_TCE_INDIRECT, LIOBN, 0, LIST, 0));
        assertEquals(PARAMETER, on.hcall(Papr.H_STUFF_TCE, LIOBN, 0, 3, 1));
        assertEquals(PARAMETER, on.hcall(Papr.H_PUT_TCE, LIOBN, 0, 0x20fff, 0));
        assertEquals(OK, on.hcall(Papr.H_PUT_TCE, LIOBN, 0, 0x7000000003L, 0));
        on.write(LIST + 24, 8, Endian.BIG, 0xffff);
        assertEquals(PARAMETER, on.hcall(Papr.H_PUT_TCE_INDIRECT, LIOBN, 0x8000, LIST, 4));
        assertEquals(0, kvm.partition().tables().tce(0, 8));
    }

    @Test
    void powervmLimitsStuffAndChecksTces() {
        Rig powervm = with("powervm", Map.of());
        LiveCpu on = powervm.cpu();
        assertEquals(OK, on.hcall(Papr.H_STUFF_TCE, LIOBN, 0, 0, 512));
        assertEquals(PARAMETER, on.hcall(Papr.H_STUFF_TCE, LIOBN, 0, 0, 513));
        assertEquals(OK, on.hcall(Papr.H_PUT_TCE, LIOBN, 0, 0x3fff0003, 0));
        assertEquals(PARAMETER, on.hcall(Papr.H_PUT_TCE, LIOBN, 0, 0x40000003, 0));
        assertEquals(PARAMETER, on.hcall(Papr.H_PUT_TCE, LIOBN, 0, 0x3fff0013, 0));
        assertEquals(OK, on.hcall(Papr.H_PUT_TCE, LIOBN, 0, 0x40000000, 0));
    }

    @Test
    void everyRowWithTheSeedsAddressIsRefused() {
        Rig booted = Rig.qemu(Rig.variant("direct-only")).booted();
        LiveCpu on = booted.cpu();
        long beyond = WINDOW + 0x40380000000L;
        list(on, 0x40380000003L, 1 << 24, 64);
        assertEquals(PARAMETER, on.hcall(Papr.H_PUT_TCE, DDW, beyond, 3, 0));
        assertEquals(PARAMETER, on.hcall(Papr.H_PUT_TCE_INDIRECT, DDW, beyond, LIST, 64));
        assertEquals(PARAMETER, on.hcall(Papr.H_STUFF_TCE, DDW, beyond, 0, 64));
        assertEquals(PARAMETER, on.hcall(Papr.H_GET_TCE, DDW, beyond, 0, 0));
        assertEquals(PARAMETER, on.hcall(Papr.H_GET_TCE, DDW, WINDOW - 1, 0, 0));
        assertEquals(OK, on.hcall(Papr.H_GET_TCE, DDW, WINDOW, 0, 0));
        assertEquals(3, on.hcallResult(0));
    }
}
