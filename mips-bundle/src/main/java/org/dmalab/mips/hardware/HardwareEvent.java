package org.dmalab.mips.hardware;

import org.dmalab.api.event.EventKind;

/** Kinds of events of this hardware; the operands a to d are listed. The actor is the processor. */
public final class HardwareEvent {
    /** A CACHE instruction: operation, virtual address, physical address or {@link #NO_ADDRESS}, flags. */
    public static final int CACHE_LINE = EventKind.ARCHITECTURE;
    /** A TLB maintenance operation: virtual address, 1 if everything. */
    public static final int TLB_FLUSH = EventKind.ARCHITECTURE + 1;
    /** A TLB exception that loaded a pair: virtual address, even entry, odd entry. */
    public static final int TLB_REFILL = EventKind.ARCHITECTURE + 2;
    /** An access that is not mapped, not aligned or has no memory behind it: virtual address, cause. */
    public static final int ACCESS_FAULT = EventKind.ARCHITECTURE + 3;
    /** A core fetched a line that nobody asked for: physical address of the line, 1 if for a store. */
    public static final int PREFETCH = EventKind.ARCHITECTURE + 4;

    /** An instruction was fetched: physical address, width, value, the newest value that the data side has. */
    public static final int FETCH = EventKind.ARCHITECTURE + 5;

    /** Flag of {@link #CACHE_LINE}: the line was there. */
    public static final long HIT = 1;
    /** Flag: it was dirty and was written back. */
    public static final long WRITTEN_BACK = 2;
    /** Flag: it was dirty and its data was dropped. */
    public static final long DROPPED = 4;
    /** Flag: the address is uncached, so nothing happened. */
    public static final long UNCACHED = 8;
    /** Flag: the processor had interrupts off. */
    public static final long IRQS_OFF = 16;
    /** Physical address of an index operation. */
    public static final long NO_ADDRESS = -1;

    /** Cause of {@link #ACCESS_FAULT}: no page table entry. */
    public static final long NOT_MAPPED = 0;
    /** Cause: address error. */
    public static final long NOT_ALIGNED = 1;
    /** Cause: bus error. */
    public static final long NO_MEMORY = 2;

    private HardwareEvent() { }
}
