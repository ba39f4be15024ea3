package org.dmalab.api.cpu;

/**
 * The kinds of call on a {@link Cpu}. Each is one scheduling point and one event; the operands a to e are listed.
 */
public final class Op {
    /** Kernel variable: address, width. */
    public static final int LOAD = 0;
    /** Kernel variable: address, width, value. */
    public static final int STORE = 1;
    /** Machine memory: address, width, 1 if big endian. */
    public static final int READ = 2;
    /** Machine memory: address, width, 1 if big endian, value. */
    public static final int WRITE = 3;
    /** Machine memory: from, to, length in bytes, at most 16 MiB. */
    public static final int COPY = 4;
    /** Device register: address, width. */
    public static final int REG_READ = 5;
    /** Device register: address, width, value. */
    public static final int REG_WRITE = 6;
    /** Hypercall: number, then up to four arguments; more by {@link #ARGUMENT}. Result: the return code. */
    public static final int HCALL = 7;
    /** Register that the last hypercall of this processor returned: index from 0 (R4 on pSeries). */
    public static final int HCALL_RESULT = 8;
    /** RTAS call: address of the argument block in machine memory. */
    public static final int RTAS = 9;
    /** PCI configuration space: source-id, offset, width. */
    public static final int CONFIG_READ = 10;
    /** PCI configuration space: source-id, offset, width, value. */
    public static final int CONFIG_WRITE = 11;
    /** Cache operation: {@link CacheOp} ordinal, address. */
    public static final int CACHE = 12;
    /** TLB operation: {@link TlbOp} ordinal, address. */
    public static final int TLB = 13;
    /** Memory barrier: {@link Barrier} ordinal. */
    public static final int BARRIER = 14;
    /** Interrupts off on this processor. Result: the flags before. */
    public static final int IRQ_SAVE = 15;
    /** Interrupt flags: what IRQ_SAVE returned. */
    public static final int IRQ_RESTORE = 16;
    /** Preemption off, counted. */
    public static final int PREEMPT_DISABLE = 17;
    /** Preemption back on, counted. */
    public static final int PREEMPT_ENABLE = 18;
    /** Spinlock: address of the lock word. */
    public static final int LOCK = 19;
    /** Spinlock: address of the lock word. */
    public static final int UNLOCK = 20;
    /** Inter-processor interrupt: target processor, vector, argument. */
    public static final int IPI = 21;
    /** Wait: kernel address, width, value, timeout in nanoseconds (0: none). Result: 1 met, 0 timed out. */
    public static final int AWAIT = 22;
    /** Simulated time: nanoseconds. */
    public static final int DELAY = 23;
    /** Head of an unbounded loop: label, then the locals that what follows depends on. */
    public static final int MARK = 24;
    /** Free choice: number of alternatives. Result: 0 to n-1; 0 when nobody explores. */
    public static final int CHOOSE = 25;
    /**
     * Kernel objects: size of one in bytes, how many, id of their layout ({@link org.dmalab.api.kernel.Struct#id}).
     * Result: address, 0 if there is no memory.
     */
    public static final int ALLOC = 26;
    /** Kernel object: address. */
    public static final int FREE = 27;
    /** Kernel log: format id, then up to four values; more by {@link #ARGUMENT}. */
    public static final int PRINTK = 28;
    /** WARN_ON that fired: text id. */
    public static final int WARN = 29;
    /** BUG_ON that fired: text id. */
    public static final int BUG = 30;
    /** An announcement to oracles and timeline: event kind, then four values. Has no effect on the machine. */
    public static final int NOTE = 31;
    /** One argument beyond the fourth of the next HCALL or PRINTK: index, value. */
    public static final int ARGUMENT = 32;
    /** The processor that this code runs on now. */
    public static final int PROCESSOR = 33;
    /** A service is entered while the variant may be exchanged. Result: the number of the variant in use. */
    public static final int SERVICE = 34;
    /**
     * Compare and exchange, of a kernel variable or machine memory: address, width, 1 if big endian (machine memory
     * only), expected, new value. Result: the value before; the new one is written if it was the expected one.
     */
    public static final int COMPARE_EXCHANGE = 35;
    /** The Cpu was called as nobody may: text id of what was wrong. Does nothing but fail. */
    public static final int WRONG_USE = 36;
    /** Number of kinds; hardware events are numbered from {@link org.dmalab.api.event.EventKind#FIRST}. */
    public static final int COUNT = 37;

    private static final String[] NAMES = {"load", "store", "read", "write", "copy", "reg.read", "reg.write", "hcall",
        "hcall.result", "rtas", "config.read", "config.write", "cache", "tlb", "barrier", "irq.save", "irq.restore",
        "preempt.disable", "preempt.enable", "lock", "unlock", "ipi", "await", "delay", "mark", "choose", "alloc",
        "free", "printk", "warn", "bug", "note", "argument", "processor", "service", "cmpxchg", "wrong.use"};

    private Op() { }

    /** The name of a kind as traces print it. */
    public static String name(int kind) {
        return kind >= 0 && kind < COUNT ? NAMES[kind] : "op " + kind;
    }
}
