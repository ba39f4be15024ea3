package org.dmalab.vtd.hardware;

import java.util.List;

/**
 * The machine's functions and what is behind which bridge.
 *
 * @param devices all of them
 */
public record PciTree(List<PciDevice> devices) {
    private static final int BUS_SHIFT = 8;
    private static final int MOST_BRIDGES = 16;

    /** Copies the list. */
    public PciTree {
        devices = List.copyOf(devices);
    }

    /** The function of a source-id; null if there is none. */
    public PciDevice find(int sourceId) {
        for (PciDevice device : devices) {
            if (device.sourceId() == sourceId) {
                return device;
            }
        }
        return null;
    }

    /** The bridge to a segment and bus; null for a bus without one. */
    private PciDevice bridgeTo(int bus) {
        for (PciDevice device : devices) {
            if (device.leadsTo(bus) && device.firstBus() == (bus & 0xff)) {
                return device;
            }
        }
        return null;
    }

    /** The source-id that a remapping unit sees in the requests of a source-id. */
    int requester(int sourceId) {
        int seen = sourceId;
        PciDevice bridge = bridgeTo(sourceId >>> BUS_SHIFT);
        for (int i = 0; bridge != null && i < MOST_BRIDGES; i++) {
            seen = bridge.passes(seen);
            bridge = bridgeTo(bridge.bus());
        }
        return seen;
    }

    /**
     * The source-id at the end of a scope's path, as configuration space leads there; -1 if a bridge on the way is
     * missing.
     */
    int at(int segment, DmarTable.Scope scope) {
        int bus = (segment << BUS_SHIFT) | scope.startBus();
        int sourceId = -1;
        for (DmarTable.Hop hop : scope.path()) {
            if (sourceId >= 0) {
                PciDevice bridge = find(sourceId);
                if (bridge == null || !bridge.bridge()) {
                    return -1;
                }
                bus = (bridge.bus() & ~0xff) | bridge.firstBus();
            }
            sourceId = (bus << BUS_SHIFT) | (hop.device() << 3) | (hop.function() & 7);
        }
        return sourceId;
    }
}
