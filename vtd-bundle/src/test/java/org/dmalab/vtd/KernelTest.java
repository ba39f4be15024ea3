package org.dmalab.vtd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;

import org.dmalab.api.NotReadyException;
import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.cpu.KernelBug;
import org.dmalab.api.cpu.Level;
import org.dmalab.api.cpu.Op;
import org.dmalab.api.event.EventKind;
import org.dmalab.api.service.CacheFlush;
import org.dmalab.api.service.Errno;
import org.dmalab.api.service.Iommu;
import org.dmalab.vtd.hardware.HardwareEvent;
import org.dmalab.vtd.hardware.Reg;
import org.dmalab.vtd.kernel.KernelLayout;
import org.dmalab.vtd.kernel.KernelLayout.Device;
import org.dmalab.vtd.kernel.RegisterFlush;
import org.dmalab.vtd.patch.FlushOldDid;
import org.dmalab.vtd.patch.NoFlush;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The kernel around the patch, on the whole machine. */
class KernelTest {
    private static final String DEVICE = "02:00.0";
    private static final String CARD = "00:05.0";

    @Test
    void bootOrder() {
        Bench bench = new Bench(new NoFlush(), "X9DRG", "strict", Map.of());
        assertEquals(0, bench.run("kernel.boot"));
        assertEquals(Errno.EBUSY, bench.run("kernel.boot"));
        assertEquals(List.of("RTADDR = 0x2000000", "GCMD SRTP", "CCMD global", "IOTLB global", "FEDATA = 0x21",
                "FEADDR = 0xfee00000", "FEUADDR = 0x0", "FECTL = 0x0", "GCMD TE", "PMEN = 0x0"), bench.writes(0));
        assertEquals("DMAR: Host address width 39", bench.dmesg().get(0));
        assertEquals("DMAR: DRHD base: 0x000000fed90000 flags: 0x1", bench.dmesg().get(1));
        assertEquals("DMAR: dmar0: reg_base_addr fed90000 ver 1:0 cap d2078c106f0466 ecap f020de",
                bench.dmesg().get(2));
        assertEquals("DMAR: RMRR base: 0x000000000e8000 end: 0x000000000e8fff", bench.dmesg().get(3));
        assertTrue(bench.dmesg().contains("DMAR: Setting RMRR:"));
        assertEquals(1, bench.did(0x200));
    }

    /** Reserved regions reach the device at their own addresses, with four levels and write-only where asked. */
    @Test
    void mappings() {
        Bench bench = Bench.booted(new FlushOldDid(), Map.of());
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
        String noKernel = "no kernel runs; kernel.boot or kernel.kdump comes first";
        assertEquals(noKernel, notReady(bench, "dma.map", "device", DEVICE));
        assertEquals(noKernel, notReady(bench, "kernel.crash"));
        assertEquals(noKernel, notReady(bench, "kernel.idle"));
        assertEquals("no kernel has crashed; kernel.crash comes first", notReady(bench, "kernel.kdump"));
        bench.run("kernel.boot");
        assertEquals("no kernel has crashed; kernel.crash comes first", notReady(bench, "kernel.kdump"));
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
        assertEquals("length: 2097152, expected 1 to 1M",
                notReady(bench, "device.dma", "device", DEVICE, "address", "0", "length", "2M"));
        bench.run("dma.map", "device", CARD);
        assertEquals(Errno.EBUSY, bench.run("device.detach", "device", CARD));
        assertEquals(0, bench.run("device.reset", "device", DEVICE));
        assertEquals(0, bench.run("kernel.crash"));
        assertEquals(noKernel, notReady(bench, "kernel.crash"));
        for (String action : List.of("device.attach", "device.detach", "driver.probe")) {
            assertEquals(noKernel, notReady(bench, action, "device", DEVICE), action);
        }
        for (String action : List.of("iommu.map", "dma.unmap")) {
            assertEquals(noKernel, notReady(bench, action, "device", DEVICE, "address", "0"), action);
        }
        assertEquals(noKernel, notReady(bench, "device.alias", "device", DEVICE, "alias", "01:00.0"));
    }

    private static String notReady(Bench bench, String action, String... values) {
        return assertThrows(NotReadyException.class, () -> bench.run(action, values)).getMessage();
    }

    /** Running out of pages is an error and takes nothing away. */
    @Test
    void noMemory() {
        Bench bench = Bench.booted(new FlushOldDid(), Map.of());
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
        Bench bench = Bench.booted(new FlushOldDid(), Map.of());
        long before = bench.machine.kernel().load(KernelLayout.PAGE_TAKEN.address(), 8);
        assertEquals(0, bench.run("device.attach", "device", CARD));
        assertEquals(0, bench.run("device.attach", "device", CARD));
        assertEquals(2, bench.did(0x28));
        bench.run("dma.map", "device", CARD);
        bench.run("dma.unmap", "device", CARD, "address", "0xfffff000");
        int from = bench.events.size();
        assertEquals(0, bench.run("device.detach", "device", CARD));
        assertEquals(List.of("CCMD device-selective did=2 sid=00:05.0", "IOTLB domain-selective did=2"),
                bench.writes(from));
        assertEquals(0, bench.did(0x28));
        long after = bench.machine.kernel().load(KernelLayout.PAGE_TAKEN.address(), 8);
        assertEquals(1, Long.bitCount(after ^ before)); // the context table of bus 0 stays
        assertEquals(0, bench.run("device.attach", "device", CARD));
        assertEquals(2, bench.did(0x28));
        assertEquals(0, bench.run("device.detach", "device", DEVICE)); // with its reserved regions
        assertEquals(6, bench.events.stream().filter(event -> event.kind() == EventKind.BUFFER_TO_CPU
                && event.a() == 0x200).count());
    }

    static List<Iommu> variants() {
        return TakeOverTest.orders().stream().map(row -> (Iommu) row[0]).toList();
    }

    /** An entry that was not copied stays as it is; attaching again changes nothing. */
    @ParameterizedTest
    @MethodSource("variants")
    void presentEntryStays(Iommu variant) {
        Bench bench = Bench.booted(variant, Map.of());
        Cpu cpu = bench.machine.cpu(0, Level.USER);
        long device = bench.machine.kernel().load(KernelLayout.DEVICES.address(), 8);
        long domain = bench.machine.kernel().load(device + Device.DOMAIN.offset(), 8);
        int from = bench.events.size();
        assertEquals(0, variant.attach(cpu, device, domain));
        assertEquals(List.of(), bench.writes(from));
    }

    /** A second source-id gets its own entry. */
    @Test
    void alias() {
        for (Iommu variant : variants()) {
            Bench bench = Bench.booted(variant, Map.of());
            Cpu cpu = bench.machine.cpu(0, Level.USER);
            long device = org.dmalab.vtd.kernel.Devices.find(cpu, 0x28);
            cpu.store(device, Device.ALIAS, 0x29);
            cpu.store(device, Device.SOURCE_IDS, 2);
            assertEquals(0, bench.run("device.attach", "device", CARD));
            assertEquals(2, bench.did(0x28));
            assertEquals(2, bench.did(0x29));
        }
    }

    /** In caching mode an entry may be cached as not present, with domain-id 0. */
    @Test
    void cachingMode() {
        Bench bench = Bench.booted(new NoFlush(), Map.of("cap", 0x00d2078c106f04e6L));
        int from = bench.events.size();
        bench.run("device.attach", "device", CARD);
        assertEquals(List.of("CCMD device-selective did=0 sid=00:05.0", "IOTLB domain-selective did=2"),
                bench.writes(from));
        from = bench.events.size();
        bench.run("dma.map", "device", CARD, "size", "12K");
        assertEquals(List.of("IVA 0xffffc000 am=2", "IOTLB page-selective did=2"), bench.writes(from));
    }

    @Test
    void writeBufferFlushAndNoPageSelectiveFlush() {
        Bench bench = Bench.booted(new NoFlush(), Map.of("cap", 0x00d2070c106f0476L));
        int from = bench.events.size();
        bench.run("dma.map", "device", CARD);
        bench.run("dma.unmap", "device", CARD, "address", "0xfffff000");
        assertEquals(List.of("GCMD TE|WBF", "GCMD TE|WBF", "IOTLB domain-selective did=2"), bench.writes(from));
    }

    /** The device reaches an unmapped page until the queue is flushed: by its timer, when it is full, or at the end. */
    @Test
    void deferredUnmap() {
        Bench bench = Bench.booted(new FlushOldDid(), Map.of("deferredUnmap", 1L));
        bench.run("dma.map", "device", CARD);
        assertEquals(8, bench.run("device.dma", "device", CARD, "address", "0xfffff000"));
        int from = bench.events.size();
        assertEquals(0, bench.run("dma.unmap", "device", CARD, "address", "0xfffff000"));
        assertEquals(List.of(), bench.writes(from));
        assertEquals(8, bench.run("device.dma", "device", CARD, "address", "0xfffff000"));
        assertEquals(0xffffe000L, bench.run("dma.map", "device", CARD));
        long before = bench.machine.timeNanos();
        assertEquals(0, bench.run("kernel.idle"));
        assertEquals(10_000_000, bench.machine.timeNanos() - before);
        assertEquals(List.of("IOTLB domain-selective did=2"), bench.writes(from));
        assertEquals(0, bench.run("device.dma", "device", CARD, "address", "0xfffff000"));
        assertEquals(0, bench.run("kernel.idle")); // nothing to flush
        assertEquals(0, bench.run("dma.unmap", "device", CARD, "address", "0xffffe000"));
        from = bench.events.size();
        for (int i = 0; i < 256; i++) {
            String address = "0x" + Long.toHexString(bench.run("dma.map", "device", CARD));
            assertEquals(0, bench.run("dma.unmap", "device", CARD, "address", address));
        }
        assertEquals(List.of("IOTLB domain-selective did=2"), bench.writes(from).stream()
                .filter(write -> write.startsWith("IOTLB")).toList());
        assertEquals(0, bench.run("device.detach", "device", CARD));
    }

    /** A doorbell has its device read; the RAID controller has none, and other writes to the page do nothing. */
    @Test
    void doorbells() {
        Bench bench = Bench.booted(new FlushOldDid(), Map.of());
        assertEquals(0xfffff000L, bench.run("dma.map", "device", CARD, "direction", "to-device"));
        for (String device : List.of(CARD, "80:14.0")) {
            int from = bench.events.size();
            assertEquals(0, bench.run("device.start", "device", device, "address", "0xfffff000"));
            assertEquals(device.equals(CARD) ? 1 : 0, bench.events.subList(from, bench.events.size()).stream()
                    .filter(event -> event.kind() == EventKind.DMA_READ).count());
        }
        assertEquals(1, bench.count(EventKind.DMA_FAULT)); // of the USB controller, which has no domain
        assertEquals(Errno.EINVAL, bench.run("device.start", "device", DEVICE, "address", "0xfffff000"));
        assertEquals(Errno.ENODEV, bench.run("device.start", "device", "00:07.0", "address", "0xfffff000"));
        Cpu cpu = bench.machine.cpu(0, Level.USER);
        int from = bench.events.size();
        cpu.writeRegister(0xf7e10000L, 4, 0xfffff000L);
        cpu.writeRegister(0xf7e10008L, 8, 0xfffff000L);
        assertEquals(0, bench.events.subList(from, bench.events.size()).stream()
                .filter(event -> event.kind() == EventKind.DMA_READ).count());
        assertEquals(Errno.EINVAL, new Bench(new NoFlush(), "X9DRG", "strict", Map.of()).run("device.start", "device",
                CARD, "address", "0"));
    }

    /** In caching mode unmapping is strict, whatever was asked for. */
    @Test
    void deferredUnmapInCachingMode() {
        Bench bench = Bench.booted(new FlushOldDid(), Map.of("deferredUnmap", 1L, "cap", 0x00d2078c106f04e6L));
        assertTrue(bench.dmesg().contains("DMAR: IOMMU batching disallowed due to virtualization"));
        bench.run("dma.map", "device", CARD);
        int from = bench.events.size();
        bench.run("dma.unmap", "device", CARD, "address", "0xfffff000");
        assertEquals(List.of("IVA 0xfffff000 am=0 ih", "IOTLB page-selective did=2"), bench.writes(from));
    }

    /** Users of the IOMMU API choose the address; 2 MiB pages where all is aligned. */
    @Test
    void mapAtAnAddress() {
        Bench bench = Bench.booted(new FlushOldDid(), Map.of());
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
        Bench small = Bench.booted(new FlushOldDid(), Map.of("cap", 0x00d20780106f0466L)); // no superpages
        assertEquals(0x200000, small.run("iommu.map", "device", CARD, "address", "0x200000", "size", "2M"));
        assertEquals(8, small.run("device.dma", "device", CARD, "address", "0x3ffff8"));
        long reads = small.count(HardwareEvent.TABLE_READ) - bench.count(HardwareEvent.TABLE_READ);
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
        Bench coherent = Bench.booted(new NoFlush(), Map.of("ecap", 0x00f020dfL));
        coherent.run("dma.map", "device", CARD);
        assertEquals(0, coherent.count(Op.CACHE));
        Bench incoherent = Bench.booted(new NoFlush(), Map.of());
        assertTrue(incoherent.count(Op.CACHE) > 64);
    }

    @Test
    void unitThatNeverAnswersStopsTheKernel() {
        Bench bench = Bench.booted(new NoFlush(), Map.of());
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
        Bench bench = Bench.booted(new NoFlush(), Map.of());
        Cpu cpu = bench.machine.cpu(0, Level.USER);
        long iommu = bench.machine.kernel().load(KernelLayout.IOMMUS.address(), 8);
        RegisterFlush flush = new RegisterFlush();
        int from = bench.events.size();
        flush.context(cpu, iommu, 7, 0, 0, CacheFlush.Scope.DOMAIN);
        flush.context(cpu, iommu, 7, 0x201, 3, CacheFlush.Scope.SELECTIVE);
        flush.iotlb(cpu, iommu, 7, 0x1000 | 1 << 6, 63, CacheFlush.Scope.SELECTIVE);
        assertEquals(List.of("CCMD domain-selective did=7", "CCMD device-selective did=7 sid=02:00.1 fm=3",
                "IVA 0x1000 am=63 ih", "IOTLB page-selective did=7"), bench.writes(from));
        assertTrue(bench.dmesg().contains("DMAR: Flush IOTLB failed")); // the mask is beyond MAMV
        assertThrows(IllegalArgumentException.class, () -> flush.context(cpu, iommu, 0, 0, 0, CacheFlush.Scope.NONE));
        assertThrows(IllegalArgumentException.class, () -> flush.iotlb(cpu, iommu, 0, 0, 0, CacheFlush.Scope.NONE));
    }

    @Test
    void brokenReservedRegions() {
        Bench bench = Bench.booted(new NoFlush(), Map.of());
        Cpu cpu = bench.machine.cpu(0, Level.USER);
        bench.run("device.detach", "device", DEVICE);
        long region = bench.machine.kernel().load(KernelLayout.RMRRS.address(), 8);
        cpu.store(region, KernelLayout.RmrrUnit.END_ADDRESS, 0);
        long second = cpu.load(region, KernelLayout.RmrrUnit.NEXT);
        cpu.store(second, KernelLayout.RmrrUnit.END_ADDRESS, 1L << 50);
        bench.run("device.attach", "device", DEVICE);
        assertEquals(2, bench.count(Op.WARN));
    }
}
