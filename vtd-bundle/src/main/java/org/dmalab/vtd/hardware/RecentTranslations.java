package org.dmalab.vtd.hardware;

import org.dmalab.api.store.Region;
import org.dmalab.api.store.Store;
import org.dmalab.vtd.spec.SecondLevelEntry;

/**
 * What the IOTLB answered last, by device and page: the next request for the same page needs one look instead of one
 * at each cache on the way.
 *
 * <p>An index that only speeds up a lookup. An entry counts as long as no cache of the unit has changed since.
 */
final class RecentTranslations {
    private static final int PLACES = 16;
    private static final int CELLS = 4;
    private static final int PAGE = 0;
    private static final int STAMP = 1;
    private static final int ANSWER = 2;
    private static final int DOMAIN = 3;
    private static final int PAGE_SHIFT = SecondLevelEntry.PAGE_SHIFT;
    private static final long PAGE_OFFSET = (1L << PAGE_SHIFT) - 1;
    private static final int SOURCE_BITS = 16;
    private final Region cells;
    private final int changes = PLACES * CELLS;

    RecentTranslations(Store store, String prefix) {
        this.cells = store.dense(prefix + "recentTranslations", changes + 1, Region.Kind.DERIVED, null);
    }

    /** A cache has changed: no entry counts any more. */
    void forget() {
        cells.set(changes, cells.get(changes) + 1);
    }

    /** Place of the entry of a device and page; -1 if there is none. */
    int find(int sourceId, long address) {
        int place = place(sourceId, address);
        return cells.get(place + PAGE) == address >>> PAGE_SHIFT && cells.get(place + STAMP) == stamp(sourceId)
                ? place : -1;
    }

    /** The IOTLB has answered with a physical address, permissions of its page, and the domain-id of the entry. */
    void put(int sourceId, long address, long physical, long permissions, int domain) {
        int place = place(sourceId, address);
        cells.set(place + PAGE, address >>> PAGE_SHIFT);
        cells.set(place + STAMP, stamp(sourceId));
        cells.set(place + ANSWER, (physical & ~PAGE_OFFSET) | permissions);
        cells.set(place + DOMAIN, domain);
    }

    long physical(int place, long address) {
        return (cells.get(place + ANSWER) & ~PAGE_OFFSET) | (address & PAGE_OFFSET);
    }

    long permissions(int place) {
        return cells.get(place + ANSWER) & SecondLevelEntry.PERMISSIONS;
    }

    int domain(int place) {
        return (int) cells.get(place + DOMAIN);
    }

    private static int place(int sourceId, long address) {
        return (((int) (address >>> PAGE_SHIFT) ^ sourceId) & (PLACES - 1)) * CELLS;
    }

    /** Never 0, as an empty place has. */
    private long stamp(int sourceId) {
        return ((cells.get(changes) + 1) << SOURCE_BITS) | sourceId;
    }
}
