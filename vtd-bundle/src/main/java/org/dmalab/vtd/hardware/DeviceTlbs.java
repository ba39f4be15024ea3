package org.dmalab.vtd.hardware;

import java.util.ArrayList;
import java.util.List;

import org.dmalab.api.event.Actor;
import org.dmalab.api.event.Emitter;
import org.dmalab.api.store.Region;
import org.dmalab.api.store.Store;

/**
 * The TLBs inside devices that use address translation services (ATS): what a device was told about its addresses,
 * until it is told to forget it.
 *
 * <p>Specification: Device-TLB; PCI Express, Address Translation Services. A device has one once ATS was enabled in
 * it. Entries take turns when there is no room. A device that does not answer keeps its entries.
 */
public final class DeviceTlbs {
    /** Devices that can have one. */
    static final int DEVICES = 4;
    /** Entries of each. */
    static final int ENTRIES = 16;
    private static final int SOURCE = 0;
    private static final int SILENT = 1;
    private static final int TURN = 2;
    private static final int FIRST = 3;
    private static final int ENTRY_CELLS = 3;
    private static final int CELLS = FIRST + ENTRIES * ENTRY_CELLS;
    private static final long PERMISSIONS = TranslationCaches.READ | TranslationCaches.WRITE;
    private final Region cells;
    private final Emitter emitter;

    DeviceTlbs(Store store, Emitter emitter) {
        this.cells = store.dense("vtd.deviceTlbs", DEVICES * CELLS, Region.Kind.STATE,
                cell -> "device-TLB " + cell / CELLS + " +" + cell % CELLS);
        this.emitter = emitter;
    }

    /**
     * Enables or disables ATS in a device; disabling empties its TLB.
     *
     * @throws IllegalStateException if too many devices have one
     */
    public void enable(int sourceId, boolean on) {
        int device = find(sourceId);
        if (!on && device >= 0) {
            for (int cell = device; cell < device + CELLS; cell++) {
                cells.set(cell, 0);
            }
        } else if (on && device < 0) {
            int free = find(-1);
            if (free < 0) {
                throw new IllegalStateException("ATS of " + Actor.bdf(sourceId) + ": " + DEVICES
                        + " devices have a TLB already");
            }
            cells.set(free + SOURCE, sourceId + 1L);
        }
    }

    /** Tells whether a device has a TLB. */
    public boolean enabled(int sourceId) {
        return find(sourceId) >= 0;
    }

    /** From now on a device does not answer invalidations, or does again. */
    public void silence(int sourceId, boolean silent) {
        int device = find(sourceId);
        if (device >= 0) {
            cells.set(device + SILENT, silent ? 1 : 0);
        }
    }

    /** Drops what a device has of a range; false if the device does not answer. */
    boolean invalidate(int sourceId, long address, long sizeBytes) {
        int device = find(sourceId);
        boolean answers = device >= 0 && cells.get(device + SILENT) == 0;
        int dropped = 0;
        for (int i = 0; answers && i < ENTRIES; i++) {
            int entry = device + FIRST + i * ENTRY_CELLS;
            long size = cells.get(entry + 2);
            long first = cells.get(entry);
            if (size != 0 && (sizeBytes <= 0 || (first < address + sizeBytes && address < first + size))) {
                cells.set(entry, 0);
                cells.set(entry + 1, 0);
                cells.set(entry + 2, 0);
                dropped++;
            }
        }
        emitter.emit(HardwareEvent.DEVICE_TLB_FLUSHED, Actor.MACHINE, sourceId, address, sizeBytes,
                answers ? dropped : -1);
        return answers;
    }

    /** What the devices have; they have it by source-id, and know of no domain-id (-1). */
    public List<CachedTranslation> cached() {
        List<CachedTranslation> found = new ArrayList<>();
        for (int device = 0; device < DEVICES * CELLS; device += CELLS) {
            for (int entry = device + FIRST; entry < device + CELLS; entry += ENTRY_CELLS) {
                long size = cells.get(entry + 2);
                if (size != 0) {
                    found.add(new CachedTranslation((int) cells.get(device + SOURCE) - 1, -1, cells.get(entry), size,
                            cells.get(entry + 1) & ~PERMISSIONS, cells.get(entry + 1) & PERMISSIONS));
                }
            }
        }
        return found;
    }

    /** The entry of an address, with these permissions at least; -1 if there is none. */
    int lookUp(int sourceId, long address, long permissions) {
        int device = find(sourceId);
        for (int i = 0; device >= 0 && i < ENTRIES; i++) {
            int entry = device + FIRST + i * ENTRY_CELLS;
            if (address - cells.get(entry) >= 0 && address - cells.get(entry) < cells.get(entry + 2)
                    && (cells.get(entry + 1) & permissions) == permissions) {
                return entry;
            }
        }
        return -1;
    }

    long physical(int entry, long address) {
        return (cells.get(entry + 1) & ~PERMISSIONS) + address - cells.get(entry);
    }

    /** Takes a translation in. */
    void put(int sourceId, long address, long physical, long sizeBytes, long permissions) {
        int device = find(sourceId);
        int turn = (int) cells.get(device + TURN);
        cells.set(device + TURN, (turn + 1) % ENTRIES);
        int entry = device + FIRST + turn * ENTRY_CELLS;
        cells.set(entry, address & -sizeBytes);
        cells.set(entry + 1, (physical & -sizeBytes) | permissions);
        cells.set(entry + 2, sizeBytes);
    }

    /** First cell of a device's TLB, or of a free one for source-id -1; -1 if there is none. */
    private int find(int sourceId) {
        for (int device = 0; device < DEVICES * CELLS; device += CELLS) {
            if (cells.get(device + SOURCE) == sourceId + 1L) {
                return device;
            }
        }
        return -1;
    }
}
