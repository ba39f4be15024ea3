package org.dmalab.vtd.hardware;

import java.util.Map;
import java.util.TreeMap;

/**
 * How a remapping unit behaves where the specification leaves room or an implementation is known to differ. Each value
 * is a machine's parameter of the same name.
 *
 * @param contextMatchesDomain a device-selective context flush drops an entry only if its domain-id matches too
 * @param contextDomainIsGlobal a domain-selective context flush is executed, and reported, as a global one
 * @param iotlbBeforeContext the IOTLB is tagged with the source-id and looked up before the context cache
 * @param permissionMissDropped a hit without permission loses the access and records nothing; else it is a fault
 * @param setRootResets setting the root table pointer empties the caches
 * @param enableResets a change of translation enable empties the caches
 * @param collapseFaults a fault of a source-id that has a pending record is not recorded again
 * @param reservedContextQualified FPD suppresses the fault for reserved bits of a context entry too
 * @param overflowEmpties an insertion into a full cache empties it; else it replaces one entry, slots in turn
 * @param cachesNotPresent with CAP.CM=1, context entries that fault and PTEs that are not present are cached as such
 * @param entryFetch a context entry is read 0 at once, 1 lower half first, 2 upper half first
 * @param queueRestarts clearing FSTS.IQE lets the queue go on by itself; else only the next write of the tail does
 * @param queueErrorRecord IQERCD tells what was wrong with the queue; else it stays zero
 * @param unusedQueueStops an enabled queue that was never used can be disabled; else it must have ended with a wait
 * @param descriptorsUnchecked descriptors for interrupt entries and PASIDs are taken whatever is in them, on any unit,
 *     and those for device-TLBs on a unit without them
 * @param deviceTlbTimesOut a device-TLB that does not answer is an invalidation time-out; else it is taken as done
 * @param pageFlushByte a page-selective IOTLB flush compares the low 8 bits of page numbers only
 * @param onesUnreadable a second-level entry of all ones counts as one that cannot be read
 * @param pointersCut RTADDR and IQA are used without the bits above the unit's address width
 * @param waitMustSignal a wait descriptor without status and interrupt is an error
 * @param failedTypeCounts for switching the queue off, a descriptor that failed counts as the last one too
 * @param contextEntries capacity of the context cache
 * @param iotlbEntries capacity of the IOTLB
 * @param pagingEntries capacity of the paging-structure cache; 0 for none
 */
public record UnitProfile(boolean contextMatchesDomain, boolean contextDomainIsGlobal, boolean iotlbBeforeContext,
        boolean permissionMissDropped, boolean setRootResets, boolean enableResets, boolean collapseFaults,
        boolean reservedContextQualified, boolean overflowEmpties, boolean cachesNotPresent, int entryFetch,
        boolean queueRestarts, boolean queueErrorRecord, boolean unusedQueueStops, boolean descriptorsUnchecked,
        boolean deviceTlbTimesOut, boolean pageFlushByte, boolean onesUnreadable, boolean pointersCut,
        boolean waitMustSignal, boolean failedTypeCounts, int contextEntries, int iotlbEntries, int pagingEntries) {
    /** Tags as the specification lets software rely on; a context flush must name the entry's domain-id. */
    public static final UnitProfile STRICT = new UnitProfile(true, false, false, false, false, false, false, true,
            false, true, 0, true, true, true, false, true, false, false, false, false, false, 256, 1024, 64);
    /** Like {@link #STRICT}, but a device-selective context flush ignores the domain-id, and faults collapse. */
    public static final UnitProfile SID_ONLY = new UnitProfile(false, false, false, false, false, false, true, true,
            false, true, 0, true, true, true, false, true, false, false, false, false, false, 256, 1024, 64);
    /** Measured on QEMU 7.2.22; it has no paging-structure cache. */
    public static final UnitProfile QEMU_7_2 = new UnitProfile(false, true, true, true, true, true, true, false,
            true, false, 0, false, false, false, true, false, true, true, true, true, true, 256, 1024, 0);
    private static final int MAXIMUM_ENTRIES = 1 << 16;

    /** Refuses capacities that cannot be. */
    public UnitProfile {
        if (entryFetch < EntryFetch.AT_ONCE || entryFetch > EntryFetch.HIGH_FIRST) {
            throw new IllegalArgumentException("entryFetch: " + entryFetch + ", expected 0 to 2");
        }
        requireEntries("contextEntries", contextEntries, 1);
        requireEntries("iotlbEntries", iotlbEntries, 1);
        requireEntries("pagingEntries", pagingEntries, 0);
    }

    /**
     * Takes the values from parameters of the same names.
     *
     * @param parameters may have others as well
     * @throws IllegalArgumentException if one is missing or cannot be
     */
    public static UnitProfile of(Map<String, Long> parameters) {
        return new UnitProfile(flag(parameters, "contextMatchesDomain"), flag(parameters, "contextDomainIsGlobal"),
                flag(parameters, "iotlbBeforeContext"), flag(parameters, "permissionMissDropped"),
                flag(parameters, "setRootResets"), flag(parameters, "enableResets"),
                flag(parameters, "collapseFaults"), flag(parameters, "reservedContextQualified"),
                flag(parameters, "overflowEmpties"), flag(parameters, "cachesNotPresent"),
                entries(parameters, "entryFetch"), flag(parameters, "queueRestarts"),
                flag(parameters, "queueErrorRecord"), flag(parameters, "unusedQueueStops"),
                flag(parameters, "descriptorsUnchecked"), flag(parameters, "deviceTlbTimesOut"),
                flag(parameters, "pageFlushByte"), flag(parameters, "onesUnreadable"),
                flag(parameters, "pointersCut"), flag(parameters, "waitMustSignal"),
                flag(parameters, "failedTypeCounts"),
                entries(parameters, "contextEntries"), entries(parameters, "iotlbEntries"),
                entries(parameters, "pagingEntries"));
    }

    /** The values as parameters: the inverse of {@link #of}. */
    public Map<String, Long> parameters() {
        return Map.ofEntries(number("contextMatchesDomain", contextMatchesDomain),
                number("contextDomainIsGlobal", contextDomainIsGlobal),
                number("iotlbBeforeContext", iotlbBeforeContext),
                number("permissionMissDropped", permissionMissDropped),
                number("setRootResets", setRootResets), number("enableResets", enableResets),
                number("collapseFaults", collapseFaults),
                number("reservedContextQualified", reservedContextQualified),
                number("overflowEmpties", overflowEmpties),
                number("cachesNotPresent", cachesNotPresent), Map.entry("entryFetch", (long) entryFetch),
                number("queueRestarts", queueRestarts), number("queueErrorRecord", queueErrorRecord),
                number("unusedQueueStops", unusedQueueStops), number("descriptorsUnchecked", descriptorsUnchecked),
                number("deviceTlbTimesOut", deviceTlbTimesOut), number("pageFlushByte", pageFlushByte),
                number("onesUnreadable", onesUnreadable), number("pointersCut", pointersCut),
                number("waitMustSignal", waitMustSignal), number("failedTypeCounts", failedTypeCounts),
                Map.entry("contextEntries", (long) contextEntries),
                Map.entry("iotlbEntries", (long) iotlbEntries), Map.entry("pagingEntries", (long) pagingEntries));
    }

    /** The same profile with one value changed. */
    public UnitProfile with(String name, long value) {
        Map<String, Long> changed = new TreeMap<>(parameters());
        if (changed.put(name, value) == null) {
            throw new IllegalArgumentException(name + ": expected one of " + changed.keySet());
        }
        return of(changed);
    }

    private static Map.Entry<String, Long> number(String name, boolean value) {
        return Map.entry(name, value ? 1L : 0L);
    }

    private static long value(Map<String, Long> parameters, String name) {
        Long value = parameters.get(name);
        if (value == null) {
            throw new IllegalArgumentException(name + ": no value; the profiles give one");
        }
        return value;
    }

    private static boolean flag(Map<String, Long> parameters, String name) {
        long value = value(parameters, name);
        if (value != 0 && value != 1) {
            throw new IllegalArgumentException(name + ": " + value + ", expected 0 or 1");
        }
        return value != 0;
    }

    private static int entries(Map<String, Long> parameters, String name) {
        return (int) Math.max(-1, Math.min(value(parameters, name), Integer.MAX_VALUE));
    }

    private static void requireEntries(String name, int value, int least) {
        if (value < least || value > MAXIMUM_ENTRIES) {
            throw new IllegalArgumentException(name + ": " + value + ", expected " + least + " to " + MAXIMUM_ENTRIES);
        }
    }
}
