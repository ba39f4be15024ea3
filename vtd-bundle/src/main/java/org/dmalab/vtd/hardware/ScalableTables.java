package org.dmalab.vtd.hardware;

import org.dmalab.api.event.Emitter;
import org.dmalab.vtd.spec.FaultReason;
import org.dmalab.vtd.spec.LegacyContextEntry;
import org.dmalab.vtd.spec.PasidDirectoryEntry;
import org.dmalab.vtd.spec.PasidTableEntry;
import org.dmalab.vtd.spec.RootEntry;
import org.dmalab.vtd.spec.RootTable;
import org.dmalab.vtd.spec.ScalableContextEntry;

/**
 * The tables of scalable mode up to the second-level ones: root, context, PASID directory, PASID table.
 *
 * <p>Specification: Scalable Mode Address Translation; Scalable-Mode Root, Context, PASID Directory and PASID Table
 * Entry; Fault Conditions (SRT, SCT, SPD, SPT, SSL). Requests without PASID take that of the context entry (RID_PASID)
 * where the unit has it, else 0. A PASID table entry is kept in the form of a context entry, so that the rest of a
 * translation is the same in both modes. With FPD in any entry on the way, faults from there on are not recorded.
 */
final class ScalableTables {
    /** Mark of the lower half of what is in effect: it comes from a PASID table. A reserved bit of context entries. */
    static final long SCALABLE = LegacyContextEntry.RESERVED_LOW.of(1);
    /** Upper half of a cached context entry: it is one of scalable mode, without a domain-id. */
    static final long MARK = 1L << 63;
    private static final int UPPER_DEVICES = 0x80;
    private static final long ENTRY_RESERVED = PasidTableEntry.RESERVED_LOW.mask() | PasidTableEntry.SLADE.mask()
            | PasidTableEntry.SLEE.mask();
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
    private final UnitPlace place;
    private final long beyondHost;
    private final long entryHighReserved;
    private final boolean cachesFaults;

    ScalableTables(MachineMemory memory, RegisterFile registers, Capabilities capabilities, UnitProfile profile,
            TranslationCaches caches, FaultRecorder faults, Emitter emitter, UnitPlace place, int hostAddressBits) {
        this.place = place;
        this.memory = memory;
        this.registers = registers;
        this.capabilities = capabilities;
        this.caches = caches;
        this.faults = faults;
        this.emitter = emitter;
        this.beyondHost = -(1L << hostAddressBits);
        this.entryHighReserved = PasidTableEntry.RESERVED_HIGH.mask()
                | (PasidTableEntry.DID.mask() & ~capabilities.domainMask());
        this.cachesFaults = capabilities.cachingMode() && profile.cachesNotPresent();
    }

    /** Fetches a context entry: its slot in the context cache, or minus one minus the fault reason. */
    int context(int sourceId, long address, int access) {
        // Root table 1: its format is one that there is
        if (registers.tableMode() == RootTable.RESERVED_MODE) {
            return (int) faults.raise(sourceId, address, access, FaultReason.TABLE_MODE, 0);
        }
        // Scalable mode 1: bus and half of the devices choose the root entry
        boolean upper = (sourceId & UPPER_DEVICES) != 0;
        long root = RootTable.RTA.in(registers.root()) + (long) (sourceId >>> Byte.SIZE) * RootEntry.BYTES
                + (upper ? Long.BYTES : 0);
        long table = read(root, ROOT_LEVEL, sourceId);
        FaultReason reason = checkRoot(root, table);
        if (reason != null) {
            return (int) faults.raise(sourceId, address, access, reason, 0);
        }
        // Scalable mode 2: device and function choose the context entry
        long entry = RootEntry.CTP.in(table) + (long) (sourceId & (UPPER_DEVICES - 1)) * ScalableContextEntry.BYTES;
        if (!memory.isRam(entry, ScalableContextEntry.BYTES)) {
            return (int) faults.raise(sourceId, address, access, FaultReason.SCALABLE_CONTEXT_UNREADABLE, 0);
        }
        long low = read(entry, CONTEXT_LEVEL, sourceId);
        long high = word(entry + 8);
        reason = checkContext(low, high, word(entry + 16) | word(entry + 24));
        if (reason == null) {
            return caches.putContext(sourceId, low, high | MARK);
        }
        long disable = ScalableContextEntry.FPD.in(low);
        if (cachesFaults) {
            caches.putFaultingContext(sourceId, disable, reason, true);
        }
        return (int) faults.raise(sourceId, address, access, reason, disable);
    }

    private FaultReason checkRoot(long root, long table) {
        if (!memory.isRam(root, Long.BYTES)) {
            return FaultReason.SCALABLE_ROOT_UNREADABLE;
        }
        if (!RootEntry.P.isSet(table)) {
            return FaultReason.SCALABLE_ROOT_NOT_PRESENT;
        }
        boolean reserved = (table & (RootEntry.RESERVED.mask() | beyondHost)) != 0;
        return reserved ? FaultReason.SCALABLE_ROOT_RESERVED : null;
    }

    /** What is wrong with a context entry; null if nothing is. */
    private FaultReason checkContext(long low, long high, long rest) {
        // Context entry 1: present
        if (!ScalableContextEntry.P.isSet(low)) {
            return FaultReason.SCALABLE_CONTEXT_NOT_PRESENT;
        }
        // Context entry 2: reserved bits
        long reserved = capabilities.ridPasid() ? ~ScalableContextEntry.RID_PASID.mask() : -1L;
        if ((low & (ScalableContextEntry.RESERVED.mask() | beyondHost)) != 0 || (high & reserved) != 0 || rest != 0) {
            return FaultReason.SCALABLE_CONTEXT_RESERVED;
        }
        // Context entry 3: it enables only what the unit has
        boolean has = (capabilities.deviceTlb() || !ScalableContextEntry.DTE.isSet(low))
                && (capabilities.pasids() || !ScalableContextEntry.PASIDE.isSet(low))
                && (capabilities.pageRequests() || !ScalableContextEntry.PRE.isSet(low));
        if (!has) {
            return FaultReason.SCALABLE_CONTEXT_INVALID;
        }
        // Context entry 4: the directory has an entry for RID_PASID
        return directoryIndex(ridPasid(high)) >= directoryEntries(low) ? FaultReason.RID_PASID_INVALID : null;
    }

    private static long directoryEntries(long contextLow) {
        return 1L << (ScalableContextEntry.PDTS.get(contextLow) + 7);
    }

    private static long directoryIndex(int pasid) {
        return (long) pasid >>> PasidDirectoryEntry.TABLE_BITS;
    }

    private static long tableIndex(int pasid) {
        return pasid & ((1L << PasidDirectoryEntry.TABLE_BITS) - 1);
    }

    /** The PASID of requests without one. */
    int ridPasid(long contextHigh) {
        return capabilities.ridPasid() ? (int) ScalableContextEntry.RID_PASID.get(contextHigh) : 0;
    }

    /** Slot of the PASID table entry in the PASID cache, or minus one minus the fault reason. */
    int pasidEntry(int sourceId, long address, int access, long contextLow, long contextHigh) {
        long disable = ScalableContextEntry.FPD.in(contextLow);
        if (access > Translator.WRITES && !ScalableContextEntry.DTE.isSet(contextLow)) {
            return (int) faults.raise(sourceId, address, access, FaultReason.SCALABLE_BLOCKED, disable);
        }
        int pasid = ridPasid(contextHigh);
        int slot = caches.pasid(sourceId, pasid);
        if (slot >= 0) {
            return slot;
        }
        // Scalable mode 3: the upper bits of the PASID choose the directory entry
        long directory = ScalableContextEntry.PASIDDIRPTR.in(contextLow)
                + directoryIndex(pasid) * PasidDirectoryEntry.BYTES;
        long table = read(directory, DIRECTORY_LEVEL, sourceId);
        FaultReason reason = checkDirectory(directory, table);
        disable |= PasidDirectoryEntry.FPD.in(table);
        if (reason != null) {
            return (int) faults.raise(sourceId, address, access, reason, disable);
        }
        // Scalable mode 4: the lower bits choose the entry of the PASID table
        long entry = PasidDirectoryEntry.SMPTBLPTR.in(table) + tableIndex(pasid) * PasidTableEntry.BYTES;
        if (!memory.isRam(entry, PasidTableEntry.BYTES)) {
            return (int) faults.raise(sourceId, address, access, FaultReason.PASID_UNREADABLE, disable);
        }
        long low = read(entry, PASID_LEVEL, sourceId);
        long high = word(entry + 8);
        disable |= PasidTableEntry.FPD.in(low);
        reason = checkEntry(entry, low, high);
        if (reason != null) {
            return (int) faults.raise(sourceId, address, access, reason, disable);
        }
        return caches.putPasid(sourceId, pasid, inContextForm(low) | disable,
                LegacyContextEntry.DID.of(PasidTableEntry.DID.get(high))
                | LegacyContextEntry.AW.of(PasidTableEntry.AW.get(low)));
    }

    private static long inContextForm(long low) {
        boolean passThrough = PasidTableEntry.PGTT.get(low) == PasidTableEntry.PASS_THROUGH;
        return PasidTableEntry.SLPTPTR.in(low) | SCALABLE | LegacyContextEntry.P.of(1) | LegacyContextEntry.TT.of(
                passThrough ? LegacyContextEntry.PASS_THROUGH : LegacyContextEntry.MULTI_LEVEL);
    }

    private FaultReason checkDirectory(long directory, long table) {
        if (!memory.isRam(directory, PasidDirectoryEntry.BYTES)) {
            return FaultReason.DIRECTORY_UNREADABLE;
        }
        if (!PasidDirectoryEntry.P.isSet(table)) {
            return FaultReason.DIRECTORY_NOT_PRESENT;
        }
        boolean reserved = (table & (PasidDirectoryEntry.RESERVED.mask() | beyondHost)) != 0;
        return reserved ? FaultReason.DIRECTORY_RESERVED : null;
    }

    /** What is wrong with a PASID table entry; null if nothing is. */
    private FaultReason checkEntry(long entry, long low, long high) {
        // PASID table entry 1: present
        if (!PasidTableEntry.P.isSet(low)) {
            return FaultReason.PASID_NOT_PRESENT;
        }
        // PASID table entry 2: reserved bits
        long rest = 0;
        for (int word = FIRST_WORD_OF_SECOND_LEVEL; word < PasidTableEntry.BYTES / Long.BYTES; word++) {
            rest |= word(entry + (long) Long.BYTES * word);
        }
        if ((low & (ENTRY_RESERVED | beyondHost)) != 0 || (high & entryHighReserved) != 0 || rest != 0) {
            return FaultReason.PASID_RESERVED;
        }
        // PASID table entry 3: a translation type and width that the unit has
        boolean has = switch ((int) PasidTableEntry.PGTT.get(low)) {
            case PasidTableEntry.SECOND_LEVEL -> capabilities.secondLevel()
                    && capabilities.hasWidth(PasidTableEntry.AW.get(low));
            case PasidTableEntry.PASS_THROUGH -> capabilities.passThrough();
            default -> false;
        };
        return has ? null : FaultReason.PASID_INVALID;
    }

    /** Reads 8 bytes of an entry; 0 where there is no memory. */
    private long read(long entry, int level, int sourceId) {
        if (!memory.isRam(entry, Long.BYTES)) {
            return 0;
        }
        emitter.emit(HardwareEvent.TABLE_READ, place.device(sourceId), entry, level, 0, 0);
        return word(entry);
    }

    private long word(long address) {
        return capabilities.coherent() ? memory.snoop(address, 8) : memory.fetch(address, 8);
    }
}
