package org.dmalab.mips;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

import org.dmalab.api.Action;
import org.dmalab.api.Architecture;
import org.dmalab.api.Machine;
import org.dmalab.api.Metric;
import org.dmalab.api.NotReadyException;
import org.dmalab.api.Parameter;
import org.dmalab.api.Preset;
import org.dmalab.api.cpu.CacheOp;
import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.cpu.KernelBug;
import org.dmalab.api.cpu.Level;
import org.dmalab.api.cpu.Op;
import org.dmalab.api.event.Event;
import org.dmalab.api.event.EventKind;
import org.dmalab.api.service.Direction;
import org.dmalab.api.service.Errno;
import org.dmalab.api.service.ServiceKind;
import org.dmalab.mips.hardware.HardwareEvent;
import org.dmalab.mips.kernel.KernelEvent;
import org.dmalab.mips.kernel.KernelLayout;
import org.dmalab.mips.kernel.KmapAtomic;
import org.dmalab.mips.kernel.SataDriver;
import org.dmalab.mips.oracle.OpOnIntendedPage;
import org.dmalab.mips.oracle.SlotsBalanced;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MipsArchitectureTest {
    private final MipsArchitecture mips = new MipsArchitecture();

    @Test
    void saysWhatItIs() {
        assertEquals("mips", mips.name());
        assertFalse(mips.title().isEmpty());
        assertEquals("BCM7425", mips.presets().get(0).name());
        assertEquals("strict", mips.profiles().get(0).name());
        assertEquals(List.of(ServiceKind.CACHE_FLUSH), mips.services());
        assertEquals(List.of(), mips.fileParameters());
    }

    @Test
    void presetAndProfileGiveEveryParameter() {
        Set<String> known = new TreeSet<>(mips.parameters().stream().map(Parameter::name).toList());
        for (Preset preset : mips.presets()) {
            for (Preset profile : mips.profiles()) {
                Set<String> given = new TreeSet<>(preset.values().keySet());
                given.addAll(profile.values().keySet());
                assertEquals(known, given, preset.name());
                assertFalse(preset.source().isEmpty() || profile.source().isEmpty());
                assertEquals(0, new TestLab(preset.name(), profile.name(), TestLab.variant("stack-kmap"), Map.of())
                        .violations.size());
            }
        }
    }

    /** The figures of the boot logs. */
    @Test
    void bcm7425IsWhatItsBootLogSays() {
        TestLab lab = new TestLab("BCM7425", TestLab.variant("stack-kmap"));
        MipsModel model = MipsModels.of(lab.machine);
        assertEquals(32 << 10, model.caches().shape().primary().sizeBytes());
        assertEquals(256 << 10, model.caches().shape().secondary().sizeBytes());
        assertTrue(model.memory().contains(0x0ffffffcL, 4) && !model.memory().contains(0x10000000L, 4));
        assertTrue(model.memory().contains(0x4ffffffcL, 4) && !model.memory().contains(0x50000000L, 4));
        assertEquals("Primary data cache 32kB, 4-way, VIPT, no aliases, linesize 32 bytes",
                lab.machine.dmesg().line(0).text());
        assertEquals("MIPS secondary cache 256kB, 8-way, linesize 128 bytes.", lab.machine.dmesg().line(1).text());
        assertEquals("Brought up 2 CPUs", lab.machine.dmesg().line(2).text());
    }

    @ParameterizedTest
    @CsvSource({"processors, 5", "pkmapEntries, 3", "l1Sets, 3", "l1Ways, -1", "tlbPairs, 0", "ram0SizeBytes, 5",
        "writeBufferLines, 100", "l2LineBytes, 16", "l1LineBytes, 2097152", "l1Sets, 1048576", "l2Sets, 1048576",
        "ram1Start, 5", "ram1Start, -4096", "ram1Start, 4294971392", "ram1SizeBytes, 9223372036854771712"})
    void wrongParametersAreRefusedByName(String name, long value) {
        String message = assertThrows(IllegalArgumentException.class,
                () -> TestLab.machine("BCM7425", "strict", TestLab.variant("stack-kmap"), Map.of(name, value)))
                .getMessage();
        assertTrue(message.startsWith(name + ": ") && message.contains("expected"), message);
    }

    // ---- load ----

    private static TestLab loaded(String variant) {
        TestLab lab = new TestLab("BCM7425", TestLab.variant(variant));
        for (Architecture.Step step : new MipsArchitecture().bootSteps()) {
            if (!step.action().equals("kernel.boot")) {
                assertEquals(0, lab.act(step.action(), step.values().entrySet().stream()
                        .flatMap(entry -> java.util.stream.Stream.of(entry.getKey(), entry.getValue())).toArray()));
            }
        }
        return lab;
    }

    @ParameterizedTest
    @ValueSource(strings = {"arm-l1-vipt", "ppc-irq-off", "per-page-irq-off", "stack-kmap"})
    void loadIsCountedByTheMachine(String variant) {
        TestLab lab = loaded(variant);
        long before = lab.machine.store().fingerprint();
        for (int i = 0; i < 10; i++) {
            assertEquals(0, mips.traffic(lab.machine, i));
        }
        assertEquals(10, mips.trafficSeen(lab.machine));
        assertTrue(lab.passes(), lab.violations::toString);
        assertTrue(before != lab.machine.store().fingerprint());
    }

    @ParameterizedTest
    @ValueSource(strings = {"kseg0-only", "kmap-high-get"})
    void loadThatDoesNotArriveIsNotCounted(String variant) {
        TestLab lab = loaded(variant);
        assertEquals(0, mips.traffic(lab.machine, 1), "low page");
        try {
            assertEquals(-5, mips.traffic(lab.machine, 2), "high page");
        } catch (KernelBug bug) {
            assertTrue(bug.getMessage().contains("paging request at virtual address 00000000"), bug::getMessage);
        }
        assertEquals(1, mips.trafficSeen(lab.machine));
    }

    @Test
    void loadNeedsItsPages() {
        assertEquals(-19, mips.traffic(new TestLab("tiny", TestLab.variant("stack-kmap")).machine, 0));
        TestLab lab = loaded("stack-kmap");
        SataDriver.mapPage(lab.user(), 62, 0, 4, Direction.TO_DEVICE);
        assertEquals(-16, mips.traffic(lab.machine, 0));
    }

    // ---- words and metrics ----

    private static Event event(int kind, long a, long b, long c, long d) {
        return new Event(1, 0, kind, 0, a, b, c, d, 0, 0);
    }

    private String words(int kind, long a, long b, long c, long d) {
        return mips.describe(null, event(kind, a, b, c, d));
    }

    @Test
    void wordsForCacheOperationsBeginAlike() {
        assertEquals("Hit_Invalidate_D 0xfffc5000 phys 0x20000000: dirty, data dropped",
                words(HardwareEvent.CACHE_LINE, 1, 0xfffc5000L, 0x20000000L, 5));
        assertEquals("Hit_Writeback_Inv_SD 0xfffc5000 phys 0x20000000: dirty, written back",
                words(HardwareEvent.CACHE_LINE, 2, 0xfffc5000L, 0x20000000L, 3));
        assertEquals("Hit_Writeback_Inv_D 0xa0000000 phys 0x00000000: uncached, no effect",
                words(HardwareEvent.CACHE_LINE, 0, 0xa0000000L, 0, 8));
        assertEquals("Hit_Invalidate_SD 0x80000000 phys 0x00000000: miss",
                words(HardwareEvent.CACHE_LINE, 3, 0x80000000L, 0, 16));
        assertEquals("Index_Writeback_Inv_D 0x80000000: clean, dropped",
                words(HardwareEvent.CACHE_LINE, 4, 0x80000000L, -1, 1));
        assertEquals("FLUSH_LINE", MipsWords.operation(CacheOp.FLUSH_LINE.ordinal()));
    }

    @Test
    void wordsForTheOtherEvents() {
        assertEquals("TLB flush of every entry", words(HardwareEvent.TLB_FLUSH, 0, 1, 0, 0));
        assertEquals("TLB flush of the pair of 0xfffc5000", words(HardwareEvent.TLB_FLUSH, 0xfffc5000L, 0, 0, 0));
        assertEquals("exception at 0x00000000: no page table entry", words(HardwareEvent.ACCESS_FAULT, 0, 0, 0, 0));
        assertEquals("exception at 0x00000001: address error", words(HardwareEvent.ACCESS_FAULT, 1, 1, 0, 0));
        assertEquals("exception at 0x90000000: bus error", words(HardwareEvent.ACCESS_FAULT, 0x90000000L, 2, 0, 0));
        assertEquals("prefetch of the line at phys 0x20000000", words(HardwareEvent.PREFETCH, 0x20000000L, 0, 0, 0));
        assertEquals("write-back of 128 bytes to phys 0x20000000, evicted",
                words(EventKind.WRITE_BACK, 0x20000000L, 128, 1, 0));
        assertEquals("write-back of 32 bytes to phys 0x20000000", words(EventKind.WRITE_BACK, 0x20000000L, 32, 0, 0));
        assertEquals("maintenance of phys 0x20000010, 64 bytes begins, for the device",
                words(KernelEvent.SECTION_BEGIN, 0x20000010L, 64, 0, 0));
        assertEquals("maintenance of phys 0x20000010, 64 bytes begins, for the processor",
                words(KernelEvent.SECTION_BEGIN, 0x20000010L, 64, 1, 0));
        assertEquals("maintenance of phys 0x20000010, 64 bytes ends",
                words(KernelEvent.SECTION_END, 0x20000010L, 64, 0, 0));
        assertEquals("mapped phys 0x20000000, 4096 bytes, bus address 0x80000000, from the device",
                words(EventKind.BUFFER_TO_DEVICE, 8, 0x80000000L, 0x20000000L, 4096 | 2L << 56));
        assertEquals("unmapped phys 0x20000000, 4096 bytes, bus address 0x20000000, to the device",
                words(EventKind.BUFFER_TO_CPU, 8, 0x20000000L, 0x20000000L, 4096 | 1L << 56));
        assertTrue(words(EventKind.BUFFER_TO_CPU, 8, 0x20000000L, 0x20000000L, 4096).endsWith("both ways"));
    }

    @Test
    void wordsForCalls() {
        assertEquals("set_pte of kmap_atomic slot 10 of cpu1 to phys 0x20000000",
                words(Op.STORE, KmapAtomic.entry(KmapAtomic.fixmapIndex(1, 10)), 4, 0x200007dfL, 0));
        assertEquals("set_pte of kmap entry 3 to nothing",
                words(Op.STORE, KernelLayout.PKMAP_PAGE_TABLE.element(3), 4, 0, 0));
        assertEquals("", words(Op.STORE, KernelLayout.KMAP_LOCK.address(), 4, 0, 0));
        assertEquals("", words(Op.STORE, KernelLayout.USER_PAGE_TABLE.address(), 4, 0, 0));
        assertEquals("spin_lock(kmap_lock)", words(Op.LOCK, KernelLayout.KMAP_LOCK.address(), 0, 0, 0));
        assertEquals("spin_unlock(kmap_lock)", words(Op.UNLOCK, KernelLayout.KMAP_LOCK.address(), 0, 0, 0));
        assertEquals("", words(Op.LOCK, 0, 0, 0, 0));
        assertEquals("local_irq_save", words(Op.IRQ_SAVE, 0, 0, 0, 0));
        assertEquals("local_irq_restore, interrupts on", words(Op.IRQ_RESTORE, 0, 0, 0, 0));
        assertEquals("local_irq_restore, stay off", words(Op.IRQ_RESTORE, 1, 0, 0, 0));
        assertEquals("SYNC", words(Op.BARRIER, 2, 0, 0, 0));
        assertEquals("", words(EventKind.CPU_READ, 0, 4, 0, 0));
    }

    @Test
    void metricsCount() {
        TestLab lab = new TestLab("BCM7425", TestLab.variant("ppc-irq-off"));
        lab.act("page.alloc", "page", 0, "zone", "high");
        lab.act("dma.maintain", "page", 0);
        assertEquals(34, metric("cacheLineOps", lab));
        assertEquals(34, metric("cacheLineOpsIrqsOff", lab));
        assertEquals(1, metric("tlbFlushes", lab));
        assertEquals(0, metric("ipis", lab));
        assertEquals(0, metric("writeBacks", lab));
        lab.act("page.dirty", "page", 0, "through", "kmap");
        lab.act("dma.maintain", "page", 0, "direction", "to-device");
        assertEquals(1, metric("ipis", lab));
        assertEquals(32, metric("writeBacks", lab));
    }

    private long metric(String name, TestLab lab) {
        Metric metric = mips.metrics().stream().filter(one -> one.name().equals(name)).findFirst().orElseThrow();
        return lab.events.stream().mapToLong(e -> metric.counter().count(e.kind(), e.a(), e.b(), e.c(), e.d(), e.e(),
                e.result())).sum();
    }

    // ---- actions ----

    @Test
    void actionsAreNamedOnceAndHaveHelp() {
        Set<String> names = new HashSet<>();
        for (Action action : TestLab.ACTIONS) {
            assertTrue(names.add(action.name()), action.name());
            assertTrue(action.name().matches("[a-z]+\\.[a-z-]+"), action.name());
            assertFalse(action.summary().isEmpty());
            action.parameters().forEach(parameter -> assertFalse(parameter.summary().isEmpty()));
        }
        assertEquals(20, names.size());
    }

    @ParameterizedTest
    @ValueSource(strings = {"page.free", "page.dirty", "page.read", "page.kmap", "page.kunmap", "dma.map-sg",
        "dma.unmap-sg", "dma.sync-sg", "dma.map-page", "dma.unmap-page", "dma.sync-range", "dma.maintain", "device.dma",
        "device.dma-line", "cache.evict", "cache.prefetch"})
    void pagesThatAreNotThereAreRefusedByTheKernel(String action) {
        TestLab lab = new TestLab("tiny", TestLab.variant("stack-kmap"));
        assertEquals(Errno.EINVAL, lab.act(action, "page", 0));
        for (String page : List.of("64", "0xffffffffffffffff")) {
            assertEquals("page: " + Long.decode(page.replace("0xffffffffffffffff", "-1")) + ", expected 0 to 63",
                    mistake(lab, action, "page", page));
        }
        assertTrue(lab.passes());
    }

    private static String mistake(TestLab lab, String action, Object... pairs) {
        return assertThrows(NotReadyException.class, () -> lab.act(action, pairs)).getMessage();
    }

    @ParameterizedTest
    @CsvSource({"page.dirty, 2, 4", "page.read, 0, 4100", "page.dirty, 4096, 4", "dma.map-sg, 4096, 4",
        "dma.map-sg, 0, 0", "dma.map-sg, 1, 262144", "dma.map-page, 4092, 8", "dma.map-page, 0, 0",
        "dma.maintain, 8, 4096",
        "dma.maintain, 0, 0", "cache.evict, 0, 0", "cache.prefetch, 4, 4096", "page.read, 0xfffffffffffffffc, 4",
        "dma.map-page, 4, 0x7fffffffffffffff", "dma.map-sg, 0, 0x7fffffffffffffff",
        "device.dma, 0, 0x7fffffffffffffff", "device.dma, 0xffffffffffffff00, 4"})
    void rangesThatDoNotFitAreMistakes(String action, String offset, String length) {
        TestLab lab = new TestLab("tiny", TestLab.variant("stack-kmap"));
        lab.act("page.alloc", "page", 0);
        String message = mistake(lab, action, "page", 0, "offset", offset, "length", length);
        assertTrue(message.matches("offset and length: -?\\d+ and \\d+, expected .*"), message);
    }

    @Test
    void whatIsMappedCannotBeMappedAgain() {
        TestLab lab = new TestLab("tiny", TestLab.variant("stack-kmap"));
        lab.act("page.alloc", "page", 0);
        assertEquals(0, lab.act("page.alloc", "page", 0), "it is there already");
        assertEquals(-22, lab.act("dma.map-sg", "page", 0, "length", 8192), "page 1 is not there");
        assertEquals(0, lab.act("dma.map-sg", "page", 0));
        assertEquals(-16, lab.act("dma.map-sg", "page", 0));
        assertEquals(0, lab.act("dma.unmap-sg", "page", 0));
        assertEquals(0x20000000L, lab.act("dma.map-page", "page", 0, "length", 64));
        assertEquals(-16, lab.act("dma.map-page", "page", 0));
        assertEquals(-22, lab.act("dma.sync-range", "page", 0, "offset", 4, "length", 61), "not all of it is mapped");
        assertEquals(-22, lab.act("device.dma-line", "page", 0, "line", 1), "not mapped");
        assertEquals(0, lab.act("dma.sync-range", "page", 0, "length", 4));
        assertEquals(0, lab.act("dma.unmap-page", "page", 0));
    }

    @Test
    void valuesThatNoMachineHasAreMistakes() {
        TestLab lab = new TestLab("tiny", TestLab.variant("stack-kmap"));
        assertEquals("page and pages: 60 and 5, expected pages 0 to 63", mistake(lab, "sata.read", "page", 60, "pages",
                5));
        mistake(lab, "sata.read", "page", 1, "pages", "0x7fffffffffffffff");
        mistake(lab, "sata.read", "page", "0xffffffffffffffff");
        mistake(lab, "sata.read", "pages", 0);
        assertEquals("processor: 2, expected 0 to 1", mistake(lab, "cache.prefetch", "page", 0, "processor", 2));
        mistake(lab, "cache.prefetch", "page", 0, "processor", "0xffffffffffffffff");
        mistake(lab, "page.alloc", "page", 64);
        assertEquals("line: -1, expected 0 or more", mistake(lab, "device.dma-line", "page", 0, "line",
                "0xffffffffffffffff"));
    }

    @Test
    void sataReadOfPagesThatDoNotLieTogetherHasSeveralSegments() {
        TestLab lab = new TestLab("BCM7425", TestLab.variant("stack-kmap"));
        lab.act("page.alloc", "page", 1, "zone", "low");
        assertEquals(3 * 4096, lab.act("sata.read", "page", 0, "pages", 3));
        assertEquals(3, lab.count(EventKind.BUFFER_TO_DEVICE));
        assertTrue(lab.passes(), lab.violations::toString);
        assertEquals(8, KernelLayout.PG_UPTODATE
                & lab.user().load(SataDriver.page(lab.user(), 2), KernelLayout.PAGE_FLAGS));
    }

    @Test
    void theControllerTransfersPartsAndSingleBytes() {
        TestLab lab = new TestLab("BCM7425", TestLab.variant("stack-kmap"));
        lab.act("page.alloc", "page", 0);
        lab.act("page.alloc", "page", 1, "zone", "low");
        lab.act("dma.map-sg", "page", 0, "offset", 2, "length", 6000);
        assertEquals(4095, lab.act("device.dma", "page", 0, "offset", 1, "length", 4095));
        assertEquals(1, lab.act("device.dma", "page", 0, "address", 0x20000010L, "length", 1));
        assertEquals(-22, lab.act("device.dma", "page", 0, "offset", 6000, "length", 4));
        lab.act("dma.unmap-sg", "page", 0);
        lab.act("page.read", "page", 0);
        lab.act("page.read", "page", 1);
        assertTrue(lab.passes(), lab.violations::toString);
    }

    @Test
    void dmaThatWasNotMappedIsSeen() {
        TestLab lab = new TestLab("BCM7425", TestLab.variant("stack-kmap"));
        lab.act("page.alloc", "page", 0);
        lab.act("device.dma", "page", 0, "address", 0x20000000L, "length", 4);
        assertFalse(lab.passes());
    }

    @Test
    void actionsSayWhatCameOut() {
        Machine machine = new TestLab("tiny", TestLab.variant("stack-kmap")).machine;
        for (Action action : TestLab.ACTIONS) {
            String words = action.describe(machine, null, 0x1000);
            assertTrue(words.isEmpty() || words.contains("4096") || words.contains("0x00001000"), words);
        }
    }

    @Test
    void evictionsPrefetchesAndDrainsCountLines() {
        TestLab lab = new TestLab("BCM7425", TestLab.variant("stack-kmap"));
        lab.act("page.alloc", "page", 0);
        assertEquals(128, lab.act("cache.prefetch", "page", 0));
        assertEquals(0, lab.act("cache.prefetch", "page", 0));
        assertEquals(64, lab.act("cache.evict", "page", 0));
        lab.act("page.dirty", "page", 0, "length", 128);
        lab.act("cache.evict", "page", 0);
        assertEquals(1, lab.act("cache.drain"));
        assertEquals(0, lab.act("cache.drain"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"program", "kmap", "kmap-atomic"})
    void whatIsWrittenIsRead(String through) {
        TestLab lab = new TestLab("tiny", TestLab.variant("per-page-irq-off"));
        lab.act("page.alloc", "page", 0);
        lab.act("page.dirty", "page", 0, "length", 8, "pattern", 5, "through", through);
        assertEquals(5 + 9, lab.act("page.read", "page", 0, "length", 8));
        assertEquals(0, lab.act("page.free", "page", 0));
        assertTrue(lab.passes(), lab.violations::toString);
    }

    @Test
    void actionsThatUseOnlyTheCpuSayConcurrent() {
        for (Action action : TestLab.ACTIONS) {
            boolean hardware = Set.of("device", "cache", "sata", "kernel").contains(action.name().split("\\.")[0]);
            assertEquals(!hardware, action.concurrent(), action.name());
        }
    }

    // ---- oracles ----

    @Test
    void operationOnAnotherPageIsSeen() {
        TestLab lab = new TestLab("tiny", TestLab.variant("stack-kmap"));
        Cpu user = lab.user();
        user.cache(CacheOp.HIT_INVALIDATE_D, 0x80002000L);
        user.note(KernelEvent.SECTION_BEGIN, 0x1800, 0x1000, 0, 0);
        user.cache(CacheOp.HIT_INVALIDATE_D, 0x80001000L);
        user.cache(CacheOp.HIT_INVALIDATE_D, 0x80002fffL);
        user.cache(CacheOp.INDEX_WRITEBACK_INVALIDATE_D, 0x80008000L);
        assertTrue(lab.violations.isEmpty(), lab.violations::toString);
        user.cache(CacheOp.HIT_INVALIDATE_D, 0x80003000L);
        assertEquals(List.of("op-on-intended-page: cpu0: Hit_Invalidate_D at 0x80003000 reaches physical 0x00003000,"
                + " meant for page 0x00001000"), lab.violations);
        Cpu softirq = lab.machine.cpu(0, Level.SOFTIRQ);
        softirq.note(KernelEvent.SECTION_BEGIN, 0x5000, 0x1000, 0, 0);
        softirq.cache(CacheOp.HIT_INVALIDATE_D, 0x80001000L);
        assertEquals(2, lab.violations.size());
        assertTrue(lab.violations.get(1).contains("cpu0 softirq"), lab.violations::toString);
        lab.machine.cpu(1, Level.USER).cache(CacheOp.HIT_INVALIDATE_D, 0x80009000L);
        softirq.note(KernelEvent.SECTION_END, 0x5000, 0x1000, 0, 0);
        user.cache(CacheOp.HIT_INVALIDATE_D, 0x80001000L);
        user.note(KernelEvent.SECTION_END, 0x1800, 0x1000, 0, 0);
        user.cache(CacheOp.HIT_INVALIDATE_D, 0x80009000L);
        assertEquals(2, lab.violations.size());
        assertEquals("mips", new OpOnIntendedPage().arch());
        assertFalse(new OpOnIntendedPage().summary().isEmpty() || new SlotsBalanced().summary().isEmpty());
    }

    @Test
    void aMachineRollsBack() {
        TestLab lab = new TestLab("tiny", TestLab.variant("arm-l1-vipt"));
        long mark = lab.machine.store().mark();
        long before = lab.machine.store().fingerprint();
        lab.act("sata.read", "page", 0, "pages", 2);
        assertTrue(before != lab.machine.store().fingerprint());
        lab.machine.store().rollback(mark);
        assertEquals(before, lab.machine.store().fingerprint());
        lab.machine.store().release();
    }
}
