package org.dmalab.api.service;

import org.dmalab.api.cpu.Cpu;
import org.osgi.annotation.versioning.ConsumerType;

/** React to memory going on or off line. */
@ConsumerType
public interface MemoryNotifier {
    /** {@code MEM_ONLINE}. */
    int MEM_ONLINE = 1;
    /** {@code MEM_GOING_OFFLINE}. */
    int MEM_GOING_OFFLINE = 2;
    /** {@code MEM_OFFLINE}. */
    int MEM_OFFLINE = 4;
    /** {@code MEM_GOING_ONLINE}. */
    int MEM_GOING_ONLINE = 8;
    /** {@code MEM_CANCEL_ONLINE}. */
    int MEM_CANCEL_ONLINE = 16;
    /** {@code MEM_CANCEL_OFFLINE}. */
    int MEM_CANCEL_OFFLINE = 32;
    /** {@code NOTIFY_OK}. */
    long NOTIFY_OK = 1;
    /** {@code NOTIFY_BAD}: stop the chain, refuse. */
    long NOTIFY_BAD = 0x8002;

    /**
     * One event of the memory notifier chain.
     *
     * @param cpu where it runs
     * @param action one of the MEM_ constants
     * @param startPfn first page frame
     * @param pageCount number of pages
     * @return {@link #NOTIFY_OK} or {@link #NOTIFY_BAD}
     */
    long notify(Cpu cpu, int action, long startPfn, long pageCount);
}
