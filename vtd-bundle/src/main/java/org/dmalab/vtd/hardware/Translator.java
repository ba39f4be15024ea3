package org.dmalab.vtd.hardware;

import org.dmalab.api.event.Emitter;
import org.dmalab.api.store.Store;
import org.dmalab.vtd.spec.FaultReason;
import org.dmalab.vtd.spec.LegacyContextEntry;
import org.dmalab.vtd.spec.RootEntry;
import org.dmalab.vtd.spec.RootTable;
import org.dmalab.vtd.spec.SecondLevelEntry;

/**
 * Translates the addresses of DMA requests without PASID, in legacy mode by itself and in scalable mode with what
 * {@link ScalableTables} finds.
 *
 * <p>Specification: DMA Remapping, Legacy Mode Address Translation; Second-Level Translation; Fault Conditions. Tables
 * are read from machine memory; each check stands where it decides between two faults, and the steps are counted in the
 * order of those sections. An access is 0 for a read or {@link #WRITES}, with {@link #ASKS} for a device's request of a
 * translation and {@link #TRANSLATED} for a request whose address a device has translated.
 */
final class Translator implements EntryFetch.Walker {
    /** Result of a request that was lost without a record. */
    static final long DROPPED = Long.MIN_VALUE;
    /** Result of a request of a translation where the tables give no permission. */
    static final long NOTHING = Long.MIN_VALUE + 1;
    /** An access that writes. */
    static final int WRITES = 1;
    /** A translation request (ATS). */
    static final int ASKS = 2;
    /** A translated request (ATS). */
    static final int TRANSLATED = 4;
    private static final int TOP_SUPERPAGE_LEVEL = 3;
    private static final int ROOT_LEVEL = 6;
    private static final int CONTEXT_LEVEL = 5;
    private static final int ABORTED = Integer.MIN_VALUE;
    private final MachineMemory memory;
    private final RegisterFile registers;
    private final Capabilities capabilities;
    private final UnitProfile profile;
    private final TranslationCaches caches;
    private final RecentTranslations recent;
    private final FaultRecorder faults;
    private final Emitter emitter;
    /** The actor of source-id 0. */
    private final int devices;
    private final EntryFetch fetches;
    private final ScalableTables scalable;
    private final long beyondHost;
    private final long contextHighReserved;
    private final long reservedInTables;
    private final long reservedInPages;
    private final boolean cachesNotPresent;
    /** How a translation is announced when every cache on the way has it. */
    private final long hitInAll;

    Translator(Store store, MachineMemory memory, RegisterFile registers, Capabilities capabilities,
            UnitProfile profile, TranslationCaches caches, FaultRecorder faults, Emitter emitter, UnitPlace place,
            int hostAddressBits) {
        this.devices = place.device(0);
        this.memory = memory;
        this.registers = registers;
        this.capabilities = capabilities;
        this.profile = profile;
        this.caches = caches;
        this.recent = caches.recent();
        this.hitInAll = HardwareEvent.IOTLB_HIT | (profile.iotlbBeforeContext() ? 0 : HardwareEvent.CONTEXT_HIT);
        this.faults = faults;
        this.emitter = emitter;
        this.fetches = new EntryFetch(store, place, emitter, profile.entryFetch(), this);
        this.scalable = new ScalableTables(memory, registers, capabilities, profile, caches, faults, emitter,
                place, hostAddressBits);
        this.cachesNotPresent = capabilities.cachingMode() && profile.cachesNotPresent();
        this.beyondHost = -(1L << hostAddressBits);
        long ignored = SecondLevelEntry.IGNORED.mask() | SecondLevelEntry.IGNORED_TOP.mask();
        long snoop = SecondLevelEntry.SNP.mask();
        this.reservedInTables = (beyondHost & ~ignored) | snoop;
        long transientMapping = capabilities.deviceTlb() ? SecondLevelEntry.TM.mask() : 0;
        this.reservedInPages = (beyondHost & ~ignored & ~transientMapping) | (capabilities.snoopControl() ? 0 : snoop);
        long domainBits = LegacyContextEntry.DID.of(capabilities.domainMask());
        this.contextHighReserved = LegacyContextEntry.RESERVED_HIGH.mask() | LegacyContextEntry.RESERVED_BIT.mask()
                | (LegacyContextEntry.DID.mask() & ~domainBits);
    }

    /** The physical address; {@link #DROPPED} or {@link #NOTHING}; or minus one minus the fault reason. */
    long translate(int sourceId, long address, int access) {
        if (!registers.status(Reg.TE)) {
            return (access & ASKS) != 0 ? NOTHING : address & Long.MAX_VALUE;
        }
        if (access <= WRITES) {
            int place = recent.find(sourceId, address);
            if (place >= 0 && (recent.permissions(place) & needed(access)) != 0) {
                long physical = recent.physical(place, address);
                translated(sourceId, address, physical, hitInAll, recent.domain(place));
                return physical;
            }
        }
        if (profile.iotlbBeforeContext()) {
            int slot = (access & TRANSLATED) != 0 ? -1 : caches.translation(sourceId, address);
            if (slot >= 0) {
                return hit(slot, sourceId, address, access, 0, 0);
            }
        }
        long how = HardwareEvent.CONTEXT_HIT;
        int context = caches.context(sourceId);
        if (context < 0) {
            how = 0;
            context = fetchContext(sourceId, address, access);
            if (context < 0) {
                return context == ABORTED ? DROPPED : context;
            }
        }
        long low = caches.contextLow(context);
        long high = caches.contextHigh(context);
        if (!LegacyContextEntry.P.isSet(low)) {
            return faults.raise(sourceId, address, access, TranslationCaches.faultOf(high), low);
        }
        return high < 0 || access > WRITES ? special(sourceId, address, access, low, high, how)
                : inEffect(sourceId, address, access, low, high, how);
    }

    /** What is not an untranslated request in legacy mode. */
    private long special(int sourceId, long address, int access, long contextLow, long contextHigh, long how) {
        long low = contextLow;
        long high = contextHigh;
        if (contextHigh < 0) { // a PASID table entry takes the context entry's place
            int slot = scalable.pasidEntry(sourceId, address, access, contextLow, contextHigh);
            if (slot < 0) {
                return slot;
            }
            low = caches.pasidLow(slot);
            high = caches.pasidHigh(slot);
        } else if (LegacyContextEntry.TT.get(low) != LegacyContextEntry.DEVICE_TLB) {
            return faults.raise(sourceId, address, access, FaultReason.BLOCKED, low);
        }
        return (access & TRANSLATED) != 0 ? address & Long.MAX_VALUE
                : inEffect(sourceId, address, access, low, high, how);
    }

    /** With an entry in effect, of a context table or in its form. */
    private long inEffect(int sourceId, long address, int access, long low, long high, long how) {
        // Translation type: pass-through ends here
        if (LegacyContextEntry.TT.get(low) == LegacyContextEntry.PASS_THROUGH) {
            translated(sourceId, address, address, how, TranslationCaches.domainOf(high));
            return address & Long.MAX_VALUE;
        }
        // Address width: the smaller one of the unit's and of the entry's
        int widthBits = Math.min(capabilities.maximumWidthBits(),
                SecondLevelEntry.widthBits(LegacyContextEntry.AW.get(high)));
        if (widthBits < Long.SIZE && address >>> widthBits != 0) {
            return faults.raise(sourceId, address, access, FaultReason.BEYOND_WIDTH, low);
        }
        if (!profile.iotlbBeforeContext()) {
            int slot = caches.translation(TranslationCaches.domainOf(high), address);
            if (slot >= 0) {
                return hit(slot, sourceId, address, access, how, low);
            }
        }
        return walk(sourceId, address, access, low, high, how);
    }

    private long hit(int slot, int sourceId, long address, int access, long how, long low) {
        if ((caches.permissions(slot) & needed(access)) == 0) {
            return refused(sourceId, address, access, low != 0 ? low : lowInEffect(sourceId));
        }
        long physical = caches.physical(slot, address);
        int domain = caches.translationDomain(slot);
        recent.put(sourceId, address, physical, caches.permissions(slot), domain);
        translated(sourceId, address, physical, how | HardwareEvent.IOTLB_HIT, domain);
        return physical;
    }

    /** The IOTLB has the address without permission. */
    private long refused(int sourceId, long address, int access, long low) {
        if ((access & ASKS) != 0) {
            return NOTHING;
        }
        return profile.permissionMissDropped() ? DROPPED
                : faults.raise(sourceId, address, access, noPermission(access), low);
    }

    /** Permissions of which one at least must be there. */
    private static long needed(int access) {
        if ((access & ASKS) != 0) {
            return SecondLevelEntry.PERMISSIONS;
        }
        return access == WRITES ? SecondLevelEntry.WRITE : SecondLevelEntry.READ;
    }

    private static FaultReason noPermission(int access) {
        return (access & WRITES) != 0 ? FaultReason.NO_WRITE : FaultReason.NO_READ;
    }

    /** Lower half of the cached entry in effect, after a hit that did not look for it; 0 if none is cached. */
    private long lowInEffect(int sourceId) {
        int context = caches.context(sourceId);
        if (context < 0) {
            return 0;
        }
        int pasid = pasidOf(sourceId, context);
        return pasid < 0 ? caches.contextLow(context) : caches.pasidLow(pasid);
    }

    /** Slot in the PASID cache that a context entry of scalable mode leads to; -1 if there is none. */
    private int pasidOf(int sourceId, int context) {
        long high = context < 0 ? 0 : caches.contextHigh(context);
        return high < 0 ? caches.pasid(sourceId, scalable.ridPasid(high)) : -1;
    }

    /**
     * Slot in the IOTLB of the translation that a device has just asked for; -1 if there is none, as in pass-through.
     */
    int slotOf(int sourceId, long address) {
        int context = caches.context(sourceId);
        if (profile.iotlbBeforeContext() || context < 0) {
            return caches.translation(sourceId, address);
        }
        int pasid = pasidOf(sourceId, context);
        long high = pasid < 0 ? caches.contextHigh(context) : caches.pasidHigh(pasid);
        return caches.translation(TranslationCaches.domainOf(high), address);
    }

    // ---- root and context entry ----

    /** Slot in the context cache, or minus one minus the fault reason. */
    private int fetchContext(int sourceId, long address, int access) {
        int mode = registers.tableMode();
        if (mode != RootTable.LEGACY_MODE) {
            return mode == RootTable.ABORT_MODE ? ABORTED : scalable.context(sourceId, address, access);
        }
        // Legacy mode 1: the bus number chooses the root entry
        long rootEntry = rootEntry(sourceId);
        if (!memory.isRam(rootEntry, RootEntry.BYTES)) {
            return (int) faults.raise(sourceId, address, access, FaultReason.ROOT_UNREADABLE, 0);
        }
        long root = read(rootEntry, ROOT_LEVEL, sourceId);
        FaultReason reason = checkRoot(rootEntry, root);
        if (reason != null) {
            return (int) faults.raise(sourceId, address, access, reason, 0);
        }
        // Legacy mode 2: device and function choose the context entry
        long entry = contextEntry(root, sourceId);
        if (!memory.isRam(entry, LegacyContextEntry.BYTES)) {
            return (int) faults.raise(sourceId, address, access, FaultReason.CONTEXT_UNREADABLE, 0);
        }
        emitter.emit(HardwareEvent.TABLE_READ, devices | sourceId, entry, CONTEXT_LEVEL, 0, 0);
        fetches.request(sourceId, address, access);
        long low = fetches.low(sourceId, entry);
        long high = fetches.high(sourceId, entry);
        reason = checkContext(low, high);
        if (reason == null) {
            return caches.putContext(sourceId, low, high);
        }
        if (cachesNotPresent) {
            caches.putFaultingContext(sourceId, LegacyContextEntry.FPD.in(low), reason, false);
        }
        return (int) faults.raise(sourceId, address, access, reason, low);
    }

    private long rootEntry(int sourceId) {
        return RootTable.RTA.in(registers.root()) + (long) (sourceId >>> Byte.SIZE) * RootEntry.BYTES;
    }

    private static long contextEntry(long root, int sourceId) {
        return RootEntry.CTP.in(root) + (long) (sourceId & 0xff) * LegacyContextEntry.BYTES;
    }

    /** What is wrong with a root entry, first present, then reserved bits; null if nothing is. */
    private FaultReason checkRoot(long rootEntry, long root) {
        if (!RootEntry.P.isSet(root)) {
            return FaultReason.ROOT_NOT_PRESENT;
        }
        boolean reserved = (root & (RootEntry.RESERVED.mask() | beyondHost)) != 0 || table(rootEntry + 8) != 0;
        return reserved ? FaultReason.ROOT_RESERVED : null;
    }

    /** The fetches of context entries, which may be read half by half. */
    EntryFetch fetches() {
        return fetches;
    }

    @Override
    public boolean misses(int sourceId) {
        return registers.status(Reg.TE) && caches.context(sourceId) < 0;
    }

    @Override
    public long contextEntry(int sourceId) {
        long rootEntry = rootEntry(sourceId);
        boolean read = registers.tableMode() == RootTable.LEGACY_MODE && memory.isRam(rootEntry, RootEntry.BYTES);
        long root = read ? table(rootEntry) : 0;
        long entry = contextEntry(root, sourceId);
        return RootEntry.P.isSet(root) && memory.isRam(entry, LegacyContextEntry.BYTES) ? entry : -1;
    }

    @Override
    public void fetch(int sourceId, long address, int access) {
        fetchContext(sourceId, address, access);
    }

    /** What is wrong with a context entry; null if nothing is. */
    private FaultReason checkContext(long low, long high) {
        // Context entry 1: present
        if (!LegacyContextEntry.P.isSet(low)) {
            return FaultReason.CONTEXT_NOT_PRESENT;
        }
        // Context entry 2: reserved bits; pass-through ignores the pointer
        int type = (int) LegacyContextEntry.TT.get(low);
        long beyond = type == LegacyContextEntry.PASS_THROUGH ? 0 : beyondHost;
        if ((low & (LegacyContextEntry.RESERVED_LOW.mask() | beyond)) != 0 || (high & contextHighReserved) != 0) {
            return FaultReason.CONTEXT_RESERVED;
        }
        // Context entry 3: a width and a translation type that the unit has
        boolean has = switch (type) {
            case LegacyContextEntry.MULTI_LEVEL -> true;
            case LegacyContextEntry.DEVICE_TLB -> capabilities.deviceTlb();
            case LegacyContextEntry.PASS_THROUGH -> capabilities.passThrough();
            default -> false;
        };
        return has && capabilities.hasWidth(LegacyContextEntry.AW.get(high)) ? null : FaultReason.CONTEXT_INVALID;
    }

    // ---- second-level tables ----

    private long walk(int sourceId, long address, int access, long low, long high, long how) {
        int domain = TranslationCaches.domainOf(high);
        int top = SecondLevelEntry.levels(LegacyContextEntry.AW.get(high));
        int level = top;
        long table = LegacyContextEntry.SLPTPTR.in(low);
        long needed = needed(access);
        long permissions = SecondLevelEntry.PERMISSIONS;
        for (int cached = 1; cached < top; cached++) {
            int slot = caches.table(domain, cached, address);
            if (slot >= 0) {
                level = cached;
                table = caches.tableAddress(slot);
                permissions = caches.tablePermissions(slot);
                break;
            }
        }
        long origin = level == top ? how : how | HardwareEvent.PAGING_HIT;
        while (true) {
            // Second level 1: the entry of this level is readable
            long entry = SecondLevelEntry.at(table, address, level);
            if (!memory.isRam(entry, SecondLevelEntry.BYTES)) {
                return faults.raise(sourceId, address, access,
                        level == top ? FaultReason.CONTEXT_INVALID : FaultReason.TABLE_UNREADABLE, low);
            }
            long pte = read(entry, level, sourceId);
            if (pte == -1 && profile.onesUnreadable()) {
                return faults.raise(sourceId, address, access,
                        level == top ? FaultReason.CONTEXT_INVALID : FaultReason.TABLE_UNREADABLE, low);
            }
            // Second level 2: permissions, which hold if all levels give them
            permissions &= pte;
            if (cachesNotPresent && (pte & SecondLevelEntry.PERMISSIONS) == 0) {
                caches.putTranslation(profile.iotlbBeforeContext() ? sourceId : domain, domain, 1, address, 0, 0);
            }
            if ((permissions & needed) == 0) {
                return (access & ASKS) != 0 ? NOTHING
                        : faults.raise(sourceId, address, access, noPermission(access), low);
            }
            // Second level 3: reserved bits
            boolean leaf = level == 1 || (level <= TOP_SUPERPAGE_LEVEL && SecondLevelEntry.PS.isSet(pte));
            if ((pte & reserved(level, leaf)) != 0) {
                return faults.raise(sourceId, address, access, FaultReason.TABLE_RESERVED, low);
            }
            // Second level 4: a page that is no part of the interrupt address range, or the table of the next level
            if (leaf && overlapsInterrupts(level, pte)) {
                return faults.raise(sourceId, address, access, FaultReason.INTERRUPT_RANGE, low);
            }
            if (leaf) {
                return insert(sourceId, address, domain, level, pte, permissions, origin);
            }
            table = SecondLevelEntry.ADDR.in(pte) & ~beyondHost;
            level--;
            caches.putTable(domain, level, address, table, permissions);
        }
    }

    private boolean overlapsInterrupts(int level, long pte) {
        long bytes = 1L << SecondLevelEntry.shift(level);
        long first = SecondLevelEntry.ADDR.in(pte) & -bytes & ~beyondHost;
        return first < InterruptRange.END && InterruptRange.FIRST < first + bytes;
    }

    private long insert(int sourceId, long address, int domain, int level, long pte, long permissions, long how) {
        int tag = profile.iotlbBeforeContext() ? sourceId : domain;
        long offset = (1L << SecondLevelEntry.shift(level)) - 1;
        long page = pte & ~offset & ~beyondHost;
        caches.putTranslation(tag, domain, level, address, page, permissions);
        long physical = page | (address & offset);
        translated(sourceId, address, physical, how, domain);
        return physical;
    }

    /** Bits of a table entry that must be zero: beyond the host address width, snoop, and low bits of superpages. */
    private long reserved(int level, boolean leaf) {
        long size = SecondLevelEntry.PS.mask();
        if (!leaf) {
            return reservedInTables | (level > TOP_SUPERPAGE_LEVEL ? size : 0);
        }
        long belowPage = SecondLevelEntry.ADDR.in((1L << SecondLevelEntry.shift(level)) - 1);
        boolean supported = level == 1 || capabilities.hasSuperpage(level);
        return reservedInPages | belowPage | (supported ? 0 : size);
    }

    private long read(long entry, int level, int sourceId) {
        emitter.emit(HardwareEvent.TABLE_READ, devices | sourceId, entry, level, 0, 0);
        return table(entry);
    }

    @Override
    public long table(long address) {
        return capabilities.coherent() ? memory.snoop(address, 8) : memory.fetch(address, 8);
    }

    private void translated(int sourceId, long address, long physical, long how, int domain) {
        emitter.emit(HardwareEvent.TRANSLATED, devices | sourceId, address, physical, how, domain);
    }
}
