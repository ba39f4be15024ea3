package org.dmalab.pseries.hardware;

import java.util.List;
import java.util.stream.LongStream;

import org.dmalab.api.event.Actor;
import org.dmalab.api.event.Emitter;
import org.dmalab.api.store.Region;
import org.dmalab.api.store.Store;

/**
 * The TCE tables of a partition, {@link Phb#WINDOWS} for each host bridge, in the order of their LIOBNs. A table is
 * out of use while it has no entries. One region holds what is known of each table, one sparse region each the TCEs:
 * cell k is the TCE of page k, as a number.
 */
public final class TceTables {
    /** Largest binary logarithm of the number of entries. */
    public static final int MAX_ENTRY_SHIFT = 40;
    private static final int ENTRIES = 0;
    private static final int PAGE_SHIFT = 1;
    private static final int BUS_ADDRESS = 2;
    private static final int DEFAULT = 3;
    private static final int ORPHAN = 4;
    private static final int CELLS = 8;
    private static final List<String> NAMES = List.of("entries", "page shift", "bus address", "default",
            "left attached");

    private final List<Phb> phbs;
    private final Region heads;
    private final List<Region> tces;
    private final Emitter emitter;

    /** Declares the tables of some host bridges, all out of use. */
    public TceTables(Store store, Emitter emitter, List<Phb> phbs) {
        this.phbs = List.copyOf(phbs);
        this.emitter = emitter;
        this.heads = store.dense("tce.tables", phbs.size() * Phb.WINDOWS * CELLS, Region.Kind.STATE,
                cell -> "TCE table " + cell / CELLS + (cell % CELLS < NAMES.size()
                        ? " " + NAMES.get((int) (cell % CELLS)) : ""));
        this.tces = phbs.stream().flatMap(phb -> LongStream.range(0, Phb.WINDOWS)
                .mapToObj(window -> phb.liobn() + window)).map(liobn -> declare(store, liobn)).toList();
    }

    private static Region declare(Store store, long liobn) {
        String name = "TCE 0x" + Long.toHexString(liobn);
        return store.sparse(name, 1L << MAX_ENTRY_SHIFT, Region.Kind.STATE,
                cell -> name + "[0x" + Long.toHexString(cell) + "]").scannable();
    }

    /** The host bridges. */
    public List<Phb> phbs() {
        return phbs;
    }

    /** Number of tables, in use or not. */
    public int count() {
        return tces.size();
    }

    /** The number of the table with a LIOBN, in use or not; -1 if there is none. */
    public int find(long liobn) {
        for (Phb phb : phbs) {
            long window = liobn - phb.liobn();
            if (window >= 0 && window < Phb.WINDOWS) {
                return phb.index() * Phb.WINDOWS + (int) window;
            }
        }
        return -1;
    }

    /** The number of the table in use with a LIOBN; -1 if there is none. */
    public int inUse(long liobn) {
        int table = find(liobn);
        return table >= 0 && entries(table) != 0 ? table : -1;
    }

    /** The LIOBN of a table. */
    public long liobn(int table) {
        return phbs.get(table / Phb.WINDOWS).liobn() + table % Phb.WINDOWS;
    }

    /** Number of entries; 0 while the table is out of use. */
    public long entries(int table) {
        return heads.get(table * CELLS + ENTRIES);
    }

    /** Binary logarithm of the page size. */
    public int pageShift(int table) {
        return (int) heads.get(table * CELLS + PAGE_SHIFT);
    }

    /** Bus address of the first entry. */
    public long busAddress(int table) {
        return heads.get(table * CELLS + BUS_ADDRESS);
    }

    /** Tells whether the table is marked as the default window. */
    public boolean isDefault(int table) {
        return heads.get(table * CELLS + DEFAULT) != 0;
    }

    /** Marks the table as the default window or not. */
    void markDefault(int table, boolean isDefault) {
        heads.set(table * CELLS + DEFAULT, isDefault ? 1 : 0);
    }

    /** Tells whether a failed creation left the table attached to the bridge's address space. */
    boolean isOrphan(int table) {
        return heads.get(table * CELLS + ORPHAN) != 0;
    }

    /** Leaves the table attached to the bridge's address space without entries. */
    void leaveOrphan(int table) {
        heads.set(table * CELLS + ORPHAN, 1);
    }

    /** Takes a table into use, all TCEs zero. */
    void enable(int table, int pageShift, long busAddress, long entries) {
        clear(table);
        heads.set(table * CELLS + ENTRIES, entries);
        heads.set(table * CELLS + PAGE_SHIFT, pageShift);
        heads.set(table * CELLS + BUS_ADDRESS, busAddress);
        emitter.emit(HardwareEvent.TABLE_ENABLED, Actor.MACHINE, liobn(table), pageShift, entries, busAddress);
    }

    /** Takes a table out of use. */
    void disable(int table) {
        clear(table);
        heads.set(table * CELLS + ENTRIES, 0);
        emitter.emit(HardwareEvent.TABLE_DISABLED, Actor.MACHINE, liobn(table), 0, 0, 0);
    }

    private void clear(int table) {
        Region region = tces.get(table);
        region.forEachNonZero((cell, tce) -> region.set(cell, 0));
    }

    /** The number of the entry for a bus address; at least the number of entries (unsigned) if it is outside. */
    public long index(int table, long busAddress) {
        return (busAddress - busAddress(table)) >>> pageShift(table);
    }

    /** Tells whether the table has an entry of that number. */
    public boolean has(int table, long index) {
        return Long.compareUnsigned(index, entries(table)) < 0;
    }

    /** The TCE of an entry that the table has. */
    public long tce(int table, long index) {
        return tces.get(table).get(index);
    }

    /** Sets the TCE of an entry that the table has. */
    void set(int table, long index, long tce) {
        tces.get(table).set(index, tce);
    }

    /** Visits every TCE of a table that is not zero, in ascending order. */
    public void forEach(int table, Region.CellVisitor visitor) {
        tces.get(table).forEachNonZero(visitor);
    }
}
