package org.dmalab.vtd.hardware;

import java.util.List;

import org.dmalab.api.Spontaneous;
import org.dmalab.api.event.Actor;
import org.dmalab.api.event.Emitter;
import org.dmalab.api.event.EventKind;
import org.dmalab.api.store.Store;

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
    private static final long CCMD_SCOPE = 3L << 61;
    private static final long FUNCTION_MASK = 3L << 32;
    private static final long SOURCE_ID = 0xffff0000L;
    private static final long IOTLB_SCOPE = 3L << 60;
    private static final long DRAIN = 3L << 48;
    private static final long IOTLB_KEPT = IOTLB_SCOPE | DRAIN | 0xffffL << 32;
    private static final long PAGE_BYTES = 0x1000;
    private static final long LOW_HALF = 0xffffffffL;
    private final RegisterFile registers;
    private final Capabilities capabilities;
    private final UnitProfile profile;
    private final Emitter emitter;
    private final TranslationCaches caches;
    private final FaultRecorder faults;
    private final Translator translator;
    private final InvalidationQueue queue;
    private final DeviceTlbs devices;
    private final EventMessage faultEvent;
    private final EventMessage completionEvent;

    /**
     * Declares a unit in a store.
     *
     * @param store the machine's
     * @param memory where its tables are
     * @param emitter where it announces what it does
     * @param capabilities CAP and ECAP
     * @param profile how it behaves where that differs
     * @param hostAddressBits width of physical addresses; higher bits of table entries are reserved
     * @param interrupt where its fault events go
     */
    public RemappingUnit(Store store, MachineMemory memory, Emitter emitter, Capabilities capabilities,
            UnitProfile profile, int hostAddressBits, MessageInterrupt interrupt) {
        if (hostAddressBits < 32 || hostAddressBits > 52) {
            throw new IllegalArgumentException("hostAddressBits: " + hostAddressBits + ", expected 32 to 52");
        }
        if (capabilities.firstLevel()) {
            throw new IllegalArgumentException(String.format("ECAP 0x%x: first-level and nested translation (FLTS, bit "
                    + "47; NEST, bit 26) are not modelled: clear the bits", capabilities.ecap()));
        }
        this.registers = new RegisterFile(store, capabilities);
        this.capabilities = capabilities;
        this.profile = profile;
        this.emitter = emitter;
        this.caches = new TranslationCaches(store, profile, emitter);
        this.devices = new DeviceTlbs(store, emitter);
        this.faultEvent = new EventMessage(registers, Reg.FECTL, interrupt);
        this.completionEvent = new EventMessage(registers, Reg.IECTL, interrupt);
        this.faults = new FaultRecorder(registers, capabilities, profile, emitter, faultEvent);
        this.translator = new Translator(store, memory, registers, capabilities, profile, caches, faults, emitter,
                hostAddressBits);
        this.queue = new InvalidationQueue(memory, registers, capabilities, profile, new Descriptors(registers,
                capabilities, profile, caches, translator.fetches(), devices), faults, emitter, completionEvent);
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
                    slot < 0 ? TranslationCaches.READ | TranslationCaches.WRITE : caches.permissions(slot));
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
            return widthBytes == 8 ? -1L : (1L << (8 * widthBytes)) - 1;
        }
        return registers.get(offset, widthBytes) & ~(writeOnly(offset & ~7) >>> ((offset & 4) * 8));
    }

    /** Bits of a register and its neighbour that read as 0: GCMD, IVA, source-id and function mask of CCMD. */
    private long writeOnly(int register) {
        return register == capabilities.iotlbOffset() ? -1L
                : switch (register) {
                    case Reg.GCMD -> LOW_HALF;
                    case Reg.CCMD -> FUNCTION_MASK | SOURCE_ID;
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
        boolean aligned = (offset & widthBytes - 1) == 0;
        return aligned && (widthBytes == 4 || (widthBytes == 8 && registers.widthOf(offset) != 4));
    }

    private void refuse(int offset, int why, long value) {
        emitter.emit(EventKind.COMMAND_REFUSED, Actor.MACHINE, offset, why, value, 0);
    }

    // ---- 64-bit registers; the mask says which half is written ----

    private void writeWide(int register, long mask, long value) {
        int iotlb = capabilities.iotlbOffset();
        if (register == iotlb) {
            merge(register, mask, value, 0xfffffffffffff07fL);
        } else if (register == iotlb + 8) {
            merge(register, mask, value, Reg.IVT | IOTLB_SCOPE | DRAIN | (long) capabilities.domainMask() << 32);
            if ((value & mask) < 0) {
                flushTranslations();
            }
        } else if (register >= capabilities.faultOffset()
                && register < capabilities.faultOffset() + 16 * capabilities.faultCount()) {
            faults.clearRecord(register, value & mask);
        } else {
            writeFixedWide(register, mask, value);
        }
    }

    private void writeFixedWide(int register, long mask, long value) {
        switch (register) {
            case Reg.RTADDR -> merge(register, mask, value, ~0x3ffL);
            case Reg.CCMD -> {
                merge(register, mask, value, Reg.ICC | CCMD_SCOPE | FUNCTION_MASK | SOURCE_ID
                        | capabilities.domainMask());
                if ((value & mask) < 0) {
                    flushContexts();
                }
            }
            case Reg.IQT -> {
                merge(register, mask, value, capabilities.queuedInvalidation() ? 0x7fff0 : 0);
                queue.tailWritten();
            }
            case Reg.IQA -> merge(register, mask, value, capabilities.queuedInvalidation() ? ~0xfffL | 0x807 : 0);
            case Reg.IRTA -> merge(register, mask, value, capabilities.interruptRemapping() ? ~0xfffL | 0x80f : 0);
            case Reg.PHMBASE, Reg.PHMLIMIT ->
                merge(register, mask, value, capabilities.protectedHighMemory() ? -(1L << 21) : 0);
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
            case Reg.PMEN -> {
                if (capabilities.protectedMemory()) {
                    registers.set(register, 4, (value & 1L << 31) | value >>> 31); // EPM, and PRS follows
                }
            }
            case Reg.PLMBASE, Reg.PLMLIMIT ->
                registers.set(register, 4, capabilities.protectedLowMemory() ? value & -(1L << 21) : 0);
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
            registers.root(registers.get(Reg.RTADDR, 8));
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
        return registers.tableMode() == RegisterFile.LEGACY_MODE;
    }

    private void flushContexts() {
        long command = registers.get(Reg.CCMD, 8);
        if (registers.status(Reg.QIE)) {
            refuse(Reg.CCMD, QUEUE_ENABLED, command);
            return;
        }
        translator.fetches().dropAll();
        int domain = (int) command & 0xffff;
        int sourceId = (int) (command >>> 16) & 0xffff;
        long actual = 0;
        switch (legacy() ? (int) ((command & CCMD_SCOPE) >>> 61) : 0) {
            case 1 -> {
                caches.flushAllContexts();
                actual = 1;
            }
            case 2 -> actual = caches.flushContextsOfDomain(domain);
            case 3 -> {
                caches.flushContextsOfDevice(domain, sourceId, (int) (command >>> 32) & 3);
                actual = 3;
            }
            default -> refuse(Reg.CCMD, RESERVED, command);
        }
        registers.set(Reg.CCMD, 8, (command & CCMD_SCOPE) | actual << 59 | domain);
    }

    private void flushTranslations() {
        int register = capabilities.iotlbOffset() + 8;
        long command = registers.get(register, 8);
        if (registers.status(Reg.QIE)) {
            refuse(register, QUEUE_ENABLED, command);
            return;
        }
        int domain = (int) (command >>> 32) & 0xffff;
        long address = registers.get(capabilities.iotlbOffset(), 8);
        int mask = (int) address & 0x3f;
        long actual = legacy() ? command >>> 60 & 3 : 0;
        switch ((int) actual) {
            case 1 -> caches.flushAllTranslations();
            case 2 -> caches.flushTranslationsOfDomain(domain);
            case 3 -> {
                if (capabilities.pageSelective() && mask <= capabilities.maximumAddressMask()) {
                    caches.flushPages(domain, capabilities.guestAddress(address & ~0xfffL), mask,
                            (address & 0x40) != 0);
                } else {
                    actual = 0;
                }
            }
            default -> actual = 0;
        }
        if (actual == 0) {
            refuse(register, RESERVED, command);
        }
        registers.set(register, 8, (command & IOTLB_KEPT) | actual << 57);
    }
}
