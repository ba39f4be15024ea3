package org.dmalab.vtd.hardware;

import org.dmalab.api.event.Actor;
import org.dmalab.api.event.Emitter;

/**
 * The queued invalidation interface: descriptors in machine memory, executed when software moves the tail.
 *
 * <p>Specification: Queued Invalidation Interface. Executes context-cache, IOTLB and wait descriptors with a status
 * write; a device-TLB or interrupt-entry descriptor has no cache here to act on and is taken as done. Completion
 * interrupts and 256-bit descriptors (IQA.DW) are not modelled: both are an invalidation queue error.
 */
final class InvalidationQueue {
    private static final int DESCRIPTOR_BYTES = 16;
    private static final int WAIT = 5;
    private static final long WIDE = 1 << 11;
    private final MachineMemory memory;
    private final RegisterFile registers;
    private final Capabilities capabilities;
    private final TranslationCaches caches;
    private final FaultRecorder faults;
    private final Emitter emitter;
    private final EntryFetch fetches;

    InvalidationQueue(MachineMemory memory, RegisterFile registers, Capabilities capabilities,
            TranslationCaches caches, FaultRecorder faults, Emitter emitter, EntryFetch fetches) {
        this.memory = memory;
        this.registers = registers;
        this.capabilities = capabilities;
        this.caches = caches;
        this.faults = faults;
        this.emitter = emitter;
        this.fetches = fetches;
    }

    /** Enables or disables; disabling takes an empty queue that ended with a wait. */
    boolean enable(boolean on) {
        if (!on && (head() != tail() || head() != 0 && registers.lastDescriptorType() != WAIT)) {
            return false;
        }
        long status = registers.get(Reg.GSTS, 4);
        registers.set(Reg.GSTS, 4, on ? status | Reg.QIE : status & ~Reg.QIE);
        registers.set(Reg.IQH, 8, 0);
        registers.lastDescriptorType(0);
        if (on) {
            run();
        }
        return true;
    }

    /** Fetching starts again only when the tail is written. */
    void errorCleared() {
        registers.lastDescriptorType(0);
    }

    /** Executes descriptors from head to tail; stops at one that is wrong. */
    void run() {
        long entries = 1L << (registers.get(Reg.IQA, 8) & 7) + 8;
        if (!registers.status(Reg.QIE) || (registers.get(Reg.FSTS, 4) & Reg.IQE) != 0) {
            return;
        }
        if (tail() >= entries || (registers.get(Reg.IQA, 8) & WIDE) != 0) {
            faults.error(Reg.IQE);
            return;
        }
        while (head() != tail()) {
            long address = (registers.get(Reg.IQA, 8) & ~0xfffL) + head() * DESCRIPTOR_BYTES;
            if (!memory.isRam(address, DESCRIPTOR_BYTES)) {
                faults.error(Reg.IQE);
                return;
            }
            long low = memory.snoop(address, 8);
            long high = memory.snoop(address + 8, 8);
            if (!execute(low, high)) {
                faults.error(Reg.IQE);
                return;
            }
            emitter.emit(VtdEvent.DESCRIPTOR, Actor.MACHINE, head(), low, high, 0);
            registers.lastDescriptorType(low & 0xf);
            registers.set(Reg.IQH, 8, (head() + 1) % entries << 4);
        }
    }

    private long head() {
        return registers.get(Reg.IQH, 8) >>> 4 & 0x7fff;
    }

    private long tail() {
        return registers.get(Reg.IQT, 8) >>> 4 & 0x7fff;
    }

    private boolean execute(long low, long high) {
        return switch ((int) low & 0xf) {
            case 1 -> context(low, high);
            case 2 -> translations(low, high);
            case 3 -> capabilities.deviceTlb();
            case 4 -> capabilities.interruptRemapping();
            case WAIT -> waited(low, high);
            default -> false;
        };
    }

    private boolean context(long low, long high) {
        int domain = (int) (low >>> 16) & 0xffff;
        if (high != 0) {
            return false;
        }
        fetches.dropAll();
        switch ((int) (low >>> 4) & 3) {
            case 1 -> caches.flushAllContexts();
            case 2 -> caches.flushContextsOfDomain(domain);
            case 3 -> caches.flushContextsOfDevice(domain, (int) (low >>> 32) & 0xffff, (int) (low >>> 48) & 3);
            default -> {
                return false;
            }
        }
        return true;
    }

    private boolean translations(long low, long high) {
        int domain = (int) (low >>> 16) & 0xffff;
        int mask = (int) high & 0x3f;
        switch ((int) (low >>> 4) & 3) {
            case 1 -> caches.flushAllTranslations();
            case 2 -> caches.flushTranslationsOfDomain(domain);
            case 3 -> {
                if (!capabilities.pageSelective() || mask > capabilities.maximumAddressMask()) {
                    return false;
                }
                caches.flushPages(domain, high & ~0xfffL, mask, (high & 0x40) != 0);
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    private boolean waited(long low, long high) {
        boolean writesStatus = (low & 0x20) != 0;
        boolean interrupts = (low & 0x10) != 0;
        if (interrupts || writesStatus && !memory.isRam(high & ~3L, 4)) {
            return false;
        }
        if (writesStatus) {
            memory.snoopedPut(high & ~3L, 4, low >>> 32);
        }
        return true;
    }
}
