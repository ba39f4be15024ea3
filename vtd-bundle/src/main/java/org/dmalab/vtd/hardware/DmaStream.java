package org.dmalab.vtd.hardware;

import org.dmalab.api.port.DmaMaster;
import org.dmalab.api.store.Region;
import org.dmalab.api.store.Store;

/**
 * DMA in flight: a device that nobody has stopped goes on with the same access, once after each register write that a
 * processor makes to the remapping unit, so many times. In a plain run it falls where the kernel is in the middle of
 * its flushes.
 */
public final class DmaStream {
    private static final int LEFT = 0;
    private static final int SOURCE_ID = 1;
    private static final int ADDRESS = 2;
    private static final int WRITE = 3;
    private static final int WIDTH_BYTES = 8;
    private static final long PATTERN = 0x53545245414d2121L;
    private static final String[] NAMES = {"accesses left", "source-id", "bus address", "writes"};
    private final Region cells;
    private final DmaMaster dma;

    /** Declares it in a store; nothing is in flight. */
    public DmaStream(Store store, DmaMaster dma) {
        this.cells = store.dense("dmaStream", NAMES.length, Region.Kind.STATE, cell -> "stream " + NAMES[(int) cell]);
        this.dma = dma;
    }

    /** From now on so many accesses; 0 stops it. */
    public void start(long sourceId, long busAddress, boolean write, long times) {
        cells.set(LEFT, times);
        cells.set(SOURCE_ID, sourceId);
        cells.set(ADDRESS, busAddress);
        cells.set(WRITE, write ? 1 : 0);
    }

    /** The next access, whatever comes of it. */
    void step() {
        long left = cells.get(LEFT);
        if (left == 0) {
            return;
        }
        cells.set(LEFT, left - 1);
        if (cells.get(WRITE) != 0) {
            dma.write(cells.get(SOURCE_ID), cells.get(ADDRESS), WIDTH_BYTES, PATTERN);
        } else {
            dma.read(cells.get(SOURCE_ID), cells.get(ADDRESS), WIDTH_BYTES);
        }
    }
}
