package org.dmalab.vtd.hardware;

import java.util.List;

import org.dmalab.api.Spontaneous;
import org.dmalab.api.event.Emitter;
import org.dmalab.api.event.EventKind;
import org.dmalab.api.store.Store;
import org.dmalab.vtd.spec.Ccmd;
import org.dmalab.vtd.spec.FaultRecord;
import org.dmalab.vtd.spec.Iva;
import org.dmalab.vtd.spec.Queue;
import org.dmalab.vtd.spec.RootTable;
import org.dmalab.vtd.spec.SecondLevelEntry;

/**
 * One DMA remapping unit: its registers and what writing them does.
 *
 * <p>Specification: Register Descriptions; Register-based Invalidation Interface. A write takes effect at once: a
 * command is done when the write returns. Accesses of the wrong width and reserved commands are refused and announced
 * with {@link EventKind#COMMAND_REFUSED}: offset, why, value.
 */
public final class RemappingUnit {
    /** {@link EventKind#COMMAND_REFUSED}: the register is not accessed with this width or at this offset. */
    public static final int WRONG_WIDTH = 1;
    /** {@link EventKind#COMMAND_REFUSED}: the command is reserved, or the unit does not have it. */
    public static final int RESERVED = 2;
    /** {@link EventKind#COMMAND_REFUSED}: register-based invalidation while the queue is enabled. */
    public static final int QUEUE_ENABLED = 3;
    private static final long DRAIN = Iva.DR.mask() | Iva.DW.mask();
    private static final long IOTLB_KEPT = Iva.IIRG.mask() | DRAIN | Iva.DID.mask();
    private static final long IVA_WRITABLE = Iva.ADDR.mask() | Iva.IH.mask() | Iva.AM.mask();
    private static final long RTADDR_WRITABLE = RootTable.RTA.mask() | RootTable.TTM.mask();
    private static final long IQA_WRITABLE = Queue.QA.mask() | Queue.DW.mask() | Queue.QS.mask();
    private static final long PROTECTED_GRANULE = 1L << 21;
    private static final long PAGE_BYTES = 1L << SecondLevelEntry.PAGE_SHIFT;
    private static final long LOW_HALF = 0xffffffffL;
    private final RegisterFile registers;
    private final Capabilities capabilities;
    private final UnitProfile profile;
    private final Emitter emitter;
    private final UnitPlace place;
    private final TranslationCaches caches;
    private final FaultRecorder faults;
    private final Translator translator;
    private final InvalidationQueue queue;
    private final DeviceTlbs devices;
    private final EventMessage faultEvent;
    private final EventMessage completionEvent;

    /** Declares the only unit of a machine; see the constructor of one of several. */
    public RemappingUnit(Store store, MachineMemory memory, Emitter emitter, Capabilities capabilities,
            UnitProfile profile, int hostAddressBits, MessageInterrupt interrupt) {
        this(store, UnitPlace.ONLY, memory, emitter, capabilities, profile, hostAddressBits, interrupt);
    }

    /**
     * Declares a unit in a store.
     *
     * @param store the machine's
     * @param place which of the machine's units it is
     * @param memory where its tables are
     * @param emitter where it announces what it does
     * @param capabilities CAP and ECAP
     * @param profile how it behaves where that differs
     * @param hostAddressBits width of physical addresses; higher bits of table entries are reserved
     * @param interrupt where its fault events go
     */
    public RemappingUnit(Store store, UnitPlace place, MachineMemory memory, Emitter emitter,
            Capabilities capabilities, UnitProfile profile, int hostAddressBits, MessageInterrupt interrupt) {
        if (hostAddressBits < 32 || hostAddressBits > 52) {
            throw new IllegalArgumentException("hostAddressBits: " + hostAddressBits + ", expected 32 to 52");
        }
        this.registers = new RegisterFile(store, place, capabilities);
        this.capabilities = capabilities;
        this.profile = profile;
        this.emitter = emitter;
        this.place = place;
        this.caches = new TranslationCaches(store, place, profile, emitter);
        this.devices = new DeviceTlbs(store, place, emitter);
        this.faultEvent = new EventMessage(registers, Reg.FECTL, interrupt);
        this.completionEvent = new EventMessage(registers, Reg.IECTL, interrupt);
        this.faults = new FaultRecorder(registers, capabilities, profile, emitter, place, faultEvent);
        this.translator = new Translator(store, memory, registers, capabilities, profile, caches, faults, emitter,
                place, hostAddressBits);
        this.queue = new InvalidationQueue(memory, registers, capabilities, profile, new Descriptors(registers,
                capabilities, profile, caches, translator.fetches(), devices), faults, emitter, place, completionEvent);
        registers.reset();
    }

    /** CAP and ECAP, decoded. */
    public Capabilities capabilities() {
        return capabilities;
    }

    /** Translates as a device's request does; see {@link Translator}. */
    long translate(int sourceId, long address, int access) {
        return translator.translate(sourceId, address, access);
    }

    /**
     * A device asks for a translation, and keeps the answer in its TLB: page, size and permissions as the tables have
     * them; where nothing is translated, a page at its own address.
     *
     * @return not negative if there was one; else as {@link Translator#translate}
     */
    long ask(int sourceId, long address, int access) {
        long physical = translator.translate(sourceId, address, access | Translator.ASKS);
        if (physical >= 0) {
            int slot = translator.slotOf(sourceId, address);
            devices.put(sourceId, address, physical, slot < 0 ? PAGE_BYTES : caches.sizeBytes(slot),
                    slot < 0 ? SecondLevelEntry.PERMISSIONS : caches.permissions(slot));
        }
        return physical;
    }

    /** Fetches of context entries that the unit may go on with at any moment. */
    public Spontaneous entryFetches() {
        return translator.fetches();
    }

    /** The TLBs of the devices behind the unit. */
    public DeviceTlbs deviceTlbs() {
        return devices;
    }

    /**
     * A device answers an invalidation of its TLB after the unit has given up waiting, or without having been asked.
     */
    public void unexpectedCompletion(int sourceId) {
        queue.unexpectedCompletion(sourceId);
    }

    TranslationCaches caches() {
        return caches;
    }

    /** Reads a register without an effect, for oracles and reports. */
    public long peek(int offset, int widthBytes) {
        return registers.get(offset, widthBytes);
    }

    /** Tells whether the context cache holds an entry of a source-id. */
    public boolean caches(long sourceId) {
        return caches.context((int) sourceId) >= 0;
    }

    /** What the context cache holds. */
    public List<CachedContext> cachedContexts() {
        return caches.cachedContexts();
    }

    /** What the PASID cache holds. */
    public List<CachedPasid> cachedPasids() {
        return caches.cachedPasids();
    }

    /** What the IOTLB holds. */
    public List<CachedTranslation> cachedTranslations() {
        return caches.cachedTranslations();
    }

    /** How many pointers to tables the paging-structure cache holds of a domain-id. */
    public int cachedTables(int domain) {
        return caches.cachedTables(domain);
    }

    /** The root table pointer in use. */
    public long rootTable() {
        return registers.root();
    }

    /** A processor reads: all ones for an access of the wrong width. */
    public long read(int offset, int widthBytes) {
        if (!fits(offset, widthBytes)) {
            refuse(offset, WRONG_WIDTH, 0);
            return widthBytes == 8 ? -1L : (1L << (Byte.SIZE * widthBytes)) - 1;
        }
        return registers.get(offset, widthBytes) & ~(writeOnly(offset & ~7) >>> ((offset & 4) * 8));
    }

    /** Bits of a register and its neighbour that read as 0: GCMD, IVA, source-id and function mask of CCMD. */
    private long writeOnly(int register) {
        return register == capabilities.iotlbOffset() ? -1L
                : switch (register) {
                    case Reg.GCMD -> LOW_HALF;
                    case Reg.CCMD -> Ccmd.FM.mask() | Ccmd.SID.mask();
                    default -> 0;
                };
    }

    /** A processor writes; reserved offsets and read-only registers ignore it. */
    public void write(int offset, int widthBytes, long value) {
        if (!fits(offset, widthBytes)) {
            refuse(offset, WRONG_WIDTH, value);
            return;
        }
        if (registers.widthOf(offset) == 8) {
            int shift = (offset & 4) * 8;
            long mask = widthBytes == 8 ? -1L : LOW_HALF << shift;
            writeWide(offset & ~7, mask, value << shift);
        } else {
            writeNarrow(offset, value & LOW_HALF);
        }
    }

    /** 32-bit registers take 4 bytes; 64-bit ones 8, or 4 at each half; reserved offsets either. */
    private boolean fits(int offset, int widthBytes) {
        boolean aligned = (offset & (widthBytes - 1)) == 0;
        return aligned && (widthBytes == 4 || (widthBytes == 8 && registers.widthOf(offset) != 4));
    }

    private void refuse(int offset, int why, long value) {
        emitter.emit(EventKind.COMMAND_REFUSED, place.unit(), offset, why, value, 0);
    }

    // ---- 64-bit registers; the mask says which half is written ----

    private void writeWide(int register, long mask, long value) {
        int iotlb = capabilities.iotlbOffset();
        if (register == iotlb) {
            merge(register, mask, value, IVA_WRITABLE);
        } else if (register == iotlb + 8) {
            merge(register, mask, value, Iva.IVT.mask() | Iva.IIRG.mask() | DRAIN
                    | Iva.DID.of(capabilities.domainMask()));
            if (Iva.IVT.isSet(value & mask)) {
                flushTranslations();
            }
        } else if (register >= capabilities.faultOffset()
                && register < capabilities.faultOffset() + FaultRecord.BYTES * capabilities.faultCount()) {
            faults.clearRecord(register, value & mask);
        } else {
            writeFixedWide(register, mask, value);
        }
    }

    private void writeFixedWide(int register, long mask, long value) {
        switch (register) {
            case Reg.RTADDR -> merge(register, mask, value, RTADDR_WRITABLE);
            case Reg.CCMD -> {
                merge(register, mask, value, Ccmd.ICC.mask() | Ccmd.CIRG.mask() | Ccmd.FM.mask()
                        | Ccmd.SID.mask() | capabilities.domainMask());
                if (Ccmd.ICC.isSet(value & mask)) {
                    flushContexts();
                }
            }
            case Reg.IQT -> {
                merge(register, mask, value, capabilities.queuedInvalidation() ? Queue.OFFSET.mask() : 0);
                queue.tailWritten();
            }
            case Reg.IQA -> merge(register, mask, value, capabilities.queuedInvalidation() ? IQA_WRITABLE : 0);
            case Reg.IRTA -> merge(register, mask, value, capabilities.interruptRemapping() ? Reg.IRTA_WRITABLE : 0);
            case Reg.PHMBASE, Reg.PHMLIMIT ->
                merge(register, mask, value, capabilities.protectedHighMemory() ? -PROTECTED_GRANULE : 0);
            default -> { } // CAP, ECAP, IQH, IQERCD, AFLOG without CAP.AFL: read-only
        }
    }

    private void merge(int register, long mask, long value, long writable) {
        long old = registers.get(register, 8);
        long bits = mask & writable;
        registers.set(register, 8, (old & ~bits) | (value & bits));
    }

    // ---- 32-bit registers ----

    private void writeNarrow(int register, long value) {
        switch (register) {
            case Reg.GCMD -> command(value);
            case Reg.FSTS -> {
                long before = registers.get(Reg.FSTS, 4);
                faults.clearStatus(value);
                queue.errorsCleared(before & value);
            }
            case Reg.FECTL -> faultEvent.control(value);
            case Reg.FEDATA -> registers.set(register, 4, value & 0xffff);
            case Reg.FEUADDR -> registers.set(register, 4, capabilities.extendedInterruptMode() ? value : 0);
            case Reg.FEADDR -> registers.set(register, 4, value & ~3L);
            case Reg.PMEN -> { // PRS follows EPM
                if (capabilities.protectedMemory()) {
                    registers.set(register, 4, Reg.EPM.in(value) | Reg.PRS.of(Reg.EPM.get(value)));
                }
            }
            case Reg.PLMBASE, Reg.PLMLIMIT ->
                registers.set(register, 4, capabilities.protectedLowMemory() ? value & -PROTECTED_GRANULE : 0);
            default -> {
                if (capabilities.queuedInvalidation()) {
                    writeOfQueue(register, value);
                } // else reserved, as GSTS and VER are read-only
            }
        }
    }

    /** The completion event of the queue; reserved where there is none. */
    private void writeOfQueue(int register, long value) {
        switch (register) {
            case Reg.IECTL -> completionEvent.control(value);
            case Reg.IEDATA -> registers.set(register, 4, value);
            case Reg.IEUADDR -> registers.set(register, 4, capabilities.extendedInterruptMode() ? value : 0);
            case Reg.IEADDR -> registers.set(register, 4, value & ~3L);
            case Reg.ICS -> {
                if ((value & Reg.IWC) != 0) {
                    registers.set(register, 4, 0);
                    completionEvent.served();
                }
            }
            default -> { }
        }
    }

    /** Several commands in one write are taken in the order TE, SRTP, QIE, SIRTP, IRE, as QEMU does. */
    private void command(long value) {
        long supported = Reg.TE | Reg.SRTP | Reg.WBF
                | (capabilities.queuedInvalidation() ? Reg.QIE : 0)
                | (capabilities.interruptRemapping() ? Reg.IRE | Reg.SIRTP | Reg.CFI : 0);
        if ((value & ~supported) != 0) {
            refuse(Reg.GCMD, RESERVED, value);
        }
        long changed = registers.get(Reg.GSTS, 4) ^ value;
        if ((changed & Reg.TE) != 0) {
            status(Reg.TE, value);
            translator.fetches().dropAll();
            boolean off = (value & Reg.TE) == 0;
            if (profile.enableResets() || (off && capabilities.scalableMode())) {
                caches.reset(2);
            }
        }
        if ((value & Reg.SRTP) != 0) {
            registers.root(capabilities.pointer(registers.get(Reg.RTADDR, 8), profile));
            status(Reg.SRTP, Reg.SRTP);
            translator.fetches().dropAll();
            if (profile.setRootResets() || capabilities.enhancedSetRoot()) {
                caches.reset(1);
            }
        }
        if ((changed & supported & Reg.QIE) != 0 && !queue.enable((value & Reg.QIE) != 0)) {
            refuse(Reg.GCMD, RESERVED, value);
        }
        if ((value & supported & Reg.SIRTP) != 0) {
            status(Reg.SIRTP, Reg.SIRTP);
        }
        status(Reg.IRE & supported, value);
        status(Reg.CFI & supported, value);
    }

    private void status(long bit, long value) {
        registers.set(Reg.GSTS, 4, (registers.get(Reg.GSTS, 4) & ~bit) | (value & bit));
    }

    // ---- register-based invalidation ----

    /** In scalable mode there is only the queue: a command by register is done at no granularity, and so reported. */
    private boolean legacy() {
        return registers.tableMode() == RootTable.LEGACY_MODE;
    }

    private void flushContexts() {
        long command = registers.get(Reg.CCMD, 8);
        if (registers.status(Reg.QIE)) {
            refuse(Reg.CCMD, QUEUE_ENABLED, command);
            return;
        }
        translator.fetches().dropAll();
        int domain = (int) Ccmd.DID.get(command);
        int sourceId = (int) Ccmd.SID.get(command);
        long actual = 0;
        switch (legacy() ? (int) Ccmd.CIRG.get(command) : 0) {
            case TranslationCaches.GLOBAL -> {
                caches.flushAllContexts();
                actual = 1;
            }
            case TranslationCaches.DOMAIN -> actual = caches.flushContextsOfDomain(domain);
            case TranslationCaches.SELECTIVE -> {
                caches.flushContextsOfDevice(domain, sourceId, (int) Ccmd.FM.get(command));
                actual = 3;
            }
            default -> refuse(Reg.CCMD, RESERVED, command);
        }
        registers.set(Reg.CCMD, 8, Ccmd.CIRG.in(command) | Ccmd.CAIG.of(actual) | Ccmd.DID.of(domain));
    }

    private void flushTranslations() {
        int register = capabilities.iotlbOffset() + 8;
        long command = registers.get(register, 8);
        if (registers.status(Reg.QIE)) {
            refuse(register, QUEUE_ENABLED, command);
            return;
        }
        int domain = (int) Iva.DID.get(command);
        long address = registers.get(capabilities.iotlbOffset(), 8);
        int mask = (int) Iva.AM.get(address);
        long actual = legacy() ? Iva.IIRG.get(command) : 0;
        switch ((int) actual) {
            case TranslationCaches.GLOBAL -> caches.flushAllTranslations();
            case TranslationCaches.DOMAIN -> caches.flushTranslationsOfDomain(domain);
            case TranslationCaches.SELECTIVE -> {
                if (capabilities.pageSelective() && mask <= capabilities.maximumAddressMask()) {
                    caches.flushPages(domain, capabilities.guestAddress(Iva.ADDR.in(address)), mask,
                            Iva.IH.isSet(address));
                } else {
                    actual = 0;
                }
            }
            default -> actual = 0;
        }
        if (actual == 0) {
            refuse(register, RESERVED, command);
        }
        registers.set(register, 8, (command & IOTLB_KEPT) | Iva.IAIG.of(actual));
    }
}
