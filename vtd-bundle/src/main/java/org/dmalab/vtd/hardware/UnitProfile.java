package org.dmalab.vtd.hardware;

import org.dmalab.api.MachineSpec;

/**
 * How a remapping unit behaves where the specification leaves room or an implementation is known to differ.
 *
 * @param contextMatchesDomain a device-selective context flush drops an entry only if its domain-id matches too
 * @param contextDomainIsGlobal a domain-selective context flush is executed, and reported, as a global one
 * @param iotlbBeforeContext the IOTLB is tagged with the source-id and looked up before the context cache
 * @param permissionMissDropped a hit without permission loses the access and records nothing; else it is a fault
 * @param setRootResets setting the root table pointer empties the caches
 * @param enableResets a change of translation enable empties the caches
 * @param collapseFaults a fault of a source-id that has a pending record is not recorded again
 * @param reservedContextQualified FPD suppresses the fault for reserved bits of a context entry too
 * @param contextEntries capacity of the context cache; one more empties it
 * @param iotlbEntries capacity of the IOTLB; one more empties it
 * @param pagingEntries capacity of the paging-structure cache; 0 for none
 */
public record UnitProfile(boolean contextMatchesDomain, boolean contextDomainIsGlobal, boolean iotlbBeforeContext,
        boolean permissionMissDropped, boolean setRootResets, boolean enableResets, boolean collapseFaults,
        boolean reservedContextQualified, int contextEntries, int iotlbEntries, int pagingEntries) {
    private static final int MAXIMUM_ENTRIES = 1 << 16;

    /** Refuses capacities that cannot be. */
    public UnitProfile {
        requireEntries("contextEntries", contextEntries, 1);
        requireEntries("iotlbEntries", iotlbEntries, 1);
        requireEntries("pagingEntries", pagingEntries, 0);
    }

    /** Takes the values from a machine's parameters of the same names. */
    public static UnitProfile of(MachineSpec spec) {
        return new UnitProfile(flag(spec, "contextMatchesDomain"), flag(spec, "contextDomainIsGlobal"),
                flag(spec, "iotlbBeforeContext"), flag(spec, "permissionMissDropped"), flag(spec, "setRootResets"),
                flag(spec, "enableResets"), flag(spec, "collapseFaults"), flag(spec, "reservedContextQualified"),
                entries(spec, "contextEntries"), entries(spec, "iotlbEntries"), entries(spec, "pagingEntries"));
    }

    private static boolean flag(MachineSpec spec, String name) {
        long value = spec.number(name);
        if (value != 0 && value != 1) {
            throw new IllegalArgumentException(name + ": " + value + ", expected 0 or 1");
        }
        return value != 0;
    }

    private static int entries(MachineSpec spec, String name) {
        return (int) Math.max(-1, Math.min(spec.number(name), Integer.MAX_VALUE));
    }

    private static void requireEntries(String name, int value, int least) {
        if (value < least || value > MAXIMUM_ENTRIES) {
            throw new IllegalArgumentException(name + ": " + value + ", expected " + least + " to " + MAXIMUM_ENTRIES);
        }
    }
}
