package org.dmalab.vtd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.dmalab.api.NotReadyException;
import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.cpu.KernelBug;
import org.dmalab.api.cpu.Level;
import org.dmalab.api.cpu.Op;
import org.dmalab.api.event.Event;
import org.dmalab.api.event.EventKind;
import org.dmalab.api.service.CacheFlush;
import org.dmalab.api.service.Errno;
import org.dmalab.api.service.Iommu;
import org.dmalab.vtd.hardware.Reg;
import org.dmalab.vtd.hardware.VtdEvent;
import org.dmalab.vtd.kernel.Boot;
import org.dmalab.vtd.kernel.CopiedTables;
import org.dmalab.vtd.kernel.IdentityDomain;
import org.dmalab.vtd.kernel.KernelLayout;
import org.dmalab.vtd.kernel.KernelLayout.Device;
import org.dmalab.vtd.kernel.KernelLayout.IntelIommu;
import org.dmalab.vtd.kernel.RegisterFlush;
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

/** The kernel around the patch, on the whole machine. */
class KernelTest {
    private static final String DEVICE = "02:00.0";
    private static final String CARD = "00:05.0";

    private static Bench booted(Iommu variant, Map<String, Long> set) {
        Bench bench = new Bench(variant, "X9DRG", "strict", set);
        assertEquals(0, bench.run("kernel.boot"));
        return bench;
    }

    private static long did(Bench bench, long sourceId) {
        long root = bench.machine.model(VtdModel.class).unit().rootTable();
        long table = memory(bench, root + (sourceId >> 8) * 16) & ~0xfffL;
        return memory(bench, table + (sourceId & 0xff) * 16 + 8) >>> 8 & 0xffff;
    }

    private static long memory(Bench bench, long address) {
        return bench.machine.model(VtdModel.class).memory().fetch(address, 8);
    }

    private static List<String> writes(Bench bench, int from) {
        List<String> writes = new ArrayList<>();
        for (Event event : bench.events.subList(from, bench.events.size())) {
            if (event.kind() == Op.REG_WRITE) {
                writes.add(Bench.ARCHITECTURE.describe(bench.machine, event));
            }
        }
        return writes;
    }

    @Test
    void bootOrder() {
        Bench bench = new Bench(new NoFlush(), "X9DRG", "strict", Map.of());
        assertEquals(0, bench.run("kernel.boot"));
        assertEquals(Errno.EBUSY, bench.run("kernel.boot"));
        assertEquals(List.of("RTADDR = 0x2000000", "GCMD SRTP", "CCMD global", "IOTLB global", "FEDATA = 0x21",
                "FEADDR = 0xfee00000", "FEUADDR = 0x0", "FECTL = 0x0", "GCMD TE", "PMEN = 0x0"), writes(bench, 0));
        assertEquals("DMAR: Host address width 39", bench.dmesg().get(0));
        assertEquals("DMAR: DRHD base: 0x000000fed90000 flags: 0x0", bench.dmesg().get(1));
        assertEquals("DMAR: dmar0: reg_base_addr fed90000 ver 1:0 cap d2078c106f0466 ecap f020de",
                bench.dmesg().get(2));
        assertEquals("DMAR: RMRR base: 0x000000000e8000 end: 0x000000000e8fff", bench.dmesg().get(3));
        assertTrue(bench.dmesg().contains("DMAR: Setting RMRR:"));
        assertEquals(1, did(bench, 0x200));
    }

    /** Reserved regions reach the device at their own addresses, with four levels and write-only where asked. */
    @Test
    void mappings() {
        Bench bench = booted(new FlushOldDid(), Map.of());
        assertEquals(8, bench.run("device.dma", "device", DEVICE, "address", "0xbdf84ff8", "direction", "write"));
        assertEquals(0xfffff000L, bench.run("dma.map", "device", DEVICE, "direction", "from-device"));
        assertEquals(8, bench.run("device.dma", "device", DEVICE, "address", "0xfffff000", "direction", "write"));
        assertEquals(0, bench.run("device.dma", "device", DEVICE, "address", "0xfffff000"));
        assertTrue(bench.dmesg().contains("DMAR: [DMA Read] Request device [02:00.0] fault addr fffff000 "
                + "[fault reason 06] PTE Read access is not set"));
        assertEquals(0xfffe0000L, bench.run("dma.map", "device", DEVICE, "size", "64K")); // aligned to its size
        assertEquals(0xffff8000L, bench.run("dma.map", "device", DEVICE, "size", "12K"));
        assertEquals(0xffffe000L, bench.run("dma.map", "device", DEVICE, "direction", "to-device"));
        assertEquals(0, bench.run("device.dma", "device", DEVICE, "address", "0xffffe000", "direction", "write"));
        assertTrue(bench.dmesg().contains("DMAR: [DMA Write] Request device [02:00.0] fault addr ffffe000 "
                + "[fault reason 05] PTE Write access is not set"));
    }

    @Test
    void refusals() {
        Bench bench = new Bench(new FlushOldDid(), "X9DRG", "strict", Map.of());
        assertEquals(Errno.EINVAL, bench.run("dma.map", "device", DEVICE));
        assertEquals(Errno.EINVAL, bench.run("kernel.crash"));
        assertEquals(Errno.EINVAL, bench.run("kernel.kdump"));
        bench.run("kernel.boot");
        assertEquals(Errno.EINVAL, bench.run("kernel.kdump"));
        assertEquals(Errno.ENODEV, bench.run("dma.map", "device", "03:00.0"));
        assertEquals(Errno.ENODEV, bench.run("device.attach", "device", "03:00.0"));
        assertEquals(Errno.ENODEV, bench.run("device.detach", "device", "03:00.0"));
        assertEquals(Errno.ENODEV, bench.run("dma.unmap", "device", "03:00.0", "address", "0"));
        assertEquals(Errno.ENODEV, bench.run("driver.probe", "device", "03:00.0"));
        assertEquals(Errno.ENODEV, bench.run("driver.probe", "device", CARD));
        assertEquals(Errno.ENODEV, bench.run("device.reset", "device", CARD));
        assertEquals(Errno.EINVAL, bench.run("device.detach", "device", CARD));
        assertEquals(Errno.EINVAL, bench.run("dma.map", "device", DEVICE, "size", "0"));
        assertEquals(Errno.EINVAL, bench.run("dma.map", "device", DEVICE, "size", "1M"));
        assertEquals(Errno.EINVAL, bench.run("dma.unmap", "device", DEVICE, "address", "0x1000"));
        assertEquals(Errno.EINVAL, bench.run("device.dma", "device", DEVICE, "address", "0", "length", "2M"));
        bench.run("dma.map", "device", CARD);
        assertEquals(Errno.EBUSY, bench.run("device.detach", "device", CARD));
        assertEquals(0, bench.run("device.reset", "device", DEVICE));
        assertEquals(0, bench.run("kernel.crash"));
        assertEquals(Errno.EINVAL, bench.run("kernel.crash"));
    }

    /** Running out of pages is an error and takes nothing away. */
    @Test
    void noMemory() {
        Bench bench = booted(new FlushOldDid(), Map.of());
        long last = 0;
        int maps = 0;
        while (last >= 0) {
            last = bench.run("dma.map", "device", CARD, "size", "256K");
            maps++;
        }
        assertEquals(Errno.ENOMEM, last);
        assertTrue(maps > 50, maps + " mappings");
        assertEquals(0, bench.run("dma.unmap", "device", CARD, "address", "0xfffc0000"));
        assertEquals(0xfffc0000L, bench.run("dma.map", "device", CARD, "size", "256K"));
    }

    @Test
    void detachGivesEverythingBack() {
        Bench bench = booted(new FlushOldDid(), Map.of());
        long before = bench.machine.kernel().load(KernelLayout.PAGE_TAKEN.address(), 8);
        assertEquals(0, bench.run("device.attach", "device", CARD));
        assertEquals(0, bench.run("device.attach", "device", CARD));
        assertEquals(2, did(bench, 0x28));
        bench.run("dma.map", "device", CARD);
        bench.run("dma.unmap", "device", CARD, "address", "0xfffff000");
        int from = bench.events.size();
        assertEquals(0, bench.run("device.detach", "device", CARD));
        assertEquals(List.of("CCMD device-selective did=2 sid=00:05.0", "IOTLB domain-selective did=2"),
                writes(bench, from));
        assertEquals(0, did(bench, 0x28));
        long after = bench.machine.kernel().load(KernelLayout.PAGE_TAKEN.address(), 8);
        assertEquals(1, Long.bitCount(after ^ before)); // the context table of bus 0 stays
        assertEquals(0, bench.run("device.attach", "device", CARD));
        assertEquals(2, did(bench, 0x28));
        assertEquals(0, bench.run("device.detach", "device", DEVICE)); // with its reserved regions
        assertEquals(6, bench.events.stream().filter(event -> event.kind() == EventKind.BUFFER_TO_CPU
                && event.a() == 0x200).count());
    }

    /** Values are kept, domain-ids reserved, entries marked, and nothing of the old kernel's data is left. */
    @Test
    void takeOver() {
        Bench bench = booted(new FlushOldDid(), Map.of());
        bench.run("dma.map", "device", DEVICE);
        bench.run("device.attach", "device", CARD);
        long oldRoot = bench.machine.model(VtdModel.class).unit().rootTable();
        bench.run("kernel.crash");
        int from = bench.events.size();
        assertEquals(0, bench.run("kernel.kdump"));
        long newRoot = bench.machine.model(VtdModel.class).unit().rootTable();
        assertNotEquals(oldRoot, newRoot);
        for (long sourceId : new long[] {0x200, 0x28}) {
            long old = (memory(bench, oldRoot + (sourceId >> 8) * 16) & ~0xfffL) + (sourceId & 0xff) * 16;
            long copy = (memory(bench, newRoot + (sourceId >> 8) * 16) & ~0xfffL) + (sourceId & 0xff) * 16;
            assertEquals(memory(bench, old), memory(bench, copy));
            assertEquals(memory(bench, old + 8) | 8, memory(bench, copy + 8));
        }
        long iommu = bench.machine.kernel().load(KernelLayout.IOMMUS.address(), 8);
        long ids = bench.machine.kernel().load(iommu + IntelIommu.DOMAIN_IDS.offset(), 8);
        assertEquals(7, bench.machine.kernel().load(ids, 8)); // 0, and the old 1 and 2
        assertEquals(0, bench.machine.kernel().load(KernelLayout.BUFFERS.address(), 8));
        assertFalse(writes(bench, from).contains("GCMD TE"));
        assertTrue(writes(bench, from).contains("GCMD TE|SRTP"));
        assertEquals(0, bench.run("device.attach", "device", CARD));
        assertEquals(3, did(bench, 0x28));
    }

    /** From 6.0 on entries are copied as they are, and marked in the bitmap until they are mapped. */
    @Test
    void takeOverWithBitmap() {
        Bench bench = booted(new ClearPresentFirst(), Map.of());
        bench.run("device.attach", "device", CARD);
        long oldRoot = bench.machine.model(VtdModel.class).unit().rootTable();
        bench.run("kernel.crash");
        assertEquals(0, bench.run("kernel.kdump"));
        long newRoot = bench.machine.model(VtdModel.class).unit().rootTable();
        long old = (memory(bench, oldRoot) & ~0xfffL) + 0x28 * 16;
        long copy = (memory(bench, newRoot) & ~0xfffL) + 0x28 * 16;
        assertEquals(memory(bench, old), memory(bench, copy));
        assertEquals(memory(bench, old + 8), memory(bench, copy + 8));
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
            Bench bench = booted(new FlushOldDid(), Map.of());
            VtdModel model = bench.machine.model(VtdModel.class);
            bench.run("kernel.crash");
            bench.machine.ports().registers().write(model.unitBase() + Reg.RTADDR, 8, root);
            assertEquals(0, bench.run("kernel.kdump"));
            assertTrue(bench.dmesg().contains(
                    "DMAR: Failed to copy translation tables from previous kernel for dmar0"));
            assertTrue((model.unit().peek(Reg.GSTS, 4) & Reg.TE) != 0); // off, and on again with tables of its own
            assertEquals(1, did(bench, 0x200));
        }
        Bench bench = booted(new FlushOldDid(), Map.of());
        VtdModel model = bench.machine.model(VtdModel.class);
        model.memory().put(model.unit().rootTable() + 7 * 16, 8, 0x7f00000001L);
        bench.run("kernel.crash");
        assertEquals(0, bench.run("kernel.kdump"));
        assertTrue(bench.dmesg().contains("DMAR: dmar0: Failed to copy context table for bus 7"));
        assertEquals(1, did(bench, 0x200));
    }

    @Test
    void translationOnWithoutKdump() {
        Bench bench = booted(new FlushOldDid(), Map.of());
        KernelLayout.startOver(bench.machine.kernel());
        assertEquals(0, bench.run("kernel.boot"));
        assertTrue(bench.dmesg().contains(
                "DMAR: Translation was enabled for dmar0 but we are not in kdump mode"));
    }

    static List<Iommu> variants() {
        return orders().stream().map(row -> (Iommu) row[0]).toList();
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
        long entry = memory(bench, root + 2 * 16) & ~0xfffL;
        long copied = memory(bench, entry);
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
        assertEquals(0, memory(bench, entry + 8) & 8);
        from = bench.events.size();
        assertEquals(0, bench.run("device.attach", "device", DEVICE));
        assertEquals(List.of(), writes(bench, from));
    }

    /** An entry that was not copied stays as it is; attaching again changes nothing. */
    @ParameterizedTest
    @MethodSource("variants")
    void presentEntryStays(Iommu variant) {
        Bench bench = booted(variant, Map.of());
        Cpu cpu = bench.machine.cpu(0, Level.USER);
        long device = bench.machine.kernel().load(KernelLayout.DEVICES.address(), 8);
        long domain = bench.machine.kernel().load(device + Device.DOMAIN.offset(), 8);
        int from = bench.events.size();
        assertEquals(0, variant.attach(cpu, device, domain));
        assertEquals(List.of(), writes(bench, from));
    }

    /** A second source-id gets its own entry. */
    @Test
    void alias() {
        for (Iommu variant : variants()) {
            Bench bench = booted(variant, Map.of());
            Cpu cpu = bench.machine.cpu(0, Level.USER);
            long device = org.dmalab.vtd.kernel.Devices.find(cpu, 0x28);
            cpu.store(device, Device.ALIAS, 0x29);
            cpu.store(device, Device.SOURCE_IDS, 2);
            assertEquals(0, bench.run("device.attach", "device", CARD));
            assertEquals(2, did(bench, 0x28));
            assertEquals(2, did(bench, 0x29));
        }
    }

    /** In caching mode an entry may be cached as not present, with domain-id 0. */
    @Test
    void cachingMode() {
        Bench bench = booted(new NoFlush(), Map.of("cap", 0x00d2078c106f04e6L));
        int from = bench.events.size();
        bench.run("device.attach", "device", CARD);
        assertEquals(List.of("CCMD device-selective did=0 sid=00:05.0", "IOTLB domain-selective did=2"),
                writes(bench, from));
        from = bench.events.size();
        bench.run("dma.map", "device", CARD, "size", "12K");
        assertEquals(List.of("IVA 0xffffc000 am=2", "IOTLB page-selective did=2"), writes(bench, from));
    }

    @Test
    void writeBufferFlushAndNoPageSelectiveFlush() {
        Bench bench = booted(new NoFlush(), Map.of("cap", 0x00d2070c106f0476L));
        int from = bench.events.size();
        bench.run("dma.map", "device", CARD);
        bench.run("dma.unmap", "device", CARD, "address", "0xfffff000");
        assertEquals(List.of("GCMD TE|WBF", "GCMD TE|WBF", "IOTLB domain-selective did=2"), writes(bench, from));
    }

    /** The device reaches an unmapped page until the queue is flushed: by its timer, when it is full, or at the end. */
    @Test
    void deferredUnmap() {
        Bench bench = booted(new FlushOldDid(), Map.of("deferredUnmap", 1L));
        bench.run("dma.map", "device", CARD);
        assertEquals(8, bench.run("device.dma", "device", CARD, "address", "0xfffff000"));
        int from = bench.events.size();
        assertEquals(0, bench.run("dma.unmap", "device", CARD, "address", "0xfffff000"));
        assertEquals(List.of(), writes(bench, from));
        assertEquals(8, bench.run("device.dma", "device", CARD, "address", "0xfffff000"));
        assertEquals(0xffffe000L, bench.run("dma.map", "device", CARD));
        long before = bench.machine.timeNanos();
        assertEquals(0, bench.run("kernel.idle"));
        assertEquals(10_000_000, bench.machine.timeNanos() - before);
        assertEquals(List.of("IOTLB domain-selective did=2"), writes(bench, from));
        assertEquals(0, bench.run("device.dma", "device", CARD, "address", "0xfffff000"));
        assertEquals(0, bench.run("kernel.idle")); // nothing to flush
        assertEquals(0, bench.run("dma.unmap", "device", CARD, "address", "0xffffe000"));
        from = bench.events.size();
        for (int i = 0; i < 256; i++) {
            String address = "0x" + Long.toHexString(bench.run("dma.map", "device", CARD));
            assertEquals(0, bench.run("dma.unmap", "device", CARD, "address", address));
        }
        assertEquals(List.of("IOTLB domain-selective did=2"), writes(bench, from).stream()
                .filter(write -> write.startsWith("IOTLB")).toList());
        assertEquals(0, bench.run("device.detach", "device", CARD));
        assertEquals(Errno.EINVAL, new Bench(new NoFlush(), "X9DRG", "strict", Map.of()).run("kernel.idle"));
    }

    /** In caching mode unmapping is strict, whatever was asked for. */
    @Test
    void deferredUnmapInCachingMode() {
        Bench bench = booted(new FlushOldDid(), Map.of("deferredUnmap", 1L, "cap", 0x00d2078c106f04e6L));
        assertTrue(bench.dmesg().contains("DMAR: IOMMU batching disallowed due to virtualization"));
        bench.run("dma.map", "device", CARD);
        int from = bench.events.size();
        bench.run("dma.unmap", "device", CARD, "address", "0xfffff000");
        assertEquals(List.of("IVA 0xfffff000 am=0 ih", "IOTLB page-selective did=2"), writes(bench, from));
    }

    private static final String ADDED = "0x100000000";

    private static Bench withIdentity(Iommu variant, long ecap) {
        return booted(variant, Map.of("identity", 1L, "hotplugBytes", 1L << 30, "ecap", ecap));
    }

    /** All memory at its own address, in tables; what is added comes into them, what goes leaves them and the IOTLB. */
    @Test
    void memoryAddedToTheIdentityDomain() {
        Bench bench = withIdentity(new FlushOldDid(), 0x00f0209eL);
        assertEquals(0, bench.run("device.dma", "device", DEVICE, "address", ADDED));
        assertEquals(8, bench.run("device.dma", "device", DEVICE, "address", "0xbffffff8"));
        assertEquals(0, bench.run("memory.online", "start", ADDED, "size", "256M"));
        assertEquals(8, bench.run("device.dma", "device", DEVICE, "address", ADDED));
        assertEquals(0x100000000L, bench.run("dma.map", "device", CARD, "memory", ADDED));
        assertEquals(Errno.EBUSY, bench.run("memory.offline", "start", ADDED, "size", "256M"));
        assertEquals("memory offlining [mem 0x100000000-0x10fffffff] failed: a driver has a buffer there", last(bench));
        assertEquals(0, bench.run("dma.unmap", "device", CARD, "address", ADDED));
        int from = bench.events.size();
        assertEquals(0, bench.run("memory.offline", "start", ADDED, "size", "256M"));
        assertEquals(List.of("IVA 0x100000000 am=16", "IOTLB page-selective did=1"), writes(bench, from));
        assertEquals(0, bench.run("device.dma", "device", DEVICE, "address", ADDED));
        assertEquals(0, bench.run("memory.online", "start", ADDED, "size", "256M"));
        assertEquals(1, did(bench, 0x200));
        assertEquals(1, did(bench, 0x28)); // one domain for all
        assertEquals(0, bench.run("device.detach", "device", CARD));
        assertEquals(0, bench.run("device.attach", "device", CARD));
    }

    @Test
    void memoryThatCannotBeAdded() {
        Bench bench = withIdentity(new FlushOldDid(), 0x00f0209eL);
        for (String start : List.of("0x100001000", "0x140000000", "0xc0000000")) {
            for (String action : List.of("memory.online", "memory.offline")) {
                assertEquals("start and size: " + start + " and 0x8000000, expected whole blocks of 128M of the "
                        + "machine's memory", assertThrows(NotReadyException.class, () -> bench.run(action, "start",
                        start, "size", "128M")).getMessage());
            }
        }
        assertEquals(Errno.EEXIST, bench.run("memory.online", "start", "0x8000000", "size", "128M"));
        assertEquals("memory onlining [mem 0x8000000-0xfffffff] failed: on line already", last(bench));
        assertEquals(0, bench.run("memory.online", "start", ADDED, "size", "128M"));
        assertEquals(Errno.EEXIST, bench.run("memory.online", "start", ADDED, "size", "256M"));
        assertEquals(Errno.EINVAL, bench.run("memory.offline", "start", ADDED, "size", "256M"));
        assertEquals("memory offlining [mem 0x100000000-0x10fffffff] failed: not on line, or not put on line as one",
                last(bench));
        assertEquals(Errno.EINVAL, bench.run("dma.map", "device", CARD, "memory", "0x107fff000", "size", "8K"));
        assertEquals(Errno.EINVAL, bench.run("dma.map", "device", CARD, "memory", ADDED, "size", "0"));
        assertEquals(Errno.ENODEV, bench.run("dma.map", "device", "03:00.0", "memory", ADDED));
        assertEquals(Errno.EINVAL, bench.run("iommu.map", "device", CARD, "address", ADDED));
        Cpu cpu = bench.machine.cpu(0, Level.USER);
        IdentityDomain.map(cpu, 0x108000, 1); // somebody has a page of it
        assertEquals(Errno.EPERM, bench.run("memory.online", "start", "0x108000000", "size", "128M"));
        assertTrue(bench.dmesg().contains("DMAR: Failed to build identity map for [0x108000000-0x10fffffff]"));
    }

    private static String last(Bench bench) {
        return bench.dmesg().get(bench.dmesg().size() - 1);
    }

    @Test
    void memoryNeedsAKernel() {
        Bench bench = new Bench(new FlushOldDid(), "X9DRG", "strict", Map.of("hotplugBytes", 1L << 30));
        assertEquals("no kernel runs; kernel.boot or kernel.kdump comes first", assertThrows(NotReadyException.class,
                () -> bench.run("memory.online", "start", ADDED, "size", "256M")).getMessage());
    }

    /** With ECAP.PT there are no tables, and nobody asks the notifier. */
    @Test
    void passThrough() {
        Bench bench = withIdentity(new FlushOldDid(), 0x00f020deL);
        assertEquals(0, bench.run("memory.online", "start", ADDED, "size", "256M"));
        long address = bench.run("dma.map", "device", CARD);
        assertEquals(8, bench.run("device.dma", "device", CARD, "address", "0x" + Long.toHexString(address)));
        assertEquals(8, bench.run("device.dma", "device", CARD, "address", ADDED));
        long root = bench.machine.model(VtdModel.class).unit().rootTable();
        long entry = (memory(bench, root) & ~0xfffL) + 0x28 * 16;
        assertEquals(2 << 2 | 1, memory(bench, entry));
        assertEquals(2, memory(bench, entry + 8) & 7); // the widest
        assertEquals(0, bench.run("dma.unmap", "device", CARD, "address", "0x" + Long.toHexString(address)));
    }

    /** Users of the IOMMU API choose the address; 2 MiB pages where all is aligned. */
    @Test
    void mapAtAnAddress() {
        Bench bench = booted(new FlushOldDid(), Map.of());
        assertEquals(0x200000, bench.run("iommu.map", "device", CARD, "address", "0x200000", "size", "4M"));
        assertEquals(Errno.EBUSY, bench.run("iommu.map", "device", CARD, "address", "0x3ff000"));
        assertEquals(Errno.EBUSY, bench.run("iommu.map", "device", CARD, "address", "0xfee00000"));
        for (String bad : List.of("0", "0x1001", "0x1000000000000", "0xfffffffff000000")) {
            assertEquals(Errno.EINVAL, bench.run("iommu.map", "device", CARD, "address", bad), bad);
        }
        assertEquals(Errno.EINVAL, bench.run("iommu.map", "device", CARD, "address", "0x800000", "size", "260K"));
        assertEquals(Errno.EINVAL, bench.run("iommu.map", "device", CARD, "address", "0x800000", "size", "8M"));
        assertEquals(Errno.ENODEV, bench.run("iommu.map", "device", "03:00.0", "address", "0x800000"));
        assertEquals(8, bench.run("device.dma", "device", CARD, "address", "0x5ffff8"));
        Bench small = booted(new FlushOldDid(), Map.of("cap", 0x00d20780106f0466L)); // no superpages
        assertEquals(0x200000, small.run("iommu.map", "device", CARD, "address", "0x200000", "size", "2M"));
        assertEquals(8, small.run("device.dma", "device", CARD, "address", "0x3ffff8"));
        long reads = small.count(VtdEvent.TABLE_READ) - bench.count(VtdEvent.TABLE_READ);
        assertEquals(1, reads); // one level more
        assertEquals(0, bench.run("dma.unmap", "device", CARD, "address", "0x200000"));
        assertEquals(0, bench.run("device.detach", "device", CARD));
        for (long size = 0; size >= 0 && size < 1L << 40; size = bench.run("iommu.map", "device", CARD, "address",
                "0x" + Long.toHexString(size + (4 << 20)), "size", "4M")) {
            assertTrue(size < 64 << 20); // until no memory is left
        }
    }

    /** A unit that snoops needs no line flushes; one that does not gets them. */
    @Test
    void lineFlushes() {
        Bench coherent = booted(new NoFlush(), Map.of("ecap", 0x00f020dfL));
        coherent.run("dma.map", "device", CARD);
        assertEquals(0, coherent.count(Op.CACHE));
        Bench incoherent = booted(new NoFlush(), Map.of());
        assertTrue(incoherent.count(Op.CACHE) > 64);
    }

    @Test
    void unitThatNeverAnswersStopsTheKernel() {
        Bench bench = booted(new NoFlush(), Map.of());
        VtdModel model = bench.machine.model(VtdModel.class);
        bench.machine.ports().registers().write(model.unitBase() + Reg.GCMD, 4, Reg.TE | Reg.QIE);
        long before = bench.machine.timeNanos();
        Cpu cpu = bench.machine.cpu(0, Level.USER);
        long iommu = bench.machine.kernel().load(KernelLayout.IOMMUS.address(), 8);
        RegisterFlush flush = new RegisterFlush();
        KernelBug bug = assertThrows(KernelBug.class,
                () -> flush.context(cpu, iommu, 1, 0x200, 0, CacheFlush.Scope.SELECTIVE));
        assertEquals("DMAR: DMAR hardware is malfunctioning", bug.getMessage());
        assertEquals(10_000_000_000L, bench.machine.timeNanos() - before);
    }

    @Test
    void flushScopes() {
        Bench bench = booted(new NoFlush(), Map.of());
        Cpu cpu = bench.machine.cpu(0, Level.USER);
        long iommu = bench.machine.kernel().load(KernelLayout.IOMMUS.address(), 8);
        RegisterFlush flush = new RegisterFlush();
        int from = bench.events.size();
        flush.context(cpu, iommu, 7, 0, 0, CacheFlush.Scope.DOMAIN);
        flush.context(cpu, iommu, 7, 0x201, 3, CacheFlush.Scope.SELECTIVE);
        flush.iotlb(cpu, iommu, 7, 0x1000 | 1 << 6, 63, CacheFlush.Scope.SELECTIVE);
        assertEquals(List.of("CCMD domain-selective did=7", "CCMD device-selective did=7 sid=02:00.1 fm=3",
                "IVA 0x1000 am=63 ih", "IOTLB page-selective did=7"), writes(bench, from));
        assertTrue(bench.dmesg().contains("DMAR: Flush IOTLB failed")); // the mask is beyond MAMV
        assertThrows(IllegalArgumentException.class, () -> flush.context(cpu, iommu, 0, 0, 0, CacheFlush.Scope.NONE));
        assertThrows(IllegalArgumentException.class, () -> flush.iotlb(cpu, iommu, 0, 0, 0, CacheFlush.Scope.NONE));
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
        return bench.count(VtdEvent.FAULT_RECORDED);
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
            Bench bench = booted(variant, Map.of("ecap", snoops ? 0x00f020dfL : 0x00f020deL));
            bench.run("device.attach", "device", CARD);
            bench.run("kernel.crash");
            bench.run("kernel.kdump");
            bench.run("device.dma", "device", CARD, "address", "0x1000");
            bench.run("device.stream", "device", CARD, "address", "0x1000", "times", "2");
            int from = bench.events.size();
            bench.run("dma.map", "device", CARD, "direction", "to-device");
            bench.run("device.stream", "device", CARD, "address", "0x1000", "times", "0");
            boolean cachedAgain = bench.events.subList(from, bench.events.size()).stream()
                    .anyMatch(event -> event.kind() == VtdEvent.CONTEXT_CACHED);
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
        Bench bench = booted(new WrongSourceId(), Map.of());
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
    void brokenReservedRegions() {
        Bench bench = booted(new NoFlush(), Map.of());
        Cpu cpu = bench.machine.cpu(0, Level.USER);
        bench.run("device.detach", "device", DEVICE);
        long region = bench.machine.kernel().load(KernelLayout.RMRRS.address(), 8);
        cpu.store(region, KernelLayout.RmrrUnit.END_ADDRESS, 0);
        long second = cpu.load(region, KernelLayout.RmrrUnit.NEXT);
        cpu.store(second, KernelLayout.RmrrUnit.END_ADDRESS, 1L << 50);
        bench.run("device.attach", "device", DEVICE);
        assertEquals(2, bench.count(Op.WARN));
    }

    @Test
    void fourKernelsInARow() {
        Bench bench = booted(new FlushOldDid(), Map.of());
        for (int i = 0; i < 3; i++) {
            assertEquals(0, bench.run("kernel.crash"));
            assertEquals(0, bench.run("kernel.kdump"));
            assertEquals(0, bench.run("driver.probe", "device", DEVICE));
        }
        assertEquals(Boot.RUNNING, bench.machine.kernel().load(KernelLayout.SYSTEM_STATE.address(), 4));
    }
}
