package org.dmalab.vtd.hardware;

import org.dmalab.api.Spontaneous;
import org.dmalab.api.event.Actor;
import org.dmalab.api.event.Emitter;
import org.dmalab.api.store.Column;
import org.dmalab.api.store.Region;
import org.dmalab.api.store.Store;
import org.dmalab.api.store.Table;
import org.dmalab.vtd.spec.LegacyContextEntry;

/**
 * Fetches of context entries, whose 128 bits a unit may read at once or half by half.
 *
 * <p>Half by half, a device that has made a request is taken to go on with it: whenever its entry is not cached, the
 * unit may read the first half (remembered here), and at any later moment the second. Software may write between the
 * two. A request that comes in between goes on from the first half. A lower half that is not present ends the fetch,
 * so that it is never remembered. An invalidation of the context cache waits for requests in flight, so that it drops
 * first halves.
 *
 * <p>Specification: Guidance to Software for Invalidations; a kernel that zeroes a present entry relies on one access.
 */
final class EntryFetch implements Spontaneous {
    /** Values of {@link UnitProfile#entryFetch}. */
    static final int AT_ONCE = 0;
    static final int LOW_FIRST = 1;
    static final int HIGH_FIRST = 2;
    private static final int REQUESTERS = 4;
    private final Table rows;
    private final UnitPlace place;
    private final Emitter emitter;
    private final int order;
    private final Walker walker;

    /** What is remembered of a device in flight. */
    private enum Fetch implements Column {
        SOURCE("source-id, plus one"), ADDRESS("address"), ACCESS("access"), ENTRY("entry, plus one"),
        HALF("first half");

        private final String label;

        Fetch(String label) {
            this.label = label;
        }

        @Override
        public String label() {
            return label;
        }
    }

    /** What a fetch needs of the translation. */
    interface Walker {
        /** Tells whether a context entry of a source-id is to be fetched: translation is on and none is cached. */
        boolean misses(int sourceId);

        /** Address of a context entry, or -1 if the root entry leads to none. */
        long contextEntry(int sourceId);

        /** Reads 8 bytes of a table. */
        long table(long address);

        /** Fetches a context entry for a request and caches it, or records the fault. */
        void fetch(int sourceId, long address, int access);
    }

    EntryFetch(Store store, UnitPlace place, Emitter emitter, int order, Walker walker) {
        this.place = place;
        this.rows = new Table(store, place.prefix() + "entryFetch", REQUESTERS, Region.Kind.STATE, Fetch.values(),
                row -> "context entry fetch " + row);
        this.emitter = emitter;
        this.order = order;
        this.walker = walker;
    }

    /** A request needs the entry: its device is in flight from here on. */
    void request(int sourceId, long address, int access) {
        if (order == AT_ONCE) {
            return;
        }
        for (int i = 0; i < REQUESTERS; i++) {
            if (rows.get(i, Fetch.SOURCE) == 0 || rows.get(i, Fetch.SOURCE) == sourceId + 1L) {
                rows.set(i, Fetch.SOURCE, sourceId + 1L);
                rows.set(i, Fetch.ADDRESS, address);
                rows.set(i, Fetch.ACCESS, access);
                return;
            }
        }
    }

    /** The lower half of an entry: the remembered one, or from memory. */
    long low(int sourceId, long entry) {
        return half(sourceId, entry, LOW_FIRST, entry);
    }

    /** The upper half of an entry; the fetch is over. */
    long high(int sourceId, long entry) {
        long value = half(sourceId, entry, HIGH_FIRST, entry + 8);
        drop(sourceId);
        return value;
    }

    private long half(int sourceId, long entry, int remembered, long address) {
        if (order == remembered) {
            for (int row = 0; row < REQUESTERS; row++) {
                if (rows.get(row, Fetch.SOURCE) == sourceId + 1L && rows.get(row, Fetch.ENTRY) == entry + 1) {
                    return rows.get(row, Fetch.HALF);
                }
            }
        }
        return walker.table(address);
    }

    private void drop(int sourceId) {
        for (int row = 0; order != AT_ONCE && row < REQUESTERS; row++) {
            if (rows.get(row, Fetch.SOURCE) == sourceId + 1L) {
                rows.set(row, Fetch.ENTRY, 0);
                rows.set(row, Fetch.HALF, 0);
            }
        }
    }

    /** An invalidation drops all first halves. */
    void dropAll() {
        for (int row = 0; order != AT_ONCE && row < REQUESTERS; row++) {
            rows.set(row, Fetch.ENTRY, 0);
            rows.set(row, Fetch.HALF, 0);
        }
    }

    @Override
    public String family() {
        return "table-fetch";
    }

    @Override
    public String summary() {
        return "the unit reads one half of a context entry for a device in flight (entryFetch 1 or 2)";
    }

    @Override
    public int count() {
        return order == AT_ONCE ? 0 : REQUESTERS;
    }

    @Override
    public boolean enabled(int index) {
        int sourceId = source(index);
        return sourceId >= 0 && walker.misses(sourceId) && (begun(index) || begins(sourceId));
    }

    private boolean begins(int sourceId) {
        long entry = walker.contextEntry(sourceId);
        return entry >= 0 && (order == HIGH_FIRST || LegacyContextEntry.P.isSet(walker.table(entry)));
    }

    @Override
    public void take(int index) {
        int sourceId = source(index);
        if (begun(index)) {
            walker.fetch(sourceId, rows.get(index, Fetch.ADDRESS), (int) rows.get(index, Fetch.ACCESS));
            drop(sourceId);
            return;
        }
        long entry = walker.contextEntry(sourceId);
        long value = walker.table(order == LOW_FIRST ? entry : entry + 8);
        rows.set(index, Fetch.ENTRY, entry + 1);
        rows.set(index, Fetch.HALF, value);
        emitter.emit(HardwareEvent.HALF_READ, place.device(sourceId), entry, order, value, 0);
    }

    @Override
    public String describe(int index) {
        boolean lower = (order == LOW_FIRST) != begun(index);
        return String.format("read the %s half of the context entry of %s", lower ? "lower" : "upper",
                Actor.bdf(source(index)));
    }

    private int source(int index) {
        return (int) rows.get(index, Fetch.SOURCE) - 1;
    }

    private boolean begun(int index) {
        return rows.get(index, Fetch.ENTRY) != 0;
    }
}
