package org.dmalab.vtd.hardware;

import org.dmalab.api.event.Emitter;
import org.dmalab.vtd.spec.FaultReason;
import org.dmalab.vtd.spec.FaultRecord;
import org.dmalab.vtd.spec.LegacyContextEntry;

/**
 * Primary fault logging: fault recording registers, fault status, fault event.
 *
 * <p>Specification: Primary Fault Logging; Fault Recording Registers; Fault Status Register.
 */
final class FaultRecorder {
    private static final long STATUS_BITS = 0xff;
    /** Why a fault is not recorded. */
    private static final int OVERFLOW = 1;
    private static final int COLLAPSED = 2;
    private static final int DISABLED = 3;
    private final RegisterFile registers;
    private final Capabilities capabilities;
    private final UnitProfile profile;
    private final Emitter emitter;
    private final UnitPlace place;
    private final EventMessage event;

    FaultRecorder(RegisterFile registers, Capabilities capabilities, UnitProfile profile, Emitter emitter,
            UnitPlace place, EventMessage event) {
        this.place = place;
        this.registers = registers;
        this.capabilities = capabilities;
        this.profile = profile;
        this.emitter = emitter;
        this.event = event;
    }

    /** Tells whether FPD of a context entry suppresses a fault (a qualified fault). */
    private boolean qualified(FaultReason reason) {
        return reason.qualified() || (reason == FaultReason.CONTEXT_RESERVED && profile.reservedContextQualified());
    }

    /**
     * A request faults: the fault is recorded, unless it is qualified and an entry disables fault processing.
     *
     * @param entryLow lower half of the entry in effect, for FPD and the mode; 0 before there is one
     * @return minus one minus the reason, which in scalable mode has another number
     */
    long raise(int sourceId, long address, int access, FaultReason condition, long entryLow) {
        FaultReason reason = (entryLow & ScalableTables.SCALABLE) != 0 ? condition.scalable() : condition;
        if (LegacyContextEntry.FPD.isSet(entryLow) && qualified(reason)) {
            unrecorded(DISABLED, sourceId, address, reason);
        } else {
            record(sourceId, address, access, reason);
        }
        return -1L - reason.number();
    }

    /** Records a fault, or drops it when the records are full. */
    private void record(int sourceId, long address, int access, FaultReason reason) {
        long status = registers.get(Reg.FSTS, 4);
        if ((status & Reg.PFO) != 0) {
            unrecorded(OVERFLOW, sourceId, address, reason);
            return;
        }
        if (profile.collapseFaults() && pendingOf(sourceId)) {
            unrecorded(COLLAPSED, sourceId, address, reason);
            return;
        }
        int index = registers.nextFault();
        int offset = offset(index);
        if (FaultRecord.F.isSet(registers.get(offset + 8, 8))) {
            registers.set(Reg.FSTS, 4, status | Reg.PFO);
            unrecorded(OVERFLOW, sourceId, address, reason);
            signal(status);
            return;
        }
        registers.set(offset, 8, address & -RegisterFile.BYTES);
        long reads = (access & Translator.WRITES) != 0 ? 0 : 1;
        registers.set(offset + 8, 8, FaultRecord.F.of(1) | FaultRecord.T.of(reads)
                | FaultRecord.AT.of(access / Translator.ASKS) | FaultRecord.FR.of(reason.number())
                | FaultRecord.SID.of(sourceId));
        registers.nextFault((index + 1) % capabilities.faultCount());
        emitter.emit(HardwareEvent.FAULT_RECORDED, place.device(sourceId), index, sourceId,
                address & -RegisterFile.BYTES, reason.number());
        if ((status & Reg.PPF) == 0) {
            registers.set(Reg.FSTS, 4, (status & STATUS_BITS) | Reg.PPF | Reg.FRI.of(index));
        }
        signal(status);
    }

    /** Says that a fault was not recorded: 1 overflow, 2 collapsed, 3 fault processing disabled. */
    private void unrecorded(int why, int sourceId, long address, FaultReason reason) {
        emitter.emit(HardwareEvent.FAULT_UNRECORDED, place.device(sourceId), why, sourceId, address, reason.number());
    }

    /** A write to one half of a record: only F can be cleared, by writing 1. */
    void clearRecord(int offset, long written) {
        if ((offset - capabilities.faultOffset()) % FaultRecord.BYTES == 8 && FaultRecord.F.isSet(written)) {
            registers.set(offset, 8, registers.get(offset, 8) & ~FaultRecord.F.mask());
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
            if (FaultRecord.F.isSet(upper) && FaultRecord.SID.get(upper) == sourceId) {
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
            if (FaultRecord.F.isSet(registers.get(offset(index) + 8, 8))) {
                registers.set(Reg.FSTS, 4, status | Reg.PPF | Reg.FRI.of(index));
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
        return capabilities.faultOffset() + FaultRecord.BYTES * index;
    }
}
