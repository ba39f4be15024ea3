package org.dmalab.vtd.hardware;

import org.dmalab.api.event.EventKind;

/** Kinds of events of the remapping unit; the operands a to d are listed. */
public final class HardwareEvent {
    /** An address was translated: bus address, physical address, how ({@link #CONTEXT_HIT}...), domain-id. */
    public static final int TRANSLATED = EventKind.ARCHITECTURE;
    /** A context entry was fetched and cached: source-id, lower half, upper half. */
    public static final int CONTEXT_CACHED = EventKind.ARCHITECTURE + 1;
    /** The context cache was flushed: scope (1 all, 2 domain, 3 device), domain-id, source-id, entries dropped. */
    public static final int CONTEXT_FLUSHED = EventKind.ARCHITECTURE + 2;
    /** The IOTLB was flushed: scope (1 all, 2 domain, 3 pages), domain-id, address and mask, entries dropped. */
    public static final int IOTLB_FLUSHED = EventKind.ARCHITECTURE + 3;
    /** A fault was recorded: record number, source-id, page address, reason. */
    public static final int FAULT_RECORDED = EventKind.ARCHITECTURE + 4;
    /** A fault was not recorded: why (1 overflow, 2 same source-id pending, 3 FPD), source-id, address, reason. */
    public static final int FAULT_UNRECORDED = EventKind.ARCHITECTURE + 5;
    /** A table entry was read: physical address, level (8 PASID directory, 7 PASID table,
     *  6 root, 5 context, 4 to 1 second-level). */
    public static final int TABLE_READ = EventKind.ARCHITECTURE + 6;
    /** The unit emptied its caches by itself: 1 root table pointer set, 2 translation enable changed. */
    public static final int CACHES_RESET = EventKind.ARCHITECTURE + 7;
    /** A descriptor of the invalidation queue was executed: index, lower half, upper half. */
    public static final int DESCRIPTOR = EventKind.ARCHITECTURE + 8;
    /** A dirty line went to memory: address, why (1 its place was needed, 2 by itself, 3 a device wrote to it). */
    public static final int LINE_WRITTEN_BACK = EventKind.ARCHITECTURE + 9;
    /** The unit read the first half of a context entry: address of the entry, half (1 lower, 2 upper), value. */
    public static final int HALF_READ = EventKind.ARCHITECTURE + 10;
    /** The invalidation queue has an error: bit of FSTS, head in units of 16 bytes, IQEI or the source-id. */
    public static final int QUEUE_ERROR = EventKind.ARCHITECTURE + 11;
    /** A device's TLB was invalidated: source-id, address, bytes, entries dropped or -1 if it does not answer. */
    public static final int DEVICE_TLB_FLUSHED = EventKind.ARCHITECTURE + 12;
    /** The PASID cache was flushed: scope (0 domain, 1 PASID, 3 all), domain-id, PASID, entries dropped. */
    public static final int PASIDS_FLUSHED = EventKind.ARCHITECTURE + 13;
    /** A processor reached for memory that is not there: address as it named it, width in bytes. */
    public static final int PAGE_FAULT = EventKind.ARCHITECTURE + 14;

    /** {@link #TRANSLATED}: the context entry came from the context cache. */
    public static final long CONTEXT_HIT = 1;
    /** {@link #TRANSLATED}: the translation came from the IOTLB. */
    public static final long IOTLB_HIT = 2;
    /** {@link #TRANSLATED}: the walk began at a table pointer from the paging-structure cache. */
    public static final long PAGING_HIT = 4;

    private HardwareEvent() { }
}
