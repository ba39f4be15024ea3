package org.dmalab.vtd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.cpu.KernelBug;
import org.dmalab.api.cpu.Level;
import org.dmalab.api.cpu.Op;
import org.dmalab.api.event.Event;
import org.dmalab.api.service.CacheFlush.Scope;
import org.dmalab.api.service.Errno;
import org.dmalab.vtd.hardware.HardwareEvent;
import org.dmalab.vtd.hardware.Reg;
import org.dmalab.vtd.hardware.RemappingUnit;
import org.dmalab.vtd.kernel.KernelLayout;
import org.dmalab.vtd.kernel.QueuedFlush;
import org.dmalab.vtd.kernel.QueuedInvalidation;
import org.dmalab.vtd.patch.FlushOldDid;
import org.dmalab.vtd.patch.NoFlush;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Kernel and unit with flushes by queue: the setting invalidation=1. */
class QueuedInvalidationTest {
    private static final String CARD = "00:05.0";

    private static Bench booted(String profile, Map<String, Long> set) {
        Map<String, Long> values = new java.util.TreeMap<>(set);
        values.put("invalidation", 1L);
        Bench bench = new Bench(new FlushOldDid(), "X9DRG", profile, values);
        assertEquals(0, bench.run("kernel.boot"));
        return bench;
    }

    private static List<String> descriptors(Bench bench, int from) {
        List<String> found = new ArrayList<>();
        for (Event event : bench.events.subList(from, bench.events.size())) {
            if (event.kind() == HardwareEvent.DESCRIPTOR) {
                found.add(DescriptorWords.of(event.b(), event.c()));
            }
        }
        return found;
    }

    private static long submit(Bench bench, long low, long high) {
        return QueuedInvalidation.submit(bench.machine.cpu(0, Level.USER), iommu(bench), low, high);
    }

    private static long iommu(Bench bench) {
        return bench.machine.kernel().load(KernelLayout.IOMMUS.address(), 8);
    }

    private static RemappingUnit unit(Bench bench) {
        return bench.machine.model(VtdModel.class).unit();
    }

    @Test
    void bootAndFlushes() {
        Bench bench = booted("strict", Map.of());
        assertTrue(bench.dmesg().contains("DMAR: dmar0: Using Queued invalidation"));
        assertEquals(Reg.TE | Reg.SRTP | Reg.QIE, unit(bench).peek(Reg.GSTS, 4));
        List<String> boot = descriptors(bench, 0);
        assertEquals("context cache global", boot.get(0));
        assertTrue(boot.get(1).startsWith("wait, status 2 at "));
        assertEquals("IOTLB global", boot.get(2));
        int from = bench.events.size();
        bench.run("dma.map", "device", CARD, "size", "12K");
        bench.run("dma.unmap", "device", CARD, "address", "0xffffc000");
        assertEquals("IOTLB page-selective did=2 0xffffc000 am=2", descriptors(bench, from).get(0));
        assertFalse(bench.events.stream().anyMatch(event -> event.kind() == HardwareEvent.CONTEXT_FLUSHED
                && event.a() == 0));
        Bench registers = new Bench(new NoFlush(), "X9DRG", "strict", Map.of());
        registers.run("kernel.boot");
        assertTrue(registers.dmesg().contains("DMAR: dmar0: Using Register based invalidation"));
    }

    /** 256 descriptors go round: free places come back, the words of old waits do not count. */
    @ParameterizedTest
    @ValueSource(longs = {0x00f020deL, 0x00f020deL | 1L << 43})
    void moreRequestsThanTheQueueHolds(long ecap) {
        Bench bench = booted("strict", Map.of("ecap", ecap));
        int from = bench.events.size();
        for (int i = 0; i < 1000; i++) {
            assertEquals(0, submit(bench, 0x11, 0));
        }
        assertEquals(2000, descriptors(bench, from).size());
        assertEquals(0, unit(bench).peek(Reg.FSTS, 4));
        assertEquals((ecap >>> 43) != 0 ? 0x801 : 0, unit(bench).peek(Reg.IQA, 8) & 0xfff);
    }

    /** The capture kernel takes the old queue out of use and makes its own, whichever way it flushes. */
    @Test
    void captureKernel() {
        Bench bench = booted("strict", Map.of());
        long old = unit(bench).peek(Reg.IQA, 8);
        bench.run("driver.probe", "device", "02:00.0");
        bench.run("kernel.crash");
        int from = bench.events.size();
        assertEquals(0, bench.run("kernel.kdump"));
        List<String> writes = new ArrayList<>();
        for (Event event : bench.events.subList(from, bench.events.size())) {
            if (event.kind() == Op.REG_WRITE) {
                writes.add(Bench.ARCHITECTURE.describe(bench.machine, event));
            }
        }
        assertEquals(List.of("GCMD TE", "IQT = 0x0", "IQA = 0x3000000", "GCMD TE|QIE"), writes.subList(0, 4));
        assertFalse(old == unit(bench).peek(Reg.IQA, 8));
        assertEquals(0, bench.run("driver.probe", "device", "02:00.0"));
    }

    /** A refused descriptor becomes a wait, so that the queue goes on; the caller gets -EINVAL. */
    @ParameterizedTest
    @ValueSource(strings = {"strict", "qemu-7.2"})
    void refusedDescriptor(String profile) {
        Bench bench = booted(profile, Map.of());
        assertEquals(Errno.EINVAL, submit(bench, 0xf, 0x123));
        assertTrue(bench.dmesg().contains("DMAR: VT-d detected invalid descriptor: low=f, high=123"));
        assertEquals(0, unit(bench).peek(Reg.FSTS, 4));
        assertEquals(0, submit(bench, 0x11, 0));
        assertEquals(unit(bench).peek(Reg.IQT, 8), unit(bench).peek(Reg.IQH, 8));
    }

    /** A device that never answers: the kernel clears the error and tries again for ever, until a watchdog ends it. */
    @Test
    void deviceThatDoesNotAnswer() {
        Bench bench = booted("strict", Map.of());
        unit(bench).deviceTlbs().enable(0x28, true);
        unit(bench).deviceTlbs().silence(0x28, true);
        int[] cleared = {0};
        bench.machine.hook((cpu, kind, a, b, c, d, e) -> {
            if (kind == Op.REG_WRITE && (a & 0xfff) == Reg.FSTS && ++cleared[0] == 3) {
                unit(bench).deviceTlbs().silence(0x28, false);
            }
            return cpu.execute(kind, a, b, c, d, e);
        });
        assertEquals(0, submit(bench, 3 | 0x28L << 32, 0x7ffffffffffff001L));
        assertEquals(3, bench.dmesg().stream().filter(
                "DMAR: Invalidation Time-out Error (ITE) cleared"::equals).count());
        assertEquals(0, unit(bench).peek(Reg.FSTS, 4));
        bench.machine.hook(null);
        unit(bench).deviceTlbs().silence(0x28, true);
        KernelBug bug = assertThrows(KernelBug.class, () -> submit(bench, 3 | 0x28L << 32, 0));
        assertEquals("watchdog: BUG: soft lockup in qi_submit_sync: livelock, 100 times the descriptor was submitted, "
                + "ended in a time-out (ITE) and was submitted again", bug.getMessage());
    }

    @Test
    void unexpectedAnswerAndAQueueThatStands() {
        Bench bench = booted("strict", Map.of());
        unit(bench).unexpectedCompletion(0x28);
        assertEquals(0, submit(bench, 0x11, 0)); // the wait is done before anyone looks
        assertEquals(Reg.ICE, unit(bench).peek(Reg.FSTS, 4));
        bench.machine.hook((cpu, kind, a, b, c, d, e) ->
                kind == Op.REG_WRITE && (a & 0xfff) == Reg.IQT ? 0 : cpu.execute(kind, a, b, c, d, e));
        KernelBug bug = assertThrows(KernelBug.class, () -> submit(bench, 0x11, 0));
        assertEquals("NMI watchdog: Watchdog detected hard LOCKUP in qi_submit_sync", bug.getMessage());
        assertTrue(bench.dmesg().contains("DMAR: Invalidation Completion Error (ICE) cleared"));
    }

    @Test
    void scopes() {
        Bench bench = booted("strict", Map.of());
        Cpu cpu = bench.machine.cpu(0, Level.USER);
        QueuedFlush flush = new QueuedFlush();
        assertThrows(IllegalArgumentException.class,
                () -> flush.context(cpu, iommu(bench), 0, 0, 0, Scope.NONE));
        assertThrows(IllegalArgumentException.class, () -> flush.iotlb(cpu, iommu(bench), 0, 0, 0, Scope.NONE));
        int from = bench.events.size();
        flush.iotlb(cpu, iommu(bench), 5, 0x1040, 2, Scope.SELECTIVE); // the hint is not handed on
        assertEquals("IOTLB page-selective did=5 0x1000 am=2", descriptors(bench, from).get(0));
    }
}
