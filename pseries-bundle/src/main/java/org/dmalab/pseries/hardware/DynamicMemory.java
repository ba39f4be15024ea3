package org.dmalab.pseries.hardware;

import org.dmalab.api.store.Region;
import org.dmalab.api.store.Store;
import org.dmalab.pseries.hardware.Rtas.Answer;

/**
 * Logical memory blocks that come and go (LoPAR 13.5.3, set-indicator 9001 and 9003 of 7.3.5.3). The platform plugs a
 * block first, as a person or a management console asks; then the partition may take it. A block that was not plugged,
 * that lies beyond what the platform has, or that the partition had at boot can not be taken; one can not be given back
 * that nobody asked to have back. Measured on QEMU 7.2, which answers all of these with a parameter error.
 */
public final class DynamicMemory {
    private static final long ALLOCATION_STATE = 9003;
    private static final long ISOLATION_STATE = 9001;
    private static final int BITS = 6;

    private final MachineMemory memory;
    private final RtasBlock blocks;
    private final long lmbBytes;
    private final boolean isolateNeedsUnplug;
    private final Region capacity;
    private final Region plugged;
    private final Region unplugging;

    DynamicMemory(Store store, MachineMemory memory, RtasBlock blocks, long lmbBytes, boolean isolateNeedsUnplug) {
        this.memory = memory;
        this.blocks = blocks;
        this.lmbBytes = lmbBytes;
        this.isolateNeedsUnplug = isolateNeedsUnplug;
        this.capacity = store.dense("memory.capacity", 1, Region.Kind.STATE, cell -> "end of memory to be had");
        this.plugged = declare(store, "memory.plugged", "plugged", lmbBytes);
        this.unplugging = declare(store, "memory.unplugging", "asked back", lmbBytes);
    }

    private static Region declare(Store store, String name, String what, long lmbBytes) {
        return store.sparse(name, Math.max(1, (MachineMemory.END / lmbBytes) >>> BITS), Region.Kind.STATE,
                cell -> "memory " + what + " from 0x" + Long.toHexString((cell << BITS) * lmbBytes));
    }

    /** The end of the memory that the platform has for the partition: ibm,lrdr-capacity. */
    public long capacity() {
        return capacity.get(0);
    }

    /** The partition is on a platform that has so much for it. */
    public void setCapacity(long end) {
        capacity.set(0, end);
    }

    /** The platform gives blocks that may be taken: not what is there already, nor what starts beyond its end. */
    public void plug(long start, long bytes) {
        for (long lmb = start / lmbBytes; lmb < (start + bytes) / lmbBytes; lmb++) {
            if (lmb * lmbBytes < capacity() && !memory.isPresent(lmb * lmbBytes)) {
                set(plugged, lmb, true);
            }
        }
    }

    /** The platform asks for blocks back. One that needs to be asked can ask for what it plugged only. */
    public void requestUnplug(long start, long bytes) {
        for (long lmb = start / lmbBytes; lmb < (start + bytes) / lmbBytes; lmb++) {
            set(unplugging, lmb, !isolateNeedsUnplug || isSet(plugged, lmb));
        }
    }

    /** set-indicator: indicator, DRC index, state; 1 result. */
    Answer setIndicator(long block) {
        long indicator = blocks.argument(block, 0);
        long index = blocks.argument(block, 1);
        long state = blocks.argument(block, 2);
        long lmb = index - Rtas.LMB_DRC;
        boolean known = lmb >= 0 && lmb < MachineMemory.END / lmbBytes;
        boolean done = blocks.hasCounts(block, 3, 1) && known && set(indicator, lmb, state);
        return done ? new Answer(Papr.RTAS_SUCCESS, index, state) : Answer.parameterError(index, state);
    }

    private boolean set(long indicator, long lmb, long state) {
        if (indicator == ALLOCATION_STATE) {
            return state != 0 ? allocate(lmb) : release(lmb);
        }
        return indicator == ISOLATION_STATE && (state != 0 ? isSet(plugged, lmb) : isolate(lmb));
    }

    /** Allocation state 1, usable: the block becomes memory of the partition. */
    private boolean allocate(long lmb) {
        if (!isSet(plugged, lmb)) {
            return false;
        }
        memory.assign(lmb * lmbBytes, lmbBytes, true);
        return true;
    }

    /** Isolation state 0: the partition is about to give the block back. */
    private boolean isolate(long lmb) {
        return !isolateNeedsUnplug || isSet(unplugging, lmb);
    }

    /** Allocation state 0, unusable: the block is no memory of the partition any more. */
    private boolean release(long lmb) {
        memory.assign(lmb * lmbBytes, lmbBytes, false);
        set(plugged, lmb, false);
        set(unplugging, lmb, false);
        return true;
    }

    private static boolean isSet(Region bits, long lmb) {
        return ((bits.get(lmb >>> BITS) >>> lmb) & 1) != 0;
    }

    private static void set(Region bits, long lmb, boolean on) {
        long cell = bits.get(lmb >>> BITS);
        bits.set(lmb >>> BITS, on ? cell | (1L << lmb) : cell & ~(1L << lmb));
    }
}
