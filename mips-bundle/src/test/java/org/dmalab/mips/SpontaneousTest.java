package org.dmalab.mips;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

import org.dmalab.api.Spontaneous;
import org.dmalab.api.event.EventKind;
import org.dmalab.mips.hardware.HardwareEvent;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the hardware may do by itself: when, where, and what comes of it. */
class SpontaneousTest {
    private static Spontaneous family(TestLab lab, String name) {
        return new MipsArchitecture().spontaneous(lab.machine).stream().filter(one -> one.family().equals(name))
                .findFirst().orElseThrow();
    }

    private static List<Integer> places(Spontaneous family) {
        return IntStream.range(0, family.count()).filter(family::enabled).boxed().toList();
    }

    private static TestLab tiny(String profile) {
        TestLab lab = new TestLab("tiny", profile, TestLab.variant("stack-kmap"), Map.of("processors", 1L));
        lab.act("page.alloc", "page", 0, "zone", "low");
        return lab;
    }

    @Test
    void everyFamilySaysWhatItIs() {
        TestLab lab = tiny("prefetching");
        List<Spontaneous> families = new MipsArchitecture().spontaneous(lab.machine);
        assertEquals(List.of("eviction", "prefetch", "write-buffer-drain"),
                families.stream().map(Spontaneous::family).toList());
        for (Spontaneous family : families) {
            assertFalse(family.summary().isEmpty());
            assertFalse(family.describe(family.count() - 1).isEmpty());
        }
    }

    @Test
    void aDirtyLineIsWrittenBackWhenItIsEvicted() {
        TestLab lab = tiny("strict");
        Spontaneous eviction = family(lab, "eviction");
        assertEquals(4, eviction.count());
        assertEquals(List.of(), places(eviction));
        lab.act("page.dirty", "page", 0, "length", 2048);
        List<Integer> places = places(eviction);
        assertEquals(1, places.size());
        assertEquals("evict line 0x0ff00000 of cpu0's D-cache", eviction.describe(places.get(0)));
        eviction.take(places.get(0));
        assertEquals(List.of(), places(eviction));
        assertEquals("evict a line of cpu0's D-cache", eviction.describe(places.get(0)));

        Spontaneous drain = family(lab, "write-buffer-drain");
        assertEquals(1, drain.count());
        assertTrue(drain.enabled(0));
        long before = lab.count(EventKind.WRITE_BACK);
        drain.take(0);
        assertEquals(before + 1, lab.count(EventKind.WRITE_BACK));
        assertFalse(drain.enabled(0));
    }

    @Test
    void linesOfTheSecondaryCacheAreEvictedToo() {
        TestLab lab = new TestLab("BCM7425", TestLab.variant("stack-kmap"));
        Spontaneous eviction = family(lab, "eviction");
        assertEquals(2 * 256 * 4 + 256 * 8, eviction.count());
        lab.act("page.alloc", "page", 0, "zone", "low");
        lab.act("page.dirty", "page", 0, "length", 32);
        List<Integer> places = places(eviction);
        assertEquals(2, places.size());
        assertEquals("evict line 0x0ff00000 of the secondary cache", eviction.describe(places.get(1)));
        eviction.take(places.get(1));
        assertEquals(List.of(), places(eviction)); // it is inclusive: the primary line goes along
        lab.machine.model(MipsModel.class).caches().drainOne();
        assertEquals(1, lab.count(EventKind.WRITE_BACK));
    }

    @Test
    void onlyACoreThatSpeculatesPrefetches() {
        assertEquals(0, family(tiny("strict"), "prefetch").count());
        TestLab lab = tiny("prefetching");
        Spontaneous prefetch = family(lab, "prefetch");
        List<Integer> places = places(prefetch);
        assertEquals(List.of(0, 1), places); // the two lines of the one page that is there
        assertEquals("prefetch of line 0x0ff00800 by cpu0", prefetch.describe(1));
        assertEquals("prefetch of a page that is not in use", prefetch.describe(2));
        prefetch.take(1);
        assertEquals(1, lab.count(HardwareEvent.PREFETCH));
        assertEquals(List.of(0), places(prefetch));
        assertEquals(1, places(family(lab, "eviction")).size());
    }

    /** S8 and S8': the core fetches a line before the controller writes it. */
    @ParameterizedTest
    @CsvSource({"kseg0-only, false, true", "kmap-high-get, false, true", "arm-l1-vipt, true, true",
        "ppc-irq-off, false, false", "per-page-irq-off, false, true", "stack-kmap, false, true",
        "kmap-high-get-fallback, false, true", "three-slots, false, true"})
    void aLineThatWasFetchedTooEarlyIsStale(String variant, boolean unmapPage, boolean unmapSg) {
        assertEquals(unmapPage, transfer(variant, "page"));
        assertEquals(unmapSg, transfer(variant, "sg"));
    }

    private static boolean transfer(String variant, String how) {
        TestLab lab = new TestLab("tiny", "prefetching", TestLab.variant(variant), Map.of("processors", 1L));
        lab.act("page.alloc", "page", 0, "zone", "low");
        lab.act("page.dirty", "page", 0);
        lab.act("dma.map-" + how, "page", 0);
        assertEquals(2048, lab.act("device.dma-line", "page", 0, "line", 0));
        family(lab, "prefetch").take(1);
        assertEquals(2048, lab.act("device.dma-line", "page", 0, "line", 1));
        assertTrue(lab.act("device.dma-line", "page", 0, "line", 2) < 0);
        assertTrue(lab.act("device.dma-line", "page", 0, "line", Long.MAX_VALUE) < 0);
        lab.act("dma.unmap-" + how, "page", 0);
        lab.act("page.read", "page", 0);
        return lab.passes();
    }
}
