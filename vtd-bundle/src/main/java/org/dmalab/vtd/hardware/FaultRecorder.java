package org.dmalab.vtd.hardware;

import org.dmalab.api.event.Actor;
import org.dmalab.api.event.Emitter;

/**
 * Primary fault logging: fault recording registers, fault status, fault event.
 *
 * <p>Specification: Primary Fault Logging; Fault Recording Registers; Fault Status Register.
 */
final class FaultRecorder {
    private static final int RECORD_BYTES = 16;
    private static final int INDEX_SHIFT = 8;
    private static final long READ_REQUEST = 1L << 62;
    private static final long STATUS_BITS = 0xff;
    private static final int ADDRESS_TYPE_SHIFT = 60;
    /** FPD, in the lower half of an entry. */
    static final long DISABLE = 2;
    private final RegisterFile registers;
    private final Capabilities capabilities;
    private final UnitProfile profile;
    private final Emitter emitter;
    private final EventMessage event;

    FaultRecorder(RegisterFile registers, Capabilities capabilities, UnitProfile profile, Emitter emitter,
            EventMessage event) {
        this.registers = registers;
        this.capabilities = capabilities;
        this.profile = profile;
        this.emitter = emitter;
        this.event = event;
    }

    /** Tells whether FPD of a context entry suppresses a fault (a qualified fault). */
    private boolean qualified(int reason) {
        return switch (reason) {
            case 0x2, 0x3, 0x4, 0x5, 0x6, 0x7, 0xc, 0xd -> true;
            case 0xb -> profile.reservedContextQualified();
            default -> reason > ScalableTables.CONTEXT_ERROR;
        };
    }

    /**
     * A request faults: the fault is recorded, unless it is qualified and an entry disables fault processing.
     *
     * @param entryLow lower half of the entry in effect, for FPD and the mode; 0 before there is one
     * @return minus one minus the reason, which in scalable mode has another number
     */
    long raise(int sourceId, long address, int access, int legacyReason, long entryLow) {
        int reason = (entryLow & Translator.SCALABLE) != 0 ? ScalableTables.reason(legacyReason) : legacyReason;
        if ((entryLow & DISABLE) != 0 && qualified(reason)) {
            unrecorded(3, sourceId, address, reason);
        } else {
            record(sourceId, address, access, reason);
        }
        return -1L - reason;
    }

    /** Records a fault, or drops it when the records are full. */
    private void record(int sourceId, long address, int access, int reason) {
        long status = registers.get(Reg.FSTS, 4);
        if ((status & Reg.PFO) != 0) {
            unrecorded(1, sourceId, address, reason);
            return;
        }
        if (profile.collapseFaults() && pendingOf(sourceId)) {
            unrecorded(2, sourceId, address, reason);
            return;
        }
        int index = registers.nextFault();
        int offset = offset(index);
        if (registers.get(offset + 8, 8) < 0) {
            registers.set(Reg.FSTS, 4, status | Reg.PFO);
            unrecorded(1, sourceId, address, reason);
            signal(status);
            return;
        }
        registers.set(offset, 8, address & -RegisterFile.BYTES);
        registers.set(offset + 8, 8, Reg.F | ((access & Translator.WRITES) != 0 ? 0 : READ_REQUEST)
                | (long) (access >>> 1) << ADDRESS_TYPE_SHIFT | (long) reason << 32 | sourceId);
        registers.nextFault((index + 1) % capabilities.faultCount());
        emitter.emit(HardwareEvent.FAULT_RECORDED, Actor.device(sourceId), index, sourceId,
                address & -RegisterFile.BYTES,
                reason);
        if ((status & Reg.PPF) == 0) {
            registers.set(Reg.FSTS, 4, (status & STATUS_BITS) | Reg.PPF | (long) index << INDEX_SHIFT);
        }
        signal(status);
    }

    /** Says that a fault was not recorded: 1 overflow, 2 collapsed, 3 fault processing disabled. */
    private void unrecorded(int why, int sourceId, long address, int reason) {
        emitter.emit(HardwareEvent.FAULT_UNRECORDED, Actor.device(sourceId), why, sourceId, address, reason);
    }

    /** A write to one half of a record: only F can be cleared, by writing 1. */
    void clearRecord(int offset, long written) {
        if ((offset - capabilities.faultOffset()) % RECORD_BYTES == 8 && written < 0) {
            registers.set(offset, 8, registers.get(offset, 8) & ~Reg.F);
            updatePending();
        }
    }

    /** A write to FSTS: write 1 to clear, except PPF, which follows the records. */
    void clearStatus(long written) {
        long clearable = STATUS_BITS & ~Reg.PPF;
        long status = registers.get(Reg.FSTS, 4) & ~(written & clearable);
        registers.set(Reg.FSTS, 4, status);
        clearInterruptWhenServed(status);
    }

    /** Sets an error bit of the status register. */
    void error(long bit) {
        long status = registers.get(Reg.FSTS, 4);
        registers.set(Reg.FSTS, 4, status | bit);
        signal(status);
    }

    private boolean pendingOf(int sourceId) {
        for (int i = 0; i < capabilities.faultCount(); i++) {
            long upper = registers.get(offset(i) + 8, 8);
            if (upper < 0 && (upper & 0xffff) == sourceId) {
                return true;
            }
        }
        return false;
    }

    /** PPF is the OR of all F bits; FRI names the first pending record. */
    private void updatePending() {
        long status = registers.get(Reg.FSTS, 4) & STATUS_BITS & ~Reg.PPF;
        int count = capabilities.faultCount();
        for (int i = 0; i < count; i++) {
            int index = (registers.nextFault() + i) % count;
            if (registers.get(offset(index) + 8, 8) < 0) {
                registers.set(Reg.FSTS, 4, status | Reg.PPF | (long) index << INDEX_SHIFT);
                return;
            }
        }
        registers.set(Reg.FSTS, 4, status);
        clearInterruptWhenServed(status);
    }

    private void clearInterruptWhenServed(long status) {
        if ((status & STATUS_BITS) == 0) {
            event.served();
        }
    }

    /** An interrupt comes only for the first of the conditions that are pending together. */
    private void signal(long statusBefore) {
        if ((statusBefore & STATUS_BITS) == 0) {
            event.raise();
        }
    }

    private int offset(int index) {
        return capabilities.faultOffset() + RECORD_BYTES * index;
    }
}
