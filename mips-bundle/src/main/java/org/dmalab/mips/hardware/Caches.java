package org.dmalab.mips.hardware;

import org.dmalab.api.cpu.CacheOp;
import org.dmalab.api.cpu.Level;
import org.dmalab.api.event.Actor;
import org.dmalab.api.event.Emitter;
import org.dmalab.api.store.Store;

/**
 * The cache hierarchy: a primary data cache per processor, a shared secondary cache or none, a write buffer, memory.
 * Both caches write back and allocate on stores. A line that a processor writes is in no other primary cache.
 *
 * <p>With an inclusive secondary cache every primary line is also in it, a line that leaves it leaves the primary
 * caches, and its CACHE operations take the primary lines along.
 */
public final class Caches {
    /**
     * What the hierarchy is made of.
     *
     * @param processors number of primary caches
     * @param primary shape of each
     * @param secondary shape of the shared cache; null if there is none or it is bypassed
     * @param inclusive whether the secondary cache holds every primary line
     * @param hitOpsGlobal whether hit operations on primary caches reach those of all processors
     * @param writeBufferLines depth of the write buffer
     */
    public record Shape(int processors, CacheGeometry primary, CacheGeometry secondary, boolean inclusive,
            boolean hitOpsGlobal, int writeBufferLines) {
        /** Checks that the shapes fit. */
        public Shape {
            if (secondary != null && secondary.lineBytes() < primary.lineBytes()) {
                throw new IllegalArgumentException("l2LineBytes: " + secondary.lineBytes()
                        + ", expected at least the primary cache's " + primary.lineBytes());
            }
        }
    }

    private final Shape shape;
    private final Cache primary;
    private final Cache secondary;
    private final WriteBuffer buffer;
    private final Emitter emitter;

    /** Declares the caches in a store. */
    public Caches(Store store, Emitter emitter, Shape shape, PhysicalMemory memory) {
        this.shape = shape;
        this.emitter = emitter;
        this.primary = new Cache(store, "l1", shape.processors(), shape.primary());
        this.secondary = shape.secondary() == null ? null : new Cache(store, "l2", 1, shape.secondary());
        int memoryLine = (secondary == null ? primary : secondary).geometry().lineBytes();
        this.buffer = new WriteBuffer(store, emitter, shape.writeBufferLines(), memoryLine, memory);
    }

    /** What the hierarchy is made of. */
    public Shape shape() {
        return shape;
    }

    // ---- loads and stores ----

    long load(int processor, long physicalAddress, int widthBytes) {
        return primary.load(primaryLine(processor, physicalAddress, false), physicalAddress, widthBytes);
    }

    void store(int processor, long physicalAddress, int widthBytes, long value) {
        int slot = primaryLine(processor, physicalAddress, true);
        primary.store(slot, physicalAddress, widthBytes, value);
        primary.setDirty(slot, true);
    }

    private int primaryLine(int processor, long physicalAddress, boolean exclusive) {
        long line = primary.lineOf(physicalAddress);
        for (int other = 0; other < shape.processors(); other++) {
            int copy = other == processor ? -1 : primary.find(other, line);
            if (copy >= 0) {
                cleanPrimary(copy, false);
                if (exclusive) {
                    primary.drop(copy);
                }
            }
        }
        int slot = primary.find(processor, line);
        if (slot >= 0) {
            primary.touch(slot);
            return slot;
        }
        return fillPrimary(processor, line);
    }

    private int fillPrimary(int processor, long line) {
        int slot = primary.victim(processor, line);
        if (primary.valid(slot)) {
            cleanPrimary(slot, true);
            primary.drop(slot);
        }
        int below = secondary == null ? -1 : secondaryLine(line);
        primary.install(slot, line);
        if (secondary == null) {
            buffer.fill(primary, slot, line);
        } else {
            copy(secondary, below, primary, slot, line);
        }
        return slot;
    }

    private int secondaryLine(long physicalAddress) {
        long line = secondary.lineOf(physicalAddress);
        int slot = secondary.find(0, line);
        if (slot >= 0) {
            secondary.touch(slot);
            return slot;
        }
        slot = secondary.victim(0, line);
        if (secondary.valid(slot)) {
            removeSecondary(slot, true, true);
        }
        secondary.install(slot, line);
        buffer.fill(secondary, slot, line);
        return slot;
    }

    private void copy(Cache from, int fromSlot, Cache to, int toSlot, long line) {
        for (int i = 0; i < shape.primary().lineBytes(); i += 8) {
            to.store(toSlot, line + i, 8, from.load(fromSlot, line + i, 8));
        }
    }

    /** Writes a primary line back if it is dirty; it stays, clean. */
    private boolean cleanPrimary(int slot, boolean evicted) {
        if (!primary.dirty(slot)) {
            return false;
        }
        if (secondary == null) {
            buffer.push(primary, slot, evicted);
        } else {
            int below = secondaryLine(primary.line(slot));
            copy(primary, slot, secondary, below, primary.line(slot));
            secondary.setDirty(below, true);
        }
        primary.setDirty(slot, false);
        return true;
    }

    /** Takes a line out of the secondary cache, and out of the primary ones if it is inclusive. */
    private boolean removeSecondary(int slot, boolean writeBack, boolean evicted) {
        long line = secondary.line(slot);
        for (int p = 0; shape.inclusive() && p < shape.processors(); p++) {
            for (int i = 0; i < shape.secondary().lineBytes(); i += shape.primary().lineBytes()) {
                int above = primary.find(p, line + i);
                if (above < 0) {
                    continue;
                }
                if (primary.dirty(above)) {
                    copy(primary, above, secondary, slot, line + i);
                    secondary.setDirty(slot, true);
                }
                primary.drop(above);
            }
        }
        boolean dirty = secondary.dirty(slot);
        if (dirty && writeBack) {
            buffer.push(secondary, slot, evicted);
        }
        secondary.drop(slot);
        return dirty;
    }

    // ---- the CACHE instruction (MIPS32 volume II, CACHE; volume III, cache operations) ----

    /**
     * A hit operation on the line of a physical address.
     *
     * @return what happened, as flags of {@link HardwareEvent#CACHE_LINE}
     */
    long hit(int processor, CacheOp operation, long physicalAddress) {
        return switch (operation) {
            case HIT_WRITEBACK_INVALIDATE_D -> hitPrimary(processor, physicalAddress, true);
            case HIT_INVALIDATE_D -> hitPrimary(processor, physicalAddress, false);
            case HIT_WRITEBACK_INVALIDATE_S -> hitSecondary(physicalAddress, true);
            case HIT_INVALIDATE_S -> hitSecondary(physicalAddress, false);
            default -> throw new IllegalArgumentException(operation + " is no hit operation of this processor");
        };
    }

    private long hitPrimary(int processor, long physicalAddress, boolean writeBack) {
        long line = primary.lineOf(physicalAddress);
        long flags = 0;
        for (int p = 0; p < shape.processors(); p++) {
            int slot = p == processor || shape.hitOpsGlobal() ? primary.find(p, line) : -1;
            if (slot >= 0) {
                flags |= HardwareEvent.HIT | removePrimary(slot, writeBack);
            }
        }
        return flags;
    }

    private long removePrimary(int slot, boolean writeBack) {
        boolean dirty = primary.dirty(slot);
        if (writeBack) {
            cleanPrimary(slot, false);
        }
        primary.drop(slot);
        return outcome(dirty, writeBack);
    }

    private long hitSecondary(long physicalAddress, boolean writeBack) {
        int slot = secondary == null ? -1 : secondary.find(0, secondary.lineOf(physicalAddress));
        if (slot < 0) {
            return 0;
        }
        return HardwareEvent.HIT | outcome(removeSecondary(slot, writeBack, false), writeBack);
    }

    private static long outcome(boolean dirty, boolean writeBack) {
        if (!dirty) {
            return 0;
        }
        return writeBack ? HardwareEvent.WRITTEN_BACK : HardwareEvent.DROPPED;
    }

    /** An index write-back and invalidate: the address names set and way, and only this processor's cache obeys. */
    long index(int processor, CacheOp operation, long address) {
        boolean first = operation == CacheOp.INDEX_WRITEBACK_INVALIDATE_D;
        Cache cache = first ? primary : secondary;
        if (cache == null) {
            return 0;
        }
        CacheGeometry geometry = cache.geometry();
        int slot = cache.slotAt(first ? processor : 0, address / geometry.lineBytes(), address / geometry.wayBytes());
        if (!cache.valid(slot)) {
            return 0;
        }
        return HardwareEvent.HIT | (first ? removePrimary(slot, true)
                : outcome(removeSecondary(slot, true, false), true));
    }

    // ---- what the hardware may do at any time ----

    /** The replacement takes a line out of the primary cache of a processor; false if it is not there. */
    public boolean evict(int processor, long physicalAddress) {
        int slot = primary.find(processor, primary.lineOf(physicalAddress));
        if (slot < 0) {
            return false;
        }
        cleanPrimary(slot, true);
        primary.drop(slot);
        return true;
    }

    /** The replacement takes a line out of the secondary cache; false if it is not there. */
    public boolean evictShared(long physicalAddress) {
        int slot = secondary == null ? -1 : secondary.find(0, secondary.lineOf(physicalAddress));
        if (slot < 0) {
            return false;
        }
        removeSecondary(slot, true, true);
        return true;
    }

    /** A processor fetches a line that no instruction asked for; false if it has it already. */
    public boolean prefetch(int processor, long physicalAddress) {
        long line = primary.lineOf(physicalAddress);
        if (primary.find(processor, line) >= 0) {
            return false;
        }
        primaryLine(processor, line, false);
        emitter.emit(HardwareEvent.PREFETCH, Actor.processor(processor, Level.USER), line, 0, 0, 0);
        return true;
    }

    // ---- the same by place: a slot of a primary cache, then of the secondary one ----

    /** Places for lines in all caches. */
    int slots() {
        return primary.slots() + (secondary == null ? 0 : secondary.slots());
    }

    /** Tells whether a place holds a line. */
    boolean slotUsed(int slot) {
        return isPrimary(slot) ? primary.valid(slot) : secondary.valid(slot - primary.slots());
    }

    /** Physical address of the line in a place. */
    long slotLine(int slot) {
        return isPrimary(slot) ? primary.line(slot) : secondary.line(slot - primary.slots());
    }

    /** Which cache a place belongs to. */
    String slotCache(int slot) {
        return isPrimary(slot) ? "cpu" + slot / (primary.slots() / shape.processors()) + "'s D-cache"
                : "the secondary cache";
    }

    /** The replacement takes the line in a place out. */
    void evictSlot(int slot) {
        if (isPrimary(slot)) {
            cleanPrimary(slot, true);
            primary.drop(slot);
        } else {
            removeSecondary(slot - primary.slots(), true, true);
        }
    }

    private boolean isPrimary(int slot) {
        return slot < primary.slots();
    }

    /** The write buffer sends its oldest line to memory; false if it is empty. */
    public boolean drainOne() {
        return buffer.drainOne();
    }

    /** SYNC: everything in the write buffer goes to memory. */
    void drain() {
        while (buffer.drainOne()) {
            // one line after the other
        }
    }

    /** Tells whether the primary cache of a processor holds the line of an address. */
    public boolean holds(int processor, long physicalAddress) {
        return primary.find(processor, primary.lineOf(physicalAddress)) >= 0;
    }

    /** Tells whether a cache holds data of the line that neither memory nor the write buffer has. */
    public boolean dirty(long physicalAddress) {
        for (int p = 0; p < shape.processors(); p++) {
            int slot = primary.find(p, primary.lineOf(physicalAddress));
            if (slot >= 0 && primary.dirty(slot)) {
                return true;
            }
        }
        int slot = secondary == null ? -1 : secondary.find(0, secondary.lineOf(physicalAddress));
        return slot >= 0 && secondary.dirty(slot);
    }

    /** Lines in the write buffer. */
    public int buffered() {
        return buffer.count();
    }
}
