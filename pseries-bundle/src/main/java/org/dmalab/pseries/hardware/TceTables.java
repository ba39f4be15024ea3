package org.dmalab.pseries.hardware;

import java.util.List;
import java.util.stream.LongStream;

import org.dmalab.api.event.Actor;
import org.dmalab.api.event.Emitter;
import org.dmalab.api.store.BitField;
import org.dmalab.api.store.Column;
import org.dmalab.api.store.Region;
import org.dmalab.api.store.Store;
import org.dmalab.api.store.Table;

/**
 * The TCE tables of a partition, {@link Phb#WINDOWS} for each host bridge, in the order of their LIOBNs. A table is
 * out of use while it has no entries. One table holds what is known of each of them, one sparse region each the TCEs:
 * cell k is the {@link Tce} of page k, as a number.
 */
public final class TceTables {
    /** Largest binary logarithm of the number of entries. */
    public static final int MAX_ENTRY_SHIFT = 40;

    /** What is known of a table. */
    private enum Head implements Column {
        ENTRIES("entries"),
        PAGE_SHIFT("page shift"),
        BUS_ADDRESS("bus address"),
        DEFAULT("default"),
        ORPHAN("left attached"),
        NEWER("newer than the other");

        private final String label;

        Head(String label) {
            this.label = label;
        }

        @Override
        public String label() {
            return label;
        }
    }

    private record TceName(String table) implements Region.Namer {
        @Override
        public String name(long cell) {
            return table + "[0x" + Long.toHexString(cell) + "]";
        }

        @Override
        public List<BitField> fields(long cell) {
            return Tce.FIELDS;
        }
    }

    private final List<Phb> phbs;
    private final Table heads;
    private final List<Region> tces;
    private final Emitter emitter;

    /** Declares the tables of some host bridges, all out of use. */
    public TceTables(Store store, Emitter emitter, List<Phb> phbs) {
        this.phbs = List.copyOf(phbs);
        this.emitter = emitter;
        this.heads = new Table(store, "tce.tables", phbs.size() * Phb.WINDOWS, Region.Kind.STATE, Head.values(),
                row -> "TCE table " + row);
        this.tces = phbs.stream().flatMap(phb -> LongStream.range(0, Phb.WINDOWS)
                .mapToObj(window -> phb.liobn() + window)).map(liobn -> declare(store, liobn)).toList();
    }

    private static Region declare(Store store, long liobn) {
        String name = "TCE 0x" + Long.toHexString(liobn);
        return store.sparse(name, 1L << MAX_ENTRY_SHIFT, Region.Kind.STATE, new TceName(name)).scannable();
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
                return phb.firstTable() + (int) window;
            }
        }
        return -1;
    }

    /** The number of the table in use with a LIOBN; -1 if there is none. */
    public int inUse(long liobn) {
        int table = find(liobn);
        return table >= 0 && entries(table) != 0 ? table : -1;
    }

    /** The host bridge of a table. */
    public Phb phb(int table) {
        return phbs.get(table / Phb.WINDOWS);
    }

    /** The other table of the same host bridge. */
    static int other(int table) {
        return table ^ 1;
    }

    /** The LIOBN of a table. */
    public long liobn(int table) {
        return phb(table).liobn() + table % Phb.WINDOWS;
    }

    /** Number of entries; 0 while the table is out of use. */
    public long entries(int table) {
        return heads.get(table, Head.ENTRIES);
    }

    /** Binary logarithm of the page size. */
    public int pageShift(int table) {
        return (int) heads.get(table, Head.PAGE_SHIFT);
    }

    /** Bus address of the first entry. */
    public long busAddress(int table) {
        return heads.get(table, Head.BUS_ADDRESS);
    }

    /** Tells whether the table is marked as the default window. */
    public boolean isDefault(int table) {
        return heads.get(table, Head.DEFAULT) != 0;
    }

    /** Marks the table as the default window or not. */
    void markDefault(int table, boolean isDefault) {
        heads.set(table, Head.DEFAULT, isDefault ? 1 : 0);
    }

    /** Tells whether a failed creation left the table attached to the bridge's address space. */
    boolean isOrphan(int table) {
        return heads.get(table, Head.ORPHAN) != 0;
    }

    /** Leaves the table attached to the bridge's address space without entries. */
    void leaveOrphan(int table) {
        heads.set(table, Head.ORPHAN, 1);
    }

    /** Takes a table that is out of use into use, all TCEs zero. */
    void enable(int table, int pageShift, long busAddress, long entries) {
        if (entries(table) != 0 || entries <= 0 || entries > 1L << MAX_ENTRY_SHIFT) {
            throw new IllegalStateException("TCE table " + table + " with " + entries(table)
                    + " entries is to be taken into use with " + entries);
        }
        clear(table);
        heads.set(table, Head.ENTRIES, entries);
        heads.set(table, Head.PAGE_SHIFT, pageShift);
        heads.set(table, Head.BUS_ADDRESS, busAddress);
        boolean second = entries(other(table)) != 0;
        heads.set(table, Head.NEWER, second ? 1 : 0);
        heads.set(other(table), Head.NEWER, 0);
        emitter.emit(HardwareEvent.TABLE_ENABLED, Actor.MACHINE, liobn(table), pageShift, entries, busAddress);
    }

    /** Takes a table out of use. */
    void disable(int table) {
        long entries = entries(table);
        clear(table);
        heads.set(table, Head.ENTRIES, 0);
        heads.set(table, Head.NEWER, 0);
        emitter.emit(HardwareEvent.TABLE_DISABLED, Actor.MACHINE, liobn(table), entries, 0, 0);
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

    /**
     * The table in use of a bridge that translates a bus address: of two windows at one address the newer one, which
     * hides the older also where it maps nothing, as measured on QEMU 7.2. -1 if there is none.
     */
    public int translating(Phb phb, long busAddress) {
        int found = -1;
        for (int table = phb.firstTable(); table < phb.firstTable() + Phb.WINDOWS; table++) {
            boolean here = has(table, index(table, busAddress));
            if (here && (found < 0 || heads.get(table, Head.NEWER) != 0)) {
                found = table;
            }
        }
        return found;
    }

    /** The TCE of an entry that the table has. */
    public long tce(int table, long index) {
        return tces.get(table).get(index);
    }

    /** Sets the TCE of an entry that the table has. */
    void set(int table, long index, long tce) {
        tces.get(table).set(index, tce);
    }

    /** Sets the TCEs of entries that follow each other and that the table has. */
    void fill(int table, long first, long count, long tce) {
        tces.get(table).fill(first, count, tce);
    }

    /** Visits every TCE of a table that is not zero, in ascending order. */
    public void forEach(int table, Region.CellVisitor visitor) {
        tces.get(table).forEachNonZero(visitor);
    }
}
