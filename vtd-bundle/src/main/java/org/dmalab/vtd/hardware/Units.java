package org.dmalab.vtd.hardware;

import java.util.ArrayList;
import java.util.List;

/**
 * The remapping units of a machine, in the order of its DMAR table, and whose requests each one serves: of a device
 * that its scopes name, or that is behind a bridge which they name; else that of the segment with INCLUDE_ALL. Where
 * two name a device, the later one serves it. A request that no unit serves is not translated.
 *
 * <p>Specification: BIOS Considerations, DMA Remapping Hardware Unit Definition Structure.
 */
public final class Units {
    private static final int ENDPOINT = 1;
    private static final int BRIDGE = 2;
    private static final int BUS_SHIFT = 8;
    private static final int SEGMENT_SHIFT = 16;
    private final List<Unit> units;
    private final List<Claim> claims;
    private final PciTree tree;
    private final RemappingUnit only;
    private final boolean aliases;

    /**
     * One of them.
     *
     * @param number in the order of the table
     * @param base address of its registers
     * @param segment of its devices
     * @param unit itself
     */
    public record Unit(int number, long base, int segment, RemappingUnit unit) { }

    /** What a scope names: a function, and the buses behind it if it is a bridge. */
    private record Claim(Unit unit, int sourceId, PciDevice bridge) {
        boolean has(int asked) {
            return asked == sourceId || (bridge != null && bridge.leadsTo(asked >>> BUS_SHIFT));
        }
    }

    /**
     * Puts units in their places.
     *
     * @param units in the order of the table
     * @param drhds their structures in the table
     * @param tree what is on the buses
     */
    public Units(List<Unit> units, List<DmarTable.Drhd> drhds, PciTree tree) {
        this.units = List.copyOf(units);
        this.tree = tree;
        this.aliases = tree.devices().stream().anyMatch(device -> device.bridge() && device.passes(-1) != -1);
        List<Claim> found = new ArrayList<>();
        for (int i = units.size() - 1; i >= 0; i--) {
            for (DmarTable.Scope scope : drhds.get(i).scopes()) {
                int sourceId = scope.type() == ENDPOINT || scope.type() == BRIDGE
                        ? tree.at(drhds.get(i).segment(), scope) : -1;
                if (sourceId >= 0) {
                    found.add(new Claim(units.get(i), sourceId, tree.find(sourceId)));
                }
            }
        }
        for (int i = units.size() - 1; i >= 0; i--) {
            if ((drhds.get(i).flags() & 1) != 0) {
                found.add(new Claim(units.get(i), -1, null));
            }
        }
        this.claims = List.copyOf(found);
        boolean one = units.size() == 1 && (drhds.get(0).flags() & 1) != 0 && units.get(0).segment() == 0
                && tree.devices().stream().allMatch(device -> device.sourceId() >>> SEGMENT_SHIFT == 0);
        this.only = one ? units.get(0).unit() : null;
    }

    /** One unit that serves everything. */
    static Units of(RemappingUnit unit) {
        return new Units(List.of(new Unit(0, 0, 0, unit)), List.of(new DmarTable.Drhd(1, 0, 0, 0, List.of())),
                new PciTree(List.of()));
    }

    /** All of them. */
    public List<Unit> all() {
        return units;
    }

    /** The source-id that a unit sees in a device's requests. */
    int requester(int sourceId) {
        return aliases ? tree.requester(sourceId) : sourceId;
    }

    /** The unit that serves the requests of a source-id; null if none does. */
    public RemappingUnit of(int sourceId) {
        if (only != null) {
            return only;
        }
        for (Claim claim : claims) {
            boolean rest = claim.sourceId() < 0 && claim.unit().segment() == sourceId >>> SEGMENT_SHIFT;
            if (rest || claim.has(sourceId)) {
                return claim.unit().unit();
            }
        }
        return null;
    }

    /** The unit whose registers are at an address; null if there is none. */
    public Unit at(long address) {
        for (Unit unit : units) {
            if (address >= unit.base() && address < unit.base() + RegisterFile.BYTES) {
                return unit;
            }
        }
        return null;
    }
}
