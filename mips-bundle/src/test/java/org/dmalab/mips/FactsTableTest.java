package org.dmalab.mips;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;

import org.dmalab.api.cpu.Barrier;
import org.dmalab.api.cpu.Endian;
import org.dmalab.api.cpu.Level;
import org.dmalab.api.cpu.Op;
import org.dmalab.api.event.Event;
import org.dmalab.mips.hardware.HardwareEvent;
import org.dmalab.mips.kernel.KernelLayout;
import org.dmalab.mips.kernel.Pages;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What each variant comes to in the situations of the table of predictions; P passes, F fails, one letter for each of
 * {@link #VARIANTS}. Where the model came out other than predicted, the row says so.
 */
class FactsTableTest {
    static final List<String> VARIANTS = List.of("kseg0-only", "kmap-high-get", "arm-l1-vipt", "ppc-irq-off",
            "per-page-irq-off", "stack-kmap", "kmap-high-get-fallback", "three-slots");

    private record Situation(String preset, String profile, Map<String, Long> set, Consumer<TestLab> story) { }

    private static Situation usual(Consumer<TestLab> story) {
        return new Situation("BCM7425", "strict", Map.of(), story);
    }

    private static Situation on(String preset, String profile, Map<String, Long> set, Consumer<TestLab> story) {
        return new Situation(preset, profile, set, story);
    }

    static Stream<Arguments> table() {
        return Stream.of(
                row("S1 un-kmapped high page with dirty lines", "FFPPPPFP", usual(FactsTableTest::unmappedHighPage)),
                row("S1 without a secondary cache", "FFPPPPPP",
                        on("24K", "strict", Map.of(), FactsTableTest::unmappedHighPage)),
                row("S1 without a secondary cache, a part of a page", "FFPPPPFP",
                        on("24K", "strict", Map.of(), FactsTableTest::unmappedPart)),
                row("S2 bus address of a kmapped high page", "FPPPPPPP", usual(FactsTableTest::busAddress)),
                row("S4 kmap pool wraps", "PFFPPPFP", on("tiny", "strict", Map.of(), FactsTableTest::poolWraps)),
                row("S4 with TLB broadcast", "PPPPPPPP",
                        on("tiny", "tlb-broadcast", Map.of(), FactsTableTest::poolWraps)),
                row("S5 at most a page of operations with interrupts off", "PPPFPPPP",
                        usual(FactsTableTest::maskedStretch)),
                row("S7 neighbour dirty before the transfer", "PPPPPPPP", usual(lab -> edge(lab, false))),
                // Predicted P for ARM and PPC. ARM's operation is the same bare invalidation here, and PPC looks at the
                // primary line, while the neighbour is in the same secondary line.
                row("S7 without edge write-back", "FFFFFFFF",
                        on("BCM7425", "strict", Map.of("edgeWriteback", 0L), lab -> edge(lab, false))),
                row("S7' neighbour written during the transfer", "FFFFFFFF", usual(lab -> edge(lab, true))),
                row("S8 speculative fill, unmap_page", "FFPFFFFF",
                        on("BCM7425", "speculating", Map.of(), FactsTableTest::speculativePage)),
                row("S8 speculative fill, unmap_page, kernel knows", "PPPFPPPP",
                        on("BCM7425", "speculating-known", Map.of(), FactsTableTest::speculativePage)),
                row("S8' speculative fill, unmap_sg", "PPPFPPPP",
                        on("BCM7425", "speculating", Map.of(), FactsTableTest::speculativeSg)),
                row("S9 page dirty in L2 only", "PPPPPPPP", usual(FactsTableTest::dirtyInSecondary)),
                row("S10 uncached store, no SYNC", "FFFFFFFF",
                        on("BCM7425", "strict", Map.of("syncAfterFlush", 0L), FactsTableTest::uncachedStore)),
                row("S10 uncached store, SYNC", "PPPPPPPP", usual(FactsTableTest::uncachedStore)),
                row("S11 sync of a part of an unaligned mapping", "PPPPFPPP", usual(FactsTableTest::syncRange)),
                row("S11' sync_sg with an offset", "FPPPPPPP", usual(FactsTableTest::syncSg)),
                row("S12 range from low into high memory", "FFFPFFFF",
                        on("24K", "strict", Map.of(), FactsTableTest::acrossTheBorder)),
                row("S13 unmap of a high page by bus address", "FPPPPPPP",
                        on("BCM7425", "strict", Map.of("noncoherentR10000", 1L), FactsTableTest::unmapHigh)),
                row("S16 dirty in another core, hit operations local", "FFFFFFFF",
                        on("BCM7425", "local-hit-ops", Map.of("l2Bypassed", 1L), FactsTableTest::otherCore)),
                // Predicted to fail whatever the caches: an inclusive secondary cache takes all primary lines along.
                row("S16 with an inclusive secondary cache", "PPPPPPPP",
                        on("BCM7425", "local-hit-ops", Map.of(), FactsTableTest::otherCore)),
                // Predicted P for ARM and PPC: ARM's low pages go in one piece here too, PPC leaves the line alone.
                row("S17 low buffer as large as the cache, a line dirty", "FFFFFFFF",
                        on("24K", "strict", Map.of(), lab -> blast(lab, "low"))),
                // Predicted F for DEZ1, CER1 and CER4: high pages go page by page, so nothing is ever blasted.
                row("S17 high buffer as large as the cache, a line dirty", "FPPFPPPP",
                        on("24K", "strict", Map.of(), lab -> blast(lab, "high"))));
    }

    private static Arguments row(String name, String expected, Situation situation) {
        return Arguments.of(name, expected, situation);
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("table")
    void comesOutAsTheTableSays(String name, String expected, Object row) {
        Situation situation = (Situation) row;
        StringBuilder found = new StringBuilder();
        StringBuilder why = new StringBuilder();
        for (String variant : VARIANTS) {
            TestLab lab = new TestLab(situation.preset(), situation.profile(), TestLab.variant(variant),
                    situation.set());
            situation.story().accept(lab);
            found.append(lab.passes() ? 'P' : 'F');
            why.append(variant).append(lab.violations.stream().limit(3).toList()).append('\n');
        }
        assertEquals(expected, found.toString(), () -> name + "\n" + why);
    }

    private static void unmappedHighPage(TestLab lab) {
        lab.act("page.alloc", "page", 0, "zone", "high");
        lab.act("page.dirty", "page", 0);
        lab.act("page.free", "page", 0);
        lab.act("sata.read", "page", 0);
    }

    private static void unmappedPart(TestLab lab) {
        lab.act("page.alloc", "page", 0, "zone", "high");
        lab.act("page.dirty", "page", 0);
        lab.act("dma.map-page", "page", 0, "offset", 256, "length", 256);
        lab.act("device.dma", "page", 0);
        lab.act("dma.unmap-page", "page", 0);
        lab.act("page.read", "page", 0);
    }

    private static void busAddress(TestLab lab) {
        lab.act("page.alloc", "page", 0, "zone", "high");
        lab.act("page.kmap", "page", 0);
        lab.act("dma.map-page", "page", 0, "offset", 256, "length", 256);
        lab.act("dma.unmap-page", "page", 0);
        lab.act("page.kunmap", "page", 0);
    }

    private static void poolWraps(TestLab lab) {
        for (int page = 0; page < 5; page++) {
            lab.act("page.alloc", "page", page, "zone", "high");
            lab.act("page.kmap", "page", page);
            lab.act("page.kunmap", "page", page);
        }
    }

    private static void maskedStretch(TestLab lab) {
        for (int page = 0; page < 4; page++) {
            lab.act("page.alloc", "page", page, "zone", "high");
        }
        lab.act("dma.map-sg", "page", 0, "length", 16384);
        lab.violations.clear(); // a wrong bus address is another row's matter
        int longest = 0;
        int current = 0;
        for (Event event : lab.events) {
            if (event.kind() == HardwareEvent.CACHE_LINE && (event.d() & HardwareEvent.IRQS_OFF) != 0) {
                longest = Math.max(longest, ++current);
            } else if (event.kind() == Op.IRQ_RESTORE && event.a() == 0) {
                current = 0;
            }
        }
        if (longest > 4096 / 128 + 2) {
            lab.violations.add(longest + " cache operations with interrupts off");
        }
    }

    private static void edge(TestLab lab, boolean during) {
        lab.act("page.alloc", "page", 0, "zone", "low");
        if (!during) {
            lab.act("page.dirty", "page", 0, "length", 64);
        }
        lab.act("dma.map-sg", "page", 0, "offset", 64, "length", 448);
        if (during) {
            lab.act("page.dirty", "page", 0, "length", 64);
        }
        lab.act("device.dma", "page", 0);
        lab.act("dma.unmap-sg", "page", 0);
        lab.act("page.read", "page", 0, "length", 1024);
    }

    private static void speculativePage(TestLab lab) {
        lab.act("page.alloc", "page", 0, "zone", "low");
        lab.act("dma.map-page", "page", 0);
        lab.act("device.dma", "page", 0);
        lab.act("dma.unmap-page", "page", 0);
        lab.act("page.read", "page", 0);
    }

    private static void speculativeSg(TestLab lab) {
        lab.act("page.alloc", "page", 0, "zone", "low");
        lab.act("dma.map-sg", "page", 0);
        lab.act("device.dma", "page", 0);
        lab.act("dma.unmap-sg", "page", 0);
        lab.act("page.read", "page", 0);
    }

    private static void dirtyInSecondary(TestLab lab) {
        lab.act("page.alloc", "page", 0, "zone", "low");
        lab.act("page.dirty", "page", 0);
        long page = Pages.physical(lab.machine.kernel().load(KernelLayout.PAGE_CACHE.element(0), 4));
        for (long line = page; line < page + 4096; line += 32) {
            lab.machine.model(MipsModel.class).caches().evict(0, line);
        }
        lab.act("dma.map-sg", "page", 0, "direction", "to-device");
        lab.act("device.dma", "page", 0, "direction", "to-device");
        lab.act("dma.unmap-sg", "page", 0);
    }

    private static void uncachedStore(TestLab lab) {
        lab.act("page.alloc", "page", 0, "zone", "low");
        lab.act("page.dirty", "page", 0, "length", 128);
        lab.act("dma.maintain", "page", 0, "length", 128, "direction", "bidirectional");
        long page = Pages.physical(lab.machine.kernel().load(KernelLayout.PAGE_CACHE.element(0), 4));
        lab.user().write(0xa0000000L + page, 4, Endian.LITTLE, 0x12345678);
        lab.user().barrier(Barrier.SYNC);
        lab.user().read(0xa0000000L + page, 4, Endian.LITTLE);
    }

    private static void syncRange(TestLab lab) {
        lab.act("page.alloc", "page", 0, "zone", "low");
        lab.act("dma.map-page", "page", 0, "offset", 1024, "length", 2048, "direction", "to-device");
        lab.act("page.dirty", "page", 0, "offset", 1536, "length", 128);
        lab.act("dma.sync-range", "page", 0, "offset", 512, "length", 128, "for", "device");
        lab.act("device.dma", "page", 0, "offset", 512, "length", 128, "direction", "to-device");
        lab.act("dma.unmap-page", "page", 0);
    }

    private static void syncSg(TestLab lab) {
        lab.act("page.alloc", "page", 0, "zone", "low");
        lab.act("dma.map-sg", "page", 0, "offset", 1024, "length", 128, "direction", "to-device");
        lab.act("page.dirty", "page", 0, "offset", 1024, "length", 128);
        lab.act("dma.sync-sg", "page", 0, "for", "device");
        lab.act("device.dma", "page", 0, "direction", "to-device");
        lab.act("dma.unmap-sg", "page", 0);
    }

    private static void acrossTheBorder(TestLab lab) {
        long last = Pages.at(KernelLayout.LOW_PAGES + KernelLayout.BORDER_PAGES - 1L);
        lab.user().store(KernelLayout.PAGE_CACHE, 0, last);
        lab.user().store(KernelLayout.PAGE_CACHE, 1, Pages.next(last, 1));
        lab.act("page.dirty", "page", 0);
        lab.act("page.dirty", "page", 1);
        lab.act("dma.map-sg", "page", 0, "length", 8192, "direction", "to-device");
        lab.act("device.dma", "page", 0, "direction", "to-device");
        lab.act("dma.unmap-sg", "page", 0);
    }

    private static void unmapHigh(TestLab lab) {
        lab.act("page.alloc", "page", 0, "zone", "high");
        lab.act("page.kmap", "page", 0);
        lab.act("dma.map-page", "page", 0);
        lab.act("device.dma", "page", 0);
        if (lab.act("dma.unmap-page", "page", 0) == 0) {
            lab.act("page.read", "page", 0);
        }
        lab.act("page.kunmap", "page", 0);
    }

    private static void otherCore(TestLab lab) {
        lab.act("page.alloc", "page", 0, "zone", "low");
        lab.act(lab.machine.cpu(1, Level.USER), "page.dirty", "page", 0);
        lab.act("dma.map-sg", "page", 0, "direction", "to-device");
        lab.act("device.dma", "page", 0, "direction", "to-device");
        lab.act("dma.unmap-sg", "page", 0);
    }

    private static void blast(TestLab lab, String zone) {
        for (int page = 0; page < 8; page++) {
            lab.act("page.alloc", "page", page, "zone", zone);
            lab.act("page.kmap", "page", page);
        }
        lab.act("dma.map-sg", "page", 0, "length", 32768);
        lab.act("page.dirty", "page", 3, "offset", 512, "length", 4);
        lab.act("device.dma", "page", 0);
        lab.act("dma.unmap-sg", "page", 0);
        for (int page = 0; page < 8; page++) {
            lab.act("page.read", "page", page);
            lab.act("page.kunmap", "page", page);
        }
    }
}
