package org.dmalab.vtd.hardware;

import org.dmalab.api.event.Actor;
import org.dmalab.api.event.Emitter;
import org.dmalab.api.store.Store;

/**
 * Translates the addresses of DMA requests without PASID, in legacy mode by itself and in scalable mode with what
 * {@link ScalableTables} finds.
 *
 * <p>Specification: DMA Remapping, Legacy Mode Address Translation; Second-Level Translation; Fault Conditions. Tables
 * are read from machine memory; each check stands where it decides between two faults. An access is 0 for a read or
 * {@link #WRITES}, with {@link #ASKS} for a device's request of a translation and {@link #TRANSLATED} for a request
 * whose address a device has translated.
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
    /** Mark of the lower half of what is in effect: it comes from a PASID table. */
    static final long SCALABLE = 1 << 4;
    private static final int READ_NOT_SET = 6;
    private static final int WRITE_NOT_SET = 5;
    private static final long PRESENT = 1;
    private static final long ADDRESS = ~0xfffL;
    private static final long CONTEXT_LOW_RESERVED = 0xff0;
    private static final long CONTEXT_HIGH_RESERVED = 0xffffffffff000080L;
    private static final long DOMAIN = 0xffff00;
    private static final long ROOT_RESERVED = 0xffe;
    private static final long PTE_IGNORED = 0xbff0000000000000L;
    private static final long PTE_TRANSIENT = 1L << 62;
    private static final long PTE_SNOOP = 1 << 11;
    private static final long PTE_SUPERPAGE = 1 << 7;
    private static final int TOP_SUPERPAGE_LEVEL = 3;
    private static final int ROOT_LEVEL = 6;
    private static final int CONTEXT_LEVEL = 5;
    private static final int PASS_THROUGH = 2;
    private static final int DEVICE_TLB = 1;
    private static final int BLOCKED = 0xd;
    private static final int ABORTED = Integer.MIN_VALUE;
    private final MachineMemory memory;
    private final RegisterFile registers;
    private final Capabilities capabilities;
    private final UnitProfile profile;
    private final TranslationCaches caches;
    private final RecentTranslations recent;
    private final FaultRecorder faults;
    private final Emitter emitter;
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
            UnitProfile profile, TranslationCaches caches, FaultRecorder faults, Emitter emitter, int hostAddressBits) {
        this.memory = memory;
        this.registers = registers;
        this.capabilities = capabilities;
        this.profile = profile;
        this.caches = caches;
        this.recent = caches.recent();
        this.hitInAll = HardwareEvent.IOTLB_HIT | (profile.iotlbBeforeContext() ? 0 : HardwareEvent.CONTEXT_HIT);
        this.faults = faults;
        this.emitter = emitter;
        this.fetches = new EntryFetch(store, emitter, profile.entryFetch(), this);
        this.scalable = new ScalableTables(memory, registers, capabilities, profile, caches, faults, emitter,
                hostAddressBits);
        this.cachesNotPresent = capabilities.cachingMode() && profile.cachesNotPresent();
        this.beyondHost = -(1L << hostAddressBits);
        long ignored = PTE_IGNORED | (capabilities.deviceTlb() ? PTE_TRANSIENT : 0);
        this.reservedInTables = (beyondHost & ~PTE_IGNORED) | PTE_SNOOP;
        this.reservedInPages = (beyondHost & ~ignored) | (capabilities.snoopControl() ? 0 : PTE_SNOOP);
        this.contextHighReserved = CONTEXT_HIGH_RESERVED | (DOMAIN & ~((long) capabilities.domainMask() << 8));
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
        if ((low & PRESENT) == 0) {
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
        } else if ((low >>> 2 & 3) != DEVICE_TLB) {
            return faults.raise(sourceId, address, access, BLOCKED, low);
        }
        return (access & TRANSLATED) != 0 ? address & Long.MAX_VALUE
                : inEffect(sourceId, address, access, low, high, how);
    }

    /** With an entry in effect, of a context table or in its form. */
    private long inEffect(int sourceId, long address, int access, long low, long high, long how) {
        if ((low >>> 2 & 3) == PASS_THROUGH) {
            translated(sourceId, address, address, how, TranslationCaches.domainOf(high));
            return address & Long.MAX_VALUE;
        }
        int widthBits = Math.min(capabilities.maximumWidthBits(), 30 + 9 * (int) (high & 7));
        if (widthBits < Long.SIZE && address >>> widthBits != 0) {
            return faults.raise(sourceId, address, access, 4, low);
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
        return (access & ASKS) != 0 ? NOTHING : profile.permissionMissDropped() ? DROPPED
                : faults.raise(sourceId, address, access, noPermission(access), low);
    }

    /** Permissions of which one at least must be there. */
    private static long needed(int access) {
        return (access & ASKS) != 0 ? TranslationCaches.READ | TranslationCaches.WRITE
                : access == WRITES ? TranslationCaches.WRITE : TranslationCaches.READ;
    }

    private static int noPermission(int access) {
        return (access & WRITES) != 0 ? WRITE_NOT_SET : READ_NOT_SET;
    }

    /** Lower half of the cached entry in effect, after a hit that did not look for it; 0 if none is cached. */
    private long lowInEffect(int sourceId) {
        int context = caches.context(sourceId);
        int pasid = pasidOf(sourceId, context);
        return context < 0 ? 0 : pasid < 0 ? caches.contextLow(context) : caches.pasidLow(pasid);
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
        if (mode != RegisterFile.LEGACY_MODE) {
            return mode == RegisterFile.ABORT_MODE ? ABORTED : scalable.context(sourceId, address, access);
        }
        long rootEntry = (registers.root() & ADDRESS) + (sourceId >>> 8) * 16L;
        if (!memory.isRam(rootEntry, 16)) {
            return (int) faults.raise(sourceId, address, access, 0x8, 0);
        }
        long root = read(rootEntry, ROOT_LEVEL, sourceId);
        if ((root & PRESENT) == 0) {
            return (int) faults.raise(sourceId, address, access, 0x1, 0);
        }
        if ((root & (ROOT_RESERVED | beyondHost)) != 0 || table(rootEntry + 8) != 0) {
            return (int) faults.raise(sourceId, address, access, 0xa, 0);
        }
        long entry = (root & ADDRESS) + (sourceId & 0xff) * 16L;
        if (!memory.isRam(entry, 16)) {
            return (int) faults.raise(sourceId, address, access, 0x9, 0);
        }
        emitter.emit(HardwareEvent.TABLE_READ, Actor.device(sourceId), entry, CONTEXT_LEVEL, 0, 0);
        fetches.request(sourceId, address, access);
        long low = fetches.low(sourceId, entry);
        long high = fetches.high(sourceId, entry);
        int reason = checkContext(low, high);
        if (reason == 0) {
            return caches.putContext(sourceId, low, high);
        }
        if (cachesNotPresent) {
            caches.putFaultingContext(sourceId, low & FaultRecorder.DISABLE, reason, false);
        }
        return (int) faults.raise(sourceId, address, access, reason, low);
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
        long rootEntry = (registers.root() & ADDRESS) + (sourceId >>> 8) * 16L;
        boolean read = registers.tableMode() == RegisterFile.LEGACY_MODE && memory.isRam(rootEntry, 16);
        long root = read ? table(rootEntry) : 0;
        long entry = (root & ADDRESS) + (sourceId & 0xff) * 16L;
        return (root & PRESENT) != 0 && memory.isRam(entry, 16) ? entry : -1;
    }

    @Override
    public void fetch(int sourceId, long address, int access) {
        fetchContext(sourceId, address, access);
    }

    private int checkContext(long low, long high) {
        if ((low & PRESENT) == 0) {
            return 0x2;
        }
        int type = (int) (low >>> 2) & 3;
        long beyond = type == PASS_THROUGH ? 0 : beyondHost; // which ignores the pointer
        if ((low & (CONTEXT_LOW_RESERVED | beyond)) != 0 || (high & contextHighReserved) != 0) {
            return 0xb;
        }
        int width = (int) high & 7;
        if (width > 4 || (capabilities.supportedWidths() >>> width & 1) == 0) {
            return 0x3;
        }
        return switch (type) {
            case 0 -> 0;
            case DEVICE_TLB -> capabilities.deviceTlb() ? 0 : 0x3;
            case PASS_THROUGH -> capabilities.passThrough() ? 0 : 0x3;
            default -> 0x3;
        };
    }

    // ---- second-level tables ----

    private long walk(int sourceId, long address, int access, long low, long high, long how) {
        int domain = TranslationCaches.domainOf(high);
        int top = (int) (high & 7) + 2;
        int level = top;
        long table = low & ADDRESS;
        long needed = needed(access);
        long permissions = TranslationCaches.READ | TranslationCaches.WRITE;
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
            long entry = table + (address >>> shift(level) & 0x1ff) * 8;
            if (!memory.isRam(entry, 8)) {
                return faults.raise(sourceId, address, access, level == top ? 0x3 : 0x7, low);
            }
            long pte = read(entry, level, sourceId);
            permissions &= pte;
            if (cachesNotPresent && (pte & 3) == 0) {
                caches.putTranslation(profile.iotlbBeforeContext() ? sourceId : domain, domain, 1, address, 0, 0);
            }
            if ((permissions & needed) == 0) {
                return (access & ASKS) != 0 ? NOTHING
                        : faults.raise(sourceId, address, access, noPermission(access), low);
            }
            boolean leaf = level == 1 || (level <= TOP_SUPERPAGE_LEVEL && (pte & PTE_SUPERPAGE) != 0);
            if ((pte & reserved(level, leaf)) != 0) {
                return faults.raise(sourceId, address, access, 0xc, low);
            }
            if (leaf) {
                return insert(sourceId, address, domain, level, pte, permissions, origin);
            }
            table = pte & ADDRESS & ~beyondHost;
            level--;
            caches.putTable(domain, level, address, table, permissions);
        }
    }

    private long insert(int sourceId, long address, int domain, int level, long pte, long permissions, long how) {
        int tag = profile.iotlbBeforeContext() ? sourceId : domain;
        long page = pte & -(1L << shift(level)) & ~beyondHost;
        caches.putTranslation(tag, domain, level, address, page, permissions);
        long physical = page | (address & (1L << shift(level)) - 1);
        translated(sourceId, address, physical, how, domain);
        return physical;
    }

    /** Bits of a table entry that must be zero: beyond the host address width, snoop, and low bits of superpages. */
    private long reserved(int level, boolean leaf) {
        if (!leaf) {
            return reservedInTables | (level > TOP_SUPERPAGE_LEVEL ? PTE_SUPERPAGE : 0);
        }
        boolean supported = level == 1 || (capabilities.superpages() >>> (level - 2) & 1) != 0;
        return reservedInPages | ((1L << shift(level)) - 1 & ADDRESS) | (supported ? 0 : PTE_SUPERPAGE);
    }

    private static int shift(int level) {
        return 12 + 9 * (level - 1);
    }

    private long read(long entry, int level, int sourceId) {
        emitter.emit(HardwareEvent.TABLE_READ, Actor.device(sourceId), entry, level, 0, 0);
        return table(entry);
    }

    @Override
    public long table(long address) {
        return capabilities.coherent() ? memory.snoop(address, 8) : memory.fetch(address, 8);
    }

    private void translated(int sourceId, long address, long physical, long how, int domain) {
        emitter.emit(HardwareEvent.TRANSLATED, Actor.device(sourceId), address, physical, how, domain);
    }
}
