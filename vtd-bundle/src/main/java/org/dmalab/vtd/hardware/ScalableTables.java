package org.dmalab.vtd.hardware;

import org.dmalab.api.event.Actor;
import org.dmalab.api.event.Emitter;

/**
 * The tables of scalable mode up to the second-level ones: root, context, PASID directory, PASID table.
 *
 * <p>Specification: Scalable Mode Address Translation; Scalable-Mode Root, Context, PASID Directory and PASID Table
 * Entry; Fault Conditions (SRT, SCT, SPD, SPT, SSL). Requests without PASID take that of the context entry (RID_PASID)
 * where the unit has it, else 0. A PASID table entry is kept in the form of a context entry, so that the rest of a
 * translation is the same in both modes. With FPD in any entry on the way, faults from there on are not recorded.
 */
final class ScalableTables {
    /** The last reason that no entry's FPD can suppress. */
    static final int CONTEXT_ERROR = 0x40;
    /** Upper half of a cached context entry: it is one of scalable mode, without a domain-id. */
    static final long MARK = 1L << 63;
    private static final int TABLE_MODE = 0x30;
    private static final long PRESENT = 1;
    private static final long ADDRESS = ~0xfffL;
    private static final long LOW_BITS_RESERVED = 0xffe;
    private static final long CONTEXT_RESERVED = 0x1e0;
    private static final long DEVICE_TLB_ENABLE = 1 << 2;
    private static final long PASID_ENABLE = 1 << 3;
    private static final long PAGE_REQUEST_ENABLE = 1 << 4;
    private static final long RID_PASID = 0xfffff;
    private static final long DIRECTORY_RESERVED = 0xffc;
    private static final long ENTRY_RESERVED = 3 << 10 | 1 << 9 | 1 << 5;
    private static final long ENTRY_HIGH_RESERVED = 0x7f << 16;
    private static final int SECOND_LEVEL = 2;
    private static final int PASS_THROUGH = 4;
    private static final int ENTRY_WORDS = 8;
    private static final int FIRST_WORD_OF_SECOND_LEVEL = 3;
    private static final int ROOT_LEVEL = 6;
    private static final int CONTEXT_LEVEL = 5;
    private static final int DIRECTORY_LEVEL = 8;
    private static final int PASID_LEVEL = 7;
    private final MachineMemory memory;
    private final RegisterFile registers;
    private final Capabilities capabilities;
    private final TranslationCaches caches;
    private final FaultRecorder faults;
    private final Emitter emitter;
    private final long beyondHost;
    private final long entryHighReserved;
    private final boolean cachesFaults;

    ScalableTables(MachineMemory memory, RegisterFile registers, Capabilities capabilities, UnitProfile profile,
            TranslationCaches caches, FaultRecorder faults, Emitter emitter, int hostAddressBits) {
        this.memory = memory;
        this.registers = registers;
        this.capabilities = capabilities;
        this.caches = caches;
        this.faults = faults;
        this.emitter = emitter;
        this.beyondHost = -(1L << hostAddressBits);
        this.entryHighReserved = ENTRY_HIGH_RESERVED | (0xffff & ~capabilities.domainMask());
        this.cachesFaults = capabilities.cachingMode() && profile.cachesNotPresent();
    }

    /** The number that a reason of legacy mode has in scalable mode, for second-level translation. */
    static int reason(int legacy) {
        return switch (legacy) {
            case 0x3 -> 0x7b;
            case 0x4 -> 0x84;
            case 0x5, 0x6 -> 0x79;
            case 0x7 -> 0x78;
            case 0xc -> 0x7a;
            default -> legacy;
        };
    }

    /** Fetches a context entry: its slot in the context cache, or minus one minus the fault reason. */
    int context(int sourceId, long address, int access) {
        if (registers.tableMode() == RegisterFile.RESERVED_MODE) {
            return (int) faults.raise(sourceId, address, access, TABLE_MODE, 0);
        }
        long root = (registers.root() & ADDRESS) + (sourceId >>> 8) * 16L + (sourceId & 0x80) / 16;
        long table = read(root, ROOT_LEVEL, sourceId);
        int reason = !memory.isRam(root, 8) ? 0x38 : (table & PRESENT) == 0 ? 0x39
                : (table & (LOW_BITS_RESERVED | beyondHost)) != 0 ? 0x3a : 0;
        if (reason != 0) {
            return (int) faults.raise(sourceId, address, access, reason, 0);
        }
        long entry = (table & ADDRESS) + (sourceId & 0x7f) * 32L;
        if (!memory.isRam(entry, 32)) {
            return (int) faults.raise(sourceId, address, access, CONTEXT_ERROR, 0);
        }
        long low = read(entry, CONTEXT_LEVEL, sourceId);
        long high = word(entry + 8);
        reason = checkContext(low, high, word(entry + 16) | word(entry + 24));
        if (reason == 0) {
            return caches.putContext(sourceId, low, high | MARK);
        }
        if (cachesFaults) {
            caches.putFaultingContext(sourceId, low & FaultRecorder.DISABLE, reason, true);
        }
        return (int) faults.raise(sourceId, address, access, reason, low & FaultRecorder.DISABLE);
    }

    private int checkContext(long low, long high, long rest) {
        if ((low & PRESENT) == 0) {
            return 0x41;
        }
        long reserved = capabilities.ridPasid() ? ~RID_PASID : -1L;
        if ((low & (CONTEXT_RESERVED | beyondHost)) != 0 || (high & reserved) != 0 || rest != 0) {
            return 0x42;
        }
        long enabled = (capabilities.deviceTlb() ? DEVICE_TLB_ENABLE : 0) | (capabilities.pasids() ? PASID_ENABLE : 0)
                | (capabilities.pageRequests() ? PAGE_REQUEST_ENABLE : 0);
        if ((low & (DEVICE_TLB_ENABLE | PASID_ENABLE | PAGE_REQUEST_ENABLE) & ~enabled) != 0) {
            return 0x43;
        }
        return ridPasid(high) >>> 6 >= directoryEntries(low) ? 0x48 : 0;
    }

    private static long directoryEntries(long contextLow) {
        return 1L << ((contextLow >>> 9 & 7) + 7);
    }

    /** The PASID of requests without one. */
    int ridPasid(long contextHigh) {
        return capabilities.ridPasid() ? (int) (contextHigh & RID_PASID) : 0;
    }

    /** Slot of the PASID table entry in the PASID cache, or minus one minus the fault reason. */
    int pasidEntry(int sourceId, long address, int access, long contextLow, long contextHigh) {
        if (access > Translator.WRITES && (contextLow & DEVICE_TLB_ENABLE) == 0) {
            return (int) faults.raise(sourceId, address, access, 0x44, contextLow & FaultRecorder.DISABLE);
        }
        int pasid = ridPasid(contextHigh);
        int slot = caches.pasid(sourceId, pasid);
        if (slot >= 0) {
            return slot;
        }
        long directory = (contextLow & ADDRESS) + (pasid >>> 6) * 8L;
        long table = read(directory, DIRECTORY_LEVEL, sourceId);
        int reason = !memory.isRam(directory, 8) ? 0x50 : (table & PRESENT) == 0 ? 0x51
                : (table & (DIRECTORY_RESERVED | beyondHost)) != 0 ? 0x52 : 0;
        long disable = (contextLow | (reason == 0x50 ? 0 : table)) & FaultRecorder.DISABLE;
        if (reason != 0) {
            return (int) faults.raise(sourceId, address, access, reason, disable);
        }
        long entry = (table & ADDRESS) + (pasid & 0x3f) * 64L;
        if (!memory.isRam(entry, 64)) {
            return (int) faults.raise(sourceId, address, access, 0x58, disable);
        }
        long low = read(entry, PASID_LEVEL, sourceId);
        long high = word(entry + 8);
        disable |= low & FaultRecorder.DISABLE;
        reason = checkEntry(entry, low, high);
        if (reason != 0) {
            return (int) faults.raise(sourceId, address, access, reason, disable);
        }
        int type = (int) (low >>> 6) & 7;
        return caches.putPasid(sourceId, pasid, (low & ADDRESS) | Translator.SCALABLE
                | (type == PASS_THROUGH ? 2 << 2 : 0) | disable | PRESENT, (high & 0xffff) << 8 | (low >>> 2 & 7));
    }

    private int checkEntry(long entry, long low, long high) {
        if ((low & PRESENT) == 0) {
            return 0x59;
        }
        long rest = 0;
        for (int word = FIRST_WORD_OF_SECOND_LEVEL; word < ENTRY_WORDS; word++) {
            rest |= word(entry + 8L * word);
        }
        if ((low & (ENTRY_RESERVED | beyondHost)) != 0 || (high & entryHighReserved) != 0 || rest != 0) {
            return 0x5a;
        }
        int width = (int) (low >>> 2) & 7;
        boolean valid = switch ((int) (low >>> 6) & 7) {
            case SECOND_LEVEL -> capabilities.secondLevel() && width <= 4
                    && (capabilities.supportedWidths() >>> width & 1) != 0;
            case PASS_THROUGH -> capabilities.passThrough();
            default -> false;
        };
        return valid ? 0 : 0x5b;
    }

    /** Reads 8 bytes of an entry; 0 where there is no memory. */
    private long read(long entry, int level, int sourceId) {
        if (!memory.isRam(entry, 8)) {
            return 0;
        }
        emitter.emit(HardwareEvent.TABLE_READ, Actor.device(sourceId), entry, level, 0, 0);
        return word(entry);
    }

    private long word(long address) {
        return capabilities.coherent() ? memory.snoop(address, 8) : memory.fetch(address, 8);
    }
}
