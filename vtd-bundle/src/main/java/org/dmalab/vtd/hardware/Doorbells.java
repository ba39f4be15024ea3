package org.dmalab.vtd.hardware;

import org.dmalab.api.port.DmaMaster;

/**
 * Doorbells of network card and USB controller, a page of registers each: a bus address that is written to the first
 * register has the device read 8 bytes there, at once. What a real device finds in descriptors is left out.
 */
public final class Doorbells {
    /** Address of the network card's page; the USB controller's follows. */
    public static final long BASE = 0xf7e10000L;
    /** Bytes of all pages. */
    public static final int BYTES = 2 * 4096;
    private static final int PAGE_BYTES = 4096;
    private static final int WIDTH_BYTES = 8;
    private final DmaMaster dma;

    /** Doorbells whose devices reach memory by DMA. */
    public Doorbells(DmaMaster dma) {
        this.dma = dma;
    }

    /** Address of a device's page; 0 if it has none. */
    static long of(long sourceId) {
        if (sourceId == PciSpace.NETWORK) {
            return BASE;
        }
        return sourceId == PciSpace.USB ? BASE + PAGE_BYTES : 0;
    }

    /** A write at an offset from the first page; whatever comes of the device's access. */
    void write(int offset, int widthBytes, long value) {
        if (offset % PAGE_BYTES == 0 && widthBytes == WIDTH_BYTES) {
            dma.read(offset == 0 ? PciSpace.NETWORK : PciSpace.USB, value, WIDTH_BYTES);
        }
    }
}
