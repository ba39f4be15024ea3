package org.dmalab.api.cpu;

import org.dmalab.api.event.EventKind;
import org.dmalab.api.kernel.Field;
import org.dmalab.api.kernel.Struct;
import org.dmalab.api.kernel.Variable;
import org.dmalab.api.service.Services;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The kernel's execution context: which processor, which level. Patch and kernel code does everything through it, and
 * between two calls is a pure function of what they returned.
 *
 * <p>Every method ends in one {@link #op}: one scheduling point, one event. What it reaches depends on who made it: a
 * {@link LiveCpu} works on a machine, an explorer's replays a history. Code cannot tell, and need not.
 *
 * <p>A call that makes no sense (three bytes, a negative time) fails with {@link WrongUse}, in the same way whoever
 * made it; it is an error of the patch.
 */
@ProviderType
public abstract class Cpu {
    /** What {@link #choose} offers at most. */
    public static final int MAX_ALTERNATIVES = 4096;
    private final Level level;
    private final Services services;

    /**
     * For those who run kernel code.
     *
     * @param level the level the code runs at
     * @param services how the code reaches the variant
     */
    protected Cpu(Level level, Services services) {
        this.level = level;
        this.services = services;
    }

    /**
     * Executes one call.
     *
     * @param kind one of {@link Op}
     * @param a first operand
     * @param b second operand
     * @param c third operand
     * @param d fourth operand
     * @param e fifth operand
     * @return the result; 0 for kinds without one
     */
    protected abstract long op(int kind, long a, long b, long c, long d, long e);

    /** The level this code runs at; fixed for its whole run. */
    public final Level level() {
        return level;
    }

    /** The kernel's {@code in_interrupt()}: softirq or hardirq. */
    public final boolean inInterrupt() {
        return level != Level.USER;
    }

    /** How kernel code reaches the services of the variant in use. */
    public final Services services() {
        return services;
    }

    /** The same for every one: code must not depend on who runs it. */
    @Override
    public final String toString() {
        return "cpu";
    }

    /** The same for every one. */
    @Override
    public final int hashCode() {
        return 0;
    }

    /** The same object. */
    @Override
    public final boolean equals(Object other) {
        return this == other;
    }

    /** It is a call like others, so that it is known to whoever runs the code, even if the code catches it. */
    private WrongUse wrong(String what) {
        op(Op.WRONG_USE, Text.id(what), 0, 0, 0, 0);
        return new WrongUse(what);
    }

    private int width(String call, int widthBytes) {
        if (widthBytes <= 0 || widthBytes > 8 || (widthBytes & (widthBytes - 1)) != 0) {
            throw wrong(call + " of " + widthBytes + " bytes, expected 1, 2, 4 or 8");
        }
        return widthBytes;
    }

    /** The processor this code runs on now; it can change while preemption is on. */
    public final int processor() {
        return (int) op(Op.PROCESSOR, 0, 0, 0, 0, 0);
    }

    // ---- kernel variables ----

    /** Reads a kernel variable or field by address; an address outside the kernel's data is machine memory. */
    public final long load(long address, int widthBytes) {
        return op(Op.LOAD, address, width("load", widthBytes), 0, 0, 0);
    }

    /** Writes a kernel variable or field by address; an address outside the kernel's data is machine memory. */
    public final void store(long address, int widthBytes, long value) {
        op(Op.STORE, address, width("store", widthBytes), value, 0, 0);
    }

    /** Reads a kernel variable. */
    public final long load(Variable variable) {
        return op(Op.LOAD, variable.address(), variable.widthBytes(), 0, 0, 0);
    }

    /** Writes a kernel variable. */
    public final void store(Variable variable, long value) {
        op(Op.STORE, variable.address(), variable.widthBytes(), value, 0, 0);
    }

    /** Reads a field of the object at an address. */
    public final long load(long object, Field field) {
        return op(Op.LOAD, object + field.offset(), field.widthBytes(), 0, 0, 0);
    }

    /** Writes a field of the object at an address. */
    public final void store(long object, Field field, long value) {
        op(Op.STORE, object + field.offset(), field.widthBytes(), value, 0, 0);
    }

    /** Reads an element of an array of kernel variables. */
    public final long load(Variable array, long index) {
        return op(Op.LOAD, array.element(index), array.widthBytes(), 0, 0, 0);
    }

    /** Writes an element of an array of kernel variables. */
    public final void store(Variable array, long index, long value) {
        op(Op.STORE, array.element(index), array.widthBytes(), value, 0, 0);
    }

    /** {@code cmpxchg} of a kernel variable: returns the value before. */
    public final long compareExchange(Variable variable, long expected, long value) {
        return op(Op.COMPARE_EXCHANGE, variable.address(), variable.widthBytes(), 0, expected, value);
    }

    /** {@code cmpxchg} of a field of the object at an address: returns the value before. */
    public final long compareExchange(long object, Field field, long expected, long value) {
        return op(Op.COMPARE_EXCHANGE, object + field.offset(), field.widthBytes(), 0, expected, value);
    }

    /** Allocates a zeroed kernel object; 0 if there is no memory. */
    public final long alloc(Struct layout) {
        return alloc(layout, 1);
    }

    /** Allocates zeroed kernel objects side by side; 0 if there is no memory for them or none is asked for. */
    public final long alloc(Struct layout, long count) {
        return op(Op.ALLOC, layout.sizeBytes(), count, layout.id(), 0, 0);
    }

    /** Frees a kernel object; its bytes are poisoned and every later use is a violation. */
    public final void free(long address) {
        op(Op.FREE, address, 0, 0, 0, 0);
    }

    // ---- memory that hardware reads, registers, firmware ----

    /** Reads machine memory, through the processor's cache model where there is one. */
    public final long read(long address, int widthBytes, Endian order) {
        return op(Op.READ, address, width("read", widthBytes), order.ordinal(), 0, 0);
    }

    /** Writes machine memory, through the processor's cache model where there is one. */
    public final void write(long address, int widthBytes, Endian order, long value) {
        op(Op.WRITE, address, width("write", widthBytes), order.ordinal(), value, 0);
    }

    /** {@code cmpxchg} on machine memory, one step: returns the value before, writes if it was the expected one. */
    public final long compareExchange(long address, int widthBytes, Endian order, long expected, long value) {
        return op(Op.COMPARE_EXCHANGE, address, width("compareExchange", widthBytes), order.ordinal(), expected, value);
    }

    /**
     * Copies machine memory as one step that touches the length at {@code from} and at {@code to}; they may overlap.
     */
    public final void copy(long from, long to, long lengthBytes) {
        op(Op.COPY, from, to, lengthBytes, 0, 0);
    }

    /** Reads a device register. */
    public final long readRegister(long address, int widthBytes) {
        return op(Op.REG_READ, address, width("readRegister", widthBytes), 0, 0, 0);
    }

    /** Writes a device register. */
    public final void writeRegister(long address, int widthBytes, long value) {
        op(Op.REG_WRITE, address, width("writeRegister", widthBytes), value, 0, 0);
    }

    /** A hypercall with up to four arguments; returns its return code. */
    public final long hcall(long number, long a, long b, long c, long d) {
        return op(Op.HCALL, number, a, b, c, d);
    }

    /** Sets one argument beyond the fourth of the next hypercall or printk of this processor. */
    public final void argument(int index, long value) {
        op(Op.ARGUMENT, index, value, 0, 0, 0);
    }

    /** A register that the last hypercall returned: index 0 is R4 on pSeries. */
    public final long hcallResult(int index) {
        return op(Op.HCALL_RESULT, index, 0, 0, 0, 0);
    }

    /** Calls RTAS with the argument block at an address of machine memory (be32 token, nargs, nret, args, rets). */
    public final void rtas(long argumentBlock) {
        op(Op.RTAS, argumentBlock, 0, 0, 0, 0);
    }

    /** Reads PCI configuration space. */
    public final long readConfig(long sourceId, int offset, int widthBytes) {
        return op(Op.CONFIG_READ, sourceId, offset, width("readConfig", widthBytes), 0, 0);
    }

    /** Writes PCI configuration space. */
    public final void writeConfig(long sourceId, int offset, int widthBytes, long value) {
        op(Op.CONFIG_WRITE, sourceId, offset, width("writeConfig", widthBytes), value, 0);
    }

    /** One cache operation on one line. */
    public final void cache(CacheOp operation, long address) {
        op(Op.CACHE, operation.ordinal(), address, 0, 0, 0);
    }

    /** One TLB operation on this processor. */
    public final void tlb(TlbOp operation, long address) {
        op(Op.TLB, operation.ordinal(), address, 0, 0, 0);
    }

    /** A memory barrier. */
    public final void barrier(Barrier barrier) {
        op(Op.BARRIER, barrier.ordinal(), 0, 0, 0, 0);
    }

    // ---- interrupts, preemption, locks, other processors ----

    /** {@code local_irq_save}: interrupts off; returns the flags to restore. */
    public final long irqSave() {
        return op(Op.IRQ_SAVE, 0, 0, 0, 0, 0);
    }

    /** {@code local_irq_restore}. */
    public final void irqRestore(long flags) {
        if ((flags & ~1) != 0) {
            throw wrong("irqRestore of flags 0x" + Long.toHexString(flags) + ", expected what irqSave returned");
        }
        op(Op.IRQ_RESTORE, flags, 0, 0, 0, 0);
    }

    /** {@code preempt_disable}; nests. */
    public final void preemptDisable() {
        op(Op.PREEMPT_DISABLE, 0, 0, 0, 0, 0);
    }

    /** {@code preempt_enable}. */
    public final void preemptEnable() {
        op(Op.PREEMPT_ENABLE, 0, 0, 0, 0, 0);
    }

    /** {@code spin_lock} on the lock word at an address; as in the kernel, preemption is off while it is held. */
    public final void lock(long address) {
        op(Op.LOCK, address, 0, 0, 0, 0);
    }

    /** {@code spin_lock} on a lock variable. */
    public final void lock(Variable lock) {
        op(Op.LOCK, lock.address(), 0, 0, 0, 0);
    }

    /** {@code spin_unlock}. */
    public final void unlock(long address) {
        op(Op.UNLOCK, address, 0, 0, 0, 0);
    }

    /** {@code spin_unlock} on a lock variable. */
    public final void unlock(Variable lock) {
        op(Op.UNLOCK, lock.address(), 0, 0, 0, 0);
    }

    /** Sends an inter-processor interrupt; the target's handler receives vector and argument. */
    public final void ipi(int processor, int vector, long argument) {
        op(Op.IPI, processor, vector, argument, 0, 0);
    }

    /** Waits until the kernel variable at an address has a value. */
    public final void await(long address, int widthBytes, long value) {
        op(Op.AWAIT, address, width("await", widthBytes), value, 0, 0);
    }

    /** Waits with a timeout in simulated time; returns false when it ran out. */
    public final boolean await(long address, int widthBytes, long value, long timeoutNanos) {
        if (timeoutNanos < 0) {
            throw wrong("await with a timeout of " + timeoutNanos + " ns, expected 0 (none) or more");
        }
        return op(Op.AWAIT, address, width("await", widthBytes), value, timeoutNanos, 0) != 0;
    }

    /** Lets simulated time pass. */
    public final void delay(long nanoseconds) {
        if (nanoseconds < 0) {
            throw wrong("delay of " + nanoseconds + " ns, expected 0 or more");
        }
        op(Op.DELAY, nanoseconds, 0, 0, 0, 0);
    }

    /**
     * Head of an unbounded loop: what follows depends on where it is called from, the label and these locals only, not
     * on locals of callers.
     */
    public final void mark(int label, long local0, long local1, long local2) {
        op(Op.MARK, label, local0, local1, local2, 0);
    }

    /** A free choice, of at most {@link #MAX_ALTERNATIVES}, that an explorer tries in every way; 0 otherwise. */
    public final int choose(int alternatives) {
        if (alternatives < 1 || alternatives > MAX_ALTERNATIVES) {
            throw wrong("choose of " + alternatives + " alternatives, expected 1 to " + MAX_ALTERNATIVES);
        }
        return (int) op(Op.CHOOSE, alternatives, 0, 0, 0, 0);
    }

    // ---- what the kernel says ----

    /**
     * Prints a kernel message. Each value beyond the fourth is handed over by an {@link #argument} of its own before,
     * which is a call and so a scheduling point.
     *
     * @param format an id of {@link Text}
     * @param values the values that the format takes, up to {@link Processors#ARGUMENTS}
     */
    public final void printk(long format, long... values) {
        String broken = Text.brokenFormat(format);
        if (broken != null) {
            throw wrong("printk: " + broken);
        }
        if (values.length > Processors.ARGUMENTS) {
            throw wrong("printk of " + values.length + " values, expected at most " + Processors.ARGUMENTS);
        }
        for (int i = 4; i < values.length; i++) {
            argument(i, values[i]);
        }
        op(Op.PRINTK, format, value(values, 0), value(values, 1), value(values, 2), value(values, 3));
    }

    private static long value(long[] values, int index) {
        return index < values.length ? values[index] : 0;
    }

    /** A WARN_ON that fired. */
    public final void warn(long text) {
        op(Op.WARN, text, 0, 0, 0, 0);
    }

    /** A BUG_ON that fired: the code does not go on. */
    public final void bug(long text) {
        op(Op.BUG, text, 0, 0, 0, 0);
        throw new KernelBug(Text.of(text));
    }

    /** Announces something to oracles and the timeline; no effect on the machine. */
    public final void note(int eventKind, long a, long b, long c, long d) {
        if (eventKind < EventKind.FIRST) {
            throw wrong("note of event kind " + eventKind + ", expected one from " + EventKind.FIRST + " on");
        }
        op(Op.NOTE, eventKind, a, b, c, d);
    }
}
