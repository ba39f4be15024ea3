package org.dmalab.vtd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.dmalab.api.Machine;
import org.dmalab.api.MachineSpec;
import org.dmalab.api.service.Iommu;
import org.dmalab.vtd.hardware.DmarTable;
import org.dmalab.vtd.hardware.DmarTable.Hop;
import org.dmalab.vtd.hardware.DmarTable.Scope;
import org.dmalab.vtd.hardware.DmarWriter;
import org.dmalab.vtd.hardware.HardwareEvent;
import org.dmalab.vtd.oracle.StaleTranslationOracle;
import org.dmalab.vtd.patch.UpperSlot;
import org.dmalab.vtd.patch.mutant.UnmapNoDeviceTlb;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Devices with a TLB of their own: who may use it, and when the kernel flushes it. */
class AtsTest {
    private static final String CONTROLLER = "02:00.0";
    private static final String CARD = "00:05.0";
    private static final int CONTROLLER_ID = 0x200;
    private static final int CARD_ID = 0x28;
    private static final long ECAP = 0x00f020deL;
    private static final long SCALABLE_ECAP = 0x0002480000f020deL;
    private static final int ATS_CONTROL = 0x106;

    private static Bench booted(Iommu variant, Object... set) {
        Map<String, Long> values = new HashMap<>(Map.of("invalidation", 1L, "ats", 1L));
        for (int i = 0; i < set.length; i += 2) {
            values.put((String) set[i], (Long) set[i + 1]);
        }
        Bench bench = new Bench(variant, "X9DRG", "strict", values);
        assertEquals(0, bench.run("kernel.boot"));
        return bench;
    }

    private static boolean hasTlb(Bench bench, int sourceId) {
        return bench.machine.model(VtdModel.class).unit().deviceTlbs().enabled(sourceId);
    }

    private static long type(Bench bench, int sourceId) {
        return new ReferenceWalk(bench.machine.model(VtdModel.class)).context(sourceId, 0) >>> 2 & 3;
    }

    private static List<String> flushes(Bench bench, int from) {
        List<String> found = new ArrayList<>();
        bench.events.subList(from, bench.events.size()).stream().filter(event ->
                event.kind() == HardwareEvent.IOTLB_FLUSHED
                || event.kind() == HardwareEvent.DEVICE_TLB_FLUSHED)
                .map(event -> Bench.ARCHITECTURE.describe(bench.machine, event)).forEach(found::add);
        return found;
    }

    @Test
    void enabledAtTheAttach() {
        Bench bench = booted(new UpperSlot());
        assertTrue(hasTlb(bench, CONTROLLER_ID)); // behind a root port, and the table names all of them
        assertEquals(1, type(bench, CONTROLLER_ID));
        assertEquals(0, bench.run("device.alias", "device", CARD, "alias", "00:06.0"));
        assertEquals(0, bench.run("device.attach", "device", CARD));
        assertTrue(hasTlb(bench, CARD_ID));
        assertEquals(0x8000, bench.machine.ports().config().read(CARD_ID, ATS_CONTROL, 2));
        assertEquals(1, type(bench, CARD_ID));
        assertEquals(0, type(bench, 0x30)); // the alias has no TLB
        assertEquals(0, bench.run("device.attach", "device", "80:14.0"));
        assertEquals(0, type(bench, 0x80a0)); // without the capability
    }

    /** Without the capability, the queue, ECAP.DT, or with an entry that passes requests through. */
    @ParameterizedTest
    @CsvSource({"ats, 0, 0", "invalidation, 0, 0", "ecap, 0xf020da, 0", "identity, 1, 2"})
    void notEnabled(String setting, String value, long type) {
        Bench bench = booted(new UpperSlot(), setting, Long.decode(value));
        assertEquals(0, bench.run("device.attach", "device", CARD));
        assertEquals(List.of(false, false), List.of(hasTlb(bench, CARD_ID), hasTlb(bench, CONTROLLER_ID)));
        assertEquals(type, type(bench, CARD_ID));
        assertEquals(0, bench.machine.ports().config().read(CARD_ID, ATS_CONTROL, 2));
    }

    /** What the DMAR table says of root ports and of integrated devices. */
    @ParameterizedTest
    @CsvSource({"no structure, true, false", "a port, true, false", "all ports, true, true", "SATC, true, false",
        "SATC required, false, false", "SATC of another, true, false"})
    void allowedByTheTable(String what, boolean card, boolean controller) {
        assertEquals(List.of(card, controller), allowed(what, 0));
        assertEquals(List.of(true, controller), allowed(what, 1)); // in scalable mode software turns it on
    }

    private static List<Boolean> allowed(String what, long scalable) {
        List<Scope> port = List.of(new Scope(2, 0, 0, 0, List.of(new Hop(1, 0))));
        List<Scope> device = List.of(new Scope(1, 0, 0, 0, List.of(new Hop(what.endsWith("another") ? 7 : 5, 0))));
        List<DmarTable.Structure> structures = new ArrayList<>(List.of(new DmarTable.Drhd(1, 0, 0, 0xfed90000L,
                List.of())));
        switch (what) {
            case "a port" -> structures.add(new DmarTable.Atsr(0, 0, port));
            case "all ports" -> structures.add(new DmarTable.Atsr(1, 0, List.of()));
            case "SATC", "SATC of another" -> structures.add(new DmarTable.Satc(0, 0, device));
            case "SATC required" -> structures.add(new DmarTable.Satc(1, 0, device));
            default -> { }
        }
        DmarTable table = new DmarTable(1, true, "OEM   ", "TABLE   ", 1, 1, 1, 39, 0, structures);
        MachineSpec spec = Bench.spec("X9DRG", "strict", Map.of("invalidation", 1L, "ats", 1L, "scalable", scalable,
                "ecap", scalable == 0 ? ECAP : SCALABLE_ECAP));
        Bench bench = new Bench(new UpperSlot(), new MachineSpec("vtd", "X9DRG", "strict", "embedded",
                spec.parameters(), Map.of("dmar", DmarWriter.write(table))));
        assertEquals(0, bench.run("kernel.boot"));
        assertEquals(0, bench.run("device.attach", "device", CARD));
        assertEquals(0, bench.run("device.attach", "device", CONTROLLER));
        return List.of(hasTlb(bench, CARD_ID), hasTlb(bench, CONTROLLER_ID));
    }

    /** The IOTLB first, then the device; the size of the range is in the address. */
    @Test
    void unmap() {
        Bench bench = booted(new UpperSlot());
        assertEquals(0xfffff000L, bench.run("dma.map", "device", CARD));
        assertEquals(0xffff0000L, bench.run("dma.map", "device", CARD, "size", "20K"));
        for (String address : List.of("0xfffff000", "0xffff0000", "0xffff4000")) {
            assertEquals(8, bench.run("device.dma", "device", CARD, "address", address));
        }
        int from = bench.events.size();
        assertEquals(0, bench.run("dma.unmap", "device", CARD, "address", "0xfffff000"));
        assertEquals(0, bench.run("dma.unmap", "device", CARD, "address", "0xffff0000"));
        assertEquals(List.of("IOTLB flushed, page-selective did=2 0xfffff000, 2^0 pages: 1 entries dropped",
                "device-TLB of 00:05.0, 0xfffff000 and 0x1000 bytes: 1 entries dropped",
                "IOTLB flushed, page-selective did=2 0xffff0000, 2^3 pages: 2 entries dropped",
                "device-TLB of 00:05.0, 0xffff0000 and 0x8000 bytes: 2 entries dropped"), flushes(bench, from));
        assertEquals(0, bench.run("device.dma", "device", CARD, "address", "0xfffff000"));
    }

    @Test
    void unmapThatForgetsTheDevice() {
        Bench bench = booted(new UnmapNoDeviceTlb());
        bench.run("dma.map", "device", CARD);
        bench.run("device.dma", "device", CARD, "address", "0xfffff000");
        assertEquals(List.of(), OracleTest.judge(new StaleTranslationOracle(), bench, 0));
        bench.run("dma.unmap", "device", CARD, "address", "0xfffff000");
        List<String> found = OracleTest.judge(new StaleTranslationOracle(), bench, 0);
        assertEquals(1, found.size(), found.toString());
        assertTrue(found.get(0).matches("the device-TLB has 0xfffff000 -> 0x2\\w+ rw, the tables of 00:05.0 have "
                + "nothing there"), found.get(0));
        assertEquals(8, bench.run("device.dma", "device", CARD, "address", "0xfffff000"));
    }

    /** Many unmaps are flushed at once, from the IOTLB and from the device. */
    @Test
    void deferredUnmap() {
        Bench bench = booted(new UpperSlot(), "deferredUnmap", 1L);
        bench.run("dma.map", "device", CARD);
        bench.run("device.dma", "device", CARD, "address", "0xfffff000");
        int from = bench.events.size();
        bench.run("dma.unmap", "device", CARD, "address", "0xfffff000");
        assertEquals(List.of(), flushes(bench, from));
        bench.run("kernel.idle");
        assertEquals(List.of("IOTLB flushed, domain-selective did=2: 1 entries dropped",
                "device-TLB of 00:05.0, 0x0 and all: 1 entries dropped"), flushes(bench, from));
    }

    /** In caching mode what is mapped is flushed from the IOTLB only: a device has asked for nothing there. */
    @Test
    void mapInCachingMode() {
        Bench bench = booted(new UpperSlot(), "cap", 0x00d2078c106f04e6L);
        int from = bench.events.size();
        bench.run("dma.map", "device", CARD);
        assertEquals(List.of(), flushes(bench, from).stream().filter(words -> words.startsWith("device")).toList());
    }

    /** The kernel disables ATS before it clears the entry, in scalable mode after it has flushed the device. */
    @Test
    void detach() {
        for (long ecap : new long[] {ECAP, SCALABLE_ECAP}) {
            Bench bench = booted(new UpperSlot(), "ecap", ecap, "scalable", 1L);
            bench.run("dma.map", "device", CARD);
            bench.run("device.dma", "device", CARD, "address", "0xfffff000");
            bench.run("dma.unmap", "device", CARD, "address", "0xfffff000");
            int from = bench.events.size();
            assertEquals(0, bench.run("device.detach", "device", CARD));
            assertEquals(ecap == ECAP ? List.of() : List.of("device-TLB of 00:05.0, 0x0 and all: 0 entries dropped"),
                    flushes(bench, from).stream().filter(words -> words.startsWith("device")).toList());
            assertEquals(false, hasTlb(bench, CARD_ID));
            assertEquals(0, bench.machine.ports().config().read(CARD_ID, ATS_CONTROL, 2));
            assertEquals(0, bench.run("device.attach", "device", CARD));
            assertTrue(hasTlb(bench, CARD_ID));
        }
    }

    /** A card that nobody resets keeps what the old kernel told it; the controller, which is reset, does not. */
    @Test
    void capture() {
        Bench bench = booted(new UpperSlot());
        for (String device : List.of(CARD, CONTROLLER)) {
            bench.run("dma.map", "device", device);
            assertEquals(8, bench.run("device.dma", "device", device, "address", "0xfffff000"));
        }
        bench.run("kernel.crash");
        assertEquals(0, bench.run("kernel.kdump"));
        assertEquals(0, bench.run("driver.probe", "device", CONTROLLER));
        assertEquals(0xfffff000L, bench.run("dma.map", "device", CARD));
        List<String> found = OracleTest.judge(new StaleTranslationOracle(), bench, bench.events.size());
        assertEquals(1, found.size(), found.toString());
        assertTrue(found.get(0).startsWith("the device-TLB has 0xfffff000 -> 0x2"), found.get(0));
        assertTrue(found.get(0).contains("the tables of 00:05.0 have 0x3"), found.get(0));
    }

    /** Configuration space has no end but the one of PCI Express, and takes nothing but the enable bit. */
    @Test
    void configurationSpace() {
        Machine machine = booted(new UpperSlot()).machine;
        var config = machine.ports().config();
        assertEquals(0x1000f, config.read(CARD_ID, 0x100, 4));
        assertEquals(0x20, config.read(CARD_ID, 0x104, 2));
        assertEquals(0, config.read(0x80a0, 0x100, 4));
        assertEquals(0xffffffffL, config.read(CARD_ID, 0x1000, 4));
        config.write(0x80a0, ATS_CONTROL, 2, 0x8000);
        assertEquals(0, config.read(0x80a0, ATS_CONTROL, 2));
        config.write(CARD_ID, ATS_CONTROL, 2, 0xffff);
        assertEquals(0x801f, config.read(CARD_ID, ATS_CONTROL, 2));
    }
}
