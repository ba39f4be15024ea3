package org.dmalab.vtd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;

import org.dmalab.api.NotReadyException;
import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.cpu.Level;
import org.dmalab.api.service.Errno;
import org.dmalab.api.service.Iommu;
import org.dmalab.vtd.kernel.IdentityDomain;
import org.dmalab.vtd.patch.FlushOldDid;
import org.junit.jupiter.api.Test;

/** Memory that goes on and off line under the identity domain. */
class HotMemoryTest {
    private static final String DEVICE = "02:00.0";
    private static final String CARD = "00:05.0";
    private static final String ADDED = "0x100000000";

    private static Bench withIdentity(Iommu variant, long ecap) {
        return Bench.booted(variant, Map.of("identity", 1L, "hotplugBytes", 1L << 30, "ecap", ecap));
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
        assertEquals(List.of("IVA 0x100000000 am=16", "IOTLB page-selective did=1"), bench.writes(from));
        assertEquals(0, bench.run("device.dma", "device", DEVICE, "address", ADDED));
        assertEquals(0, bench.run("memory.online", "start", ADDED, "size", "256M"));
        assertEquals(1, bench.did(0x200));
        assertEquals(1, bench.did(0x28)); // one domain for all
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
        long entry = (bench.fetched(root) & ~0xfffL) + 0x28 * 16;
        assertEquals(2 << 2 | 1, bench.fetched(entry));
        assertEquals(2, bench.fetched(entry + 8) & 7); // the widest
        assertEquals(0, bench.run("dma.unmap", "device", CARD, "address", "0x" + Long.toHexString(address)));
    }
}
