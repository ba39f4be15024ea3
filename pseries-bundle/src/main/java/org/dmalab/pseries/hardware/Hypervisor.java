package org.dmalab.pseries.hardware;

/**
 * The hypervisor: TCE hypercalls. A TCE is stored as a number; the list of
 * H_PUT_TCE_INDIRECT is read from memory, most significant byte first (LoPAR 14.5.4.2.3).
 */
public final class Hypervisor {
    private static final long LIST_MASK = 0xfff;

    private final MachineMemory memory;
    private final TceTables tables;
    private final Behaviour behaviour;

    /** A hypervisor over memory and tables. */
    public Hypervisor(MachineMemory memory, TceTables tables, Behaviour behaviour) {
        this.memory = memory;
        this.tables = tables;
        this.behaviour = behaviour;
    }

    /** Executes a hypercall: arguments R4 to R9, results from R4 on; returns R3. */
    public long hcall(long number, long[] arguments, long[] results) {
        long liobn = arguments[0];
        long ioba = arguments[1];
        if (number == Papr.H_GET_TCE) {
            return get(liobn, ioba, results);
        } else if (number == Papr.H_PUT_TCE) {
            return put(liobn, ioba, arguments[2]);
        } else if (number == Papr.H_STUFF_TCE) {
            return stuff(liobn, ioba, arguments[2], arguments[3]);
        } else if (number == Papr.H_PUT_TCE_INDIRECT) {
            return putIndirect(liobn, ioba, arguments[2], arguments[3]);
        }
        return Papr.H_FUNCTION;
    }

    /** LoPAR 14.5.4.2.4; the offset in the page is ignored. */
    private long get(long liobn, long ioba, long[] results) {
        int table = tables.inUse(liobn);
        if (table < 0 || !tables.has(table, tables.index(table, ioba))) {
            return Papr.H_PARAMETER;
        }
        results[0] = tables.tce(table, tables.index(table, ioba));
        return Papr.H_SUCCESS;
    }

    /** LoPAR 14.5.4.2.1. */
    private long put(long liobn, long ioba, long tce) {
        int table = tables.inUse(liobn);
        return table < 0 ? Papr.H_PARAMETER : putOne(table, tables.index(table, ioba), tce);
    }

    private long putOne(int table, long index, long tce) {
        if (!tables.has(table, index) || !valid(table, tce)) {
            return Papr.H_PARAMETER;
        }
        tables.set(table, index, tce);
        return Papr.H_SUCCESS;
    }

    /** LoPAR 14.5.4.2.2. Ascending, up to the first error. */
    private long stuff(long liobn, long ioba, long tce, long count) {
        int table = tables.inUse(liobn);
        if (table < 0 || Long.compareUnsigned(count, tables.entries(table)) > 0
                || (behaviour.stuffLimit() > 0 && count > behaviour.stuffLimit())
                || (behaviour.stuffRefusesPermission() && Tce.PERMISSION.isSet(tce))) {
            return Papr.H_PARAMETER;
        }
        long first = tables.index(table, ioba);
        long code = start(table, first, count);
        if (count == 0 || code != Papr.H_SUCCESS) {
            return code;
        }
        if (!tables.has(table, first) || !valid(table, tce)) {
            return Papr.H_PARAMETER;
        }
        long there = Math.min(count, tables.entries(table) - first);
        tables.fill(table, first, there, tce);
        return there == count ? Papr.H_SUCCESS : Papr.H_PARAMETER;
    }

    /** LoPAR 14.5.4.2.3. The list is one page of 4 KiB; ascending, up to the first error. */
    private long putIndirect(long liobn, long ioba, long list, long count) {
        int table = tables.inUse(liobn);
        if (table < 0 || Long.compareUnsigned(count, Papr.LIST_ENTRIES) > 0 || (list & LIST_MASK) != 0) {
            return Papr.H_PARAMETER;
        }
        long first = tables.index(table, ioba);
        long code = start(table, first, count);
        for (long i = 0; i < count && code == Papr.H_SUCCESS && !behaviour.keepsPrefix(); i++) {
            code = valid(table, listEntry(list, i)) ? Papr.H_SUCCESS : Papr.H_PARAMETER;
        }
        for (long i = 0; i < count && code == Papr.H_SUCCESS; i++) {
            code = putOne(table, first + i, listEntry(list, i));
        }
        return code;
    }

    /** What is decided before the first entry: a count of 0, and for an atomic hypervisor the whole range. */
    private long start(int table, long first, long count) {
        if (count == 0 && behaviour.zeroCountRefused()) {
            return Papr.H_PARAMETER;
        }
        boolean whole = count == 0 || (tables.has(table, first) && tables.has(table, first + count - 1));
        return behaviour.keepsPrefix() || whole ? Papr.H_SUCCESS : Papr.H_PARAMETER;
    }

    /** Reads a list entry; a list where the partition has no memory reads as zeros. */
    private long listEntry(long list, long index) {
        long address = list + index * 8;
        return memory.isPresent(address) ? Long.reverseBytes(memory.load(address, 8)) : 0;
    }

    private boolean valid(int table, long tce) {
        if (!Tce.PERMISSION.isSet(tce) || behaviour.tceCheck() == Behaviour.TceCheck.NONE) {
            return true;
        }
        long address = tce & ~Tce.PERMISSION.mask();
        boolean aligned = (address & ((1L << tables.pageShift(table)) - 1)) == 0;
        return aligned && (behaviour.tceCheck() == Behaviour.TceCheck.ALIGNED || memory.isPresent(address));
    }
}
