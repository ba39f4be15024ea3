package org.dmalab.pseries.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;

import org.dmalab.api.cpu.Hook;
import org.dmalab.api.cpu.KernelBug;
import org.dmalab.api.cpu.LiveCpu;
import org.dmalab.api.cpu.Op;
import org.dmalab.api.cpu.Text;
import org.dmalab.api.event.EventKind;
import org.dmalab.api.service.Direction;
import org.dmalab.api.service.Errno;
import org.dmalab.api.service.Iommu;
import org.dmalab.pseries.Rig;
import org.dmalab.pseries.hardware.TceTables;
import org.dmalab.pseries.kernel.KernelLayout.PciDev;
import org.dmalab.pseries.kernel.KernelLayout.WindowProp;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Kernel code when memory, bus addresses or the hypervisor's resources run out, and when firmware says less. */
class FailuresTest {
    private static final long BRIDGE = Text.id("pci@800000020000000");
    private static final long LIOBN = 0x80000000L;

    /** Answers the n-th call of a kind, from 0, otherwise than the machine; the call is not made. */
    private static void answer(Rig rig, int kind, int n, long result) {
        Hook usual = rig.machine.hook();
        int[] seen = {0};
        rig.machine.hook((cpu, op, a, b, c, d, e) -> op == kind && seen[0]++ == n ? result
                : usual.call(cpu, op, a, b, c, d, e));
    }

    private static Rig lpar(String patch, Object... set) {
        Map<String, Long> values = new java.util.TreeMap<>(Map.of("ramBytes", 4L << 30, "lrdrCapacityBytes", 8L << 30));
        for (int i = 0; i < set.length; i += 2) {
            values.put((String) set[i], ((Number) set[i + 1]).longValue());
        }
        Rig rig = new Rig(Rig.variant(patch), "lpar-422G", "powervm", values);
        assertEquals(0, rig.run("kernel.boot"));
        return rig;
    }

    private static long windows(Rig rig) {
        long count = 0;
        for (long window = WindowList.first(rig.cpu()); window != 0; window = WindowList.next(rig.cpu(), window)) {
            count++;
        }
        return count;
    }

    private static long tablesInUse(Rig rig) {
        TceTables tables = rig.partition().tables();
        return tables.entries(0) != 0 && tables.entries(1) != 0 ? 2 : 1;
    }

    @ParameterizedTest
    @ValueSource(strings = {"direct", "dynamic", "single"})
    void whereverMemoryRunsOutInAProbeNothingIsLeftBehind(String kind) {
        for (int n = 0; n < 8; n++) {
            Rig rig = lpar("limited-mask", "largestBlockTces", kind.equals("dynamic") ? 1 << 10 : 1 << 19,
                    "windowsPerPe", kind.equals("single") ? 1 : 2);
            answer(rig, Op.ALLOC, n, 0);
            long result = rig.run("device.probe", "device", "00:00.0");
            assertTrue(result == 0 || result == Errno.ENOMEM || result == Errno.EIO, "at " + n + ": " + result);
            assertEquals(0, rig.count(EventKind.USE_AFTER_FREE));
            if (kind.equals("single")) {
                assertEquals(1, tablesInUse(rig));
            } else {
                assertEquals(1 + windows(rig), tablesInUse(rig), "at " + n);
            }
            long pdn = DeviceTree.top(rig.cpu(), BRIDGE);
            boolean named = DeviceTree.property(rig.cpu(), pdn, DeviceTree.DIRECT64) != 0
                    || DeviceTree.property(rig.cpu(), pdn, DeviceTree.DMA64) != 0;
            assertEquals(windows(rig) == 1, named, "at " + n);
            assertEquals(List.of(), rig.endWithoutWindow());
        }
    }

    @Test
    void whereverMemoryRunsOutInHotplugNothingIsLeftBehind() {
        for (int n = 0; n < 3; n++) {
            Rig rig = lpar("limited-mask").probed();
            answer(rig, Op.ALLOC, n, 0);
            long result = rig.run("memory.online", "start", "4G", "size", "2G");
            assertTrue(result == 0 || result == Errno.ENOMEM, "at " + n);
            assertEquals(result == 0 ? 6L << 30 : 4L << 30, Memblock.endOfDram(rig.cpu()));
            assertEquals(List.of(), rig.end());
            Rig pmem = lpar("limited-mask").probed();
            answer(pmem, Op.ALLOC, n, 0);
            result = pmem.run("pmem.online", "start", "0x40340000000", "size", "2G");
            assertEquals(n < 2 ? Errno.ENOMEM : 0, result);
            assertEquals(List.of(), pmem.end());
        }
    }

    @Test
    void memblockIsFull() {
        Rig rig = lpar("limited-mask").probed();
        for (int i = 0; i < KernelLayout.MEMBLOCK_REGIONS - 1; i++) {
            assertEquals(0, Memblock.add(rig.cpu(), (1L << 40) + 4L * i, 3));
        }
        assertEquals(Errno.ENOMEM, rig.run("pmem.online", "start", "0x40340000000", "size", "2G"));
        assertEquals(Errno.ENOMEM, MemoryHotplug.addMemory(rig.cpu(), 6L << 30, 1L << 30));
        assertEquals(Errno.ENOMEM, rig.run("memory.online", "start", "6G", "size", "1G"));
    }

    @Test
    void theHypervisorRunsOutInTheMiddleOfARange() {
        Rig rig = lpar("direct-only").probed();
        answer(rig, Op.HCALL, 1, Hvcall.H_NOT_ENOUGH_RESOURCES); // the platform is asked first
        assertEquals(Errno.EPERM, rig.run("memory.online", "start", "4G", "size", "1G"));
        assertEquals(List.of(), rig.end());
    }

    @Test
    void aDynamicMappingIsRolledBackWhenTheHypervisorRunsOut() {
        for (int n = 0; n < 3; n++) {
            Rig rig = lpar("ddw-disabled").probed();
            LiveCpu cpu = rig.cpu();
            long table = cpu.load(PciDevices.find(cpu, 0), PciDev.TABLE);
            answer(rig, Op.HCALL, n, Hvcall.H_NOT_ENOUGH_RESOURCES);
            long result = ((Iommu) Rig.variant("direct-only")).map(cpu, table, 0x100000, 0x4000000, 600 << 12,
                    Direction.FROM_DEVICE);
            assertEquals(n < 2 ? Hvcall.H_NOT_ENOUGH_RESOURCES : 0x100000, result);
            assertEquals(n < 2 ? 0 : 0x4000003, rig.partition().tables().tce(0, 0x100));
        }
    }

    @Test
    void theDmaApiGivesTheBusAddressBack() {
        Rig rig = lpar("ddw-disabled").probed();
        long table = rig.cpu().load(PciDevices.find(rig.cpu(), 0), PciDev.TABLE);
        answer(rig, Op.HCALL, 0, Hvcall.H_NOT_ENOUGH_RESOURCES);
        assertEquals(Errno.EIO, rig.run("dma.transfer", "device", "00:00.0"));
        assertFalse(IommuTable.inUse(rig.cpu(), table));
    }

    private static long build(LiveCpu cpu, long firstTce, long count) {
        return new PseriesKernel.Mainline().tce_buildmulti_pSeriesLP(cpu, table(cpu), firstTce, count, 0x4000000,
                Direction.BIDIRECTIONAL);
    }

    private static void free(LiveCpu cpu, long firstTce, long count) {
        new PseriesKernel.Mainline().tce_freemulti_pSeriesLP(cpu, table(cpu), firstTce, count);
    }

    private static long table(LiveCpu cpu) {
        return cpu.load(PciDevices.find(cpu, 0), PciDev.TABLE);
    }

    @Test
    void otherRefusalsArePrintedAndTakenForSuccess() {
        Rig rig = lpar("ddw-disabled").probed();
        LiveCpu cpu = rig.cpu();
        assertEquals(0, build(cpu, 0x3ffff, 4));
        assertTrue(rig.dmesg().contains("tce_buildmulti_pSeriesLP: plpar_tce_put failed. rc=-4"));
        free(cpu, 0x3ffff, 4);
        assertTrue(rig.dmesg().contains("tce_freemulti_pSeriesLP: plpar_tce_stuff failed"));
    }

    @Test
    void withoutMultitceEveryTceIsItsOwnHypercall() {
        Rig rig = lpar("ddw-disabled", "multitce", 0).probed();
        LiveCpu cpu = rig.cpu();
        TceTables tables = rig.partition().tables();
        assertEquals(0, build(cpu, 16, 4));
        assertEquals(0x4003003, tables.tce(0, 19));
        free(cpu, 16, 4);
        assertEquals(0, tables.tce(0, 19));
        answer(rig, Op.HCALL, 2, Hvcall.H_NOT_ENOUGH_RESOURCES);
        assertEquals(Hvcall.H_NOT_ENOUGH_RESOURCES, build(cpu, 16, 4));
        assertEquals(0, tables.tce(0, 16));
        for (int i = 0; i < 12; i++) {
            free(cpu, 0x40000, 1);
        }
        assertEquals(10, rig.dmesg().stream().filter("tce_free_pSeriesLP: plpar_tce_put failed. rc=-4"::equals)
                .count());
    }

    @Test
    void withoutAListPageTcesAreBuiltOneByOne() {
        Rig rig = lpar("ddw-disabled").probed();
        rig.run("kernel.fault", "times", "1");
        assertEquals(0, build(rig.cpu(), 16, 4));
        assertEquals(4, rig.hypercalls(Hvcall.H_PUT_TCE).size());
        assertEquals(0, build(rig.cpu(), 16, 4));
        assertEquals(4, rig.hypercalls(Hvcall.H_PUT_TCE).size());
        assertThrows(IndexOutOfBoundsException.class, () -> Pages.writeTce(rig.cpu(), Pages.tcePage(rig.cpu()), 512,
                0));
        assertThrows(IndexOutOfBoundsException.class, () -> Pages.writeTce(rig.cpu(), Pages.tcePage(rig.cpu()), -1,
                0));
    }

    @Test
    void firmwareThatSaysLess() {
        Rig none = lpar("limited-mask");
        long pdn = DeviceTree.top(none.cpu(), BRIDGE);
        DeviceTree.remove(none.cpu(), pdn, DeviceTree.DDW_APPLICABLE);
        assertEquals(0, none.run("device.probe", "device", "00:00.0"));
        assertTrue(WindowList.failedBefore(none.cpu(), pdn));
        assertEquals(0, none.violations.size());

        Rig five = lpar("limited-mask");
        pdn = DeviceTree.top(five.cpu(), BRIDGE);
        DeviceTree.remove(five.cpu(), pdn, DeviceTree.DDW_EXTENSIONS);
        assertEquals(0, five.run("device.probe", "device", "00:00.0"));
        assertEquals(1, windows(five));
        assertEquals(Errno.EINVAL, Ddw.extension(five.cpu(), pdn, 1));
        assertEquals(Errno.EINVAL, Ddw.limit(five.cpu(), PciDevices.find(five.cpu(), 0), pdn));

        Rig few = lpar("limited-mask");
        pdn = DeviceTree.top(few.cpu(), BRIDGE);
        long value = DeviceTree.value(few.cpu(), pdn, DeviceTree.DDW_EXTENSIONS, 4);
        BigEndian.store(few.cpu(), value, 4, 2);
        assertEquals(-75, Ddw.extension(few.cpu(), pdn, 3));
        assertEquals(0, few.run("device.probe", "device", "00:00.0", "mask", "40"));
        assertTrue(WindowList.failedBefore(few.cpu(), pdn));
    }

    @Test
    void aQueryThatFails() {
        Rig rig = lpar("limited-mask");
        long pdn = DeviceTree.top(rig.cpu(), BRIDGE);
        long reg = DeviceTree.value(rig.cpu(), pdn, DeviceTree.REG, 8);
        BigEndian.store(rig.cpu(), reg, 8, 1);
        assertEquals(0, rig.run("device.probe", "device", "00:00.0"));
        assertTrue(WindowList.failedBefore(rig.cpu(), pdn));
        Ddw.reset(rig.cpu(), PciDevices.find(rig.cpu(), 0), pdn);
        assertTrue(rig.dmesg().contains("pci 0000:00:00.0: ibm,reset-pe-dma-windows(2029) 0 0 1 returned -3"));
        Ddw.remove(rig.cpu(), pdn, 7);
        assertTrue(rig.dmesg().contains("/pci@800000020000000: failed to remove DMA window: rtas returned -3 to"
                + " ibm,remove-pe-dma-window(2028) 7"));
        DeviceTree.remove(rig.cpu(), pdn, DeviceTree.REG);
        assertEquals(-3, Ddw.query(rig.cpu(), PciDevices.find(rig.cpu(), 0), pdn).status());
        DeviceTree.remove(rig.cpu(), pdn, DeviceTree.DDW_EXTENSIONS);
        Ddw.reset(rig.cpu(), PciDevices.find(rig.cpu(), 0), pdn);
    }

    @Test
    void aSingleWindowWithoutAWayBackIsKept() {
        Rig rig = lpar("limited-mask", "windowsPerPe", 1);
        long pdn = DeviceTree.top(rig.cpu(), BRIDGE);
        DeviceTree.remove(rig.cpu(), pdn, DeviceTree.DDW_EXTENSIONS);
        assertEquals(0, rig.run("device.probe", "device", "00:00.0"));
        assertNotEquals(0, rig.partition().tables().entries(0));
        assertEquals(0, windows(rig));
        assertEquals(256, rig.run("dma.transfer", "device", "00:00.0"));
    }

    @Test
    void cleaningThatFailsIsPrinted() {
        Rig rig = lpar("limited-mask").probed();
        long pdn = DeviceTree.top(rig.cpu(), BRIDGE);
        long prop = WindowList.prop(rig.cpu(), WindowList.first(rig.cpu()));
        BigEndian.store(rig.cpu(), prop, WindowProp.WINDOW_SHIFT, 41);
        Ddw.clean(new PseriesKernel.Mainline(), rig.cpu(), pdn, prop);
        assertTrue(rig.dmesg().contains("/pci@800000020000000 failed to clear tces in window."));
    }

    @Test
    void aDeviceWithoutWindowOrTable() {
        Rig rig = lpar("ddw-disabled").probed();
        LiveCpu cpu = rig.cpu();
        long device = PciDevices.find(cpu, 0);
        cpu.store(device, PciDev.TABLE, 0);
        assertEquals(Errno.EIO, DmaApi.map(cpu, device, 0x4000000, 8, Direction.TO_DEVICE));
        assertEquals(Errno.EIO, PciDevices.setMask(cpu, device, -1));
        assertTrue(rig.dmesg().contains("pci 0000:00:00.0: Warning: IOMMU dma not supported: mask 0xffffffffffffffff,"
                + " table unavailable"));
    }

    @Test
    void aBufferThatTheDeviceCanNotReach() {
        Rig rig = lpar("limited-mask", "pmemBytes", 0).probed();
        LiveCpu cpu = rig.cpu();
        long device = PciDevices.find(cpu, 0);
        cpu.store(device, PciDev.DMA_MASK, (1L << 60) - 1);
        assertEquals(Errno.EIO, DmaApi.map(cpu, device, 1L << 59, 8, Direction.TO_DEVICE));
        assertTrue(rig.dmesg().stream().anyMatch(text -> text.startsWith("pci 0000:00:00.0: DMA addr 1000000000000000+8"
                + " overflow")), () -> rig.dmesg().toString());
        cpu.store(device, PciDev.DMA_MASK, (1L << 32) - 1);
        assertEquals(256, rig.run("dma.transfer", "device", "00:00.0"));
        assertEquals(1, rig.hypercalls(Hvcall.H_PUT_TCE).size());
        assertEquals(0x1000, rig.hypercalls(Hvcall.H_PUT_TCE).get(0).c());
    }

    @Test
    void busAddressesRunOut() {
        Rig rig = lpar("ddw-disabled").probed();
        LiveCpu cpu = rig.cpu();
        long device = PciDevices.find(cpu, 0);
        assertEquals(Errno.EIO, DmaApi.map(cpu, device, 0, 2L << 30, Direction.TO_DEVICE));
        assertTrue(rig.dmesg().stream().anyMatch(text -> text.contains("iommu_alloc failed, tbl")));
    }

    @Test
    void aKernelWithoutMemoryForItsTablesPanics() {
        Rig rig = new Rig(Rig.variant("limited-mask"), "lpar-422G", "powervm", Map.of("defaultWindowBytes", 1L << 36));
        rig.run("kernel.boot");
        assertTrue(rig.violations.get(0).contains("Failed to initialize iommu table"), () -> rig.violations.toString());
        assertThrows(KernelBug.class, () -> Boot.run(rig.cpu(), Pages.virtual(0x1f00000), true));
    }

    @Test
    void withoutLrdrCapacityThereIsNothingToChange() {
        Rig rig = lpar("limited-mask").probed();
        DeviceTree.remove(rig.cpu(), DeviceTree.top(rig.cpu(), Text.id("rtas")), Text.id("ibm,lrdr-capacity"));
        assertEquals(Errno.ENODEV, rig.run("partition.migrate", "capacity", "1G"));
        rig.cpu().store(KernelLayout.SET_INDICATOR, 4711);
        assertEquals(Errno.EINVAL, rig.run("memory.online", "start", "5G", "size", "1G"));
    }

    @Test
    void boundariesOfTheWindowList() {
        Rig rig = lpar("limited-mask").probed();
        WindowList.remove(rig.cpu(), 4711);
        assertEquals(1, windows(rig));
        assertEquals(0, WindowList.find(rig.cpu(), 4711));
        assertFalse(WindowList.failedBefore(rig.cpu(), 4711));
        answer(rig, Op.ALLOC, 0, 0);
        WindowList.rememberFailure(rig.cpu(), 4711);
        assertFalse(WindowList.failedBefore(rig.cpu(), 4711));
    }
}
