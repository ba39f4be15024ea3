package org.dmalab.vtd.hardware;

import java.util.ArrayList;
import java.util.List;

import org.dmalab.api.event.Actor;
import org.dmalab.api.event.Emitter;
import org.dmalab.api.store.Column;
import org.dmalab.api.store.Region;
import org.dmalab.api.store.Store;
import org.dmalab.api.store.Table;
import org.dmalab.vtd.spec.SecondLevelEntry;

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
    private final Table devices;
    private final Table entries;
    private final Emitter emitter;
    private final UnitPlace place;

    /** What is kept of a device. */
    private enum Device implements Column {
        SOURCE("source-id, plus one"), SILENT("does not answer"), TURN("next entry to replace");

        private final String label;

        Device(String label) {
            this.label = label;
        }

        @Override
        public String label() {
            return label;
        }
    }

    /** What a device was told. */
    private enum Entry implements Column {
        ADDRESS("address"), PHYSICAL("physical address and permissions"), SIZE("size in bytes");

        private final String label;

        Entry(String label) {
            this.label = label;
        }

        @Override
        public String label() {
            return label;
        }
    }

    DeviceTlbs(Store store, UnitPlace place, Emitter emitter) {
        this.place = place;
        String prefix = place.prefix();
        this.devices = new Table(store, prefix + "deviceTlbs", DEVICES, Region.Kind.STATE, Device.values(),
                row -> "device-TLB " + row);
        this.entries = new Table(store, prefix + "deviceTlbs.entries", DEVICES * ENTRIES, Region.Kind.STATE,
                Entry.values(), row -> "device-TLB " + row / ENTRIES + " entry " + row % ENTRIES);
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
            devices.clear(device);
            for (int i = 0; i < ENTRIES; i++) {
                entries.clear(device * ENTRIES + i);
            }
        } else if (on && device < 0) {
            int free = find(-1);
            if (free < 0) {
                throw new IllegalStateException("ATS of " + Actor.bdf(sourceId) + ": " + DEVICES
                        + " devices have a TLB already");
            }
            devices.set(free, Device.SOURCE, sourceId + 1L);
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
            devices.set(device, Device.SILENT, silent ? 1 : 0);
        }
    }

    /** Drops what a device has of a range; false if the device does not answer. */
    boolean invalidate(int sourceId, long address, long sizeBytes) {
        int device = find(sourceId);
        boolean answers = device >= 0 && devices.get(device, Device.SILENT) == 0;
        int dropped = 0;
        for (int i = 0; answers && i < ENTRIES; i++) {
            int entry = device * ENTRIES + i;
            long size = entries.get(entry, Entry.SIZE);
            long first = entries.get(entry, Entry.ADDRESS);
            boolean overlaps = first < address + sizeBytes && address < first + size;
            if (size != 0 && (sizeBytes <= 0 || overlaps)) {
                entries.clear(entry);
                dropped++;
            }
        }
        emitter.emit(HardwareEvent.DEVICE_TLB_FLUSHED, place.unit(), sourceId, address, sizeBytes,
                answers ? dropped : -1);
        return answers;
    }

    /** What the devices have; they have it by source-id, and know of no domain-id (-1). */
    public List<CachedTranslation> cached() {
        List<CachedTranslation> found = new ArrayList<>();
        for (int entry = 0; entry < DEVICES * ENTRIES; entry++) {
            long size = entries.get(entry, Entry.SIZE);
            if (size != 0) {
                long physical = entries.get(entry, Entry.PHYSICAL);
                found.add(new CachedTranslation((int) devices.get(entry / ENTRIES, Device.SOURCE) - 1, -1,
                        entries.get(entry, Entry.ADDRESS), size, physical & ~SecondLevelEntry.PERMISSIONS,
                        physical & SecondLevelEntry.PERMISSIONS));
            }
        }
        return found;
    }

    /** The entry of an address, with these permissions at least; -1 if there is none. */
    int lookUp(int sourceId, long address, long permissions) {
        int device = find(sourceId);
        for (int i = 0; device >= 0 && i < ENTRIES; i++) {
            int entry = device * ENTRIES + i;
            long offset = address - entries.get(entry, Entry.ADDRESS);
            if (offset >= 0 && offset < entries.get(entry, Entry.SIZE)
                    && (entries.get(entry, Entry.PHYSICAL) & permissions) == permissions) {
                return entry;
            }
        }
        return -1;
    }

    long physical(int entry, long address) {
        return (entries.get(entry, Entry.PHYSICAL) & ~SecondLevelEntry.PERMISSIONS) + address
                - entries.get(entry, Entry.ADDRESS);
    }

    /** Takes a translation in. */
    void put(int sourceId, long address, long physical, long sizeBytes, long permissions) {
        int device = find(sourceId);
        int turn = (int) devices.get(device, Device.TURN);
        devices.set(device, Device.TURN, (turn + 1) % ENTRIES);
        int entry = device * ENTRIES + turn;
        entries.set(entry, Entry.ADDRESS, address & -sizeBytes);
        entries.set(entry, Entry.PHYSICAL, (physical & -sizeBytes) | permissions);
        entries.set(entry, Entry.SIZE, sizeBytes);
    }

    /** Row of a device, or of a free one for source-id -1; -1 if there is none. */
    private int find(int sourceId) {
        for (int device = 0; device < DEVICES; device++) {
            if (devices.get(device, Device.SOURCE) == sourceId + 1L) {
                return device;
            }
        }
        return -1;
    }
}
