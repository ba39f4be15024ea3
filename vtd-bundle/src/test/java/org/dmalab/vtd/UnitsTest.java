package org.dmalab.vtd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import org.dmalab.api.MachineSpec;
import org.dmalab.api.event.EventKind;
import org.dmalab.api.service.Errno;
import org.dmalab.vtd.hardware.DmarTable;
import org.dmalab.vtd.hardware.DmarTable.Drhd;
import org.dmalab.vtd.hardware.DmarTable.Hop;
import org.dmalab.vtd.hardware.DmarTable.Rmrr;
import org.dmalab.vtd.hardware.DmarTable.Scope;
import org.dmalab.vtd.hardware.DmarTable.Structure;
import org.dmalab.vtd.hardware.DmarWriter;
import org.dmalab.vtd.hardware.HardwareEvent;
import org.dmalab.vtd.hardware.Reg;
import org.dmalab.vtd.hardware.RemappingUnit;
import org.dmalab.vtd.hardware.Units;
import org.dmalab.vtd.oracle.StaleTranslationOracle;
import org.dmalab.vtd.patch.NoFlush;
import org.dmalab.vtd.patch.UpperSlot;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Machines with several remapping units, from tables of any kind: who serves whom, and what the kernel makes of it. */
class UnitsTest {
    private static final long GRAPHICS = 0xfed90000L;
    private static final long BEHIND_PORT = 0xfed91000L;
    private static final long REST = 0xfed92000L;
    private static final String DEVICES = """
            # graphics, a port with a disk, a bridge with two cards, a card of the rest
            device=00:02.0
            device=00:1c.0 kind=root-port
            device=03:00.0 behind=00:1c.0 ats=true
            device=00:1e.0 kind=pci-bridge

            device=05:01.0 behind=00:1e.0
            device=05:02.0 behind=00:1e.0
            device=00:19.0
            """;

    private static Scope scope(int type, int... path) {
        List<Hop> hops = new ArrayList<>();
        for (int i = 0; i < path.length; i += 2) {
            hops.add(new Hop(path[i], path[i + 1]));
        }
        return new Scope(type, 0, 0, 0, hops);
    }

    private static byte[] table(Structure... structures) {
        return DmarWriter.write(new DmarTable(1, true, "OEM   ", "TABLE   ", 1, 1, 1, 39, 0, List.of(structures)));
    }

    private static byte[] three() {
        return table(new Drhd(0, 0, 0, GRAPHICS, List.of(scope(1, 2, 0))),
                new Drhd(0, 0, 0, BEHIND_PORT, List.of(scope(2, 0x1c, 0))),
                new Drhd(1, 0, 0, REST, List.of(scope(3, 0x1e, 7))),
                new Rmrr(0, 0x7b800000L, 0x7bffffffL, List.of(scope(1, 2, 0))));
    }

    private static MachineSpec spec(byte[] table, String devices, String caps, Map<String, Long> set) {
        MachineSpec usual = Bench.spec("X9DRG", "strict", set);
        Map<String, byte[]> files = new HashMap<>(Map.of("dmar", table));
        if (devices != null) {
            files.put("devices", devices.getBytes(StandardCharsets.UTF_8));
        }
        if (caps != null) {
            files.put("caps", caps.getBytes(StandardCharsets.UTF_8));
        }
        return new MachineSpec("vtd", "X9DRG", "strict", "embedded", usual.parameters(), files);
    }

    private static Bench booted(byte[] table, String devices) {
        Bench bench = new Bench(new UpperSlot(), spec(table, devices, null, Map.of()));
        assertEquals(0, bench.run("kernel.boot"));
        return bench;
    }

    private static int served(Bench bench, int sourceId) {
        RemappingUnit unit = bench.machine.model(VtdModel.class).units().of(sourceId);
        return bench.machine.model(VtdModel.class).units().all().stream().filter(one -> one.unit() == unit)
                .map(Units.Unit::number).findFirst().orElse(-1);
    }

    private static long translations(Bench bench, int from) {
        return bench.events.subList(from, bench.events.size()).stream()
                .filter(event -> event.kind() == HardwareEvent.TRANSLATED).count();
    }

    @Test
    void everyUnitBootsAndServesItsDevices() {
        Bench bench = booted(three(), DEVICES);
        assertEquals(List.of(0, 1, 2, 2, 2), IntStream.of(0x10, 0x300, 0x508, 0xc8, 0x28)
                .mapToObj(sourceId -> served(bench, sourceId)).toList());
        for (int unit = 0; unit < 3; unit++) {
            assertTrue(bench.dmesg().contains("DMAR: dmar" + unit + ": reg_base_addr fed9" + unit
                    + "000 ver 1:0 cap d2078c106f0466 ecap f020de"));
            assertEquals(Reg.TE | Reg.SRTP, bench.machine.model(VtdModel.class).units().all().get(unit).unit()
                    .peek(Reg.GSTS, 4));
        }
        assertTrue(bench.dmesg().contains(
                "DMAR: Setting identity map for device 0000:00:02.0 [0x7b800000 - 0x7bffffff]"));
        for (String device : List.of("00:02.0", "03:00.0", "05:01.0", "00:19.0")) {
            int from = bench.events.size();
            long address = bench.run("dma.map", "device", device);
            assertTrue(address > 0, device);
            assertEquals(8, bench.run("device.dma", "device", device, "address", "0x" + Long.toHexString(address)));
            assertEquals(1, translations(bench, from));
            assertEquals(0, bench.run("dma.unmap", "device", device, "address", "0x" + Long.toHexString(address)));
        }
        assertEquals(List.of(), OracleTest.judge(new StaleTranslationOracle(), bench, 0));
        assertEquals(0, bench.run("device.dma", "device", "03:00.0", "address", "0xfffff000"));
        assertEquals("DMAR: [DMA Read] Request device [03:00.0] fault addr fffff000 [fault reason 06] PTE Read access "
                + "is not set", bench.dmesg().get(bench.dmesg().size() - 1));
    }

    /** The order of the kernel's list: units with scopes in front, the one with the rest last. */
    @Test
    void unitsAreSetUpInTheOrderOfTheList() {
        Bench bench = booted(three(), DEVICES);
        assertEquals(List.of("dmar1: GCMD TE", "dmar0: GCMD TE", "dmar2: GCMD TE"),
                bench.writes(0).stream().filter(words -> words.endsWith("GCMD TE")).toList());
        assertEquals(1, bench.writes(0).stream().filter("dmar1: FEDATA = 0x22"::equals).count());
    }

    /** Cards behind a bridge send as the bridge, so they share a domain, and it stays until the last has left it. */
    @Test
    void devicesBehindABridgeShareADomain() {
        Bench bench = booted(three(), DEVICES);
        assertEquals(0xfffff000L, bench.run("dma.map", "device", "05:01.0"));
        assertEquals(0xffffe000L, bench.run("dma.map", "device", "05:02.0"));
        ReferenceWalk tables = new ReferenceWalk(bench.machine.model(VtdModel.class),
                bench.machine.model(VtdModel.class).units().of(0x508));
        assertEquals(tables.owner(0xf0), tables.owner(0x508));
        assertEquals(tables.owner(0xf0), tables.owner(0x510));
        for (String address : List.of("0xfffff000", "0xffffe000")) {
            assertEquals(8, bench.run("device.dma", "device", "05:02.0", "address", address));
        }
        assertEquals(0, bench.run("dma.unmap", "device", "05:01.0", "address", "0xfffff000"));
        assertEquals(0, bench.run("device.detach", "device", "05:01.0"));
        assertEquals(8, bench.run("device.dma", "device", "05:02.0", "address", "0xffffe000"));
        assertEquals(0, bench.run("dma.unmap", "device", "05:02.0", "address", "0xffffe000"));
        assertEquals(0, bench.run("device.detach", "device", "05:02.0"));
        assertEquals(false, tables.owner(0xf0).present());
        assertEquals(0, bench.run("device.attach", "device", "05:01.0"));
    }

    /** Each unit's tables are copied, and what each has cached of them is flushed by the unit's own id. */
    @Test
    void capture() {
        Bench bench = new Bench(new UpperSlot(), spec(three(), DEVICES, null, Map.of()));
        takeOver(bench);
        assertEquals(List.of(), OracleTest.judge(new StaleTranslationOracle(), bench, bench.events.size()));
        Bench before = new Bench(new NoFlush(), spec(three(), DEVICES, null, Map.of()));
        takeOver(before);
        assertTrue(!OracleTest.judge(new StaleTranslationOracle(), before, before.events.size()).isEmpty());
    }

    private static void takeOver(Bench bench) {
        assertEquals(0, bench.run("kernel.boot"));
        for (String device : List.of("03:00.0", "00:19.0")) {
            assertEquals(0xfffff000L, bench.run("dma.map", "device", device));
        }
        bench.run("kernel.crash");
        assertEquals(0, bench.run("kernel.kdump"));
        assertEquals(3, bench.dmesg().stream().filter(line -> line.startsWith("DMAR: Copied translation tables from "
                + "previous kernel for dmar")).distinct().count());
        for (String device : List.of("03:00.0", "00:19.0")) {
            assertEquals(8, bench.run("device.dma", "device", device, "address", "0xfffff000"));
            assertEquals(0xfffff000L, bench.run("dma.map", "device", device));
        }
    }

    /** A table with a unit for nothing but graphics: what no unit serves has physical addresses. */
    @Test
    void devicesWithoutAUnit() {
        Bench bench = booted(table(new Drhd(0, 0, 0, GRAPHICS, List.of(scope(1, 2, 0)))), DEVICES);
        assertEquals(-1, served(bench, 0xc8));
        assertEquals(Errno.ENODEV, bench.run("device.attach", "device", "00:19.0"));
        long address = bench.run("dma.map", "device", "00:19.0");
        assertEquals(8, bench.run("device.dma", "device", "00:19.0", "address", "0x" + Long.toHexString(address)));
        assertEquals(0, translations(bench, 0));
        assertEquals("00:19.0: no remapping unit serves it", bench.describe("iommu.show", 0, "device", "00:19.0"));
    }

    /** Each segment has buses of its own, and the same source-id is another device there. */
    @Test
    void segments() {
        byte[] table = table(new Drhd(1, 0, 0, GRAPHICS, List.of()), new Drhd(1, 0, 1, BEHIND_PORT, List.of()));
        Bench bench = booted(table, "device=00:05.0\ndevice=0001:00:05.0\n");
        assertEquals(List.of("00:05.0", "0001:00:05.0"), Bench.ARCHITECTURE.devices(bench.machine.spec()));
        assertEquals(0xfffff000L, bench.run("dma.map", "device", "0001:00:05.0"));
        int from = bench.events.size();
        assertEquals(8, bench.run("device.dma", "device", "0001:00:05.0", "address", "0xfffff000"));
        assertEquals(1, translations(bench, from));
        assertEquals(0, bench.run("device.dma", "device", "00:05.0", "address", "0xfffff000"));
        assertEquals(1, bench.count(EventKind.DMA_FAULT));
        assertEquals(0, bench.run("dma.unmap", "device", "0001:00:05.0", "address", "0xfffff000"));
        assertEquals(0, bench.run("device.detach", "device", "0001:00:05.0"));
    }

    /** Devices that a table names are there, when nobody says otherwise. */
    @Test
    void devicesOfTheTable() {
        byte[] table = table(new Drhd(0, 0, 0, GRAPHICS, List.of(scope(1, 2, 0))),
                new Drhd(0, 0, 0, BEHIND_PORT, List.of(scope(1, 1, 0, 0, 0))), new Drhd(1, 0, 0, REST, List.of()));
        Bench bench = booted(table, null);
        assertEquals(List.of("02:00.0", "00:05.0", "80:14.0", "00:02.0", "10:00.0"),
                Bench.ARCHITECTURE.devices(bench.machine.spec()));
        assertEquals(List.of(0, 1, 2), IntStream.of(0x10, 0x1000, 0x200).mapToObj(id -> served(bench, id)).toList());
        assertEquals(0, bench.run("driver.probe", "device", "02:00.0"));
        assertEquals(0xfffff000L, bench.run("dma.map", "device", "10:00.0"));
    }

    /** Up to ten units, as real tables have them: boots, and survives kdump. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5, 10})
    void manyUnits(int count) {
        Structure[] units = IntStream.range(0, count).mapToObj(i -> new Drhd(i == count - 1 ? 1 : 0, 0, 0,
                0xfbffc000L - i * 0x1000L, i == count - 1 ? List.of() : List.of(scope(1, i + 1, 0))))
                .toArray(Structure[]::new);
        String devices = IntStream.range(0, count).mapToObj(i -> String.format("device=00:%02x.0%n", i + 1))
                .collect(Collectors.joining());
        Bench bench = booted(table(units), devices);
        for (int round = 0; round < 2; round++) {
            for (int i = 0; i < count; i++) {
                String device = String.format("00:%02x.0", i + 1);
                assertEquals(i, served(bench, (i + 1) << 3));
                assertEquals(0xfffff000L, bench.run("dma.map", "device", device));
                assertEquals(8, bench.run("device.dma", "device", device, "address", "0xfffff000"));
            }
            bench.run("kernel.crash");
            assertEquals(0, bench.run("kernel.kdump"));
        }
    }

    /** CAP and ECAP of each unit, as a boot log has them; what it does not name is the preset's. */
    @Test
    void capabilities() {
        String log = "[    0.1] DMAR: dmar0: reg_base_addr fed90000 ver 1:0 cap c0000020660462 ecap f0101a\n"
                + "[    0.1] DMAR: dmar1: reg_base_addr fed91000 ver 5:0 cap d2008c40660462 ecap f050da\n";
        Bench bench = new Bench(new UpperSlot(), spec(three(), DEVICES, log, Map.of()));
        assertEquals(List.of(0x00c0000020660462L, 0x00d2008c40660462L, 0x00d2078c106f0466L),
                bench.machine.model(VtdModel.class).units().all().stream().map(one -> one.unit().capabilities().cap())
                        .toList());
        assertEquals(0, bench.run("kernel.boot"));
        assertTrue(refused(spec(three(), DEVICES, "nothing", Map.of()))
                .startsWith("caps: no line of a remapping unit"));
        assertTrue(refused(spec(three(), DEVICES, "reg_base_addr fed90000 ver 1:0 cap 0 ecap f0101a", Map.of()))
                .startsWith("caps: \"reg_base_addr fed90000 ver 1:0 cap 0 ecap f0101a\": CAP 0x0"));
    }

    /** All memory at its own address, on units that differ. */
    @Test
    void identity() {
        String log = "dmar0: reg_base_addr fed90000 ver 1:0 cap c0000020660462 ecap f0101a";
        Bench bench = new Bench(new UpperSlot(), spec(three(), DEVICES, log, Map.of("identity", 1L)));
        assertEquals(0, bench.run("kernel.boot"));
        for (String device : List.of("00:02.0", "03:00.0", "00:19.0")) {
            long address = bench.run("dma.map", "device", device);
            assertEquals(8, bench.run("device.dma", "device", device, "address", "0x" + Long.toHexString(address)));
        }
        assertEquals(0, bench.count(EventKind.DMA_FAULT));
        assertEquals(List.of(), OracleTest.judge(new StaleTranslationOracle(), bench, 0));
    }

    /** A table as it comes out of acpidump is as good as the bytes. */
    @Test
    void textOfATable() {
        byte[] bytes = three();
        StringBuilder dump = new StringBuilder("DMAR @ 0x0000000000000000\n");
        for (int at = 0; at < bytes.length; at += 16) {
            dump.append(String.format("  %04x: ", at));
            for (int i = at; i < Math.min(at + 16, bytes.length); i++) {
                dump.append(String.format("%02x ", bytes[i]));
            }
            dump.append(" .\n");
        }
        assertEquals(3, booted(dump.toString().getBytes(StandardCharsets.UTF_8), DEVICES).machine.model(VtdModel.class)
                .units().all().size());
        assertEquals(3, booted(Arrays.copyOf(bytes, 4096), DEVICES).machine.model(VtdModel.class).units().all().size());
        assertTrue(refused(spec("no table".getBytes(StandardCharsets.UTF_8), null, null, Map.of()))
                .startsWith("dmar: is text without a DMAR table"));
    }

    @ParameterizedTest
    @CsvSource({
        "device=00:05.0 device=00:06.0, device 1: \"device=00:06.0\"",
        "kind=endpoint, device 1: no device",
        "device=00:05.0 kind=card, device 1: kind \"card\"",
        "device=00:05.0 ats=yes, device 1: ats \"yes\"",
        "device=5, device 1: device: \"5\"",
        "device=03:00.0 behind=00:1c.0, device 1: 00:1c.0 is no bridge",
        "device=00:1c.0 kind=root-port, device 1: the devices behind bridge 00:1c.0 are on 0 buses"})
    void wrongDevices(String line, String message) {
        String found = refused(spec(three(), line, null, Map.of()));
        assertTrue(found.startsWith("devices: " + message), found);
    }

    @Test
    void moreWrongDevices() {
        assertTrue(refused(spec(three(), "device=00:05.0\ndevice=00:05.0", null, Map.of()))
                .startsWith("devices: device 2: 00:05.0 is there already"));
        assertTrue(refused(spec(three(), "device=04:1c.0 kind=root-port\ndevice=03:00.0 behind=04:1c.0", null,
                Map.of())).startsWith("devices: device 2: 03:00.0 is behind 04:1c.0, expected"));
        assertTrue(refused(spec(table(new Drhd(1, 0, 0, GRAPHICS, List.of()), new Drhd(0, 0, 0, GRAPHICS, List.of())),
                null, null, Map.of())).startsWith("dmar: a unit at 0xfed90000, expected"));
        assertTrue(refused(spec(table(new Drhd(1, 0, 99, GRAPHICS, List.of())), null, null, Map.of()))
                .startsWith("dmar: a unit of segment 99"));
        assertTrue(refused(spec(three(), DEVICES, null, Map.of("scalable", 1L, "invalidation", 1L, "ecap",
                0x0002c80000f020deL))).startsWith("scalable: 1, but ECAP"));
    }

    private static String refused(MachineSpec spec) {
        return assertThrows(IllegalArgumentException.class, () -> Bench.ARCHITECTURE.create(spec, null)).getMessage();
    }
}
