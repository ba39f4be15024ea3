package org.dmalab.vtd.hardware;

import java.util.List;

/**
 * An ACPI DMAR table: what firmware says about remapping units.
 *
 * <p>Specification: BIOS Considerations, DMA Remapping Reporting Structure.
 *
 * @param revision of the table
 * @param checksummed false in a table whose checksum firmware has yet to fill in, as QEMU hands it to firmware
 * @param oemId six characters
 * @param oemTableId eight characters
 * @param oemRevision a number
 * @param creatorId a number
 * @param creatorRevision a number
 * @param hostAddressBits width of physical addresses
 * @param flags bit 0 interrupt remapping, bit 1 x2APIC opt-out, bit 2 DMA control opt-in
 * @param structures in their order
 */
public record DmarTable(int revision, boolean checksummed, String oemId, String oemTableId, long oemRevision,
        long creatorId, long creatorRevision, int hostAddressBits, int flags, List<Structure> structures) {
    /** Copies the list. */
    public DmarTable {
        structures = List.copyOf(structures);
    }

    /** One remapping structure. */
    public sealed interface Structure permits Drhd, Rmrr, Atsr, Rhsa, Andd, Satc, Sidp, Other {
    }

    /**
     * Remapping hardware unit.
     *
     * @param flags bit 0: all devices of the segment that no other unit has
     * @param size bits 3:0: register space is 2^n pages; the others are reserved
     * @param segment PCI segment
     * @param base of the registers
     * @param scopes its devices
     */
    public record Drhd(int flags, int size, int segment, long base, List<Scope> scopes) implements Structure {
        /** Copies the list. */
        public Drhd {
            scopes = List.copyOf(scopes);
        }
    }

    /**
     * Reserved memory region that devices use from firmware on.
     *
     * @param segment PCI segment
     * @param base first byte
     * @param limit last byte
     * @param scopes its devices
     */
    public record Rmrr(int segment, long base, long limit, List<Scope> scopes) implements Structure {
        /** Copies the list. */
        public Rmrr {
            scopes = List.copyOf(scopes);
        }
    }

    /**
     * Root ports that support address translation services.
     *
     * @param flags bit 0: all ports
     * @param segment PCI segment
     * @param scopes the ports
     */
    public record Atsr(int flags, int segment, List<Scope> scopes) implements Structure {
        /** Copies the list. */
        public Atsr {
            scopes = List.copyOf(scopes);
        }
    }

    /**
     * Proximity domain of a unit.
     *
     * @param base of the unit's registers
     * @param proximity domain
     */
    public record Rhsa(long base, long proximity) implements Structure { }

    /**
     * A device that only the ACPI namespace names.
     *
     * @param deviceNumber by which scopes refer to it
     * @param name its path
     */
    public record Andd(int deviceNumber, String name) implements Structure { }

    /**
     * System-on-chip integrated address translation caches.
     *
     * @param flags bit 0: they must be enabled
     * @param segment PCI segment
     * @param scopes the devices
     */
    public record Satc(int flags, int segment, List<Scope> scopes) implements Structure {
        /** Copies the list. */
        public Satc {
            scopes = List.copyOf(scopes);
        }
    }

    /**
     * Properties of integrated devices.
     *
     * @param segment PCI segment
     * @param scopes the devices; the flags of a scope name its property
     */
    public record Sidp(int segment, List<Scope> scopes) implements Structure {
        /** Copies the list. */
        public Sidp {
            scopes = List.copyOf(scopes);
        }
    }

    /**
     * A structure of a type that came later; kept as it is.
     *
     * @param type its number
     * @param body the bytes after type and length, as hexadecimal digits
     */
    public record Other(int type, String body) implements Structure { }

    /**
     * A device, or what lies below a bridge.
     *
     * @param type 1 endpoint, 2 bridge, 3 I/O APIC, 4 HPET, 5 namespace device
     * @param flags reserved before revision 3
     * @param enumerationId of an I/O APIC, HPET or namespace device
     * @param startBus bus number where the path starts
     * @param path device and function, one pair a hop
     */
    public record Scope(int type, int flags, int enumerationId, int startBus, List<Hop> path) {
        /** Copies the list. */
        public Scope {
            path = List.copyOf(path);
        }
    }

    /**
     * One hop of a path.
     *
     * @param device number
     * @param function number
     */
    public record Hop(int device, int function) { }
}
