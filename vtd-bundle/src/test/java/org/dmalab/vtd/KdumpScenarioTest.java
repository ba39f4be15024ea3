package org.dmalab.vtd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;

import org.dmalab.api.cpu.Op;
import org.dmalab.api.event.EventKind;
import org.dmalab.api.service.Errno;
import org.dmalab.api.service.Iommu;
import org.dmalab.vtd.hardware.Reg;
import org.dmalab.vtd.patch.ClearPresentFirst;
import org.dmalab.vtd.patch.ClearThenFlush;
import org.dmalab.vtd.patch.CopiedBitmapFlush;
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

/** The seed's story, step by step, as the scenario file has it. */
class KdumpScenarioTest {
    private static final String DEVICE = "02:00.0";
    private static final String FAULT = "DMAR: [DMA Read] Request device [02:00.0] fault addr fffff000 "
            + "[fault reason 06] PTE Read access is not set";

    static Bench play(Iommu variant, String preset, String profile) {
        Bench bench = new Bench(variant, preset, profile, Map.of());
        assertEquals(0, bench.run("kernel.boot"));
        assertEquals(0, bench.run("device.attach", "device", DEVICE));
        assertEquals(0xfffff000L, bench.run("dma.map", "device", DEVICE, "direction", "to-device"));
        assertEquals(0xffffe000L, bench.run("dma.map", "device", DEVICE, "direction", "from-device"));
        assertEquals(64, bench.run("device.dma", "device", DEVICE, "address", "0xfffff000", "length", "64"));
        assertEquals(64, write(bench, "0xffffe000"));
        assertEquals(0, bench.run("dma.unmap", "device", DEVICE, "address", "0xfffff000"));
        assertEquals(0, bench.run("kernel.crash"));
        assertEquals(64, write(bench, "0xffffe040"));
        assertEquals(0, bench.run("kernel.kdump"));
        assertEquals(64, write(bench, "0xffffe080"));
        return bench;
    }

    private static long write(Bench bench, String address) {
        return bench.run("device.dma", "device", DEVICE, "address", address, "length", "64", "direction", "write");
    }

    static List<Iommu> failing() {
        return List.of(new NoFlush(), new FlushNewDid(), new WrongSourceId(), new IdZeroOnly(), new IotlbFlushOnly());
    }

    static List<Iommu> passing() {
        return List.of(new FlushOldDid(), new CopiedBitmapFlush(), new ClearThenFlush(), new ClearPresentFirst(),
                new ContextFlushOnly());
    }

    @ParameterizedTest
    @MethodSource("failing")
    void staleContextFaults(Iommu variant) {
        Bench bench = play(variant, "X9DRG", "strict");
        assertEquals(Errno.ETIMEDOUT, bench.run("driver.probe", "device", DEVICE));
        List<String> lines = bench.dmesg();
        int first = lines.indexOf(FAULT);
        assertEquals("DMAR: DRHD: handling fault status reg 2", lines.get(first - 1));
        assertEquals(List.of("hpsa 0000:02:00.0: controller message 03:00 timed out",
                "hpsa 0000:02:00.0: no-op failed; re-trying"), lines.subList(first + 1, first + 3));
        assertEquals(12, lines.stream().filter(line -> line.endsWith("timed out")).count());
        assertEquals(12, bench.count(EventKind.DMA_FAULT));
        assertEquals("hpsa 0000:02:00.0: no-op failed", lines.get(lines.size() - 1));
    }

    @ParameterizedTest
    @MethodSource("passing")
    void flushedContextIsRight(Iommu variant) {
        Bench bench = play(variant, "X9DRG", "strict");
        assertEquals(0, bench.run("driver.probe", "device", DEVICE));
        assertEquals(0, bench.count(EventKind.DMA_FAULT));
        assertEquals(0, bench.count(EventKind.COMMAND_REFUSED));
        assertTrue(bench.dmesg().contains("hpsa 0000:02:00.0: controller message 03:00 succeeded"));
    }

    /** The bug and its cure on every unit; the oldest one wants its write buffer flushed. */
    @ParameterizedTest
    @ValueSource(strings = {"X9DRG", "qemu-7.2", "82Q45"})
    void everyPreset(String preset) {
        Bench stale = play(new NoFlush(), preset, "strict");
        assertEquals(Errno.ETIMEDOUT, stale.run("driver.probe", "device", DEVICE));
        Bench flushed = play(new FlushOldDid(), preset, "strict");
        assertEquals(0, flushed.run("driver.probe", "device", DEVICE));
        assertEquals(0, flushed.count(EventKind.DMA_FAULT));
        assertEquals(0, flushed.count(EventKind.COMMAND_REFUSED));
        long gcmd = flushed.machine.model(VtdModel.class).unitBase() + Reg.GCMD;
        assertEquals(preset.equals("82Q45"), flushed.events.stream().anyMatch(event -> event.kind() == Op.REG_WRITE
                && event.a() == gcmd && (event.c() & Reg.WBF) != 0));
    }

    /** The order of the seed's log. */
    @Test
    void messagesOfTheSeed() {
        Bench bench = play(new NoFlush(), "X9DRG", "strict");
        int from = bench.dmesg().size();
        bench.run("driver.probe", "device", DEVICE, "tries", "2");
        assertEquals(List.of("HP HPSA Driver (v 3.4.16-0)",
                "hpsa 0000:02:00.0: using doorbell to reset controller",
                "hpsa 0000:02:00.0: board ready after hard reset.",
                "hpsa 0000:02:00.0: Waiting for controller to respond to no-op",
                "DMAR: Setting identity map for device 0000:02:00.0 [0xe8000 - 0xe8fff]",
                "DMAR: Setting identity map for device 0000:02:00.0 [0xf4000 - 0xf4fff]",
                "DMAR: Setting identity map for device 0000:02:00.0 [0xbdf6e000 - 0xbdf6efff]",
                "DMAR: Setting identity map for device 0000:02:00.0 [0xbdf6f000 - 0xbdf7efff]",
                "DMAR: Setting identity map for device 0000:02:00.0 [0xbdf7f000 - 0xbdf82fff]",
                "DMAR: Setting identity map for device 0000:02:00.0 [0xbdf83000 - 0xbdf84fff]",
                "DMAR: DRHD: handling fault status reg 2", FAULT,
                "hpsa 0000:02:00.0: controller message 03:00 timed out",
                "hpsa 0000:02:00.0: no-op failed; re-trying"), bench.dmesg().subList(from, from + 14));
    }
}
