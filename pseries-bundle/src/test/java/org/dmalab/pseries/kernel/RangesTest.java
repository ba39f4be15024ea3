package org.dmalab.pseries.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;

import org.dmalab.api.cpu.LiveCpu;
import org.dmalab.api.event.Event;
import org.dmalab.api.service.Errno;
import org.dmalab.pseries.Rig;
import org.dmalab.pseries.hardware.Papr;
import org.dmalab.pseries.hardware.TceTables;
import org.dmalab.pseries.kernel.KernelLayout.WindowProp;
import org.junit.jupiter.api.Test;

/** The range helpers of direct windows, with the calls that were made to QEMU 7.2 for the same ranges. */
class RangesTest {
    private static final long WINDOW = 0x800000000000000L;
    private static final long MIB = 1 << 20;
    private static final long GIB = 1 << 30;

    private Rig rig;
    private LiveCpu cpu;
    private TceTables tables;
    private long prop;

    /** A direct window of 1 GiB; the mask says which page size. */
    private void window(long pageMask, Map<String, Long> more) {
        Map<String, Long> set = new java.util.TreeMap<>(more);
        set.put("pageSizeMask", pageMask);
        set.put("lrdrCapacityBytes", GIB);
        rig = new Rig(Rig.variant("direct-only"), "qemu-1G-maxmem8G", "qemu-7.2", set).booted();
        cpu = rig.cpu();
        tables = rig.partition().tables();
        prop = WindowList.prop(cpu, WindowList.first(cpu));
        rig.events.clear();
        rig.violations.clear();
    }

    private long set(long start, long length) {
        return TceRange.set(cpu, start >>> 16, length >>> 16, prop);
    }

    private long clear(long start, long length) {
        return TceRange.clear(cpu, start >>> 16, length >>> 16, prop);
    }

    private List<Long> counts(long number) {
        return rig.hypercalls(number).stream().map(Event::e).toList();
    }

    @Test
    void rangesInPagesOf16M() {
        window(0x107, Map.of());
        assertEquals(-4, set(0x1040000, 0x40000));
        assertEquals(-4, clear(0x1000000, 8 * MIB));
        assertEquals(0x1000003, tables.tce(1, 1));
        assertEquals(0, set(8 * MIB, 24 * MIB));
        assertEquals(0, set(0, GIB));
        assertEquals(List.of(0L, 2L, 64L), counts(Papr.H_PUT_TCE_INDIRECT));
        assertEquals(List.of(0L), counts(Papr.H_STUFF_TCE));
        assertEquals(WINDOW, rig.hypercalls(Papr.H_PUT_TCE_INDIRECT).get(1).c());
        assertEquals(WINDOW + 0x1000000, rig.hypercalls(Papr.H_PUT_TCE_INDIRECT).get(0).c());
    }

    @Test
    void oneGibInPagesOf64KIs32Hypercalls() {
        window(3, Map.of());
        assertEquals(0, set(0, GIB));
        assertEquals(32, counts(Papr.H_PUT_TCE_INDIRECT).size());
        assertTrue(counts(Papr.H_PUT_TCE_INDIRECT).stream().allMatch(count -> count == 512));
        assertEquals(0x3fff0003, tables.tce(1, 0x3fff));
    }

    @Test
    void aRangeBehindTheWindowIsRefusedAtTheFirstCall() {
        window(3, Map.of());
        assertEquals(-4, set(GIB, 256 * MIB));
        assertEquals(-4, clear(GIB, 256 * MIB));
        assertEquals(List.of(512L), counts(Papr.H_PUT_TCE_INDIRECT));
        assertEquals(List.of(512L), counts(Papr.H_STUFF_TCE));
    }

    @Test
    void aRangeAcrossTheEndIsMappedAndClearedUpToIt() {
        window(3, Map.of());
        clear(0, GIB);
        rig.events.clear();
        assertEquals(-4, set(896 * MIB, 256 * MIB));
        assertEquals(5, counts(Papr.H_PUT_TCE_INDIRECT).size());
        assertEquals(0x3fff0003, tables.tce(1, 0x3fff));
        assertEquals(-4, clear(896 * MIB, 256 * MIB));
        assertEquals(5, counts(Papr.H_STUFF_TCE).size());
        assertEquals(0, tables.tce(1, 0x3800));
        assertEquals(0, tables.tce(1, 0x3fff));
    }

    @Test
    void aCallAcrossTheEndLeavesItsFirstPart() {
        window(3, Map.of());
        clear(0, GIB);
        assertEquals(-4, set(1008 * MIB, 32 * MIB));
        assertEquals(0x3f000003, tables.tce(1, 0x3f00));
        assertEquals(0x3fff0003, tables.tce(1, 0x3fff));
        assertEquals(-4, clear(1008 * MIB, 32 * MIB));
        assertEquals(0, tables.tce(1, 0x3f00));
    }

    @Test
    void interruptsAreOffWhileTheListIsUsed() {
        window(3, Map.of());
        assertEquals(0, set(0, GIB));
        assertFalse(rig.machine.processors().irqsOff(0));
        cpu.irqSave();
        set(0, 64 * MIB);
        assertTrue(rig.machine.processors().irqsOff(0));
    }

    @Test
    void withoutAPageTheRangeIsRefused() {
        window(0x107, Map.of());
        cpu.store(KernelLayout.TCE_PAGE, 0, 0);
        rig.run("kernel.fault", "what", "page-alloc");
        assertEquals(Errno.ENOMEM, set(0, GIB));
        assertFalse(rig.machine.processors().irqsOff(0));
        assertEquals(0, set(0, GIB));
    }

    @Test
    void pagesRunOut() {
        window(0x107, Map.of());
        cpu.store(KernelLayout.NEXT_FREE_PAGE, Pages.END_FREE);
        assertEquals(0, Pages.alloc(cpu));
    }

    @Test
    void withoutMultitceNothingIsRefused() {
        window(3, Map.of("multitce", 0L));
        assertEquals(0, set(0, 64 * MIB));
        assertEquals(1024, rig.hypercalls(Papr.H_PUT_TCE).size());
        assertEquals(0, rig.hypercalls(Papr.H_PUT_TCE_INDIRECT).size());
        assertEquals(0x3ff0003, tables.tce(1, 0x3ff));
        assertEquals(0, set(GIB, 64 * MIB));
        assertTrue(rig.hypercalls(Papr.H_PUT_TCE).stream().anyMatch(event -> event.result() == -4));
        assertEquals(10, rig.dmesg().stream().filter("tce_build_pSeriesLP: plpar_tce_put failed. rc=-4"::equals)
                .count());
        assertEquals(0, clear(0, 64 * MIB));
        assertEquals(2, rig.hypercalls(Papr.H_STUFF_TCE).size());
    }

    @Test
    void aTceLargerThanTheBlockCanNotBeMapped() {
        window(0x107, Map.of());
        BigEndian.store(cpu, prop, WindowProp.TCE_SHIFT, 34);
        assertEquals(-4, set(0, GIB));
        assertEquals(List.of(0L), counts(Papr.H_PUT_TCE_INDIRECT));
    }
}
