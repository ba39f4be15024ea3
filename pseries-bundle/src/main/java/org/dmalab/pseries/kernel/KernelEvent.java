package org.dmalab.pseries.kernel;

import org.dmalab.api.event.EventKind;

/** What kernel code announces besides DMA buffers. */
public final class KernelEvent {
    /** The memory notifier chain was called: action, first page frame, number of page frames, what it answered. */
    public static final int MEMORY_NOTIFY = EventKind.ARCHITECTURE + 64;
    /** A memory block changed its state: physical address, size, 1 if it is online now. */
    public static final int MEMORY_BLOCK = EventKind.ARCHITECTURE + 65;

    private KernelEvent() { }
}
