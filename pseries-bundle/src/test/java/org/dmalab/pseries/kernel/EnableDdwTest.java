package org.dmalab.pseries.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import org.dmalab.api.NotReadyException;
import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.cpu.LiveCpu;
import org.dmalab.api.service.Errno;
import org.dmalab.pseries.Rig;
import org.dmalab.pseries.hardware.Papr;
import org.dmalab.pseries.hardware.TceTables;
import org.dmalab.pseries.kernel.KernelLayout.DeviceNode;
import org.dmalab.pseries.kernel.KernelLayout.PciDev;
import org.dmalab.pseries.kernel.KernelLayout.Table;
import org.dmalab.pseries.kernel.KernelLayout.WindowProp;
import org.dmalab.pseries.patch.DirectOnly;
import org.dmalab.pseries.patch.LimitedMask;
import org.dmalab.pseries.patch.PmemGuard;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What enable_ddw decides and leaves behind, version by version. */
class EnableDdwTest {
    private static final long WINDOW = 0x800000000000000L;
    private static final long GIB = 1L << 30;

    private Rig rig;
    private LiveCpu cpu;

    private void lpar(String patch, Object... set) {
        make("lpar-422G", "powervm", patch, set);
    }

    private void make(String preset, String profile, String patch, Object... set) {
        Map<String, Long> values = new TreeMap<>();
        if (preset.startsWith("lpar")) {
            values.put("ramBytes", 4 * GIB);
            values.put("lrdrCapacityBytes", 8 * GIB);
            values.put("pmemBytes", 0L);
            values.put("stuffLimitTces", 0L);
        }
        for (int i = 0; i < set.length; i += 2) {
            values.put((String) set[i], ((Number) set[i + 1]).longValue());
        }
        rig = new Rig(Rig.variant(patch), preset, profile, values);
        cpu = rig.cpu();
        assertEquals(0, rig.run("kernel.boot"));
    }

    private long probe(String device, int bits) {
        return rig.run("device.probe", "device", device, "mask", Integer.toString(bits));
    }

    private long device(long sourceId) {
        return PciDevices.find(cpu, sourceId);
    }

    private int windowShift() {
        return (int) BigEndian.load(cpu, WindowList.prop(cpu, WindowList.first(cpu)), WindowProp.WINDOW_SHIFT);
    }

    private boolean direct() {
        return WindowList.isDirect(cpu, WindowList.first(cpu));
    }

    private long pdn() {
        return cpu.load(device(0), PciDev.PDN);
    }

    @ParameterizedTest
    @ValueSource(strings = {"all-windows", "direct-only", "pmem-guard", "limited-mask"})
    void aDirectWindowCoversAllMemoryThatCanCome(String patch) {
        lpar(patch);
        assertEquals(0, probe("00:00.0", 64));
        assertEquals(33, windowShift());
        assertTrue(direct());
        assertEquals(WINDOW, cpu.load(device(0), PciDev.DMA_OFFSET));
        assertEquals(1, cpu.load(device(0), PciDev.BYPASS));
        assertEquals(0, cpu.load(device(0), PciDev.BUS_LIMIT));
        TceTables tables = rig.partition().tables();
        assertEquals(1 << 12, tables.entries(1));
        assertEquals(0xffe00003L, tables.tce(1, 0x7ff));
        assertEquals(0, tables.tce(1, 0x800));
        assertNotEquals(0, DeviceTree.value(cpu, pdn(), DeviceTree.DIRECT64, 20));
        assertEquals(0, DeviceTree.value(cpu, pdn(), DeviceTree.DMA64, 20));
        assertEquals(List.of(), rig.end());
    }

    @Test
    void theSecondDeviceOfABridgeFindsTheWindow() {
        lpar("direct-only");
        probe("00:00.0", 64);
        int from = rig.events.size();
        assertEquals(0, probe("00:01.0", 64));
        assertTrue(rig.words(from).isEmpty(), () -> rig.words(from).toString());
        assertEquals(WINDOW, cpu.load(device(8), PciDev.DMA_OFFSET));
        assertEquals(256, rig.run("dma.transfer", "device", "00:01.0"));
    }

    @ParameterizedTest
    @CsvSource({"all-windows, 40", "direct-only, 40", "pmem-guard, 40", "limited-mask, 32", "limited-mask, 24"})
    void aSmallMaskTakesTheDefaultWindow(String patch, int bits) {
        lpar(patch);
        assertEquals(0, probe("00:00.0", bits));
        assertEquals(0, WindowList.first(cpu));
        assertFalse(WindowList.failedBefore(cpu, pdn()));
        assertEquals(0, cpu.load(device(0), PciDev.BYPASS));
        assertEquals(256, rig.run("dma.transfer", "device", "00:00.0"));
        assertEquals(List.of(), rig.end());
    }

    @Test
    void aLimitedMaskGetsALimitedWindow() {
        lpar("limited-mask");
        assertEquals(0, probe("00:00.0", 44));
        assertTrue(direct());
        assertEquals(1L << 33, cpu.load(device(0), PciDev.DMA_OFFSET));
        assertEquals(256, rig.run("dma.transfer", "device", "00:00.0"));
        assertEquals(List.of(), rig.end());
    }

    @Test
    void aMaskSmallerThanMemoryGetsADynamicWindow() {
        lpar("limited-mask", "lrdrCapacityBytes", 1L << 36, "largestBlockTces", 1 << 13);
        assertEquals(0, probe("00:00.0", 35));
        assertFalse(direct());
        assertEquals(34, windowShift());
        assertEquals(256, rig.run("dma.transfer", "device", "00:00.0"));
        assertTrue(rig.hypercalls(Papr.H_PUT_TCE).get(0).c() >= 1L << 34);
        lpar("limited-mask", "lrdrCapacityBytes", 1L << 36);
        assertEquals(Errno.EIO, probe("00:00.0", 34));
        assertTrue(rig.dmesg().contains("pci 0000:00:00.0: Warning: IOMMU offset too big for device mask"));
    }

    @Test
    void withoutTheExtensionALimitedMaskSpoilsTheBridge() {
        make("qemu-1G-maxmem8G", "qemu-7.2", "limited-mask");
        assertEquals(0, probe("00:00.0", 40));
        assertTrue(WindowList.failedBefore(cpu, pdn()));
        assertEquals(0, new LimitedMask().enable(cpu, device(0), -1L));
        lpar("limited-mask", "limitedAddressMode", 0);
        assertEquals(0, probe("00:00.0", 40));
        assertTrue(WindowList.failedBefore(cpu, pdn()));
        assertEquals(0, rig.partition().tables().entries(1));
        assertEquals(0, probe("00:01.0", 64));
        assertEquals(0, WindowList.first(cpu));
    }

    @ParameterizedTest
    @ValueSource(strings = {"all-windows", "direct-only", "pmem-guard", "limited-mask"})
    void tooSmallForMemoryMeansDynamic(String patch) {
        lpar(patch, "largestBlockTces", 1 << 10);
        assertEquals(0, probe("00:00.0", 64));
        assertFalse(direct());
        assertEquals(31, windowShift());
        assertEquals(0, cpu.load(device(0), PciDev.BYPASS));
        assertNotEquals(0, DeviceTree.value(cpu, pdn(), DeviceTree.DMA64, 20));
        assertEquals(256, rig.run("dma.transfer", "device", "00:00.0"));
        long ioba = rig.hypercalls(Papr.H_PUT_TCE).get(0).c();
        assertEquals(WINDOW, ioba & WINDOW);
        assertEquals(List.of(), rig.end());
    }

    @ParameterizedTest
    @CsvSource({"1048576, 43, 1", "16777216, 45, 1", "1073741824, 51, 0", "4294967296, 51, 0"})
    void pmemAsksForAllOfTheAddressSpace(long tces, int order, long limited) {
        lpar("direct-only", "pmemBytes", GIB, "largestBlockTces", tces);
        assertEquals(0, probe("00:00.0", 64));
        assertEquals(order == 51 ? 51 : 33, windowShift());
        assertTrue(direct());
        assertEquals(limited == 0 ? 0 : WINDOW + (1L << 33), cpu.load(device(0), PciDev.BUS_LIMIT));
        assertEquals(limited == 0 ? 1 : 0, cpu.load(device(0), PciDev.BYPASS));
        assertEquals(limited == 1, rig.dmesg().contains("pci 0000:00:00.0: Skipping ibm,pmemory"));
        assertEquals(limited == 1, rig.dmesg().contains("pci 0000:00:00.0: iommu: 64-bit OK but direct DMA is limited"
                + " by 800000200000000"));
    }

    @Test
    void memoryBeyondTheLimitIsMappedDynamically() {
        lpar("pmem-guard", "pmemBytes", GIB, "pmemStart", 1L << 42);
        probe("00:00.0", 64);
        assertEquals(256, rig.run("dma.transfer", "device", "00:00.0"));
        assertEquals(0, rig.hypercalls(Papr.H_PUT_TCE).size());
        assertEquals(0, rig.run("pmem.online", "start", "0x40000000000", "size", "1G"));
        assertEquals(256, rig.run("dma.transfer", "device", "00:00.0", "address", "0x40000000000"));
        assertEquals(1, rig.hypercalls(Papr.H_PUT_TCE).size());
        assertEquals(List.of(), rig.end());
    }

    @Test
    void aSingleWindowReplacesTheDefaultOne() {
        lpar("limited-mask", "windowsPerPe", 1);
        assertEquals(0, probe("00:00.0", 64));
        assertTrue(direct());
        assertEquals(0, cpu.load(device(0), PciDev.DMA_OFFSET));
        assertEquals(0x80000000L, BigEndian.load(cpu, WindowList.prop(cpu, WindowList.first(cpu)),
                WindowProp.LIOBN));
        assertEquals(0, DeviceTree.property(cpu, pdn(), DeviceTree.DMA_WINDOW));
        assertNotEquals(0, DeviceTree.property(cpu, pdn(), DeviceTree.DMA_WINDOW_SAVED));
        assertEquals(0, cpu.load(device(0), PciDev.TABLE));
        assertEquals(256, rig.run("dma.transfer", "device", "00:00.0"));
        assertEquals(List.of(), rig.end());
    }

    @Test
    void aSingleWindowInUseIsNotReplaced() {
        lpar("limited-mask", "windowsPerPe", 1);
        assertEquals(0, probe("00:01.0", 32));
        long device = device(8);
        assertNotEquals(-1, DmaApi.map(cpu, device, 0x4000000, 4096, org.dmalab.api.service.Direction.TO_DEVICE));
        assertEquals(0, probe("00:00.0", 64));
        assertTrue(rig.dmesg().contains("pci 0000:00:00.0: current IOMMU table in use, can't be replaced."));
        assertEquals(0, WindowList.first(cpu));
        assertTrue(WindowList.failedBefore(cpu, pdn()));
    }

    @ParameterizedTest
    @CsvSource({"direct-hybrid, true", "gated-bypass, true", "stored-direct, false", "all-windows, false"})
    void aSingleWindowWithPmemIsHybridOrDynamic(String patch, boolean hybrid) {
        lpar(patch, "windowsPerPe", 1, "pmemBytes", GIB, "pmemStart", 1L << 42);
        assertEquals(0, probe("00:00.0", 64));
        assertEquals(hybrid, direct());
        assertEquals(hybrid ? 40 : 33, windowShift());
        long table = cpu.load(pdn(), DeviceNode.TABLE0);
        assertEquals(hybrid ? 1L << 33 - 21 : 0, cpu.load(table, Table.OFFSET));
        assertEquals(table, cpu.load(device(0), PciDev.TABLE));
        assertEquals(hybrid ? (1L << 40 - 21) - (1L << 33 - 21) : 1L << 33 - 21, rig.hypercalls(Papr.H_STUFF_TCE)
                .stream().filter(event -> event.b() == 0x80000000L).mapToLong(event -> event.e()).sum() - 262144);
        if (!hybrid) {
            return;
        }
        assertEquals(256, rig.run("dma.transfer", "device", "00:00.0"));
        assertEquals(0, rig.hypercalls(Papr.H_PUT_TCE).size());
        assertEquals(1L << 33, cpu.load(device(0), PciDev.BUS_LIMIT));
        rig.use(Rig.variant("pmem-guard"));
        assertEquals(0, rig.run("pmem.online", "start", "0x40000000000", "size", "1G"));
        int stuffed = rig.hypercalls(Papr.H_STUFF_TCE).size();
        assertEquals(256, rig.run("dma.transfer", "device", "00:00.0", "address", "0x40000000000"));
        assertEquals(1, rig.hypercalls(Papr.H_PUT_TCE).size());
        // Bus address and offset of the window are 0: every bus address counts as one past translation.
        assertEquals(stuffed, rig.hypercalls(Papr.H_STUFF_TCE).size());
        assertEquals(List.of("dynamic-tces: 1 TCEs of window 0x80000000 stay although no buffer is mapped there, the"
                + " first at bus 0x200000000: TCE 0x40000000003"), rig.end());
    }

    /** 3bf983e4e93c: all memory would fit into the dynamic window, so it is taken for a direct one when found again. */
    @ParameterizedTest
    @CsvSource({"all-windows, 1", "direct-only, 1", "guard-no-mask, 1", "stored-direct, 0"})
    void theSecondMaskCallInfersOrReads(String patch, long bypassed) {
        lpar(patch, "windowsPerPe", 1, "pmemBytes", GIB, "pmemStart", 1L << 42);
        assertEquals(0, rig.run("device.probe", "device", "00:00.0", "masks", "streaming"));
        assertFalse(direct());
        assertEquals(0, cpu.load(device(0), PciDev.BUS_LIMIT));
        assertEquals(0, PciDevices.setCoherentMask(cpu, device(0), -1L));
        assertEquals(bypassed * (1L << 33), cpu.load(device(0), PciDev.BUS_LIMIT));
        assertEquals(bypassed == 1 ? Errno.EIO : 256, rig.run("dma.transfer", "device", "00:00.0"));
    }

    @Test
    void aSmallHybridWindowIsAllDynamic() {
        lpar("limited-mask", "windowsPerPe", 1, "pmemBytes", GIB, "pmemStart", 1L << 42, "largestBlockTces", 1 << 12);
        assertEquals(0, probe("00:00.0", 64));
        assertFalse(direct());
        assertEquals(33, windowShift());
    }

    @Test
    void theMemoryHotplugMaximumDiffersAfterPmemCameOnLine() {
        lpar("direct-only", "pmemBytes", GIB, "pmemStart", 1L << 42, "phbCount", 2, "largestBlockTces", 1L << 23);
        assertEquals(0, probe("00:00.0", 32));
        assertEquals(0, rig.run("pmem.online", "start", "0x40000000000", "size", "1G"));
        assertEquals((1L << 42) + GIB, new DirectOnly().ddw_memory_hotplug_max(cpu));
        assertEquals(8 * GIB, new PmemGuard().ddw_memory_hotplug_max(cpu));
        assertEquals(0, probe("01:00.0", 64));
        assertEquals(43, windowShift());
        assertEquals((1L << 42) + 3, rig.partition().tables().tce(3, 1L << 42 - 21));
    }

    @Test
    void anOldKernelWithASmallerWindowGoesDynamicAfterPmemCameOnLine() {
        lpar("direct-only", "pmemBytes", GIB, "pmemStart", 1L << 42);
        rig.run("device.probe", "device", "00:00.0", "mask", "32");
        rig.run("device.remove", "device", "00:00.0");
        assertEquals(0, rig.run("pmem.online", "start", "0x40000000000", "size", "1G"));
        lpar("direct-only", "pmemBytes", GIB, "pmemStart", 1L << 42);
        rig.run("pmem.online", "start", "0x40000000000", "size", "1G");
        probe("00:00.0", 64);
        assertFalse(direct());
        assertEquals(40, windowShift());
        lpar("pmem-guard", "pmemBytes", GIB, "pmemStart", 1L << 42);
        rig.run("pmem.online", "start", "0x40000000000", "size", "1G");
        probe("00:00.0", 64);
        assertTrue(direct());
        assertEquals(33, windowShift());
        assertEquals(0, rig.violations.size(), () -> rig.violations.toString());
    }

    @Test
    void newSizingWithTheOldWalkFailsAndCleansUp() {
        lpar("pmem-guard", "pmemBytes", GIB, "pmemStart", 1L << 42);
        rig.run("pmem.online", "start", "0x40000000000", "size", "1G");
        rig.use(Rig.variant("ddw-disabled"));
        probe("00:00.0", 64);
        long answer = new PmemGuard() {
            @Override
            public long premap(Cpu cpu, long window) {
                return premapBelow(cpu, Memblock.endOfDram(cpu), window);
            }
        }.enable(cpu, device(0), -1L);
        assertEquals(1, answer);
        assertEquals(0, WindowList.first(cpu));
        assertTrue(WindowList.failedBefore(cpu, pdn()));
        assertEquals(0, DeviceTree.property(cpu, pdn(), DeviceTree.DIRECT64));
        assertEquals(0, rig.partition().tables().entries(1));
        assertTrue(rig.dmesg().contains("pci 0000:00:00.0: failed to map DMA window for /pci@800000020000000: -4"));
    }

    @Test
    void aFailedCreationSaysDirectOnceAndThenNoMore() {
        make("qemu-512M", "qemu-7.2", "limited-mask");
        rig.use(Rig.variant("ddw-disabled"));
        probe("00:00.0", 64);
        assertEquals(1, new LimitedMask().enable(cpu, device(0), -1L));
        assertEquals(0, new LimitedMask().enable(cpu, device(0), -1L));
    }

    @Test
    void withoutAPageSizeThereIsNoWindow() {
        lpar("direct-only", "pageSizeMask", 0);
        assertEquals(0, probe("00:00.0", 64));
        assertTrue(WindowList.failedBefore(cpu, pdn()));
    }

    @Test
    void aBusyHypervisorIsAskedAgain() {
        lpar("direct-only", "createBusyCalls", 3);
        assertEquals(0, probe("00:00.0", 64));
        assertTrue(direct());
        assertEquals(3_000_000, rig.machine.timeNanos());
    }

    @Test
    void waitingTimes() {
        lpar("direct-only");
        assertFalse(RtasCall.busyDelay(cpu, 0));
        assertFalse(RtasCall.busyDelay(cpu, -1));
        assertFalse(RtasCall.busyDelay(cpu, 9906));
        assertTrue(RtasCall.busyDelay(cpu, 9900));
        assertEquals(1_000_000, rig.machine.timeNanos());
        assertTrue(RtasCall.busyDelay(cpu, 9905));
        assertEquals(1_000_000 + 100_000_000_000L, rig.machine.timeNanos());
    }

    @Test
    void removingTheDeviceRemovesTheWindow() {
        lpar("direct-only", "phbCount", 2);
        probe("00:00.0", 64);
        probe("00:01.0", 64);
        probe("01:00.0", 64);
        long second = WindowList.first(cpu);
        assertEquals(0, rig.run("device.remove", "device", "00:00.0"));
        assertEquals(0, device(0));
        assertEquals(0, device(8));
        assertEquals(second, WindowList.first(cpu));
        assertEquals(0, WindowList.next(cpu, second));
        assertEquals(0, rig.partition().tables().entries(1));
        assertEquals(Errno.ENODEV, rig.run("device.remove", "device", "00:00.0"));
        assertEquals(List.of(), rig.end());
    }

    @Test
    void removingADynamicWindowCleansItToo() {
        lpar("limited-mask", "largestBlockTces", 1 << 10);
        probe("00:00.0", 64);
        assertEquals(0, rig.run("device.remove", "device", "00:00.0"));
        // Once when the table is made, once when the window goes.
        assertEquals(2 + 2, rig.hypercalls(Papr.H_STUFF_TCE).stream().filter(event -> event.b() == 0x80000001L)
                .count());
        lpar("limited-mask");
        probe("00:00.0", 32);
        assertEquals(0, rig.run("device.remove", "device", "00:00.0"));
        assertEquals(List.of(), rig.end());
    }

    @Test
    void whatIsWrongWithAProbe() {
        lpar("direct-only");
        assertEquals("device: 00:05.0, expected a device of the machine: 00:00.0, 00:01.0",
                assertThrows(NotReadyException.class, () -> probe("00:05.0", 64)).getMessage());
        assertThrows(NotReadyException.class, () -> probe("00:00.0", 23));
        assertThrows(NotReadyException.class, () -> probe("00:00.0", 65));
        assertEquals(0, probe("00:00.0", 64));
        assertEquals(Errno.EBUSY, probe("00:00.0", 64));
        assertEquals(Errno.EBUSY, rig.run("kernel.boot"));
    }
}
