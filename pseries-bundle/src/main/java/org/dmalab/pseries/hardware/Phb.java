package org.dmalab.pseries.hardware;

/**
 * A PCI host bridge: one partitionable endpoint with its DMA windows.
 *
 * @param index number, from 0
 * @param buid its unit id, 64 bits
 * @param firstBus first bus behind it
 * @param lastBus last bus behind it
 * @param liobn LIOBN of its default window; further windows count up from it
 * @param defaultAddress bus address of the default window
 * @param defaultBytes size of the default window, with 4 KiB pages
 */
public record Phb(int index, long buid, int firstBus, int lastBus, long liobn, long defaultAddress,
        long defaultBytes) {
    /** Windows that a host bridge can have. */
    public static final int WINDOWS = 2;

    /** The number of its first TCE table; the others follow. */
    public int firstTable() {
        return index * WINDOWS;
    }

    /** Tells whether a device is behind this bridge. */
    public boolean owns(long sourceId) {
        long bus = (sourceId >>> 8) & 0xff;
        return bus >= firstBus && bus <= lastBus;
    }
}
