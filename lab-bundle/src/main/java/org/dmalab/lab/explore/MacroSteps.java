package org.dmalab.lab.explore;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

import org.dmalab.api.store.Footprint;
import org.dmalab.api.store.Region;
import org.dmalab.api.store.Store;

/**
 * Macro steps: what a transition and the steps that go alone after it did to the store, remembered with what they read.
 * Where the same code finds the same values again it does the same, and needs not be run. An interrupt that comes over
 * whatever code finds the same more often than not.
 *
 * <p>What code, oracles and hardware do is a function of what they read in the store and of the history of the code,
 * since they keep nothing elsewhere. So a stretch is known by its first transition, the history before it and the depth
 * at which it runs (an interrupt begins a history of its own, whatever lies below), and by the values read. Which cell
 * is read next depends on the values read before: the stretches that begin alike are a tree whose inner nodes are cells
 * and whose edges are values. One is not remembered if it wrote a log, or an index that is not rolled back, looked at a
 * region as a whole, or touched more than can be listed.
 */
final class MacroSteps {
    private static final int MAX_CELLS = 256;
    /** Of all stretches together; one takes up to 120 bytes, so that all take up to 30 MiB. */
    private static final int MAX_ALL_CELLS = 1 << 18;
    /** What a stretch takes besides its cells, in cells. */
    private static final int OVERHEAD = 4;
    /** Values of one cell. */
    private static final int MAX_VALUES = 64;
    private static final int WRITTEN_SHIFT = 8;

    private final World world;
    private final Store store;
    private final Map<Long, Node> roots = new HashMap<>();
    private int allCells;

    /**
     * A cell that a stretch has touched.
     *
     * @param region where it is
     * @param cell which
     * @param overwritten whether it was written as a whole first, so that what was in it does not matter
     * @param written whether it was written, even if it is as it was
     * @param before its value before the stretch
     * @param after its value after it
     */
    private record Touch(Region region, long cell, boolean overwritten, boolean written, long before, long after) { }

    /** A cell that is read next, or the end of what is read. */
    private sealed interface Node permits Cell, MacroStep { }

    /** A cell that is read next, with what follows for each value found so far. */
    private static final class Cell implements Node {
        private final Region region;
        private final long cell;
        private long[] values = new long[1];
        private Node[] next = new Node[1];
        private int count;

        Cell(Touch touch, Node then) {
            this.region = touch.region;
            this.cell = touch.cell;
            add(touch.before, then);
        }

        boolean is(Touch touch) {
            return region == touch.region && cell == touch.cell;
        }

        Node next(long value) {
            for (int i = 0; i < count; i++) {
                if (values[i] == value) {
                    return next[i];
                }
            }
            return null;
        }

        void add(long value, Node node) {
            if (count == values.length) {
                values = Arrays.copyOf(values, count * 2);
                next = Arrays.copyOf(next, count * 2);
            }
            values[count] = value;
            next[count++] = node;
        }
    }

    /** One stretch. */
    static final class MacroStep implements Node {
        private final Region[] regions;
        private final long[] cells;
        private final long[] values;
        private final long[] touched;
        private final int[] touchedBytes;
        private final int more;
        private final boolean ends;
        private final int node;
        private final int level;
        private final int strand;

        private MacroStep(List<Touch> written, Footprint footprint, int more, RunState run, int p, boolean ends) {
            this.regions = written.stream().map(Touch::region).toArray(Region[]::new);
            this.cells = written.stream().mapToLong(Touch::cell).toArray();
            this.values = written.stream().mapToLong(Touch::after).toArray();
            this.touched = IntStream.range(0, footprint.size()).mapToLong(footprint::key).toArray();
            this.touchedBytes = IntStream.range(0, footprint.size()).map(footprint::bytes).toArray();
            this.more = more;
            this.ends = ends;
            this.node = ends ? 0 : run.node(p);
            this.level = ends ? 0 : run.level(p);
            this.strand = ends ? 0 : run.strand(p);
        }

        /** Steps after the first transition. */
        int more() {
            return more;
        }

        /** Tells whether the code has ended with it. */
        boolean ends() {
            return ends;
        }

        /** History of the code after it. */
        int node() {
            return node;
        }

        int level() {
            return level;
        }

        int strand() {
            return strand;
        }

        /** Puts what it touches into a footprint. */
        void touched(Footprint into) {
            into.clear();
            for (int i = 0; i < touched.length; i++) {
                into.add(touched[i], touchedBytes[i] & Footprint.ALL_BYTES, touchedBytes[i] >>> WRITTEN_SHIFT);
            }
        }

        /** Writes what it wrote. */
        void write() {
            for (int i = 0; i < cells.length; i++) {
                regions[i].set(cells[i], values[i]);
            }
        }
    }

    MacroSteps(World world) {
        this.world = world;
        this.store = world.machine().store();
    }

    /** Forgets all. */
    void clear() {
        roots.clear();
        allCells = 0;
    }

    /**
     * What a stretch is known by; call it before the transition is taken.
     *
     * @return -1 if it can't be remembered
     */
    long key(int transition) {
        int kind = Transition.kind(transition);
        int p = Transition.processor(transition);
        if (kind > Transition.IPI || (world.enabled().solo() && !world.enabled().othersIdle(p))) {
            return -1;
        }
        long node = kind == Transition.STEP ? world.run().node(p) : 0;
        long known = (long) transition << 31 | node;
        return known << 5 | world.run().frames(p);
    }

    /** The stretch that begins here; null if it is not known for the values that it would read. */
    MacroStep find(long key) {
        Node at = roots.get(key);
        while (at instanceof Cell cell) {
            at = cell.next(cell.region.get(cell.cell));
        }
        return (MacroStep) at;
    }

    /**
     * Remembers the stretch just taken, if there is room and it is one that can be.
     *
     * @param key from {@link #key}
     * @param mark the store before it
     * @param footprint what it touched, in the order in which it did
     * @param more steps after the first transition
     * @param ends whether its code has ended with it
     */
    void remember(long key, int p, long mark, Footprint footprint, int more, boolean ends) {
        if (key == -1 || allCells > MAX_ALL_CELLS || footprint.everything() || footprint.size() > MAX_CELLS
                || store.logged(mark) || touchesUnlisted(footprint)) {
            return;
        }
        List<Touch> touches = touches(mark, footprint);
        List<Touch> read = touches.stream().filter(one -> !one.overwritten).toList();
        Cell above = null;
        Node at = roots.get(key);
        int known = 0;
        while (known < read.size() && at instanceof Cell cell && cell.is(read.get(known))) {
            above = cell;
            at = cell.next(read.get(known++).before);
        }
        if (at != null || (above != null && above.count == MAX_VALUES)) {
            return;
        }
        Node node = new MacroStep(touches.stream().filter(one -> one.written).toList(), footprint, more, world.run(), p,
                ends);
        for (int i = read.size() - 1; i >= known; i--) {
            node = new Cell(read.get(i), node);
        }
        if (above == null) {
            roots.put(key, node);
        } else {
            above.add(read.get(known - 1).before, node);
        }
        allCells += OVERHEAD + read.size() - known + touches.size();
    }

    /** The cells of the store in a footprint. */
    private List<Touch> touches(long mark, Footprint footprint) {
        Map<Long, Store.Change> changes = new HashMap<>();
        store.changesSince(mark).forEach(change -> changes.put(Store.key(change.region(), change.cell()), change));
        List<Touch> touches = new ArrayList<>();
        for (int i = 0; i < footprint.size(); i++) {
            Region region = store.regionOf(footprint.key(i));
            if (region != null && !Store.isWhole(footprint.key(i))) {
                Store.Change change = changes.get(footprint.key(i));
                long cell = Store.cellOf(footprint.key(i));
                long after = region.get(cell);
                touches.add(new Touch(region, cell, footprint.overwritten(i),
                        footprint.bytes(i) > Footprint.ALL_BYTES, change == null ? after : change.before(), after));
            }
        }
        return touches;
    }

    /** Tells whether it looked at a region as a whole, or touched an index. */
    private boolean touchesUnlisted(Footprint footprint) {
        for (int i = 0; i < footprint.size(); i++) {
            Region region = store.regionOf(footprint.key(i));
            if (region != null && (region.kind() == Region.Kind.DERIVED
                    || (Store.isWhole(footprint.key(i)) && footprint.bytes(i) > Footprint.ALL_BYTES))) {
                return true;
            }
        }
        return false;
    }
}
