package org.dmalab.vtd.hardware;

import java.util.ArrayList;
import java.util.List;

import org.dmalab.api.event.Emitter;
import org.dmalab.api.store.BitField;
import org.dmalab.api.store.Region;
import org.dmalab.api.store.Store;
import org.dmalab.vtd.spec.FaultReason;
import org.dmalab.vtd.spec.LegacyContextEntry;
import org.dmalab.vtd.spec.SecondLevelEntry;

/**
 * What a remapping unit remembers of the tables: context cache, IOTLB, paging-structure cache.
 *
 * <p>Specification: Caching Translation Information; Invalidation of Translation Caches. Tags and matching are the
 * profile's. Entries that are not present are cached only with CAP.CM=1: of contexts with domain-id 0, of pages with
 * that of their context.
 */
final class TranslationCaches {
    /** Scopes of a flush of the PASID cache. */
    static final int PASIDS_OF_DOMAIN = 0;
    static final int ONE_PASID = 1;
    static final int ALL_PASIDS = 3;
    /** Scopes of a flush, as events and registers number them. */
    static final int GLOBAL = 1;
    static final int DOMAIN = 2;
    static final int SELECTIVE = 3;
    private static final int LEAF_LEVELS = 3;
    /** Keys of IOTLB and paging-structure cache: the domain-id, or by profile the source-id, and the level. */
    private static final BitField TAG = BitField.bits("tag", 15, 0);
    private static final BitField LEVEL = BitField.bits("level", 18, 16);
    /** Lower half of a cached translation or pointer: the permissions beside the address. */
    private static final BitField PERMISSIONS = BitField.bits("RW", 1, 0);
    private static final BitField ADDRESS = BitField.bits("address", 63, 12);
    /** Upper half of the context entry that faults: the reason. */
    private static final BitField REASON = BitField.bits("reason", 39, 32);
    private static final int PASID_ENTRIES = 64;
    /** By function mask: which bits of the function number a device-selective flush ignores. */
    private static final List<Integer> IGNORED_OF_FUNCTION = List.of(0, 4, 6, 7);
    private final UnitProfile profile;
    private final Emitter emitter;
    private final UnitPlace place;
    private final AssociativeCache contexts;
    private final AssociativeCache iotlb;
    private final AssociativeCache paging;
    private final AssociativeCache pasids;
    private final RecentTranslations recent;
    private final Region levels;

    TranslationCaches(Store store, UnitPlace place, UnitProfile profile, Emitter emitter) {
        this.place = place;
        String prefix = place.prefix();
        this.profile = profile;
        this.emitter = emitter;
        this.recent = new RecentTranslations(store, prefix);
        boolean empties = profile.overflowEmpties();
        this.contexts = new AssociativeCache(store, prefix + "contextCache", profile.contextEntries(), empties, recent);
        this.iotlb = new AssociativeCache(store, prefix + "iotlb", profile.iotlbEntries(), empties, recent);
        this.paging = new AssociativeCache(store, prefix + "pagingCache", Math.max(1, profile.pagingEntries()), empties,
                recent);
        this.pasids = new AssociativeCache(store, prefix + "pasidCache", PASID_ENTRIES, empties, recent);
        this.levels = store.dense(prefix + "iotlb.levels", 1, Region.Kind.DERIVED, null);
    }

    /** What the IOTLB answered lately. */
    RecentTranslations recent() {
        return recent;
    }

    // ---- context cache: source-id -> context entry ----

    int context(int sourceId) {
        return contexts.find(sourceId, 0);
    }

    long contextLow(int slot) {
        return contexts.value0(slot);
    }

    long contextHigh(int slot) {
        return contexts.value1(slot);
    }

    int putContext(int sourceId, long low, long high) {
        emitter.emit(HardwareEvent.CONTEXT_CACHED, place.device(sourceId), sourceId, low, high, 0);
        return contexts.put(sourceId, 0, low, high);
    }

    /**
     * A context entry that faults: in legacy mode with domain-id 0, as software is told to flush it, in scalable mode
     * with none; of the entry only FPD counts.
     */
    void putFaultingContext(int sourceId, long faultDisable, FaultReason reason, boolean scalable) {
        contexts.put(sourceId, 0, faultDisable, REASON.of(reason.number()) | (scalable ? ScalableTables.MARK : 0));
    }

    static FaultReason faultOf(long contextHigh) {
        return FaultReason.of((int) REASON.get(contextHigh));
    }

    static int domainOf(long contextHigh) {
        return (int) LegacyContextEntry.DID.get(contextHigh);
    }

    // ---- PASID cache: source-id and PASID -> PASID table entry, in the form of a context entry ----

    int pasid(int sourceId, int pasid) {
        return pasids.find(sourceId, pasid);
    }

    long pasidLow(int slot) {
        return pasids.value0(slot);
    }

    long pasidHigh(int slot) {
        return pasids.value1(slot);
    }

    int putPasid(int sourceId, int pasid, long low, long high) {
        return pasids.put(sourceId, pasid, low, high);
    }

    // ---- IOTLB: tag (domain-id or source-id), level, page -> page address and permissions ----

    /** Slot of the translation of an address, or -1. */
    int translation(int tag, long address) {
        if (iotlb.count() == 0) {
            return -1;
        }
        long present = levels();
        for (int level = 1; level <= LEAF_LEVELS; level++) {
            boolean held = ((present >>> level) & 1) != 0;
            int slot = held ? iotlb.find(key(tag, level), address >>> SecondLevelEntry.shift(level)) : -1;
            if (slot >= 0) {
                return slot;
            }
        }
        return -1;
    }

    /** Bit n: the IOTLB has held pages of level n; counted again after a rollback. */
    private long levels() {
        long present = levels.get(0);
        if (present == 0) {
            for (int slot = iotlb.count() - 1; slot >= 0; slot--) {
                present |= 1L << LEVEL.get(iotlb.key0(slot));
            }
            levels.set(0, present);
        }
        return present;
    }

    long permissions(int slot) {
        return PERMISSIONS.get(iotlb.value0(slot));
    }

    int translationDomain(int slot) {
        return (int) iotlb.value1(slot);
    }

    long physical(int slot, long address) {
        long size = sizeBytes(slot);
        return (ADDRESS.in(iotlb.value0(slot)) & -size) | (address & (size - 1));
    }

    /** Takes in a translation that was looked up and is not there. */
    int putTranslation(int tag, int domain, int level, long address, long page, long permissions) {
        levels.set(0, levels() | 1L << level);
        return iotlb.add(key(tag, level), address >>> SecondLevelEntry.shift(level), page | permissions, domain);
    }

    // ---- paging-structure cache: domain-id, level of a table, prefix -> table address and permissions so far ----

    /** Slot of the pointer to the table of a level for an address, or -1. */
    int table(int domain, int level, long address) {
        return profile.pagingEntries() == 0 ? -1
                : paging.find(key(domain, level), address >>> SecondLevelEntry.shift(level + 1));
    }

    long tableAddress(int slot) {
        return ADDRESS.in(paging.value0(slot));
    }

    long tablePermissions(int slot) {
        return PERMISSIONS.get(paging.value0(slot));
    }

    /** Takes in a pointer that was looked up and is not there. */
    void putTable(int domain, int level, long address, long table, long permissions) {
        if (profile.pagingEntries() > 0) {
            paging.add(key(domain, level), address >>> SecondLevelEntry.shift(level + 1), table | permissions, 0);
        }
    }

    // ---- for oracles ----

    List<CachedContext> cachedContexts() {
        List<CachedContext> found = new ArrayList<>();
        for (int slot = 0; slot < contexts.count(); slot++) {
            found.add(new CachedContext((int) contexts.key0(slot), contexts.value0(slot), contexts.value1(slot)));
        }
        return found;
    }

    List<CachedPasid> cachedPasids() {
        List<CachedPasid> found = new ArrayList<>();
        for (int slot = 0; slot < pasids.count(); slot++) {
            long low = pasids.value0(slot);
            long high = pasids.value1(slot);
            found.add(new CachedPasid((int) pasids.key0(slot), (int) pasids.key1(slot), domainOf(high),
                    LegacyContextEntry.TT.get(low) == LegacyContextEntry.PASS_THROUGH,
                    SecondLevelEntry.levels(LegacyContextEntry.AW.get(high)), LegacyContextEntry.SLPTPTR.in(low)));
        }
        return found;
    }

    List<CachedTranslation> cachedTranslations() {
        List<CachedTranslation> found = new ArrayList<>();
        for (int slot = 0; slot < iotlb.count(); slot++) {
            long size = sizeBytes(slot);
            int sourceId = profile.iotlbBeforeContext() ? (int) TAG.get(iotlb.key0(slot)) : -1;
            found.add(new CachedTranslation(sourceId, translationDomain(slot), iotlb.key1(slot) * size, size,
                    ADDRESS.in(iotlb.value0(slot)) & -size, permissions(slot)));
        }
        return found;
    }

    int cachedTables(int domain) {
        int found = 0;
        for (int slot = 0; slot < paging.count(); slot++) {
            found += TAG.get(paging.key0(slot)) == domain ? 1 : 0;
        }
        return found;
    }

    // ---- invalidation ----

    /** Empties everything, as some units do by themselves. */
    void reset(int why) {
        contexts.clear();
        pasids.clear();
        iotlb.clear();
        paging.clear();
        emitter.emit(HardwareEvent.CACHES_RESET, place.unit(), why, 0, 0, 0);
    }

    void flushAllContexts() {
        int dropped = contexts.count();
        contexts.clear();
        emitter.emit(HardwareEvent.CONTEXT_FLUSHED, place.unit(), GLOBAL, 0, 0, dropped);
    }

    /** Domain-selective; returns the scope that was executed. */
    int flushContextsOfDomain(int domain) {
        if (profile.contextDomainIsGlobal()) {
            flushAllContexts();
            return GLOBAL;
        }
        int before = contexts.count();
        for (int slot = before - 1; slot >= 0; slot--) {
            if (belongs(contexts.value1(slot), domain)) {
                contexts.remove(slot);
            }
        }
        emitter.emit(HardwareEvent.CONTEXT_FLUSHED, place.unit(), DOMAIN, domain, 0, before - contexts.count());
        return DOMAIN;
    }

    /** Device-selective; the function mask says which bits of the function number to ignore. */
    void flushContextsOfDevice(int domain, int sourceId, int functionMask) {
        int ignored = IGNORED_OF_FUNCTION.get(functionMask);
        int before = contexts.count();
        for (int slot = before - 1; slot >= 0; slot--) {
            boolean device = ((contexts.key0(slot) ^ sourceId) & ~ignored) == 0;
            if (device && (!profile.contextMatchesDomain() || belongs(contexts.value1(slot), domain))) {
                contexts.remove(slot);
            }
        }
        emitter.emit(HardwareEvent.CONTEXT_FLUSHED, place.unit(), SELECTIVE, domain, sourceId, before
                - contexts.count());
    }

    /** A context entry of scalable mode has no domain-id: it counts as every domain's. */
    private static boolean belongs(long contextHigh, int domain) {
        return contextHigh < 0 || domainOf(contextHigh) == domain;
    }

    /** PASID cache: of a domain-id, of one PASID in it, or all. */
    void flushPasids(int scope, int domain, int pasid) {
        int before = pasids.count();
        for (int slot = before - 1; slot >= 0; slot--) {
            boolean ofDomain = domainOf(pasids.value1(slot)) == domain;
            boolean ofPasid = scope == PASIDS_OF_DOMAIN || pasids.key1(slot) == pasid;
            if (scope == ALL_PASIDS || (ofDomain && ofPasid)) {
                pasids.remove(slot);
            }
        }
        emitter.emit(HardwareEvent.PASIDS_FLUSHED, place.unit(), scope, domain, pasid, before - pasids.count());
    }

    void flushAllTranslations() {
        int dropped = iotlb.count();
        iotlb.clear();
        paging.clear();
        emitter.emit(HardwareEvent.IOTLB_FLUSHED, place.unit(), GLOBAL, 0, 0, dropped);
    }

    void flushTranslationsOfDomain(int domain) {
        int before = iotlb.count();
        for (int slot = before - 1; slot >= 0; slot--) {
            if (iotlb.value1(slot) == domain) {
                iotlb.remove(slot);
            }
        }
        for (int slot = paging.count() - 1; slot >= 0; slot--) {
            if (TAG.get(paging.key0(slot)) == domain) {
                paging.remove(slot);
            }
        }
        emitter.emit(HardwareEvent.IOTLB_FLUSHED, place.unit(), DOMAIN, domain, 0, before - iotlb.count());
    }

    /** Page-selective: the low mask bits of the page number are ignored; the hint keeps table pointers. */
    void flushPages(int domain, long address, int mask, boolean leafOnly) {
        long size = 1L << (SecondLevelEntry.PAGE_SHIFT + mask);
        long first = address & -size;
        int before = iotlb.count();
        for (int slot = before - 1; slot >= 0; slot--) {
            long held = sizeBytes(slot);
            if (iotlb.value1(slot) == domain && (overlaps(iotlb.key1(slot) * held, held, first, size)
                    || (profile.pageFlushByte() && sameByte(iotlb.key1(slot) * held, first, mask)))) {
                iotlb.remove(slot);
            }
        }
        for (int slot = leafOnly ? -1 : paging.count() - 1; slot >= 0; slot--) {
            long held = 1L << SecondLevelEntry.shift((int) LEVEL.get(paging.key0(slot)) + 1);
            if (TAG.get(paging.key0(slot)) == domain && overlaps(paging.key1(slot) * held, held, first, size)) {
                paging.remove(slot);
            }
        }
        emitter.emit(HardwareEvent.IOTLB_FLUSHED, place.unit(), SELECTIVE, domain, first | mask, before
                - iotlb.count());
    }

    /** Compares page numbers in a mask of 8 bits: with one of 0 it is every page. */
    private static boolean sameByte(long held, long first, int mask) {
        long compared = mask < Byte.SIZE ? 0xff & -(1L << mask) : 0;
        return (((held ^ first) >>> SecondLevelEntry.PAGE_SHIFT) & compared) == 0;
    }

    private static boolean overlaps(long firstA, long sizeA, long firstB, long sizeB) {
        return firstA < firstB + sizeB && firstB < firstA + sizeA;
    }

    /** Size of the page of a cached translation. */
    long sizeBytes(int slot) {
        return 1L << SecondLevelEntry.shift((int) LEVEL.get(iotlb.key0(slot)));
    }

    private static long key(int tag, int level) {
        return LEVEL.of(level) | TAG.of(tag);
    }
}
