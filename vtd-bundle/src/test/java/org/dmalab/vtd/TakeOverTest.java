package org.dmalab.vtd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.cpu.Level;
import org.dmalab.api.cpu.Op;
import org.dmalab.api.event.Event;
import org.dmalab.api.event.EventKind;
import org.dmalab.api.service.Iommu;
import org.dmalab.vtd.hardware.HardwareEvent;
import org.dmalab.vtd.hardware.Reg;
import org.dmalab.vtd.kernel.Boot;
import org.dmalab.vtd.kernel.CopiedTables;
import org.dmalab.vtd.kernel.KernelLayout;
import org.dmalab.vtd.kernel.KernelLayout.IntelIommu;
import org.dmalab.vtd.patch.ClearPresentFirst;
import org.dmalab.vtd.patch.ClearThenFlush;
import org.dmalab.vtd.patch.CopiedBitmapFlush;
import org.dmalab.vtd.patch.FlushNewDid;
import org.dmalab.vtd.patch.FlushOldDid;
import org.dmalab.vtd.patch.NoFlush;
import org.dmalab.vtd.patch.mutant.ContextFlushOnly;
import org.dmalab.vtd.patch.mutant.WrongSourceId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The crash kernel on the machine that another has left: copied tables, and what each version does at them. */
class TakeOverTest {
    private static final String DEVICE = "02:00.0";
    private static final String CARD = "00:05.0";

    /** Values are kept, domain-ids reserved, entries marked, and nothing of the old kernel's data is left. */
    @Test
    void takeOver() {
        Bench bench = Bench.booted(new FlushOldDid(), Map.of());
        bench.run("dma.map", "device", DEVICE);
        bench.run("device.attach", "device", CARD);
        long oldRoot = bench.machine.model(VtdModel.class).unit().rootTable();
        bench.run("kernel.crash");
        int from = bench.events.size();
        assertEquals(0, bench.run("kernel.kdump"));
        long newRoot = bench.machine.model(VtdModel.class).unit().rootTable();
        assertNotEquals(oldRoot, newRoot);
        for (long sourceId : new long[] {0x200, 0x28}) {
            long old = (bench.fetched(oldRoot + (sourceId >> 8) * 16) & ~0xfffL) + (sourceId & 0xff) * 16;
            long copy = (bench.fetched(newRoot + (sourceId >> 8) * 16) & ~0xfffL) + (sourceId & 0xff) * 16;
            assertEquals(bench.fetched(old), bench.fetched(copy));
            assertEquals(bench.fetched(old + 8) | 8, bench.fetched(copy + 8));
        }
        long iommu = bench.machine.kernel().load(KernelLayout.IOMMUS.address(), 8);
        long ids = bench.machine.kernel().load(iommu + IntelIommu.DOMAIN_IDS.offset(), 8);
        assertEquals(7, bench.machine.kernel().load(ids, 8)); // 0, and the old 1 and 2
        assertEquals(0, bench.machine.kernel().load(KernelLayout.DEVICES.address(), 8));
        assertFalse(bench.writes(from).contains("GCMD TE"));
        assertTrue(bench.writes(from).contains("GCMD TE|SRTP"));
        assertEquals(0, bench.run("device.attach", "device", CARD));
        assertEquals(3, bench.did(0x28));
    }

    /** From 6.0 on entries are copied as they are, and marked in the bitmap until they are mapped. */
    @Test
    void takeOverWithBitmap() {
        Bench bench = Bench.booted(new ClearPresentFirst(), Map.of());
        bench.run("device.attach", "device", CARD);
        long oldRoot = bench.machine.model(VtdModel.class).unit().rootTable();
        bench.run("kernel.crash");
        assertEquals(0, bench.run("kernel.kdump"));
        long newRoot = bench.machine.model(VtdModel.class).unit().rootTable();
        long old = (bench.fetched(oldRoot) & ~0xfffL) + 0x28 * 16;
        long copy = (bench.fetched(newRoot) & ~0xfffL) + 0x28 * 16;
        assertEquals(bench.fetched(old), bench.fetched(copy));
        assertEquals(bench.fetched(old + 8), bench.fetched(copy + 8));
        long iommu = bench.machine.kernel().load(KernelLayout.IOMMUS.address(), 8);
        Cpu cpu = bench.machine.cpu(0, Level.USER);
        assertTrue(CopiedTables.inBitmap(cpu, iommu, 0x28));
        assertFalse(CopiedTables.inBitmap(cpu, iommu, 0x29));
        assertEquals(0, bench.run("device.attach", "device", CARD));
        assertFalse(CopiedTables.inBitmap(cpu, iommu, 0x28));
    }

    @Test
    void takeOverThatFails() {
        for (long root : new long[] {0, 0x2000000L | 1 << 11, 0x7f00000000L}) {
            Bench bench = Bench.booted(new FlushOldDid(), Map.of());
            VtdModel model = bench.machine.model(VtdModel.class);
            bench.run("kernel.crash");
            bench.machine.ports().registers().write(model.unitBase() + Reg.RTADDR, 8, root);
            assertEquals(0, bench.run("kernel.kdump"));
            assertTrue(bench.dmesg().contains(
                    "DMAR: Failed to copy translation tables from previous kernel for dmar0"));
            assertTrue((model.unit().peek(Reg.GSTS, 4) & Reg.TE) != 0); // off, and on again with tables of its own
            assertEquals(1, bench.did(0x200));
        }
        Bench bench = Bench.booted(new FlushOldDid(), Map.of());
        VtdModel model = bench.machine.model(VtdModel.class);
        model.memory().put(model.unit().rootTable() + 7 * 16, 8, 0x7f00000001L);
        bench.run("kernel.crash");
        assertEquals(0, bench.run("kernel.kdump"));
        assertTrue(bench.dmesg().contains("DMAR: dmar0: Failed to copy context table for bus 7"));
        assertEquals(1, bench.did(0x200));
    }

    @Test
    void translationOnWithoutKdump() {
        Bench bench = Bench.booted(new FlushOldDid(), Map.of());
        KernelLayout.startOver(bench.machine.kernel());
        assertEquals(0, bench.run("kernel.boot"));
        assertTrue(bench.dmesg().contains(
                "DMAR: Translation was enabled for dmar0 but we are not in kdump mode"));
    }

    /** The orders of the variants at the copied entry, as register writes and writes to the entry. */
    static List<Object[]> orders() {
        String oldContext = "CCMD device-selective did=1 sid=02:00.0";
        String oldIotlb = "IOTLB domain-selective did=1";
        return List.of(
                new Object[] {new NoFlush(), List.of("clear", "set")},
                new Object[] {new FlushNewDid(), List.of("clear", "set", "CCMD device-selective did=2 sid=02:00.0",
                        "IOTLB domain-selective did=2")},
                new Object[] {new FlushOldDid(), List.of(oldContext, oldIotlb, "clear", "set")},
                new Object[] {new CopiedBitmapFlush(), List.of(oldContext, oldIotlb, "clear", "set")},
                new Object[] {new ClearPresentFirst(),
                        List.of("not present", oldContext, oldIotlb, "clear", "clear", "set")},
                new Object[] {new ClearThenFlush(), List.of("clear", oldContext, oldIotlb, "clear", "set")},
                new Object[] {new ContextFlushOnly(), List.of(oldContext, "clear", "set")});
    }

    @ParameterizedTest
    @MethodSource("orders")
    void orderOfSteps(Iommu variant, List<String> expected) {
        Bench bench = KdumpScenarioTest.play(variant, "X9DRG", "strict");
        long root = bench.machine.model(VtdModel.class).unit().rootTable();
        long entry = bench.fetched(root + 2 * 16) & ~0xfffL;
        long copied = bench.fetched(entry);
        int from = bench.events.size();
        assertEquals(0, bench.run("device.attach", "device", DEVICE));
        List<String> steps = new ArrayList<>();
        for (Event event : bench.events.subList(from, bench.events.size())) {
            if (event.kind() == Op.REG_WRITE) {
                steps.add(Bench.ARCHITECTURE.describe(bench.machine, event));
            } else if (event.kind() == EventKind.CPU_WRITE && event.a() == entry) {
                if (event.c() == 0) {
                    steps.add("clear");
                } else if ((event.c() & 1) != 0) {
                    steps.add("set");
                } else if (event.c() == (copied & ~1)) {
                    steps.add("not present");
                }
            }
        }
        assertEquals(expected, steps);
        assertEquals(0, bench.fetched(entry + 8) & 8);
        from = bench.events.size();
        assertEquals(0, bench.run("device.attach", "device", DEVICE));
        assertEquals(List.of(), bench.writes(from));
    }

    /** The order of version 2 leaves a gap: a DMA between flush and clear caches the old entry again (measured). */
    @Test
    void dmaBetweenFlushAndClear() {
        assertEquals(1, faultsWithDmaAfterIotlbFlush(new FlushOldDid()));
        assertEquals(1, faultsWithDmaAfterIotlbFlush(new ClearThenFlush())); // of the old address, and a clean one
        Bench cleared = withDmaAfterIotlbFlush(new ClearThenFlush());
        assertEquals(8, cleared.run("device.dma", "device", DEVICE, "address", "0xfffff000"));
        Bench flushed = withDmaAfterIotlbFlush(new FlushOldDid());
        assertEquals(0, flushed.run("device.dma", "device", DEVICE, "address", "0xfffff000"));
    }

    private static long faultsWithDmaAfterIotlbFlush(Iommu variant) {
        Bench bench = withDmaAfterIotlbFlush(variant);
        bench.run("device.dma", "device", DEVICE, "address", "0xfffff000");
        return bench.count(HardwareEvent.FAULT_RECORDED);
    }

    private static Bench withDmaAfterIotlbFlush(Iommu variant) {
        Bench bench = KdumpScenarioTest.play(variant, "qemu-7.2", "qemu-7.2");
        long iotlb = bench.machine.model(VtdModel.class).unitBase() + 0xf8;
        bench.machine.hook((cpu, kind, a, b, c, d, e) -> {
            long result = cpu.execute(kind, a, b, c, d, e);
            if (kind == Op.REG_WRITE && a == iotlb) {
                bench.machine.hook(null);
                bench.machine.ports().dma().write(0x200, 0xffffe000L, 8, 0);
            }
            return result;
        });
        assertEquals(0xfffff000L, bench.run("dma.map", "device", DEVICE));
        return bench;
    }

    /**
     * The scenario kdump-dma-between-flush-and-clear, with and without snooping of the tables, all else being equal:
     * what is cleared and not written back is fetched again where the unit does not snoop.
     */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void clearedEntryThatWasNotWrittenBack(boolean snoops) {
        for (Iommu variant : List.of(new ClearThenFlush(), new ClearPresentFirst(), new CopiedBitmapFlush())) {
            Bench bench = Bench.booted(variant, Map.of("ecap", snoops ? 0x00f020dfL : 0x00f020deL));
            bench.run("device.attach", "device", CARD);
            bench.run("kernel.crash");
            bench.run("kernel.kdump");
            bench.run("device.dma", "device", CARD, "address", "0x1000");
            bench.run("device.stream", "device", CARD, "address", "0x1000", "times", "2");
            int from = bench.events.size();
            bench.run("dma.map", "device", CARD, "direction", "to-device");
            bench.run("device.stream", "device", CARD, "address", "0x1000", "times", "0");
            boolean cachedAgain = bench.events.subList(from, bench.events.size()).stream()
                    .anyMatch(event -> event.kind() == HardwareEvent.CONTEXT_CACHED);
            boolean wrong = variant instanceof CopiedBitmapFlush || variant instanceof ClearThenFlush && !snoops;
            assertEquals(wrong, cachedAgain, variant + ", ECAP.C=" + snoops);
            assertEquals(wrong ? 0 : 8, bench.run("device.dma", "device", CARD, "address", "0xfffff000"));
        }
    }

    /**
     * A flush that names the neighbour's source-id: right by chance where both are aliases of one device, since each
     * of the two flushes drops the other's entry.
     */
    @ParameterizedTest
    @ValueSource(strings = {"00:05.1", "00:06.0"})
    void wrongSourceIdOfAnAlias(String alias) {
        Bench bench = Bench.booted(new WrongSourceId(), Map.of());
        bench.run("device.alias", "device", CARD, "alias", alias);
        bench.run("dma.map", "device", CARD, "direction", "to-device");
        bench.run("dma.map", "device", CARD, "direction", "from-device");
        bench.run("dma.unmap", "device", CARD, "address", "0xfffff000");
        bench.run("kernel.crash");
        bench.run("kernel.kdump");
        for (String source : List.of(CARD, alias)) {
            assertEquals(8, bench.run("device.dma", "device", source, "address", "0xffffe000", "direction", "write"));
        }
        bench.run("device.alias", "device", CARD, "alias", alias);
        bench.run("dma.map", "device", CARD, "direction", "to-device");
        boolean adjacent = alias.equals("00:05.1");
        for (String source : List.of(CARD, alias)) {
            assertEquals(adjacent ? 8 : 0, bench.run("device.dma", "device", source, "address", "0xfffff000"));
        }
    }

    @Test
    void fourKernelsInARow() {
        Bench bench = Bench.booted(new FlushOldDid(), Map.of());
        for (int i = 0; i < 3; i++) {
            assertEquals(0, bench.run("kernel.crash"));
            assertEquals(0, bench.run("kernel.kdump"));
            assertEquals(0, bench.run("driver.probe", "device", DEVICE));
        }
        assertEquals(Boot.RUNNING, bench.machine.kernel().load(KernelLayout.SYSTEM_STATE.address(), 4));
    }
}
