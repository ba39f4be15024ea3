package org.dmalab.vtd.hardware;

import java.util.List;

import org.dmalab.api.port.DmaMaster;

/**
 * Doorbells of all devices but the RAID controller, a page of registers each: a bus address that is written to the
 * first register has the device read 8 bytes there, at once. What a real device finds in descriptors is left out.
 */
public final class Doorbells {
    /** Address of the first page. */
    public static final long BASE = 0xf7e10000L;
    private static final int PAGE_BYTES = 4096;
    private static final int WIDTH_BYTES = 8;
    private final DmaMaster dma;
    private final List<Integer> owners;

    /** Doorbells whose devices reach memory by DMA. */
    public Doorbells(DmaMaster dma, PciTree tree) {
        this.dma = dma;
        this.owners = owners(tree);
    }

    /** Source-ids of the devices that have a page, in its order. */
    private static List<Integer> owners(PciTree tree) {
        return tree.devices().stream().filter(device -> !device.bridge() && device.sourceId() != PciSpace.CONTROLLER)
                .map(PciDevice::sourceId).toList();
    }

    /** Address of a device's page; 0 if it has none. */
    static long of(PciTree tree, int sourceId) {
        int place = owners(tree).indexOf(sourceId);
        return place < 0 ? 0 : BASE + (long) place * PAGE_BYTES;
    }

    /** Bytes of all pages. */
    public int sizeBytes() {
        return owners.size() * PAGE_BYTES;
    }

    /** A write at an offset from the first page; whatever comes of the device's access. */
    void write(int offset, int widthBytes, long value) {
        if (offset % PAGE_BYTES == 0 && widthBytes == WIDTH_BYTES) {
            dma.read(owners.get(offset / PAGE_BYTES), value, WIDTH_BYTES);
        }
    }
}
