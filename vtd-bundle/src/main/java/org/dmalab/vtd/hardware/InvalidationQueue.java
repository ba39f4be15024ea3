package org.dmalab.vtd.hardware;

import org.dmalab.api.event.Actor;
import org.dmalab.api.event.Emitter;
import org.dmalab.api.event.EventKind;
import org.dmalab.vtd.spec.Descriptor;
import org.dmalab.vtd.spec.Queue;
import org.dmalab.vtd.spec.RootTable;

/**
 * The queued invalidation interface: descriptors in machine memory, executed when software moves the tail.
 *
 * <p>Specification: Queued Invalidation Interface; Invalidation Queue Error Record Register. The queue is read through
 * the processors' caches. IQA takes effect when the queue is enabled. Descriptors are executed in their order, so that
 * the fence of a wait descriptor needs nothing more. A device-TLB that does not answer lets fetching go on to the next
 * wait, which is aborted, or to the end of the queue; then the time-out is there at once.
 */
final class InvalidationQueue {
    /** IQERCD.IQEI: the tail lies beyond the queue. */
    static final int INVALID_TAIL = 1;
    /** IQERCD.IQEI: the descriptor cannot be read. */
    static final int FETCH = 2;
    /** IQERCD.IQEI: the unit has no such descriptor. */
    static final int INVALID_TYPE = 3;
    /** IQERCD.IQEI: a reserved bit or value in the descriptor. */
    static final int RESERVED_FIELD = 4;
    /** IQERCD.IQEI: 128-bit descriptors in scalable mode. */
    static final int INVALID_WIDTH = 5;
    /** IQERCD.IQEI: the tail points into the middle of a 256-bit descriptor. */
    static final int TAIL_MISALIGNED = 6;
    /** IQERCD.IQEI: the root table has a reserved format. */
    static final int INVALID_TABLE_MODE = 7;
    private static final long HALTED = Reg.IQE | Reg.ITE;
    private static final int SOURCE_OF_TIMEOUT = 4;
    private static final int SOURCE_OF_COMPLETION = 6;
    private final MachineMemory memory;
    private final RegisterFile registers;
    private final Capabilities capabilities;
    private final UnitProfile profile;
    private final Descriptors descriptors;
    private final FaultRecorder faults;
    private final Emitter emitter;
    private final UnitPlace place;
    private final EventMessage completion;

    InvalidationQueue(MachineMemory memory, RegisterFile registers, Capabilities capabilities, UnitProfile profile,
            Descriptors descriptors, FaultRecorder faults, Emitter emitter, UnitPlace place,
            EventMessage completion) {
        this.place = place;
        this.memory = memory;
        this.registers = registers;
        this.capabilities = capabilities;
        this.profile = profile;
        this.descriptors = descriptors;
        this.faults = faults;
        this.emitter = emitter;
        this.completion = completion;
    }

    /** Enables or disables; disabling takes an empty queue that ended with a wait, or was never used. */
    boolean enable(boolean on) {
        long last = registers.lastDescriptorType();
        boolean ended = last == Descriptor.WAIT || (last == 0 && profile.unusedQueueStops());
        if (!on && (head() != tail() || !ended)) {
            return false;
        }
        long status = registers.get(Reg.GSTS, 4);
        registers.set(Reg.GSTS, 4, on ? status | Reg.QIE : status & ~Reg.QIE);
        registers.set(Reg.IQH, 8, 0);
        registers.queue(on ? capabilities.pointer(registers.get(Reg.IQA, 8), profile) : 0);
        if (on) {
            run();
        }
        return true;
    }

    /** The tail was written: there may be descriptors to execute. */
    void tailWritten() {
        run();
    }

    /** Error bits of FSTS were cleared, and with them their records; fetching may go on. */
    void errorsCleared(long bits) {
        if ((bits & Reg.IQE) != 0) {
            registers.set(Reg.IQERCD, 4, 0);
        }
        if ((bits & Reg.ITE) != 0) {
            registers.set(Reg.IQERCD + SOURCE_OF_TIMEOUT, 2, 0);
        }
        if ((bits & Reg.ICE) != 0) {
            registers.set(Reg.IQERCD + SOURCE_OF_COMPLETION, 2, 0);
        }
        if ((bits & Reg.ITE) != 0 || ((bits & Reg.IQE) != 0 && profile.queueRestarts())) {
            run();
        }
    }

    /** A device has answered an invalidation that nobody waits for. */
    void unexpectedCompletion(int sourceId) {
        record(SOURCE_OF_COMPLETION, 2, sourceId);
        error(Reg.ICE, sourceId);
    }

    /** Executes descriptors from head to tail; stops at one that is wrong. */
    private void run() {
        if (!registers.status(Reg.QIE) || halted() || head() == tail()) {
            return;
        }
        int wrong = wrongSetting();
        if (wrong != 0) {
            fail(wrong);
            return;
        }
        while (head() != tail() && !halted()) {
            step();
        }
        if (!halted()) {
            timeOut();
        }
    }

    private int wrongSetting() {
        if (wide() && (tail() & Descriptor.BYTES) != 0) {
            registers.set(Reg.IQT, 8, tail() & ~Descriptor.BYTES);
            return TAIL_MISALIGNED;
        }
        if (tail() >= bytes()) {
            return INVALID_TAIL;
        }
        if (registers.tableMode() == RootTable.RESERVED_MODE) {
            return INVALID_TABLE_MODE;
        }
        return registers.tableMode() == RootTable.SCALABLE_MODE && !wide() ? INVALID_WIDTH : 0;
    }

    private void step() {
        int size = wide() ? 2 * Descriptor.BYTES : Descriptor.BYTES;
        long address = Queue.QA.in(registers.queue()) + head();
        if (!memory.isRam(address, size)) {
            fail(FETCH);
            return;
        }
        long low = memory.snoop(address, 8);
        long high = memory.snoop(address + 8, 8);
        long rest = wide() ? memory.snoop(address + 16, 8) | memory.snoop(address + 24, 8) : 0;
        int wrong = descriptors.execute(low, high, rest);
        boolean waits = wrong == 0 && Descriptor.type(low) == Descriptor.WAIT;
        boolean writes = waits && Descriptor.SW.isSet(low) && registers.timedOut() < 0;
        if (wrong != 0 || (writes && !memory.isRam(high, 4))) {
            if (profile.failedTypeCounts()) {
                registers.lastDescriptorType(Descriptor.type(low));
            }
            fail(wrong);
            return;
        }
        emitter.emit(HardwareEvent.DESCRIPTOR, place.unit(), head() / size, low, high, 0);
        registers.lastDescriptorType(Descriptor.type(low));
        registers.set(Reg.IQH, 8, (head() + size) % bytes());
        if (waits && registers.timedOut() >= 0) {
            timeOut();
        } else if (waits) {
            complete(low, high);
        }
    }

    /** The status comes before the interrupt; there is one interrupt for all waits until software clears IWC. */
    private void complete(long low, long high) {
        if (Descriptor.SW.isSet(low)) {
            memory.snoopedPut(high, 4, Descriptor.DATA.get(low));
            emitter.emit(EventKind.CPU_WRITE, Actor.MACHINE, high, 4, Descriptor.DATA.get(low), 0);
        }
        if (Descriptor.IF.isSet(low) && registers.get(Reg.ICS, 4) == 0) {
            registers.set(Reg.ICS, 4, Reg.IWC);
            completion.raise();
        }
    }

    private void timeOut() {
        int sourceId = registers.timedOut();
        if (sourceId >= 0) {
            registers.timedOut(-1);
            record(SOURCE_OF_TIMEOUT, 2, sourceId);
            error(Reg.ITE, sourceId);
        }
    }

    private void fail(int info) {
        record(0, 4, info);
        error(Reg.IQE, info);
    }

    private void record(int offset, int widthBytes, int value) {
        if (profile.queueErrorRecord()) {
            registers.set(Reg.IQERCD + offset, widthBytes, value);
        }
    }

    private void error(long bit, int detail) {
        emitter.emit(HardwareEvent.QUEUE_ERROR, place.unit(), bit, head() / Descriptor.BYTES, detail, 0);
        faults.error(bit);
    }

    private boolean halted() {
        return (registers.get(Reg.FSTS, 4) & HALTED) != 0;
    }

    /** Hardware without scalable mode ignores the width. */
    private boolean wide() {
        return capabilities.scalableMode() && Queue.DW.isSet(registers.queue());
    }

    private long bytes() {
        return RegisterFile.BYTES * (1L << Queue.QS.get(registers.queue()));
    }

    private long head() {
        return Queue.OFFSET.in(registers.get(Reg.IQH, 8));
    }

    private long tail() {
        return Queue.OFFSET.in(registers.get(Reg.IQT, 8));
    }
}
