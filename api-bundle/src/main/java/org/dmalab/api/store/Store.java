package org.dmalab.api.store;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * All state of one machine: regions of cells that can be marked, rolled back, fingerprinted, copied, saved and
 * compared.
 *
 * <p>A plain run has no trail and no fingerprint; both run only while a mark is open. The trail is bounded: beyond
 * {@link #DEFAULT_TRAIL_LIMIT} entries the oldest marks can no longer be reached. One thread at a time uses a store.
 */
public final class Store {
    /** Entries of the trail that are kept unless {@link #limitTrail} says otherwise (16 bytes each). */
    public static final int DEFAULT_TRAIL_LIMIT = 1 << 22;
    private static final int MAGIC = 0x444d414c;
    private static final int FORMAT = 1;
    /** Pages that a saved store may fill: the file is bounded, but each of its cells may ask for a page (4 KiB). */
    private static final int MAX_SAVED_PAGES = 1 << 17;

    private static final long CELL = Region.MAX_CELLS - 1;

    private final List<Region> regions = new ArrayList<>();
    private final List<Region> derived = new ArrayList<>();
    boolean recording;
    /** Notes what a step reads and writes; null if nobody wants to know. */
    Footprint footprint;
    private int openMarks;
    private long fingerprint;
    private long seed;
    /** Region and cell of each change, as {@link Region#key} plus the cell's index. */
    private long[] trailKey = new long[256];
    private long[] trailOld = new long[256];
    private int trailLength;
    private long trailBase;
    private int trailLimit = DEFAULT_TRAIL_LIMIT;

    /** Declares a region held in one array: as fast as an array, every cell allocated. */
    public Region dense(String name, int cells, Region.Kind kind, Region.Namer namer) {
        return add(name, cells, Region.Layout.DENSE, kind, namer);
    }

    /** Declares a paged region of which little is ever touched: an untouched page costs nothing. */
    public Region sparse(String name, long cells, Region.Kind kind, Region.Namer namer) {
        return add(name, cells, Region.Layout.SPARSE, kind, namer);
    }

    /** Declares a paged region that is a memory image: pages are found fast, whatever the order of accesses. */
    public Region bulk(String name, long cells, Region.Kind kind, Region.Namer namer) {
        return add(name, cells, Region.Layout.BULK, kind, namer);
    }

    private Region add(String name, long cells, Region.Layout layout, Region.Kind kind, Region.Namer namer) {
        if (openMarks > 0) {
            throw new IllegalStateException("region " + name + " declared while a mark is open");
        }
        for (Region other : regions) {
            if (other.name().equals(name)) {
                throw new IllegalArgumentException("region " + name + " is declared twice");
            }
        }
        Region region = new Region(this, regions.size(), name, cells, layout, kind, namer);
        regions.add(region);
        if (kind == Region.Kind.DERIVED) {
            derived.add(region);
        }
        return region;
    }

    /** The regions, in the order of their declaration. */
    public List<Region> regions() {
        return List.copyOf(regions);
    }

    /**
     * Opens a mark: from here on changes are recorded and the fingerprint is kept up to date.
     *
     * @return the mark, to be given to {@link #rollback}, {@link #changesSince} or {@link #release}
     */
    public long mark() {
        if (openMarks++ == 0) {
            fingerprint = computeFingerprint();
            recording = true;
        }
        return trailBase + trailLength;
    }

    /**
     * Undoes every change since the mark. The mark stays open.
     *
     * @param mark what {@link #mark} returned
     * @throws IllegalStateException if the bounded trail no longer reaches back to the mark
     */
    public void rollback(long mark) {
        int target = index(mark);
        while (trailLength > target) {
            int i = --trailLength;
            long key = trailKey[i];
            Region region = byKey(key);
            long cell = key & CELL;
            if (region.kind() == Region.Kind.STATE) {
                fingerprint += contribution(key, trailOld[i]) - contribution(key, region.get(cell));
            }
            region.restore(cell, trailOld[i]);
        }
        for (int i = 0; i < derived.size(); i++) {
            derived.get(i).clearStale();
        }
    }

    /**
     * Undoes every change since the mark, like {@link #rollback(long)}, faster.
     *
     * @param then the {@link #fingerprint} that there was at the mark
     */
    public void rollback(long mark, long then) {
        int target = index(mark);
        while (trailLength > target) {
            long key = trailKey[--trailLength];
            byKey(key).restore(key & CELL, trailOld[trailLength]);
        }
        fingerprint = then;
        for (int i = 0; i < derived.size(); i++) {
            derived.get(i).clearStale();
        }
    }

    private Region byKey(long key) {
        return regions.get((int) (key >>> 48));
    }

    /** What a cell is called in a {@link Footprint}. */
    public static long key(Region region, long cell) {
        return region.key + cell;
    }

    /** The region of a cell in a {@link Footprint}; null if it is not in the store. */
    public Region regionOf(long key) {
        return key < 0 ? null : byKey(key);
    }

    /** Tells whether a cell in a {@link Footprint} stands for its whole region, see {@link Region#scannable}. */
    public static boolean isWhole(long key) {
        return key >= 0 && (key & CELL) == Region.WHOLE;
    }

    /** The index in its region of a cell in a {@link Footprint}. */
    public static long cellOf(long key) {
        return key & CELL;
    }

    /** Closes one mark; with the last one recording ends and the trail is dropped. */
    public void release() {
        if (openMarks == 0) {
            throw new IllegalStateException("release without an open mark");
        }
        if (--openMarks == 0) {
            recording = false;
            trailBase += trailLength;
            trailLength = 0;
        }
    }

    /** Tells whether the bounded trail still reaches back to the mark. */
    public boolean reaches(long mark) {
        return openMarks > 0 && mark >= trailBase && mark <= trailBase + trailLength;
    }

    /** Sets how many changes are kept for rolling back, at least 256. */
    public void limitTrail(int entries) {
        trailLimit = Math.max(256, entries);
    }

    /** Bytes that the trail takes now. */
    public long trailBytes() {
        return 16L * trailKey.length;
    }

    /**
     * The 64-bit fingerprint of all {@link Region.Kind#STATE} cells; a zero cell contributes nothing.
     *
     * @return kept up to date while a mark is open, computed otherwise
     */
    public long fingerprint() {
        return recording ? fingerprint : computeFingerprint();
    }

    /**
     * Makes every access to cells take the way on which it can be noted by {@link #note}; costs nothing otherwise.
     *
     * @param on false ends the noting, too
     */
    public void noteAccesses(boolean on) {
        footprint = null;
        regions.forEach(region -> region.noteAccesses(on));
    }

    /** Notes accesses in a footprint from now on, if {@link #noteAccesses} is on; null for no more. */
    public void note(Footprint in) {
        footprint = in;
    }

    /** Chooses another hash function, for a second search that confirms the first. */
    public void seed(long newSeed) {
        seed = newSeed;
        fingerprint = computeFingerprint();
    }

    /** Tells whether a {@link Region.Kind#LOG} has changed since the mark. */
    public boolean logged(long mark) {
        for (int i = index(mark); i < trailLength; i++) {
            if (byKey(trailKey[i]).kind() == Region.Kind.LOG) {
                return true;
            }
        }
        return false;
    }

    /** One changed cell. */
    public record Change(Region region, long cell, long before, long after) { }

    /** Cells that differ from what they were at the mark, in the order of region and cell; logs are left out. */
    public List<Change> changesSince(long mark) {
        Map<Long, Change> first = new LinkedHashMap<>();
        List<Change> changes = new ArrayList<>();
        for (int i = index(mark); i < trailLength; i++) {
            long key = trailKey[i];
            Region region = byKey(key);
            if (region.kind() == Region.Kind.STATE) {
                long cell = key & CELL;
                first.putIfAbsent(key, new Change(region, cell, trailOld[i], region.get(cell)));
            }
        }
        for (Change change : first.values()) {
            if (change.before() != change.after()) {
                changes.add(change);
            }
        }
        changes.sort((x, y) -> x.region().id != y.region().id
                ? Integer.compare(x.region().id, y.region().id) : Long.compare(x.cell(), y.cell()));
        return changes;
    }

    /**
     * Copies all cells of a store with the same regions; open marks of this store must be closed first.
     *
     * @param other a store of a machine made from the same specification
     */
    public void copyFrom(Store other) {
        requireNoMark("copy");
        requireSameRegions(other.signature());
        for (int i = 0; i < regions.size(); i++) {
            Region mine = regions.get(i);
            mine.clear();
            if (mine.kind() != Region.Kind.DERIVED) {
                other.regions.get(i).forEachNonZero(mine::restore);
            }
        }
    }

    /** Writes all cells that are not zero. */
    public void save(DataOutputStream out) throws IOException {
        out.writeInt(MAGIC);
        out.writeInt(FORMAT);
        out.writeUTF(signature());
        for (Region region : regions) {
            if (region.kind() == Region.Kind.DERIVED) {
                continue;
            }
            List<long[]> cells = new ArrayList<>();
            region.forEachNonZero((cell, value) -> cells.add(new long[] {cell, value}));
            out.writeLong(cells.size());
            for (long[] pair : cells) {
                out.writeLong(pair[0]);
                out.writeLong(pair[1]);
            }
        }
    }

    /**
     * Reads what {@link #save} wrote; the input is not trusted.
     *
     * @throws IOException if it is no saved store, is of another machine or names cells that do not exist
     */
    public void load(DataInputStream in) throws IOException {
        requireNoMark("load");
        if (in.readInt() != MAGIC || in.readInt() != FORMAT) {
            throw new IOException("not a saved machine of this version");
        }
        String saved = in.readUTF();
        if (!saved.equals(signature())) {
            throw new IOException("saved from a machine with other regions: " + saved);
        }
        int pages = 0;
        for (Region region : regions) {
            region.clear();
            if (region.kind() != Region.Kind.DERIVED) {
                pages = loadRegion(region, in, pages);
            }
        }
    }

    /** Reads the cells of one region and returns how many pages there are with those of the regions before it. */
    private static int loadRegion(Region region, DataInputStream in, int pagesBefore) throws IOException {
        long count = in.readLong();
        if (count < 0 || count > region.cells()) {
            throw new IOException("region " + region.name() + ": " + count + " cells, it has " + region.cells());
        }
        int pages = pagesBefore;
        long last = -1;
        for (long i = 0; i < count; i++) {
            long cell = in.readLong();
            if (cell <= last || cell >= region.cells()) {
                throw new IOException("region " + region.name() + ": no cell " + cell + " after " + last);
            }
            if (last < 0 || cell >>> Region.PAGE_SHIFT != last >>> Region.PAGE_SHIFT) {
                pages++;
            }
            if (pages > MAX_SAVED_PAGES) {
                throw new IOException("cells of more than " + MAX_SAVED_PAGES + " pages");
            }
            last = cell;
            region.restore(cell, in.readLong());
        }
        return pages;
    }

    private String signature() {
        StringBuilder text = new StringBuilder();
        for (Region region : regions) {
            text.append(region.name()).append(':').append(region.cells()).append(' ');
        }
        return text.toString();
    }

    private void requireSameRegions(String other) {
        if (!other.equals(signature())) {
            throw new IllegalArgumentException("the other store has other regions: " + other);
        }
    }

    private void requireNoMark(String what) {
        if (openMarks > 0) {
            throw new IllegalStateException(what + " while a mark is open");
        }
    }

    private int index(long mark) {
        if (!reaches(mark)) {
            throw new IllegalStateException("the trail of " + trailLimit + " changes no longer reaches the mark");
        }
        return (int) (mark - trailBase);
    }

    void record(Region region, long cell, long old, long value) {
        long key = region.key + cell;
        if (region.kind() == Region.Kind.STATE) {
            fingerprint += contribution(key, value) - contribution(key, old);
        }
        int i = trailLength;
        if (i == trailKey.length) {
            growOrForget();
            i = trailLength;
        }
        trailKey[i] = key;
        trailOld[i] = old;
        trailLength = i + 1;
    }

    private void growOrForget() {
        if (trailLength < trailLimit) {
            int length = (int) Math.min(trailLimit, trailLength * 2L);
            trailKey = Arrays.copyOf(trailKey, length);
            trailOld = Arrays.copyOf(trailOld, length);
            return;
        }
        int drop = trailLength / 2;
        System.arraycopy(trailKey, drop, trailKey, 0, trailLength - drop);
        System.arraycopy(trailOld, drop, trailOld, 0, trailLength - drop);
        trailLength -= drop;
        trailBase += drop;
    }

    private long computeFingerprint() {
        long[] sum = {0};
        for (Region region : regions) {
            if (region.kind() == Region.Kind.STATE) {
                region.forEachNonZero((cell, value) -> sum[0] += contribution(region.key + cell, value));
            }
        }
        return sum[0];
    }

    private long contribution(long key, long value) {
        return value == 0 ? 0 : mix(key, value + seed);
    }

    /** A 64-bit mixing function of two words; also used for the local states of processors. */
    public static long mix(long key, long value) {
        long z = (value + 0x632BE59BD9B4E019L) * 0x9E3779B97F4A7C15L;
        z ^= z >>> 32;
        z += key * 0xD1B54A32D192ED03L;
        z *= 0xff51afd7ed558ccdL;
        z ^= z >>> 29;
        z *= 0xc4ceb9fe1a85ec53L;
        return z ^ (z >>> 32);
    }
}
