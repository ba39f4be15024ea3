package org.dmalab.vtd.hardware;

import org.dmalab.api.event.Actor;
import org.dmalab.api.event.Emitter;
import org.dmalab.api.store.Store;

/**
 * Translates the addresses of DMA requests without PASID in legacy mode.
 *
 * <p>Specification: DMA Remapping, Legacy Mode Address Translation; Second-Level Translation; Fault Conditions. Tables
 * are read from machine memory; each check stands where it decides between two faults.
 */
final class Translator implements EntryFetch.Walker {
    /** Result of a request that was lost without a record. */
    static final long DROPPED = Long.MIN_VALUE;
    private static final int READ_NOT_SET = 6;
    private static final int WRITE_NOT_SET = 5;
    private static final long PRESENT = 1;
    private static final long FAULT_DISABLE = 2;
    private static final long ADDRESS = ~0xfffL;
    private static final long CONTEXT_LOW_RESERVED = 0xff0;
    private static final long CONTEXT_HIGH_RESERVED = 0xffffffffff000080L;
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
    private final MachineMemory memory;
    private final RegisterFile registers;
    private final Capabilities capabilities;
    private final UnitProfile profile;
    private final TranslationCaches caches;
    private final FaultRecorder faults;
    private final Emitter emitter;
    private final EntryFetch fetches;
    private final long beyondHost;
    private final boolean cachesNotPresent;

    Translator(Store store, MachineMemory memory, RegisterFile registers, Capabilities capabilities,
            UnitProfile profile, TranslationCaches caches, FaultRecorder faults, Emitter emitter, int hostAddressBits) {
        this.memory = memory;
        this.registers = registers;
        this.capabilities = capabilities;
        this.profile = profile;
        this.caches = caches;
        this.faults = faults;
        this.emitter = emitter;
        this.fetches = new EntryFetch(store, emitter, profile.entryFetch(), this);
        this.cachesNotPresent = capabilities.cachingMode() && profile.cachesNotPresent();
        this.beyondHost = -(1L << hostAddressBits);
    }

    /** The physical address; {@link #DROPPED}; or minus one minus the fault reason. */
    long translate(int sourceId, long address, boolean write) {
        if (!registers.status(Reg.TE)) {
            return address & Long.MAX_VALUE;
        }
        if (profile.iotlbBeforeContext()) {
            int slot = caches.translation(sourceId, address);
            if (slot >= 0) {
                return hit(slot, sourceId, address, write, 0);
            }
        }
        long how = VtdEvent.CONTEXT_HIT;
        int context = caches.context(sourceId);
        if (context < 0) {
            how = 0;
            context = fetchContext(sourceId, address, write);
            if (context < 0) {
                return context;
            }
        }
        long low = caches.contextLow(context);
        long high = caches.contextHigh(context);
        if ((low & PRESENT) == 0) {
            return fault(sourceId, address, write, TranslationCaches.faultOf(high), low);
        }
        if ((low >>> 2 & 3) == PASS_THROUGH) {
            translated(sourceId, address, address, how, TranslationCaches.domainOf(high));
            return address & Long.MAX_VALUE;
        }
        int widthBits = 30 + 9 * (int) (high & 7);
        if (address >>> Math.min(capabilities.maximumWidthBits(), widthBits) != 0) {
            return fault(sourceId, address, write, 4, low);
        }
        if (!profile.iotlbBeforeContext()) {
            int slot = caches.translation(TranslationCaches.domainOf(high), address);
            if (slot >= 0) {
                return hit(slot, sourceId, address, write, how);
            }
        }
        return walk(sourceId, address, write, low, high, how);
    }

    private long hit(int slot, int sourceId, long address, boolean write, long how) {
        long needed = write ? TranslationCaches.WRITE : TranslationCaches.READ;
        if ((caches.permissions(slot) & needed) == 0) {
            if (profile.permissionMissDropped()) {
                return DROPPED;
            }
            int context = caches.context(sourceId);
            return fault(sourceId, address, write, write ? WRITE_NOT_SET : READ_NOT_SET,
                    context < 0 ? 0 : caches.contextLow(context));
        }
        long physical = caches.physical(slot, address);
        translated(sourceId, address, physical, how | VtdEvent.IOTLB_HIT, caches.translationDomain(slot));
        return physical;
    }

    // ---- root and context entry ----

    /** Slot in the context cache, or minus one minus the fault reason. */
    private int fetchContext(int sourceId, long address, boolean write) {
        long rootEntry = (registers.root() & ADDRESS) + (sourceId >>> 8) * 16L;
        if (!memory.isRam(rootEntry, 16)) {
            return (int) fault(sourceId, address, write, 0x8, 0);
        }
        long root = read(rootEntry, ROOT_LEVEL, sourceId);
        if ((root & PRESENT) == 0) {
            return (int) fault(sourceId, address, write, 0x1, 0);
        }
        if ((root & (ROOT_RESERVED | beyondHost)) != 0 || table(rootEntry + 8) != 0) {
            return (int) fault(sourceId, address, write, 0xa, 0);
        }
        long entry = (root & ADDRESS) + (sourceId & 0xff) * 16L;
        if (!memory.isRam(entry, 16)) {
            return (int) fault(sourceId, address, write, 0x9, 0);
        }
        emitter.emit(VtdEvent.TABLE_READ, Actor.device(sourceId), entry, CONTEXT_LEVEL, 0, 0);
        fetches.request(sourceId, address, write);
        long low = fetches.low(sourceId, entry);
        long high = fetches.high(sourceId, entry);
        int reason = checkContext(low, high);
        if (reason == 0) {
            return caches.putContext(sourceId, low, high);
        }
        if (cachesNotPresent) {
            caches.putFaultingContext(sourceId, low & FAULT_DISABLE, reason);
        }
        return (int) fault(sourceId, address, write, reason, low);
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
        long root = memory.isRam(rootEntry, 16) ? table(rootEntry) : 0;
        long entry = (root & ADDRESS) + (sourceId & 0xff) * 16L;
        return (root & PRESENT) != 0 && memory.isRam(entry, 16) ? entry : -1;
    }

    @Override
    public void fetch(int sourceId, long address, boolean write) {
        fetchContext(sourceId, address, write);
    }

    private int checkContext(long low, long high) {
        if ((low & PRESENT) == 0) {
            return 0x2;
        }
        if ((low & (CONTEXT_LOW_RESERVED | beyondHost)) != 0 || (high & CONTEXT_HIGH_RESERVED) != 0) {
            return 0xb;
        }
        int width = (int) high & 7;
        if (width > 4 || (capabilities.supportedWidths() >>> width & 1) == 0) {
            return 0x3;
        }
        return switch ((int) (low >>> 2) & 3) {
            case 0 -> 0;
            case DEVICE_TLB -> capabilities.deviceTlb() ? 0 : 0x3;
            case PASS_THROUGH -> capabilities.passThrough() ? 0 : 0x3;
            default -> 0x3;
        };
    }

    // ---- second-level tables ----

    private long walk(int sourceId, long address, boolean write, long low, long high, long how) {
        int domain = TranslationCaches.domainOf(high);
        int top = (int) (high & 7) + 2;
        int level = top;
        long table = low & ADDRESS;
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
        long origin = level == top ? how : how | VtdEvent.PAGING_HIT;
        while (true) {
            long entry = table + (address >>> shift(level) & 0x1ff) * 8;
            if (!memory.isRam(entry, 8)) {
                return fault(sourceId, address, write, level == top ? 0x3 : 0x7, low);
            }
            long pte = read(entry, level, sourceId);
            permissions &= pte;
            if (cachesNotPresent && (pte & 3) == 0) {
                caches.putTranslation(profile.iotlbBeforeContext() ? sourceId : domain, domain, 1, address, 0, 0);
            }
            if ((permissions & (write ? TranslationCaches.WRITE : TranslationCaches.READ)) == 0) {
                return fault(sourceId, address, write, write ? WRITE_NOT_SET : READ_NOT_SET, low);
            }
            boolean leaf = level == 1 || level <= TOP_SUPERPAGE_LEVEL && (pte & PTE_SUPERPAGE) != 0;
            if ((pte & reserved(level, leaf)) != 0) {
                return fault(sourceId, address, write, 0xc, low);
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
        long physical = page | address & (1L << shift(level)) - 1;
        translated(sourceId, address, physical, how, domain);
        return physical;
    }

    /** Bits of a table entry that must be zero: beyond the host address width, snoop, and low bits of superpages. */
    private long reserved(int level, boolean leaf) {
        long ignored = PTE_IGNORED | (capabilities.deviceTlb() && leaf ? PTE_TRANSIENT : 0);
        long bits = beyondHost & ~ignored | (capabilities.snoopControl() && leaf ? 0 : PTE_SNOOP);
        if (level == 1) {
            return bits;
        }
        if (!leaf) {
            return bits | (level > TOP_SUPERPAGE_LEVEL ? PTE_SUPERPAGE : 0);
        }
        boolean supported = (capabilities.superpages() >>> level - 2 & 1) != 0;
        return bits | (1L << shift(level)) - 1 & ADDRESS | (supported ? 0 : PTE_SUPERPAGE);
    }

    private static int shift(int level) {
        return 12 + 9 * (level - 1);
    }

    private long read(long entry, int level, int sourceId) {
        emitter.emit(VtdEvent.TABLE_READ, Actor.device(sourceId), entry, level, 0, 0);
        return table(entry);
    }

    @Override
    public long table(long address) {
        return capabilities.coherent() ? memory.snoop(address, 8) : memory.fetch(address, 8);
    }

    private void translated(int sourceId, long address, long physical, long how, int domain) {
        emitter.emit(VtdEvent.TRANSLATED, Actor.device(sourceId), address, physical, how, domain);
    }

    /** Records a fault unless it is qualified and the context entry disables fault processing. */
    private long fault(int sourceId, long address, boolean write, int reason, long contextLow) {
        if ((contextLow & FAULT_DISABLE) != 0 && faults.qualified(reason)) {
            faults.unrecorded(3, sourceId, address, reason);
        } else {
            faults.record(sourceId, address, write, reason);
        }
        return -1L - reason;
    }
}
