package org.dmalab.mips.hardware;

import org.dmalab.api.cpu.CacheOp;
import org.dmalab.api.cpu.Level;
import org.dmalab.api.event.Actor;
import org.dmalab.api.event.Emitter;
import org.dmalab.api.store.Store;

/**
 * The cache hierarchy: primary data and instruction caches per processor, a shared secondary cache or none, a
 * read-ahead cache or none, a write buffer, memory. Data caches write back and allocate on stores. A line that a
 * processor writes is in no primary data cache of another one. Instruction caches are kept coherent by nobody.
 *
 * <p>With an inclusive secondary cache every primary line is also in it, a line that leaves it leaves the primary
 * data caches, and its CACHE operations take the primary lines along.
 *
 * <p>Primary caches whose ways are larger than a page are indexed by virtual address unless hardware takes care of
 * that: the same physical line may then lie in several sets (colours) of one cache, which know nothing of each
 * other.
 */
public final class Caches {
    /**
     * What the hierarchy is made of.
     *
     * @param processors number of primary caches
     * @param primary shape of each data cache
     * @param instruction shape of each instruction cache; null if none is modelled
     * @param secondary shape of the shared cache; null if there is none or it is bypassed
     * @param options how it behaves
     */
    public record Shape(int processors, CacheGeometry primary, CacheGeometry instruction, CacheGeometry secondary,
            Options options) {
        /** Checks that the shapes fit. */
        public Shape {
            if (secondary != null && secondary.lineBytes() < primary.lineBytes()) {
                throw new IllegalArgumentException("l2LineBytes: " + secondary.lineBytes()
                        + ", expected at least the primary cache's " + primary.lineBytes());
            }
        }

        /** Line size of the cache in front of memory. */
        int memoryLineBytes() {
            return (secondary == null ? primary : secondary).lineBytes();
        }
    }

    /**
     * How the hierarchy behaves.
     *
     * @param inclusive whether the secondary cache holds every primary data line
     * @param hitOpsGlobal whether hit operations on primary caches reach those of all processors
     * @param indexOpsGlobal whether index operations do
     * @param virtualIndex whether primary caches are indexed by virtual address, so that aliases can be
     * @param fetchesSeeData whether an instruction cache is filled from the data cache (IC_F_DC)
     * @param readAheadLines lines of the read-ahead cache, 0 for none
     * @param writeBufferLines depth of the write buffer
     */
    public record Options(boolean inclusive, boolean hitOpsGlobal, boolean indexOpsGlobal, boolean virtualIndex,
            boolean fetchesSeeData, int readAheadLines, int writeBufferLines) { }

    private final Shape shape;
    private final Options options;
    private final Cache primary;
    private final Cache instruction;
    private final Cache secondary;
    private final ReadAheadCache readAhead;
    private final WriteBuffer buffer;
    private final Emitter emitter;
    /** Sets of a primary cache that the bits above the page offset choose from; 1 if these bits do not matter. */
    private final int colours;

    /** Declares the caches in a store. */
    public Caches(Store store, Emitter emitter, Shape shape, PhysicalMemory memory) {
        this.shape = shape;
        this.options = shape.options();
        this.emitter = emitter;
        this.primary = new Cache(store, "l1", shape.processors(), shape.primary());
        this.instruction = shape.instruction() == null ? null
                : new Cache(store, "l1i", shape.processors(), shape.instruction());
        this.secondary = shape.secondary() == null ? null : new Cache(store, "l2", 1, shape.secondary());
        this.buffer = new WriteBuffer(store, emitter, options.writeBufferLines(), shape.memoryLineBytes(), memory);
        this.readAhead = options.readAheadLines() == 0 ? null
                : new ReadAheadCache(store, options.readAheadLines(), shape.memoryLineBytes(), buffer, memory);
        this.colours = options.virtualIndex() ? Math.max(1, shape.primary().wayBytes() / Segment.PAGE_BYTES) : 1;
    }

    /** What the hierarchy is made of. */
    public Shape shape() {
        return shape;
    }

    // ---- loads, stores and fetches ----

    long load(int processor, long virtual, long physical, int widthBytes) {
        return primary.load(primaryLine(processor, virtual, physical, false), physical, widthBytes);
    }

    void store(int processor, long virtual, long physical, int widthBytes, long value) {
        int slot = primaryLine(processor, virtual, physical, true);
        primary.store(slot, physical, widthBytes, value);
        primary.setDirty(slot, true);
    }

    /** An instruction fetch; from the data side if no instruction cache is modelled. */
    long fetch(int processor, long virtual, long physical, int widthBytes) {
        if (instruction == null) {
            return load(processor, virtual, physical, widthBytes);
        }
        long line = instruction.lineOf(physical);
        long index = index(virtual, physical);
        int slot = instruction.find(processor, index, line);
        if (slot >= 0) {
            instruction.touch(slot);
        } else {
            slot = instruction.victim(processor, index);
            if (instruction.valid(slot)) {
                instruction.drop(slot);
            }
            instruction.install(slot, line);
            for (int i = 0; i < shape.instruction().lineBytes(); i += 8) {
                instruction.store(slot, line + i, 8, belowInstruction(processor, virtual - physical, line + i));
            }
        }
        return instruction.load(slot, physical, widthBytes);
    }

    private long belowInstruction(int processor, long offset, long address) {
        if (options.fetchesSeeData()) {
            return load(processor, address + offset, address, 8);
        }
        return secondary == null ? buffer.load(address) : secondary.load(secondaryLine(address), address, 8);
    }

    private long index(long virtual, long physical) {
        return colours == 1 ? physical : virtual;
    }

    /** The index address of a line by colour. */
    private long colour(int number, long physical) {
        return colours == 1 ? physical
                : (physical & (Segment.PAGE_BYTES - 1)) | ((long) number << Segment.PAGE_SHIFT);
    }

    private int primaryLine(int processor, long virtual, long physical, boolean exclusive) {
        long line = primary.lineOf(physical);
        long index = index(virtual, physical);
        if (shape.processors() > 1) {
            takeFromOthers(processor, line, exclusive);
        }
        int slot = primary.find(processor, index, line);
        if (slot >= 0) {
            primary.touch(slot);
            return slot;
        }
        return fillPrimary(processor, index, line);
    }

    private void takeFromOthers(int processor, long line, boolean exclusive) {
        for (int other = 0; other < shape.processors(); other++) {
            for (int c = 0; other != processor && c < colours; c++) {
                int copy = primary.find(other, colour(c, line), line);
                if (copy >= 0) {
                    cleanPrimary(copy, false);
                    if (exclusive) {
                        primary.drop(copy);
                    }
                }
            }
        }
    }

    private int fillPrimary(int processor, long index, long line) {
        int slot = primary.victim(processor, index);
        if (primary.valid(slot)) {
            cleanPrimary(slot, true);
            primary.drop(slot);
        }
        int below = secondary == null ? -1 : secondaryLine(line);
        primary.install(slot, line);
        if (secondary == null) {
            fillFromMemory(primary, slot, line);
        } else {
            copy(secondary, below, primary, slot, line);
        }
        return slot;
    }

    private int secondaryLine(long physical) {
        long line = secondary.lineOf(physical);
        int slot = secondary.find(0, line, line);
        if (slot >= 0) {
            secondary.touch(slot);
            return slot;
        }
        slot = secondary.victim(0, line);
        if (secondary.valid(slot)) {
            removeSecondary(slot, true, true);
        }
        secondary.install(slot, line);
        fillFromMemory(secondary, slot, line);
        return slot;
    }

    private void fillFromMemory(Cache to, int slot, long line) {
        if (readAhead == null) {
            buffer.fill(to, slot, line);
        } else {
            readAhead.fill(to, slot, line);
        }
    }

    private void writeToMemory(Cache from, int slot, boolean evicted) {
        if (readAhead != null) {
            readAhead.written(from.line(slot));
        }
        buffer.push(from, slot, evicted);
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
            writeToMemory(primary, slot, evicted);
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
        if (options.inclusive()) {
            takePrimaryAlong(slot);
        }
        boolean dirty = secondary.dirty(slot);
        if (dirty && writeBack) {
            writeToMemory(secondary, slot, evicted);
        }
        secondary.drop(slot);
        return dirty;
    }

    private void takePrimaryAlong(int slot) {
        long line = secondary.line(slot);
        for (int p = 0; p < shape.processors(); p++) {
            for (int i = 0; i < shape.secondary().lineBytes(); i += shape.primary().lineBytes()) {
                for (int c = 0; c < colours; c++) {
                    int above = primary.find(p, colour(c, line + i), line + i);
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
        }
    }

    // ---- the CACHE instruction (MIPS32 volume II, CACHE; volume III, cache operations) ----

    /**
     * A hit operation on the line of an address.
     *
     * @return what happened, as flags of {@link HardwareEvent#CACHE_LINE}
     */
    long hit(int processor, CacheOp operation, long virtual, long physical) {
        return switch (operation) {
            case HIT_WRITEBACK_INVALIDATE_D -> hitPrimary(processor, virtual, physical, true);
            case HIT_INVALIDATE_D -> hitPrimary(processor, virtual, physical, false);
            case HIT_WRITEBACK_INVALIDATE_S -> hitSecondary(physical, true);
            case HIT_INVALIDATE_S -> hitSecondary(physical, false);
            case HIT_INVALIDATE_I -> hitInstruction(processor, virtual, physical);
            default -> throw new IllegalArgumentException(operation + " is no hit operation of this processor");
        };
    }

    private long hitPrimary(int processor, long virtual, long physical, boolean writeBack) {
        long line = primary.lineOf(physical);
        long index = index(virtual, physical);
        long flags = 0;
        for (int p = 0; p < shape.processors(); p++) {
            int slot = p == processor || options.hitOpsGlobal() ? primary.find(p, index, line) : -1;
            if (slot >= 0) {
                flags |= HardwareEvent.HIT | removePrimary(slot, writeBack);
            }
        }
        return flags;
    }

    private long hitInstruction(int processor, long virtual, long physical) {
        long flags = 0;
        for (int p = 0; instruction != null && p < shape.processors(); p++) {
            int slot = p == processor || options.hitOpsGlobal()
                    ? instruction.find(p, index(virtual, physical), instruction.lineOf(physical)) : -1;
            if (slot >= 0) {
                instruction.drop(slot);
                flags = HardwareEvent.HIT;
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

    private long hitSecondary(long physical, boolean writeBack) {
        long line = secondary == null ? 0 : secondary.lineOf(physical);
        int slot = secondary == null ? -1 : secondary.find(0, line, line);
        return slot < 0 ? 0 : HardwareEvent.HIT | outcome(removeSecondary(slot, writeBack, false), writeBack);
    }

    private static long outcome(boolean dirty, boolean writeBack) {
        if (!dirty) {
            return 0;
        }
        return writeBack ? HardwareEvent.WRITTEN_BACK : HardwareEvent.DROPPED;
    }

    /** An index operation: the address names set and way. It reaches other processors only where these are global. */
    long index(int processor, CacheOp operation, long address) {
        return switch (operation) {
            case INDEX_WRITEBACK_INVALIDATE_D -> indexPrimary(processor, address, true);
            case INDEX_STORE_TAG_D -> indexPrimary(processor, address, false);
            case INDEX_WRITEBACK_INVALIDATE_S -> indexSecondary(address, true);
            case INDEX_STORE_TAG_S -> indexSecondary(address, false);
            case INDEX_INVALIDATE_I -> indexInstruction(processor, address);
            default -> throw new IllegalArgumentException(operation + " is no index operation of this processor");
        };
    }

    private static int slot(Cache cache, int instance, long address) {
        CacheGeometry geometry = cache.geometry();
        return cache.slotAt(instance, address >>> geometry.lineShift(), address / geometry.wayBytes());
    }

    private long indexPrimary(int processor, long address, boolean writeBack) {
        long flags = 0;
        for (int p = 0; p < shape.processors(); p++) {
            int slot = p == processor || options.indexOpsGlobal() ? slot(primary, p, address) : -1;
            if (slot >= 0 && primary.valid(slot)) {
                flags |= HardwareEvent.HIT | removePrimary(slot, writeBack);
            }
        }
        return flags;
    }

    private long indexSecondary(long address, boolean writeBack) {
        int slot = secondary == null ? -1 : slot(secondary, 0, address);
        return slot < 0 || !secondary.valid(slot) ? 0
                : HardwareEvent.HIT | outcome(removeSecondary(slot, writeBack, false), writeBack);
    }

    private long indexInstruction(int processor, long address) {
        int slot = instruction == null ? -1 : slot(instruction, processor, address);
        if (slot < 0 || !instruction.valid(slot)) {
            return 0;
        }
        instruction.drop(slot);
        return HardwareEvent.HIT;
    }

    /** The configuration register of the read-ahead cache: flush all. */
    long flushReadAhead() {
        return readAhead != null && readAhead.flush() > 0 ? HardwareEvent.HIT : 0;
    }

    // ---- what the hardware may do at any time ----

    /** At power-on, tags and data are anything: here the first way of each set has a dirty line of memory. */
    public void powerOn(long firstLine, long garbage) {
        for (int p = 0; p < shape.processors(); p++) {
            scramble(primary, p, firstLine, garbage);
        }
        if (secondary != null) {
            scramble(secondary, 0, firstLine, garbage);
        }
    }

    private static void scramble(Cache cache, int instance, long firstLine, long garbage) {
        int lineBytes = cache.geometry().lineBytes();
        for (int set = 0; set < cache.geometry().sets(); set++) {
            long line = firstLine + (long) set * lineBytes;
            int slot = cache.victim(instance, line);
            cache.install(slot, line);
            cache.setDirty(slot, true);
            for (int i = 0; i < lineBytes; i += 8) {
                cache.store(slot, line + i, 8, garbage);
            }
        }
    }

    /** The replacement takes a line out of the primary cache of a processor; false if it is not there. */
    public boolean evict(int processor, long physical) {
        boolean any = false;
        for (int c = 0; c < colours; c++) {
            int slot = primary.find(processor, colour(c, physical), primary.lineOf(physical));
            if (slot >= 0) {
                cleanPrimary(slot, true);
                primary.drop(slot);
                any = true;
            }
        }
        return any;
    }

    /** The replacement takes a line out of the secondary cache; false if it is not there. */
    public boolean evictShared(long physical) {
        long line = secondary == null ? 0 : secondary.lineOf(physical);
        int slot = secondary == null ? -1 : secondary.find(0, line, line);
        if (slot < 0) {
            return false;
        }
        removeSecondary(slot, true, true);
        return true;
    }

    /** A processor fetches a line that no instruction asked for; false if it has it already. */
    public boolean prefetch(int processor, long physical) {
        long line = primary.lineOf(physical);
        if (primary.find(processor, line, line) >= 0) {
            return false;
        }
        primaryLine(processor, line, line, false);
        emitter.emit(HardwareEvent.PREFETCH, Actor.processor(processor, Level.USER), line, 0, 0, 0);
        return true;
    }

    /** A store that is not on the path taken fetches a line and leaves it dirty; false if it is so already. */
    public boolean speculativeStore(int processor, long physical) {
        long line = primary.lineOf(physical);
        int slot = primaryLine(processor, line, line, true);
        if (primary.dirty(slot)) {
            return false;
        }
        primary.setDirty(slot, true);
        emitter.emit(HardwareEvent.PREFETCH, Actor.processor(processor, Level.USER), line, 1, 0, 0);
        return true;
    }

    // ---- the same by place: a slot of a primary cache, then of the secondary one ----

    /** Places for lines in all data caches. */
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

    // ---- what there is to be seen ----

    /** Tells whether the primary data cache of a processor holds the line of an address. */
    public boolean holds(int processor, long physical) {
        return find(processor, physical, false) >= 0;
    }

    /** A slot of a processor's data cache, in any colour, that holds the line of an address; -1 if there is none. */
    private int find(int processor, long physical, boolean dirty) {
        long line = primary.lineOf(physical);
        for (int c = 0; c < colours; c++) {
            int slot = primary.find(processor, colour(c, line), line);
            if (slot >= 0 && (!dirty || primary.dirty(slot))) {
                return slot;
            }
        }
        return -1;
    }

    /** Tells whether a cache holds data of the line that neither memory nor the write buffer has. */
    public boolean dirty(long physical) {
        for (int p = 0; p < shape.processors(); p++) {
            if (find(p, physical, true) >= 0) {
                return true;
            }
        }
        long line = secondary == null ? 0 : secondary.lineOf(physical);
        int slot = secondary == null ? -1 : secondary.find(0, line, line);
        return slot >= 0 && secondary.dirty(slot);
    }

    /** What a coherent agent would read: the dirty line of a data cache, else the nearest copy towards memory. */
    public long newest(long physical, int widthBytes) {
        for (int p = 0; p < shape.processors(); p++) {
            int slot = find(p, physical, true);
            if (slot >= 0) {
                return primary.load(slot, physical, widthBytes);
            }
        }
        long line = secondary == null ? 0 : secondary.lineOf(physical);
        int slot = secondary == null ? -1 : secondary.find(0, line, line);
        if (slot >= 0) {
            return secondary.load(slot, physical, widthBytes);
        }
        long word = buffer.load(physical & -8) >>> (8 * (physical & 7));
        return widthBytes == 8 ? word : word & ((1L << (8 * widthBytes)) - 1);
    }

    /** Lines in the write buffer. */
    public int buffered() {
        return buffer.count();
    }
}
