package org.dmalab.mips.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.dmalab.api.cpu.Blocked;
import org.dmalab.api.cpu.CacheOp;
import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.cpu.Hook;
import org.dmalab.api.cpu.KernelBug;
import org.dmalab.api.cpu.Level;
import org.dmalab.api.cpu.Op;
import org.dmalab.api.event.Event;
import org.dmalab.api.event.EventKind;
import org.dmalab.api.kernel.Variable;
import org.dmalab.api.service.CacheFlush;
import org.dmalab.api.service.Direction;
import org.dmalab.api.service.Errno;
import org.dmalab.mips.MipsModels;
import org.dmalab.mips.TestLab;
import org.dmalab.mips.hardware.HardwareEvent;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KernelTest {
    private static final MipsKernel KERNEL = new MipsKernel.Merged();

    private static final int FIRST_HIGH = KernelLayout.LOW_PAGES + KernelLayout.BORDER_PAGES;

    private final TestLab lab = new TestLab("tiny", TestLab.variant("stack-kmap"));
    private final Cpu cpu = lab.user();

    private static long high(int number) {
        return Pages.at(FIRST_HIGH + number);
    }

    // ---- layout and pages ----

    @Test
    void variablesDoNotOverlap() {
        Set<Long> bytes = new HashSet<>();
        for (Variable variable : KernelLayout.ALL) {
            assertEquals(0, variable.address() % variable.widthBytes(), variable.name());
            for (long i = 0; i < (long) variable.widthBytes() * variable.count(); i++) {
                assertTrue(bytes.add(variable.address() + i), variable.name());
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"0, 0x0ff00000", "255, 0x0ffff000", "256, 0x1fff0000", "271, 0x1ffff000", "272, 0x20000000",
        "527, 0x200ff000"})
    void pagesAndFramesAreOneToOne(int index, String physical) {
        assertEquals(Long.decode(physical), Pages.physical(Pages.at(index)));
        assertEquals(Pages.at(index), Pages.ofPfn(Long.decode(physical) >>> 12));
    }

    @Test
    void whatIsNoPageIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> Pages.pfn(0));
        assertThrows(IllegalArgumentException.class, () -> Pages.pfn(Pages.at(KernelLayout.PAGES)));
        assertEquals(0, Pages.ofPfn(0));
        assertEquals(0, Pages.ofPfn(0x10000));
        assertEquals(0, Pages.ofPfn(0x20100));
    }

    @Test
    void addressesOfPages() {
        assertEquals(0x8ff00000L, Pages.address(cpu, Pages.at(0)));
        assertEquals(0, Pages.address(cpu, high(0)));
        long address = PageAccess.kmap(cpu, high(0));
        assertEquals(address, Pages.address(cpu, high(0)));
        PageAccess.kunmap(cpu, high(0));
        assertEquals(address, Pages.address(cpu, high(0)), "taken down lazily");
    }

    @ParameterizedTest
    @CsvSource({"0xfe000000, 1", "0xfe3ff000, 1", "0xfe400000, 0", "0xfdfff000, 0", "0xfffe0000, 1", "0xfffe1000, 0",
        "0xfff90000, 1", "0xfff8f000, 0", "0x00400000, 1", "0x0040f000, 1", "0x00410000, 0", "0, 0", "0xc0000000, 0"})
    void onlyPoolFixmapAndUserWindowHaveEntries(String address, int has) {
        assertEquals(has, KernelLayout.pageTableEntry(0, Long.decode(address)) == 0 ? 0 : 1);
    }

    @Test
    void fixmapSlotsDescendAndAreOnePerProcessor() {
        long index = KmapAtomic.fixmapIndex(0, 0);
        assertEquals(0xfffcf000L, KmapAtomic.address(index));
        assertEquals(0xfffbf000L, KmapAtomic.address(KmapAtomic.fixmapIndex(1, 0)));
        for (int p = 0; p < KernelLayout.MAX_CPUS; p++) {
            for (int slot = 0; slot < KmType.COUNT; slot++) {
                long i = KmapAtomic.fixmapIndex(p, slot);
                assertEquals(KmapAtomic.entry(i), KernelLayout.pageTableEntry(p, KmapAtomic.address(i)));
            }
        }
    }

    @Test
    void allocatorHandsOutTheLowestAndThenTheLastFreed() {
        assertEquals(high(0), PageAllocator.alloc(cpu, PageAllocator.HIGH));
        assertEquals(high(1), PageAllocator.alloc(cpu, PageAllocator.HIGH));
        PageAllocator.free(cpu, high(0));
        assertEquals(high(0), PageAllocator.alloc(cpu, PageAllocator.HIGH));
        assertEquals(Pages.at(0), PageAllocator.alloc(cpu, PageAllocator.LOW));
        PageAllocator.free(cpu, Pages.at(0));
        assertEquals(Pages.at(0), PageAllocator.alloc(cpu, PageAllocator.LOW));
    }

    @Test
    void readaheadTakesLowMemoryWhenHighIsGone() {
        for (int i = 0; i < KernelLayout.HIGH_PAGES; i++) {
            PageAllocator.alloc(cpu, PageAllocator.HIGH);
        }
        assertEquals(0, PageAllocator.alloc(cpu, PageAllocator.HIGH));
        assertEquals(0, SataDriver.readahead(cpu, 0, 2));
        assertFalse(Pages.highmem(cpu, SataDriver.page(cpu, 0)));
        while (PageAllocator.alloc(cpu, PageAllocator.LOW) != 0) {
            assertTrue(lab.violations.isEmpty());
        }
        assertEquals(-12, SataDriver.readahead(cpu, 2, 1));
        assertEquals(-22, SataDriver.readahead(cpu, 64, 1));
    }

    @Test
    void aMachineBootsOnce() {
        assertEquals(-16, lab.act("kernel.boot"));
    }

    @Test
    void bootConfigIsChecked() {
        assertThrows(IllegalArgumentException.class, () -> config(0, 2));
        assertThrows(IllegalArgumentException.class, () -> config(5, 2));
        assertThrows(IllegalArgumentException.class, () -> config(2, 3));
        assertThrows(IllegalArgumentException.class, () -> config(2, 2048));
        assertThrows(IllegalArgumentException.class, () -> config(2, 0));
    }

    private static BootConfig config(int processors, long pool) {
        return new BootConfig(processors, 32, 8192, 4, 0, 0, 0, false, false, true, true, 64, false, pool, false,
                new BootConfig.More(0, false, false, true, true, 256, false, false, false));
    }

    // ---- kmap ----

    @Test
    void kmapCountsUsers() {
        long address = PageAccess.kmap(cpu, high(0));
        assertEquals(address, PageAccess.kmap(cpu, high(0)));
        long entry = address - KernelLayout.PKMAP_BASE >>> 12;
        assertEquals(3, cpu.load(KernelLayout.PKMAP_COUNT, entry));
        PageAccess.kunmap(cpu, high(0));
        PageAccess.kunmap(cpu, high(0));
        assertEquals(1, cpu.load(KernelLayout.PKMAP_COUNT, entry));
        assertEquals(Pages.linear(Pages.at(3)), PageAccess.kmap(cpu, Pages.at(3)));
        PageAccess.kunmap(cpu, Pages.at(3));
    }

    @Test
    void aPoolThatWrapsFlushesEveryProcessor() {
        PageAccess.kmap(cpu, high(0));
        PageAccess.kunmap(cpu, high(0));
        PageAccess.kmap(cpu, high(1));
        PageAccess.kunmap(cpu, high(1));
        lab.events.clear();
        PageAccess.kmap(cpu, high(2));
        assertEquals(0, Pages.address(cpu, high(0)), "nobody used it any more");
        assertTrue(lab.count(Op.IPI) > 0);
        assertTrue(lab.violations.isEmpty(), lab.violations::toString);
    }

    @Test
    void bugsOfUsers() {
        assertThrows(KernelBug.class, () -> PageAccess.kunmap(cpu, high(0)));
        Cpu softirq = new TestLab("tiny", TestLab.variant("stack-kmap")).machine.cpu(0, Level.SOFTIRQ);
        assertThrows(KernelBug.class, () -> PageAccess.kmap(softirq, high(0)));
        assertThrows(KernelBug.class, () -> PageAccess.kunmap(softirq, high(0)));
    }

    @Test
    void kunmapOnceTooOftenIsABug() {
        PageAccess.kmap(cpu, high(0));
        PageAccess.kunmap(cpu, high(0));
        assertThrows(KernelBug.class, () -> PageAccess.kunmap(cpu, high(0)));
    }

    @Test
    void countsThatSomebodySpoiledAreBugs() {
        long address = PageAccess.kmap(cpu, high(0));
        cpu.store(KernelLayout.PKMAP_COUNT, address - KernelLayout.PKMAP_BASE >>> 12, 0);
        assertThrows(KernelBug.class, () -> KERNEL.kmap_high_get(cpu, high(0)));
        TestLab other = new TestLab("tiny", TestLab.variant("stack-kmap"));
        long again = PageAccess.kmap(other.user(), high(0));
        other.user().store(KernelLayout.PKMAP_COUNT, again - KernelLayout.PKMAP_BASE >>> 12, 0);
        assertThrows(KernelBug.class, () -> PageAccess.kmap(other.user(), high(0)));
    }

    /** P1: everybody holds one entry and wants another. */
    @Test
    void anExhaustedPoolBlocks() {
        PageAccess.kmap(cpu, high(0));
        PageAccess.kmap(cpu, high(1));
        Blocked blocked = assertThrows(Blocked.class, () -> PageAccess.kmap(cpu, high(2)));
        assertTrue(blocked.getMessage().contains("pkmap_map_wait.woken"), blocked::getMessage);
        assertEquals(1, cpu.load(KernelLayout.PKMAP_WAITERS));
        assertEquals(0, cpu.load(KernelLayout.KMAP_LOCK));
    }

    /** Whoever sleeps for an entry goes on when another processor gives one back. */
    @Test
    void aSleeperIsWokenByTheNextKunmap() {
        PageAccess.kmap(cpu, high(0));
        PageAccess.kmap(cpu, high(1));
        boolean[] done = {false};
        Hook below = lab.machine.hook();
        lab.machine.hook((who, kind, a, b, c, d, e) -> {
            if (kind == Op.AWAIT && a == KernelLayout.PKMAP_WOKEN.element(0) && !done[0]) {
                done[0] = true;
                PageAccess.kunmap(lab.machine.cpu(1, Level.USER), high(1));
            }
            return below.call(who, kind, a, b, c, d, e);
        });
        assertTrue(PageAccess.kmap(cpu, high(2)) != 0);
        assertEquals(0, cpu.load(KernelLayout.PKMAP_WAITERS));
        assertTrue(done[0]);
    }

    /** The page that a sleeper wants may have been mapped by somebody else when it wakes. */
    @Test
    void aSleeperTakesAMappingThatCameAboutMeanwhile() {
        PageAccess.kmap(cpu, high(0));
        PageAccess.kmap(cpu, high(1));
        long[] other = {0};
        Hook below = lab.machine.hook();
        lab.machine.hook((who, kind, a, b, c, d, e) -> {
            if (kind == Op.AWAIT && a == KernelLayout.PKMAP_WOKEN.element(0) && other[0] == 0) {
                other[0] = 1;
                PageAccess.kunmap(lab.machine.cpu(1, Level.USER), high(1));
                other[0] = PageAccess.kmap(lab.machine.cpu(1, Level.USER), high(2));
            }
            return below.call(who, kind, a, b, c, d, e);
        });
        long address = PageAccess.kmap(cpu, high(2));
        assertEquals(other[0], address);
        assertEquals(3, cpu.load(KernelLayout.PKMAP_COUNT, other[0] - KernelLayout.PKMAP_BASE >>> 12));
    }

    // ---- IPIs ----

    /** D1: the flush waits for a processor that spins with interrupts off. */
    @ParameterizedTest
    @CsvSource({"kmap-high-get, true", "arm-l1-vipt, true", "stack-kmap, false", "kseg0-only, false"})
    void wrapUnderContentionDeadlocksWhereTheLockMasks(String variant, boolean masks) {
        TestLab smp = new TestLab("tiny", TestLab.variant(variant));
        Hook below = smp.machine.hook();
        smp.machine.hook((who, kind, a, b, c, d, e) -> {
            if (kind == Op.IPI && masks) {
                smp.machine.processors().setIrqsOff(1, 1); // the other processor is in lock_kmap
            }
            return below.call(who, kind, a, b, c, d, e);
        });
        for (int page = 0; page < 4; page++) {
            smp.act("page.alloc", "page", page, "zone", "high");
            smp.act("page.kmap", "page", page);
            smp.act("page.kunmap", "page", page);
        }
        boolean warned = smp.violations.stream().anyMatch(line -> line.startsWith("WARNING: at kernel/smp.c:293"));
        boolean stuck = smp.violations.stream().anyMatch(line -> line.startsWith("blocked"));
        assertEquals(masks, stuck, smp.violations::toString);
        assertTrue(!masks || smp.count(EventKind.BLOCKED) > 0);
        assertFalse(warned && !masks, smp.violations::toString);
    }

    @Test
    void aSlowTargetIsWaitedFor() {
        Hook below = lab.machine.hook();
        lab.machine.hook((who, kind, a, b, c, d, e) -> {
            if (kind == Op.IPI) {
                lab.machine.processors().setIrqsOff(1, 1);
            } else if (kind == Op.AWAIT) {
                lab.machine.processors().setIrqsOff(1, 0);
            }
            return below.call(who, kind, a, b, c, d, e);
        });
        TlbFlush.one(cpu, 0xfe000000L);
        assertEquals(2, lab.count(HardwareEvent.TLB_FLUSH));
        assertTrue(lab.violations.isEmpty(), lab.violations::toString);
    }

    @ParameterizedTest
    @CsvSource({"BCM7425, 1, true", "tiny, 0, false"})
    void aLargeRangeFlushesTheWholeTlb(String preset, long all, boolean whole) {
        TestLab machine = new TestLab(preset, TestLab.variant("stack-kmap"));
        TlbFlush.pkmapRange(machine.user());
        Event flush = machine.events.stream().filter(event -> event.kind() == HardwareEvent.TLB_FLUSH).findFirst()
                .orElseThrow();
        assertEquals(all, flush.b());
        assertEquals(whole, flush.b() != 0);
    }

    // ---- kmap_atomic ----

    @Test
    void stackIsLifoAndBounded() {
        long first = KmapAtomic.push(cpu, high(0));
        long second = KmapAtomic.push(cpu, high(1));
        assertEquals(first - 4096, second);
        assertEquals(Pages.linear(Pages.at(0)), KmapAtomic.push(cpu, Pages.at(0)));
        assertEquals(3, lab.machine.processors().preemptCount(0));
        KmapAtomic.pop(cpu, Pages.linear(Pages.at(0)));
        assertEquals(2, cpu.load(KernelLayout.KMAP_ATOMIC_IDX, 0));
        KmapAtomic.pop(cpu, second);
        KmapAtomic.pop(cpu, first);
        assertTrue(lab.passes(), lab.violations::toString);
        for (int i = 0; i < KmType.COUNT; i++) {
            KmapAtomic.push(cpu, high(0));
        }
        assertThrows(KernelBug.class, () -> KmapAtomic.push(cpu, high(0)));
    }

    @Test
    void stackWarnsInHardInterruptWithInterruptsOn() {
        Cpu hardirq = lab.machine.cpu(0, Level.HARDIRQ);
        KmapAtomic.pop(hardirq, KmapAtomic.push(hardirq, high(0)));
        assertEquals(1, lab.violations.size());
        long flags = Interrupts.enter(hardirq);
        KmapAtomic.pop(hardirq, KmapAtomic.push(hardirq, high(0)));
        Interrupts.leave(hardirq, flags);
        assertEquals(1, lab.violations.size());
    }

    @Test
    void typedSlotsOfLevelsDiffer() {
        lab.act("page.alloc", "page", 0, "zone", "high");
        TestLab typed = new TestLab("tiny", TestLab.variant("per-page-irq-off"));
        typed.act("page.alloc", "page", 0, "zone", "high");
        for (Level level : List.of(Level.USER, Level.SOFTIRQ, Level.HARDIRQ)) {
            typed.act(typed.machine.cpu(0, level), "page.dirty", "page", 0, "length", 4, "through", "kmap-atomic");
        }
        for (KmType type : List.of(KmType.KM_USER0, KmType.KM_SOFTIRQ0, KmType.KM_IRQ0)) {
            assertEquals(Pages.pte(high(0)), typed.user().load(
                    KmapAtomic.entry(KmapAtomic.fixmapIndex(0, type.ordinal())), 4), type.name());
        }
    }

    // ---- cache maintenance ----

    private List<Event> operations(TestLab machine, Runnable code) {
        machine.events.clear();
        code.run();
        return machine.events.stream().filter(event -> event.kind() == HardwareEvent.CACHE_LINE).toList();
    }

    @Test
    void rangesAreRoundedOutwards() {
        TestLab machine = new TestLab("24K", "strict", TestLab.variant("stack-kmap"), Map.of("edgeWriteback", 0L));
        List<Event> ops = operations(machine,
                () -> KERNEL.r4k_dma_cache_wback_inv(machine.user(), 0x8ff0001cL, 0x28));
        assertEquals(List.of(0x8ff00000L, 0x8ff00020L, 0x8ff00040L), ops.stream().map(Event::b).toList());
        assertTrue(ops.stream().allMatch(op -> op.a() == CacheOp.HIT_WRITEBACK_INVALIDATE_D.ordinal()));
        ops = operations(machine, () -> KERNEL.r4k_dma_cache_inv(machine.user(), 0x8ff00000L, 0x20));
        assertEquals(1, ops.size());
        assertEquals(CacheOp.HIT_INVALIDATE_D.ordinal(), ops.get(0).a());
        assertEquals(1, machine.count(Op.BARRIER));
    }

    @Test
    void edgesAreSavedBeforeAnInvalidation() {
        TestLab machine = new TestLab("24K", TestLab.variant("stack-kmap"));
        List<Event> ops = operations(machine,
                () -> KERNEL.r4k_dma_cache_inv(machine.user(), 0x8ff00010L, 0x40));
        assertEquals(List.of(0x8ff00000L, 0x8ff00040L, 0x8ff00000L, 0x8ff00020L, 0x8ff00040L),
                ops.stream().map(Event::b).toList());
        assertEquals(CacheOp.HIT_WRITEBACK_INVALIDATE_D.ordinal(), ops.get(1).a());
        assertEquals(CacheOp.HIT_INVALIDATE_D.ordinal(), ops.get(2).a());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aRangeAsLargeAsTheCacheIsBlasted(boolean invalidate) {
        TestLab machine = new TestLab("24K", TestLab.variant("stack-kmap"));
        List<Event> ops = operations(machine, () -> {
            if (invalidate) {
                KERNEL.r4k_dma_cache_inv(machine.user(), 0x8ff00000L, 32768);
            } else {
                KERNEL.r4k_dma_cache_wback_inv(machine.user(), 0x8ff00000L, 32768);
            }
        });
        assertEquals(1024, ops.size());
        assertTrue(ops.stream().allMatch(op -> op.a() == CacheOp.INDEX_WRITEBACK_INVALIDATE_D.ordinal()));
        assertEquals(1023, operations(machine, () -> KERNEL.r4k_dma_cache_wback_inv(machine.user(),
                0x8ff00000L, 32768 - 32)).size(), "one line less goes line by line");
    }

    @Test
    void severalProcessorsAreNeverBlasted() {
        TestLab machine = new TestLab("BCM7425", "strict", TestLab.variant("stack-kmap"), Map.of("l2Bypassed", 1L));
        assertTrue(operations(machine, () -> KERNEL.r4k_dma_cache_wback_inv(machine.user(), 0x8ff00000L, 65536))
                .stream().allMatch(op -> op.a() == CacheOp.HIT_WRITEBACK_INVALIDATE_D.ordinal()));
    }

    @Test
    void anInclusiveSecondaryNeedsNoPrimaryOperations() {
        TestLab machine = new TestLab("BCM7425", TestLab.variant("stack-kmap"));
        List<Event> ops = operations(machine,
                () -> KERNEL.r4k_dma_cache_wback_inv(machine.user(), 0x8ff00000L, 4096));
        assertEquals(32, ops.size());
        assertTrue(ops.stream().allMatch(op -> op.a() == CacheOp.HIT_WRITEBACK_INVALIDATE_S.ordinal()));
        ops = operations(machine, () -> KERNEL.r4k_dma_cache_inv(machine.user(), 0x8ff00000L, 256 << 10));
        assertEquals(2048, ops.size());
        assertTrue(ops.stream().allMatch(op -> op.a() == CacheOp.INDEX_WRITEBACK_INVALIDATE_S.ordinal()));
    }

    @Test
    void anotherSecondaryComesAfterThePrimary() {
        TestLab machine = new TestLab("BCM7425", "strict", TestLab.variant("stack-kmap"), Map.of("l2Inclusive", 0L));
        List<Event> ops = operations(machine,
                () -> KERNEL.r4k_dma_cache_wback_inv(machine.user(), 0x8ff00000L, 4096));
        assertEquals(128 + 32, ops.size());
        assertEquals(CacheOp.HIT_WRITEBACK_INVALIDATE_D.ordinal(), ops.get(127).a());
        assertEquals(CacheOp.HIT_WRITEBACK_INVALIDATE_S.ordinal(), ops.get(128).a());
    }

    @Test
    void nothingToMaintainWarns() {
        KERNEL.r4k_dma_cache_wback_inv(cpu, 0x8ff00000L, 0);
        assertEquals(1, lab.violations.size());
    }

    // ---- variants without options ----

    @Test
    void aVariantThatOnlyMaintainsHasDefaults() {
        StringBuilder calls = new StringBuilder();
        CacheFlush plain = new CacheFlush() {
            @Override
            public void forDevice(Cpu on, long page, long offset, long size, Direction direction) {
                calls.append("device ").append(offset).append(' ');
            }

            @Override
            public void forCpu(Cpu on, long page, long offset, long size, Direction direction) {
                calls.append("cpu ").append(offset).append(' ');
            }
        };
        MipsKernel kernel = MipsKernel.of(plain);
        assertFalse(kernel.ARCH_NEEDS_KMAP_HIGH_GET());
        kernel.mips_dma_map_page(cpu, high(0), 1, 4, Direction.FROM_DEVICE);
        kernel.mips_dma_unmap_sg(cpu, high(0), 2, 4, Direction.FROM_DEVICE);
        kernel.mips_dma_unmap_sg(cpu, high(0), 2, 4, Direction.TO_DEVICE);
        kernel.mips_dma_sync_sg_for_device(cpu, high(0), 3, 4, Direction.FROM_DEVICE);
        kernel.mips_dma_sync_sg_for_cpu(cpu, high(0), 5, 4, Direction.FROM_DEVICE);
        kernel.mips_dma_unmap_page(cpu, Pages.physical(high(0)), 4, Direction.FROM_DEVICE);
        cpu.store(KernelLayout.NONCOHERENT_R10000, 1);
        kernel.dma_sync_single_range_for_cpu(cpu, 0x20000f00L, 0x104, 4, Direction.FROM_DEVICE);
        kernel.mips_dma_unmap_page(cpu, Pages.physical(high(0)) + 6, 4, Direction.FROM_DEVICE);
        assertEquals("device 1 cpu 2 device 3 cpu 4 cpu 6 ", calls.toString());
    }

    /** S6: another processor recycles the kmap entry while the maintenance goes on. */
    @ParameterizedTest
    @CsvSource({"kseg0-only, false", "kmap-high-get, true", "arm-l1-vipt, true", "ppc-irq-off, true",
        "per-page-irq-off, true", "stack-kmap, true"})
    void recycledKmapEntry(String variant, boolean holds) {
        TestLab smp = new TestLab("tiny", "tlb-broadcast", TestLab.variant(variant), Map.of());
        for (int page = 0; page < 4; page++) {
            smp.act("page.alloc", "page", page, "zone", "high");
        }
        smp.act("page.kmap", "page", 0);
        smp.act("page.kunmap", "page", 0);
        boolean[] done = {false};
        Hook below = smp.machine.hook();
        smp.machine.hook((who, kind, a, b, c, d, e) -> {
            if (kind == Op.CACHE && !done[0]) {
                done[0] = true;
                for (int page = 1; page < 4; page++) {
                    smp.act(smp.machine.cpu(1, Level.USER), "page.kmap", "page", page);
                    smp.act(smp.machine.cpu(1, Level.USER), "page.kunmap", "page", page);
                }
            }
            return below.call(who, kind, a, b, c, d, e);
        });
        smp.act("dma.maintain", "page", 0);
        assertTrue(done[0]);
        assertEquals(holds, smp.passes(), smp.violations::toString);
    }

    /** Actions ask for what can be; the driver looks all the same at what it is given. */
    @Test
    void theDriverDeclinesWhatCannotBe() {
        lab.act("page.alloc", "page", 0);
        for (long page : new long[] {-1, KernelLayout.CACHE_PAGES}) {
            assertEquals(Errno.EINVAL, SataDriver.add(cpu, page, PageAllocator.HIGH));
            assertEquals(Errno.EINVAL, SataDriver.remove(cpu, page));
            assertEquals(Errno.EINVAL, SataDriver.issue(cpu, page, 0, 4, Direction.TO_DEVICE));
            assertEquals(Errno.EINVAL, SataDriver.complete(cpu, page, true));
            assertEquals(Errno.EINVAL, SataDriver.syncRequest(cpu, page, true));
            assertEquals(Errno.EINVAL, SataDriver.mapPage(cpu, page, 0, 4, Direction.TO_DEVICE));
            assertEquals(Errno.EINVAL, SataDriver.unmapPage(cpu, page));
            assertEquals(0, SataDriver.segments(cpu, page));
        }
        long[][] ranges = {{-1, 4}, {0, 0}, {0, -1}, {KernelLayout.PAGE_SIZE, 4}};
        for (long[] range : ranges) {
            assertEquals(Errno.EINVAL, SataDriver.issue(cpu, 0, range[0], range[1], Direction.TO_DEVICE));
            assertEquals(Errno.EINVAL, SataDriver.mapPage(cpu, 0, range[0], range[1], Direction.TO_DEVICE));
        }
        SataDriver.mapPage(cpu, 0, 0, 64, Direction.TO_DEVICE);
        for (long[] range : ranges) {
            assertEquals(Errno.EINVAL, SataDriver.syncRange(cpu, 0, range[0], range[1], true));
        }
        assertEquals(0, SataDriver.unmapPage(cpu, 0));
        assertTrue(lab.passes(), lab.violations::toString);
    }

    /** ARM's slot: who finds another page in it, or nobody in it, when he leaves has lost it. */
    @ParameterizedTest
    @CsvSource({"0, L1 slot holds another page", "1, L1 slot is not in use"})
    void aSlotThatSomebodySpoiledIsABug(int spoilt, String words) {
        TestLab arm = new TestLab("tiny", TestLab.variant("arm-l1-vipt"));
        arm.act("page.alloc", "page", 0);
        Hook below = arm.machine.hook();
        long slot = KmapAtomic.entry(KmapAtomic.fixmapIndex(0, KmType.KM_L1_CACHE.ordinal()));
        long spoiled = spoilt == 0 ? slot : KernelLayout.L1_VIPT_DEPTH.address();
        boolean[] inUse = {false};
        arm.machine.hook((who, kind, a, b, c, d, e) -> {
            inUse[0] |= kind == Op.CACHE;
            return kind == Op.LOAD && a == spoiled && inUse[0] ? 0 : below.call(who, kind, a, b, c, d, e);
        });
        arm.act("dma.maintain", "page", 0);
        assertEquals(1, arm.violations.size(), arm.violations::toString);
        assertTrue(arm.violations.get(0).endsWith(words), arm.violations::toString);
    }

    @Test
    void theModelIsReachable() {
        assertEquals(2, MipsModels.of(lab.machine).tlb().pairs());
    }
}
