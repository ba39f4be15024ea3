package org.dmalab.api.cpu;

import org.dmalab.api.Machine;
import org.dmalab.api.event.Actor;
import org.dmalab.api.event.EventKind;
import org.dmalab.api.kernel.KernelMemory;
import org.dmalab.api.port.Memory;
import org.dmalab.api.port.Ports;
import org.dmalab.api.store.Region;

/** A processor of a live machine: every call takes effect at once. */
public final class LiveCpu extends Cpu {
    /** What one {@link Op#COPY} may move: more is a length that went wrong. */
    private static final long MAX_COPY_BYTES = 16L << 20;
    private final Machine machine;
    private final KernelMemory kernel;
    private final Region variables;
    private final long variablesBase;
    /** An offset below it begins an access of any width that stays among the variables. */
    private final int variablesEnd;
    private final int processor;
    private final int actor;

    /** For {@link Machine#cpu}. */
    public LiveCpu(Machine machine, int processor, Level level) {
        super(level, machine.services());
        this.machine = machine;
        this.kernel = machine.kernel();
        this.variables = kernel.data();
        this.variablesBase = kernel.base();
        this.variablesEnd = kernel.staticBytes() - 7;
        this.processor = processor;
        this.actor = Actor.processor(processor, level);
    }

    /** The machine it belongs to. */
    public Machine machine() {
        return machine;
    }

    /** The number of this processor. */
    public int number() {
        return processor;
    }

    /** Processor and level as an actor of events. */
    public int actor() {
        return actor;
    }

    @Override
    protected long op(int kind, long a, long b, long c, long d, long e) {
        Hook hook = machine.hook();
        return hook == null ? execute(kind, a, b, c, d, e) : hook.call(this, kind, a, b, c, d, e);
    }

    /**
     * Takes one call's effect on the machine; for hooks.
     *
     * @return the call's result
     */
    public long execute(int kind, long a, long b, long c, long d, long e) {
        long offset = a - variablesBase;
        if (kind <= Op.STORE && offset >= 0 && offset < variablesEnd) {
            if (kind == Op.LOAD) {
                return variables.load(offset, (int) b);
            }
            variables.store(offset, (int) b, c);
            return 0;
        }
        return executeOther(kind, a, b, c, d, e);
    }

    private long executeOther(int kind, long a, long b, long c, long d, long e) {
        if (kind <= Op.STORE && kernel.contains(a)) {
            if (!kernel.contains(a, (int) b)) {
                throw new KernelBug("unable to handle kernel paging request: " + b + " bytes at 0x"
                        + Long.toHexString(a) + " reach over the end of the kernel's data");
            }
            if (kernel.unallocated(a, (int) b)) {
                machine.emitter().emit(EventKind.USE_AFTER_FREE, actor, a, kind, 0, 0);
            }
            if (kind == Op.LOAD) {
                return kernel.load(a, (int) b);
            }
            kernel.store(a, (int) b, c);
            return 0;
        }
        return kind <= Op.CONFIG_WRITE ? executePort(kind, a, b, c, d, e) : executeProcessor(kind, a, b, c, d, e);
    }

    private long executePort(int kind, long a, long b, long c, long d, long e) {
        Ports ports = machine.ports();
        switch (kind) {
            case Op.LOAD:
                return ports.memory().read(processor, a, (int) b, Endian.LITTLE);
            case Op.STORE:
                ports.memory().write(processor, a, (int) b, Endian.LITTLE, c);
                return 0;
            case Op.READ:
                return ports.memory().read(processor, a, (int) b, Endian.of(c));
            case Op.WRITE:
                ports.memory().write(processor, a, (int) b, Endian.of(c), d);
                return 0;
            case Op.COPY:
                copy(ports.memory(), a, b, c);
                return 0;
            case Op.REG_READ:
                return Ports.require(ports.registers(), "registers").read(a, (int) b);
            case Op.REG_WRITE:
                Ports.require(ports.registers(), "registers").write(a, (int) b, c);
                return 0;
            case Op.HCALL:
                return hypercall(a, b, c, d, e);
            case Op.HCALL_RESULT:
                return machine.processors().result(processor, (int) a);
            case Op.RTAS:
                Ports.require(ports.firmware(), "RTAS").rtas(a);
                return 0;
            case Op.CONFIG_READ:
                return Ports.require(ports.config(), "PCI configuration space").read(a, (int) b, (int) c);
            default:
                Ports.require(ports.config(), "PCI configuration space").write(a, (int) b, (int) c, d);
                return 0;
        }
    }

    /** By the widest accesses that are aligned on both sides; backwards where the target overlaps what is to come. */
    private void copy(Memory memory, long from, long to, long lengthBytes) {
        if (lengthBytes < 0 || lengthBytes > MAX_COPY_BYTES) {
            throw new KernelBug("copy of " + lengthBytes + " bytes from 0x" + Long.toHexString(from) + " to 0x"
                    + Long.toHexString(to) + ", at most " + MAX_COPY_BYTES + " in one call");
        }
        boolean backwards = Long.compareUnsigned(to - from, lengthBytes) < 0;
        long done = 0;
        while (done < lengthBytes) {
            long left = lengthBytes - done;
            long end = backwards ? left : done;
            int width = 8;
            while (width > left || ((from + end | to + end) & (width - 1)) != 0) {
                width >>= 1;
            }
            long at = backwards ? left - width : done;
            memory.write(processor, to + at, width, Endian.LITTLE,
                    memory.read(processor, from + at, width, Endian.LITTLE));
            done += width;
        }
    }

    private long hypercall(long number, long a, long b, long c, long d) {
        Processors processors = machine.processors();
        long[] arguments = new long[Processors.ARGUMENTS];
        arguments[0] = a;
        arguments[1] = b;
        arguments[2] = c;
        arguments[3] = d;
        for (int i = 4; i < arguments.length; i++) {
            arguments[i] = processors.takeArgument(processor, i);
        }
        long[] results = new long[Processors.RESULTS];
        long code = Ports.require(machine.ports().firmware(), "hypervisor").hcall(number, arguments, results);
        for (int i = 0; i < results.length; i++) {
            processors.setResult(processor, i, results[i]);
        }
        return code;
    }

    private long executeProcessor(int kind, long a, long b, long c, long d, long e) {
        Processors processors = machine.processors();
        switch (kind) {
            case Op.CACHE:
                machine.ports().memory().cache(processor, CacheOp.of(a), b);
                return 0;
            case Op.TLB:
                machine.ports().memory().tlb(processor, TlbOp.of(a), b);
                return 0;
            case Op.BARRIER:
                if (a == Barrier.SYNC.ordinal()) {
                    machine.ports().memory().drain(processor);
                }
                return 0;
            case Op.IRQ_SAVE:
                return processors.setIrqsOff(processor, 1);
            case Op.IRQ_RESTORE:
                processors.setIrqsOff(processor, a);
                if (a == 0) {
                    machine.deliverPending(processor);
                }
                return 0;
            case Op.PREEMPT_DISABLE:
                processors.addPreempt(processor, 1);
                return 0;
            case Op.PREEMPT_ENABLE:
                processors.addPreempt(processor, -1);
                return 0;
            case Op.LOCK:
                lockOrBlock(a);
                processors.addPreempt(processor, 1);
                return 0;
            case Op.UNLOCK:
                unlockOrReport(a);
                processors.addPreempt(processor, -1);
                return 0;
            case Op.IPI:
                processors.post((int) a, (int) b, c);
                machine.deliverPending((int) a);
                return 0;
            case Op.ARGUMENT:
                processors.setArgument(processor, (int) a, b);
                return 0;
            case Op.PROCESSOR:
                return processor;
            default:
                return executeKernel(kind, a, b, c, d, e);
        }
    }

    private long executeKernel(int kind, long a, long b, long c, long d, long e) {
        switch (kind) {
            case Op.AWAIT:
                return awaitOrBlock(a, (int) b, c, d);
            case Op.COMPARE_EXCHANGE:
                return compareExchange(a, b, c, d, e);
            case Op.DELAY:
                machine.advance(a);
                return 0;
            case Op.WRONG_USE:
                throw new WrongUse(Text.of(a));
            case Op.ALLOC:
                return kernel.alloc(a, b, c);
            case Op.FREE:
                if (!kernel.free(a)) {
                    machine.emitter().emit(EventKind.USE_AFTER_FREE, actor, a, 2, 0, 0);
                }
                return 0;
            case Op.PRINTK:
                print(a, b, c, d, e);
                return 0;
            case Op.NOTE:
                machine.emitter().emit((int) a, actor, b, c, d, e);
                return 0;
            default:
                return 0; // MARK, CHOOSE, WARN, BUG: for whoever listens
        }
    }

    /** Read and write as one step; both are events, as they are by themselves. */
    private long compareExchange(long address, long widthBytes, long order, long expected, long value) {
        boolean variable = kernel.contains(address);
        long before = variable ? executeOther(Op.LOAD, address, widthBytes, 0, 0, 0)
                : executePort(Op.READ, address, widthBytes, order, 0, 0);
        if (before == expected) {
            if (variable) {
                executeOther(Op.STORE, address, widthBytes, value, 0, 0);
            } else {
                executePort(Op.WRITE, address, widthBytes, order, value, 0);
            }
        }
        return before;
    }

    private void print(long format, long a, long b, long c, long d) {
        long[] values = new long[Processors.ARGUMENTS];
        values[0] = a;
        values[1] = b;
        values[2] = c;
        values[3] = d;
        for (int i = 4; i < values.length; i++) {
            values[i] = machine.processors().takeArgument(processor, i);
        }
        machine.dmesg().append(machine.timeNanos(), format, values);
    }

    /**
     * Reads a kernel variable that code locks, releases or waits for.
     *
     * @throws KernelBug if it is not in the kernel's data
     */
    public long variable(long address, int widthBytes) {
        if (!kernel.contains(address, widthBytes)) {
            throw new KernelBug("unable to handle kernel paging request: a lock or a value to wait for at 0x"
                    + Long.toHexString(address) + ", which is not in the kernel's data");
        }
        if (kernel.unallocated(address, widthBytes)) {
            machine.emitter().emit(EventKind.USE_AFTER_FREE, actor, address, Op.LOAD, 0, 0);
        }
        return kernel.load(address, widthBytes);
    }

    private void lockOrBlock(long address) {
        long holder = variable(address, 4);
        if (holder != 0) {
            machine.emitter().emit(EventKind.BLOCKED, actor, 0, address, holder, 0);
            throw new Blocked(Actor.name(actor) + " waits for " + kernel.nameOf(address) + ", held by cpu"
                    + (holder - 1));
        }
        kernel.store(address, 4, processor + 1L);
    }

    private void unlockOrReport(long address) {
        long holder = variable(address, 4);
        if (holder != processor + 1L) {
            machine.emitter().emit(EventKind.UNLOCK_UNOWNED, actor, address, holder, 0, 0);
        }
        kernel.store(address, 4, 0);
    }

    private long awaitOrBlock(long address, int widthBytes, long value, long timeoutNanos) {
        while (variable(address, widthBytes) != value) {
            if (machine.progress()) {
                continue;
            }
            if (timeoutNanos > 0) {
                machine.advance(timeoutNanos);
                return 0;
            }
            long found = kernel.load(address, widthBytes);
            machine.emitter().emit(EventKind.BLOCKED, actor, 1, address, found, 0);
            throw new Blocked(Actor.name(actor) + " waits for " + kernel.nameOf(address) + " = " + value
                    + ", it stays " + found);
        }
        return 1;
    }
}
