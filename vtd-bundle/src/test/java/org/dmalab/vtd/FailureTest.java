package org.dmalab.vtd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.cpu.Endian;
import org.dmalab.api.cpu.Hook;
import org.dmalab.api.cpu.Level;
import org.dmalab.api.cpu.Op;
import org.dmalab.api.event.EventKind;
import org.dmalab.api.kernel.Struct;
import org.dmalab.api.service.Errno;
import org.dmalab.api.service.Iommu;
import org.dmalab.vtd.hardware.SmartArray;
import org.dmalab.vtd.kernel.ContextEntry;
import org.dmalab.vtd.kernel.Devices;
import org.dmalab.vtd.kernel.KernelLayout;
import org.dmalab.vtd.kernel.KernelLayout.Device;
import org.dmalab.vtd.kernel.KernelLayout.DmarDomain;
import org.dmalab.vtd.kernel.KernelLayout.IntelIommu;
import org.dmalab.vtd.patch.ClearThenFlush;
import org.dmalab.vtd.patch.FlushNewDid;
import org.dmalab.vtd.patch.FlushOldDid;
import org.dmalab.vtd.patch.NoFlush;
import org.dmalab.vtd.patch.mutant.ContextFlushOnly;
import org.dmalab.vtd.patch.mutant.IdZeroOnly;
import org.dmalab.vtd.patch.mutant.IotlbFlushOnly;
import org.dmalab.vtd.patch.mutant.WrongSourceId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the kernel does when something is missing: it says so, and keeps nothing that it took. */
class FailureTest {
    private static final String DEVICE = "02:00.0";
    private static final String CARD = "00:05.0";

    static List<Iommu> variants() {
        return List.of(new NoFlush(), new FlushNewDid(), new FlushOldDid(), new ClearThenFlush(),
                new ContextFlushOnly(), new IdZeroOnly(), new IotlbFlushOnly(), new WrongSourceId());
    }

    /** However few pages are left, attaching and mapping fail cleanly and succeed when there are pages again. */
    @ParameterizedTest
    @MethodSource("variants")
    void fewPages(Iommu variant) {
        for (int free = 0; free < 8; free++) {
            Bench bench = Bench.booted(variant, Map.of());
            List<Long> taken = new ArrayList<>();
            for (int word = 0; word < KernelLayout.PAGES / 64; word++) {
                long address = KernelLayout.PAGE_TAKEN.element(word);
                taken.add(bench.machine.kernel().load(address, 8));
                bench.machine.kernel().store(address, 8, -1);
            }
            bench.machine.kernel().store(KernelLayout.PAGE_TAKEN.element(5), 8, -1L << free);
            long ids = ids(bench);
            long result = bench.run("dma.map", "device", CARD);
            assertTrue(result == Errno.ENOMEM || result == 0xfffff000L, "result " + result);
            assertEquals(free >= 6, result > 0, free + " pages");
            if (free < 2) {
                assertEquals(ids, ids(bench)); // not even a domain-id is kept
            }
            for (int word = 0; word < taken.size(); word++) {
                bench.machine.kernel().store(KernelLayout.PAGE_TAKEN.element(word), 8, word == 5
                        ? taken.get(word) | bench.machine.kernel().load(KernelLayout.PAGE_TAKEN.element(5), 8)
                        & (1L << free) - 1 : taken.get(word));
            }
            bench.machine.kernel().store(KernelLayout.PAGE_HINT.address(), 4, 0);
            assertTrue(bench.run("dma.map", "device", CARD) > 0);
        }
    }

    private static long ids(Bench bench) {
        long iommu = bench.machine.kernel().load(KernelLayout.IOMMUS.address(), 8);
        return bench.machine.kernel().load(bench.machine.kernel().load(iommu + IntelIommu.DOMAIN_IDS.offset(), 8), 8);
    }

    private static final Struct WORD = Struct.word("taken", 8);

    private static void takeAll(Bench bench, List<Long> taken) {
        var kernel = bench.machine.kernel();
        for (long object = kernel.alloc(WORD, 8); object != 0; object = kernel.alloc(WORD, 8)) {
            taken.add(object);
        }
    }

    /** The same with kernel objects. */
    @Test
    void fewObjects() {
        int succeeded = -1;
        for (int free = 0; free < 10 && succeeded < 0; free++) {
            Bench bench = Bench.booted(new FlushOldDid(), Map.of());
            List<Long> taken = new ArrayList<>();
            takeAll(bench, taken);
            for (int i = 0; i < free; i++) {
                bench.machine.kernel().free(taken.get(i));
            }
            long result = bench.run("dma.map", "device", CARD);
            if (result > 0) {
                succeeded = free;
            } else {
                assertEquals(Errno.ENOMEM, result);
                taken.subList(free, taken.size()).forEach(bench.machine.kernel()::free);
                assertTrue(bench.run("dma.map", "device", CARD) > 0);
            }
        }
        assertEquals(9, succeeded); // device of two slots, domain of four, reserved range, buffer, range
    }

    /** A boot without room for what it needs says so. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 5, 8, 100})
    void bootWithFewObjects(int free) {
        Bench bench = new Bench(new FlushOldDid(), "X9DRG", "strict", Map.of());
        List<Long> taken = new ArrayList<>();
        takeAll(bench, taken);
        for (int i = 0; i < free; i++) {
            bench.machine.kernel().free(taken.get(i));
        }
        assertEquals(Errno.ENOMEM, bench.run("kernel.boot"));
    }

    @Test
    void noDomainIdLeft() {
        Bench bench = Bench.booted(new FlushOldDid(), Map.of());
        Cpu cpu = bench.machine.cpu(0, Level.USER);
        long iommu = cpu.load(KernelLayout.IOMMUS);
        cpu.store(iommu, IntelIommu.CAP, cpu.load(iommu, IntelIommu.CAP) & ~7L); // 16 domains
        cpu.store(cpu.load(iommu, IntelIommu.DOMAIN_IDS), 8, 0xffff);
        assertEquals(Errno.ENOSPC, bench.run("device.attach", "device", CARD));
        assertEquals(Errno.ENOSPC, bench.run("dma.map", "device", CARD));
        cpu.store(cpu.load(iommu, IntelIommu.DOMAIN_IDS), 8, 0x7fff);
        assertEquals(0, bench.run("device.attach", "device", CARD));
    }

    /** A domain wider than its unit: the tables below are used; where one is missing the entry stays cleared. */
    @ParameterizedTest
    @MethodSource("variants")
    void widerDomain(Iommu variant) {
        Bench bench = Bench.booted(variant, Map.of());
        Cpu cpu = bench.machine.cpu(0, Level.USER);
        long device = Devices.find(cpu, 0x28);
        assertEquals(0, bench.run("device.attach", "device", CARD));
        long domain = cpu.load(device, Device.DOMAIN);
        long iommu = cpu.load(device, Device.IOMMU);
        long entry = ContextEntry.get(cpu, iommu, 0x28, false);
        cpu.store(domain, DmarDomain.AGAW, 3);
        ContextEntry.clear(cpu, entry);
        assertEquals(Errno.ENOMEM, variant.attach(cpu, device, domain));
        assertEquals(0, ContextEntry.low(cpu, entry));
        cpu.write(cpu.load(domain, DmarDomain.PGD), 8, Endian.LITTLE, 0x3800003L);
        assertEquals(0, variant.attach(cpu, device, domain));
        assertEquals(0x3800001L, ContextEntry.low(cpu, entry));
    }

    /** A domain-id that the unit does not have is not flushed. */
    @ParameterizedTest
    @MethodSource("variants")
    void copiedIdOutOfRange(Iommu variant) {
        Bench bench = KdumpScenarioTest.play(variant, "X9DRG", "strict");
        Cpu cpu = bench.machine.cpu(0, Level.USER);
        long iommu = cpu.load(KernelLayout.IOMMUS);
        cpu.store(iommu, IntelIommu.CAP, cpu.load(iommu, IntelIommu.CAP) & ~7L);
        long entry = ContextEntry.get(cpu, iommu, 0x200, false);
        ContextEntry.setDomainId(cpu, entry, 0x100);
        int from = bench.events.size();
        assertEquals(0, bench.run("device.attach", "device", DEVICE));
        boolean flushesOldId = bench.events.subList(from, bench.events.size()).stream().anyMatch(event ->
                event.kind() == Op.REG_WRITE && Bench.ARCHITECTURE.describe(bench.machine, event).contains("did=257"));
        assertEquals(false, flushesOldId);
    }

    // ---- the controller ----

    private static Bench capturing() {
        return KdumpScenarioTest.play(new FlushOldDid(), "X9DRG", "strict");
    }

    private static void answer(Bench bench, int register, long value) {
        bench.machine.hook((cpu, kind, a, b, c, d, e) -> {
            long result = cpu.execute(kind, a, b, c, d, e);
            return kind == Op.REG_READ && a == VtdModel.CONTROLLER_BASE + register ? value : result;
        });
    }

    @Test
    void boardThatIsNeverReady() {
        Bench bench = capturing();
        answer(bench, SmartArray.SCRATCHPAD, 0);
        long before = bench.machine.timeNanos();
        assertEquals(Errno.ENODEV, bench.run("driver.probe", "device", DEVICE));
        assertTrue(bench.dmesg().get(bench.dmesg().size() - 1).contains("Failed waiting for board to become ready"));
        assertTrue(bench.machine.timeNanos() - before > 119_000_000_000L);
    }

    @Test
    void boardThatWasNotReset() {
        Bench bench = capturing();
        answer(bench, SmartArray.DRIVER_VERSION, 0x2e342e3320637068L);
        assertEquals(Errno.ENODEV, bench.run("driver.probe", "device", DEVICE));
        assertTrue(bench.dmesg().get(bench.dmesg().size() - 1).contains("Unable to successfully reset controller"));
    }

    @Test
    void commandThatIsNoNoOp() {
        Bench bench = Bench.booted(new FlushOldDid(), Map.of());
        bench.run("dma.map", "device", DEVICE); // a pattern, no command
        var registers = bench.machine.ports().registers();
        registers.write(VtdModel.CONTROLLER_BASE + SmartArray.REQUEST_PORT, 4, 0xfffff000L);
        assertTrue(bench.machine.progress());
        assertEquals(0xffffffffL, registers.read(VtdModel.CONTROLLER_BASE + SmartArray.REPLY_PORT, 4));
        assertEquals(0, bench.count(EventKind.DMA_FAULT));
        registers.write(VtdModel.CONTROLLER_BASE + SmartArray.DOORBELL, 4, 1); // no reset
        assertEquals(SmartArray.FIRMWARE_READY, registers.read(VtdModel.CONTROLLER_BASE + SmartArray.SCRATCHPAD, 4));
        registers.write(VtdModel.CONTROLLER_BASE + SmartArray.DOORBELL, 4, 0x20);
        assertEquals(0, registers.read(VtdModel.CONTROLLER_BASE + SmartArray.SCRATCHPAD, 4));
        registers.write(VtdModel.CONTROLLER_BASE + SmartArray.REQUEST_PORT, 4, 0xfffff000L); // nobody listens
        assertTrue(bench.machine.progress());
        assertEquals(false, bench.machine.progress());
    }

    /** The command's bytes reach the controller and its answer is the tag. */
    @Test
    void noOpIsAnswered() {
        Bench bench = Bench.booted(new FlushOldDid(), Map.of());
        bench.run("dma.map", "device", DEVICE, "direction", "from-device");
        bench.run("dma.map", "device", DEVICE);
        long physical = bench.events.stream().filter(event -> event.kind() == EventKind.BUFFER_TO_DEVICE
                && event.b() == 0xffffe000L).findFirst().orElseThrow().c();
        var memory = bench.machine.ports().memory();
        memory.write(0, physical, 8, Endian.LITTLE, 0xffffe000L << 32);
        memory.write(0, physical + 16, 8, Endian.LITTLE, 16L << 32);
        memory.write(0, physical + 24, 8, Endian.LITTLE, 3);
        var registers = bench.machine.ports().registers();
        registers.write(VtdModel.CONTROLLER_BASE + SmartArray.REQUEST_PORT, 4, 0xffffe000L);
        assertEquals(0xffffffffL, registers.read(VtdModel.CONTROLLER_BASE + SmartArray.REPLY_PORT, 4));
        bench.machine.progress();
        assertEquals(0xffffe000L, registers.read(VtdModel.CONTROLLER_BASE + SmartArray.REPLY_PORT, 4));
        assertEquals(0xffffffffL, registers.read(VtdModel.CONTROLLER_BASE + SmartArray.REPLY_PORT, 4));
    }

    /** A crashed kernel with a buffer of the card, and what makes the n-th call of a kind fail from now on. */
    private static Bench crashed(Iommu variant, Map<String, Long> set) {
        Bench bench = Bench.booted(variant, set);
        bench.run("dma.map", "device", CARD);
        assertEquals(0, bench.run("kernel.crash"));
        return bench;
    }

    private static void failNth(Bench bench, int kind, long a, int n, long result) {
        Hook usual = bench.machine.hook();
        int[] seen = {0};
        bench.machine.hook((cpu, op, first, b, c, d, e) -> op == kind && (a == 0 || first == a) && seen[0]++ == n
                ? result : usual.call(cpu, op, first, b, c, d, e));
    }

    private static void failPage(Bench bench, int n) {
        failNth(bench, Op.LOAD, KernelLayout.PAGE_HINT.address(), n, KernelLayout.PAGE_TAKEN.count());
    }

    private static boolean translates(Bench bench) {
        return (bench.machine.ports().registers().read(0xfed9001cL, 4) & 1L << 31) != 0;
    }

    /** {@code init_dmars} turns off what it can't set up; drivers are given physical addresses. */
    @Test
    void captureKernelWithoutItsRootTableGoesOnWithoutTheUnit() {
        Bench bench = crashed(new FlushOldDid(), Map.of());
        failPage(bench, 0);
        assertEquals(Errno.ENOMEM, bench.run("kernel.kdump"));
        assertTrue(bench.dmesg().contains("DMAR: Initialization failed"), () -> bench.dmesg().toString());
        assertFalse(translates(bench));
        assertEquals(Errno.ENODEV, bench.run("device.attach", "device", CARD));
        assertEquals(Errno.EINVAL, bench.run("iommu.map", "device", CARD, "address", "0x800000"));
        long bus = bench.run("dma.map", "device", CARD);
        String address = "0x" + Long.toHexString(bus);
        assertEquals(0x03000000L, bus & 0xff000000L);
        assertEquals(8, bench.run("device.dma", "device", CARD, "address", address));
        assertEquals(0, bench.run("dma.unmap", "device", CARD, "address", address));
        assertEquals(0, bench.run("driver.probe", "device", DEVICE));
    }

    /** Without domain-ids {@code disable_dmar_iommu} leaves the unit as it is: drivers' DMA goes by the old tables. */
    @Test
    void captureKernelWithoutDomainIdsLeavesTranslationOn() {
        Bench bench = crashed(new FlushOldDid(), Map.of());
        failNth(bench, Op.ALLOC, KernelLayout.DOMAIN_IDS.sizeBytes(), 0, 0);
        assertEquals(Errno.ENOMEM, bench.run("kernel.kdump"));
        assertTrue(translates(bench));
        String address = "0x" + Long.toHexString(bench.run("dma.map", "device", CARD));
        assertEquals(0, bench.run("device.dma", "device", CARD, "address", address));
    }

    /** Pages for the domain of identity mapping are the last that a boot asks for. */
    @Test
    void captureKernelWithoutAnIdentityDomainGoesOnWithoutTheUnit() {
        for (Iommu variant : List.of(new FlushOldDid(), new ClearThenFlush())) {
            long result = 0;
            for (int n = 0; result == 0 || n == 1; n++) {
                Bench bench = crashed(variant, Map.of("identity", 1L));
                failPage(bench, n);
                result = bench.run("kernel.kdump");
                assertEquals(result == 0, translates(bench), "page " + n);
                assertTrue(n < 8);
            }
            assertEquals(Errno.ENOMEM, result);
        }
    }

    /** {@code intel_iommu_init_qi}: what can't be queued is flushed by register. */
    @Test
    void withoutMemoryForAQueueFlushesGoByRegister() {
        for (int n = 0; n < 2; n++) {
            Bench bench = new Bench(new FlushOldDid(), "X9DRG", "strict", Map.of("invalidation", 1L));
            failPage(bench, n);
            assertEquals(0, bench.run("kernel.boot"));
            assertTrue(bench.dmesg().contains("DMAR: dmar0: Using Register based invalidation"));
            assertEquals(0xfffff000L, bench.run("dma.map", "device", CARD));
            assertEquals(8, bench.run("device.dma", "device", CARD, "address", "0xfffff000"));
            assertEquals(0, bench.run("dma.unmap", "device", CARD, "address", "0xfffff000"));
            assertEquals(0, bench.run("device.dma", "device", CARD, "address", "0xfffff000"));
        }
    }
}
