package org.dmalab.pseries.hardware;

import org.dmalab.api.MachineSpec;

/**
 * Where hypervisors differ, or where it is not public: the values of a profile.
 *
 * @param keepsPrefix a range that crosses the end of a table is refused after its first part was written; otherwise
 *        before anything was
 * @param stuffLimit most TCEs of one H_STUFF_TCE; 0 for no limit
 * @param zeroCountRefused a count of 0 is H_PARAMETER
 * @param stuffRefusesPermission H_STUFF_TCE with permission bits is H_PARAMETER
 * @param tceCheck what a TCE must satisfy
 * @param entryCountBits width of the hypervisor's own entry count; a larger window is cut to that many bits
 * @param defaultMarkStays the table of the default window stays marked as default when it is reused
 * @param defaultComesBack the default window comes back when the last other window is removed
 * @param isolateNeedsUnplug a memory block is given back only after it was asked back
 */
public record Behaviour(boolean keepsPrefix, long stuffLimit, boolean zeroCountRefused,
        boolean stuffRefusesPermission, TceCheck tceCheck, int entryCountBits, boolean defaultMarkStays,
        boolean defaultComesBack, boolean isolateNeedsUnplug) {
    /** What a hypervisor checks in a TCE that permits something. */
    public enum TceCheck {
        /** Nothing: it is stored as it is. */
        NONE,
        /** No bits between the permission bits and the page number. */
        ALIGNED,
        /** Also that the partition has memory at its address. */
        ALIGNED_AND_PRESENT
    }

    /** The behaviour that a machine's parameters ask for. */
    public static Behaviour of(MachineSpec spec) {
        long check = spec.number("tceCheck");
        if (check < 0 || check >= TceCheck.values().length) {
            throw new IllegalArgumentException("tceCheck: " + check + ", expected 0 (nothing), 1 (aligned) or 2"
                    + " (aligned and present)");
        }
        long bits = spec.number("entryCountBits");
        if (bits < 16 || bits > 64) {
            throw new IllegalArgumentException("entryCountBits: " + bits + ", expected 16 to 64");
        }
        return new Behaviour(spec.number("rangeKeepsPrefix") != 0, spec.number("stuffLimitTces"),
                spec.number("zeroCountRefused") != 0, spec.number("stuffRefusesPermission") != 0,
                TceCheck.values()[(int) check], (int) bits, spec.number("defaultMarkStays") != 0,
                spec.number("defaultComesBack") != 0, spec.number("isolateNeedsUnplug") != 0);
    }

    /** The number of entries that the hypervisor makes of a window of 2^entryShift pages; 0 if none are left. */
    public long entries(long entryShift) {
        // A hypervisor with a narrow count shifts a 64-bit one and cuts it: the shift count wraps before that.
        long shift = cutsEntryCount() ? entryShift & 63 : entryShift;
        return shift >= entryCountBits || shift > TceTables.MAX_ENTRY_SHIFT ? 0 : 1L << shift;
    }

    /** Tells whether a window may have more entries than the hypervisor can count. */
    public boolean cutsEntryCount() {
        return entryCountBits < 64;
    }
}
