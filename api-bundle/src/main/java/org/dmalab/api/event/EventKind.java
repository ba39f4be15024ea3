package org.dmalab.api.event;

/**
 * Kinds of events that are not calls on a Cpu: what hardware does by itself, and what kernel code announces with
 * {@code cpu.note}. Kinds of an architecture start at {@link #ARCHITECTURE}; the operands a to e are listed.
 */
public final class EventKind {
    /** First kind that is no {@link org.dmalab.api.cpu.Op}. */
    public static final int FIRST = 256;

    /** A device read memory: bus address, physical address, width, value. Actor: the device. */
    public static final int DMA_READ = 256;
    /** A device wrote memory: bus address, physical address, width, value. Actor: the device. */
    public static final int DMA_WRITE = 257;
    /** Remapping hardware refused a DMA: bus address, 1 if a write, reason in the hardware's numbering. */
    public static final int DMA_FAULT = 258;
    /** A DMA was lost without a record: bus address, 1 if a write. */
    public static final int DMA_DROPPED = 259;
    /** A DMA reached an address with no memory behind it: bus address, physical address, width, 1 if a write. */
    public static final int DMA_ABORT = 260;
    /** A device was given a buffer: source-id, bus address, physical address, {@code length | direction << 56}. */
    public static final int BUFFER_TO_DEVICE = 261;
    /** The kernel took a buffer back: source-id, bus address, physical address, {@code length | direction << 56}. */
    public static final int BUFFER_TO_CPU = 262;
    /** A processor wrote memory: physical address, width, value (least significant byte first). */
    public static final int CPU_WRITE = 263;
    /** A processor read memory: physical address, width, value (least significant byte first). */
    public static final int CPU_READ = 264;
    /** A cache line went to memory: physical address, length, 1 if evicted and not asked for. */
    public static final int WRITE_BACK = 265;
    /** Access to a kernel object that is not allocated: address, 1 if a write, 2 if freed twice or never allocated. */
    public static final int USE_AFTER_FREE = 266;
    /** Code waits for what will not come: 0 lock or 1 await, address, value it holds. */
    public static final int BLOCKED = 267;
    /** A lock was released by who does not hold it: address, value it holds. */
    public static final int UNLOCK_UNOWNED = 268;
    /** An interrupt was taken: vector or source, argument. */
    public static final int INTERRUPT = 269;
    /** The firmware or a register refused a command: number, code. */
    public static final int COMMAND_REFUSED = 271;
    /** An action of a scenario began: text id of its name. */
    public static final int ACTION = 273;
    /** An action ended: text id of its name, result. */
    public static final int ACTION_END = 274;
    /** Something in plain words: text id of a format, up to three values. */
    public static final int REMARK = 275;
    /**
     * The kernel took a part of a buffer for a time, which stays mapped ({@code dma_sync_*_for_cpu}): source-id, bus
     * address, physical address, {@code length | direction << 56}. Until it is given back the processor owns it.
     */
    public static final int BUFFER_SYNC_FOR_CPU = 276;
    /** It gave such a part back ({@code dma_sync_*_for_device}): the same operands. */
    public static final int BUFFER_SYNC_FOR_DEVICE = 277;
    /** First kind that an architecture defines for itself. */
    public static final int ARCHITECTURE = 1024;

    private EventKind() { }
}
