package org.dmalab.vtd.hardware;

import org.dmalab.api.event.Actor;

/**
 * Which of a machine's remapping units one is.
 *
 * @param number in the order of the DMAR table, as in dmar0
 * @param segment PCI segment of its devices, 0 to 15
 */
public record UnitPlace(int number, int segment) {
    /** The only unit of a machine. */
    static final UnitPlace ONLY = new UnitPlace(0, 0);
    private static final int SEGMENT_SHIFT = 16;
    private static final int MOST_SEGMENTS = 16;

    /** Refuses segments that cannot be told apart. */
    public UnitPlace {
        if (number < 0 || segment < 0 || segment >= MOST_SEGMENTS) {
            throw new IllegalArgumentException("unit " + number + " of segment " + segment
                    + ", expected segments 0 to 15");
        }
    }

    /** Whoever acts when the unit does something by itself. */
    int unit() {
        return Actor.unit(number);
    }

    /** Whoever acts when the unit serves a request of a source-id. */
    int device(int sourceId) {
        return Actor.device((segment << SEGMENT_SHIFT) | sourceId);
    }

    /** Names of regions of the store begin with it. */
    String prefix() {
        return number == 0 ? "vtd." : "vtd" + number + ".";
    }
}
