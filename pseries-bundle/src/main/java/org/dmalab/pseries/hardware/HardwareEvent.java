package org.dmalab.pseries.hardware;

import org.dmalab.api.event.EventKind;

/** What this hardware announces besides DMA; operands a to d are listed. */
public final class HardwareEvent {
    /** A TCE table came into use: LIOBN, page shift, entries, bus address. */
    public static final int TABLE_ENABLED = EventKind.ARCHITECTURE;
    /** A TCE table went out of use: LIOBN, entries that it had. */
    public static final int TABLE_DISABLED = EventKind.ARCHITECTURE + 1;
    /** An RTAS call was answered: token, status, then two of its arguments or results, see {@link Rtas}. */
    public static final int RTAS = EventKind.ARCHITECTURE + 2;
    /** EEH: a partitionable endpoint was frozen because of a refused DMA: PHB, bus address. */
    public static final int PE_FROZEN = EventKind.ARCHITECTURE + 3;
    /** The hypervisor ended itself: text id of the reason, LIOBN. */
    public static final int HYPERVISOR_ABORT = EventKind.ARCHITECTURE + 4;
    /** The partition gained or lost memory: physical address, length, 1 if gained. */
    public static final int MEMORY_ASSIGNED = EventKind.ARCHITECTURE + 5;
    /** The partition was reset. */
    public static final int RESET = EventKind.ARCHITECTURE + 6;
    /** Reason of {@link EventKind#DMA_FAULT}: no window holds the bus address. */
    public static final int NO_WINDOW = 1;
    /** Reason of {@link EventKind#DMA_FAULT}: the TCE does not permit it. */
    public static final int NO_PERMISSION = 2;

    private HardwareEvent() { }
}
