package org.dmalab.vtd.hardware;

import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * A function on a PCI bus.
 *
 * @param sourceId bus, device and function, with the segment above them (bits 19:16)
 * @param kind what it is
 * @param firstBus of a bridge, the bus behind it; else 0
 * @param lastBus of a bridge, the last bus behind it or a bridge behind it; else 0
 * @param ats whether it has address translation services
 */
public record PciDevice(int sourceId, Kind kind, int firstBus, int lastBus, boolean ats) {
    private static final int BUS_SHIFT = 8;

    /** What a function is. */
    public enum Kind {
        /** It makes requests. */
        ENDPOINT,
        /** A root port of PCI Express, or a port of a switch: what is behind it sends with its own source-id. */
        ROOT_PORT,
        /** A bridge to a conventional bus: what is behind it sends with the bridge's source-id. */
        PCI_BRIDGE,
        /** A bridge from PCI Express to PCI: what is behind it sends as function 0 of device 0 of the bus behind it. */
        PCIE_TO_PCI;

        /** As it is typed. */
        public String word() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }

        /** All words. */
        public static List<String> words() {
            return Stream.of(values()).map(Kind::word).toList();
        }
    }

    /** Segment and bus, as one number. */
    int bus() {
        return sourceId >>> BUS_SHIFT;
    }

    /** Tells whether there is a bus behind it. */
    public boolean bridge() {
        return kind != Kind.ENDPOINT;
    }

    /** Tells whether a segment and bus are behind it. */
    boolean leadsTo(int bus) {
        return bridge() && (bus ^ bus()) >>> BUS_SHIFT == 0 && (bus & 0xff) >= firstBus && (bus & 0xff) <= lastBus;
    }

    /** The source-id that requests from behind it carry, or that of whoever makes them. */
    public int passes(int requester) {
        return switch (kind) {
            case PCI_BRIDGE -> sourceId;
            case PCIE_TO_PCI -> ((bus() & ~0xff) | firstBus) << BUS_SHIFT;
            default -> requester;
        };
    }
}
