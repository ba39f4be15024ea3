package org.dmalab.vtd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;

import org.dmalab.api.cpu.KernelBug;
import org.dmalab.api.service.Errno;
import org.dmalab.vtd.kernel.KernelLayout;
import org.dmalab.vtd.patch.UpperSlot;
import org.junit.jupiter.api.Test;

/** Devices that users of the IOMMU API take, and devices that stop answering. */
class VfioTest {
    private static final String CARD = "00:05.0";

    /** Firmware's regions keep a device from VFIO, but not USB; a driver's buffers do for a time. */
    @Test
    void reservedRegions() {
        Bench bench = Bench.booted(new UpperSlot(), Map.of());
        assertEquals(Errno.EPERM, bench.run("vfio.attach", "device", "02:00.0"));
        assertTrue(bench.dmesg().get(bench.dmesg().size() - 1).startsWith("DMAR: Device is ineligible"));
        assertEquals(1, bench.did(0x200)); // it stays where it was
        assertEquals(0, bench.run("vfio.attach", "device", "80:14.0"));
        assertEquals(Errno.ENODEV, bench.run("vfio.attach", "device", "03:00.0"));
        assertEquals(0xfffff000L, bench.run("dma.map", "device", CARD));
        assertEquals(Errno.EBUSY, bench.run("vfio.attach", "device", CARD));
        assertEquals(0, bench.run("dma.unmap", "device", CARD, "address", "0xfffff000"));
        assertEquals(0, bench.run("vfio.attach", "device", CARD));
        assertEquals(0x1000, bench.run("iommu.map", "device", CARD, "address", "0x1000"));
        assertEquals(8, bench.run("device.dma", "device", CARD, "address", "0x1000"));
    }

    /** A USB controller that firmware drove is given away without its region. */
    @Test
    void regionOfUsbIsNotMapped() {
        Bench bench = Bench.booted(new UpperSlot(), Map.of());
        long region = bench.machine.kernel().load(KernelLayout.RMRRS.address(), 8);
        bench.machine.kernel().store(region + KernelLayout.RmrrUnit.SOURCE_ID.offset(), 4, 0x80a0);
        assertEquals(0, bench.run("vfio.attach", "device", "80:14.0"));
        assertEquals(0, bench.run("device.dma", "device", "80:14.0", "address", "0xe8000"));
    }

    /** Who waits for a device that does not answer waits for ever; when it answers again, the wait ends. */
    @Test
    void silence() {
        Bench bench = Bench.booted(new UpperSlot(), Map.of("invalidation", 1L, "ats", 1L));
        assertEquals(Errno.EINVAL, bench.run("device.silence", "device", CARD));
        bench.run("dma.map", "device", CARD);
        bench.run("dma.map", "device", CARD);
        assertEquals(0, bench.run("device.silence", "device", CARD));
        assertTrue(assertThrows(KernelBug.class, () -> bench.run("dma.unmap", "device", CARD, "address", "0xfffff000"))
                .getMessage().contains("livelock"));
        Bench again = Bench.booted(new UpperSlot(), Map.of("invalidation", 1L, "ats", 1L));
        again.run("dma.map", "device", CARD);
        again.run("device.silence", "device", CARD);
        assertEquals(0, again.run("device.silence", "device", CARD, "silent", "false"));
        assertEquals(0, again.run("dma.unmap", "device", CARD, "address", "0xfffff000"));
    }
}
