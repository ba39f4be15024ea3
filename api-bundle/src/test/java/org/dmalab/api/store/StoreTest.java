package org.dmalab.api.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import org.junit.jupiter.api.Test;

class StoreTest {
    private final Store store = new Store();
    private final Region dense = store.dense("dense", 16, Region.Kind.STATE, cell -> "cell " + cell);
    private final Region sparse = store.sparse("sparse", 1L << 40, Region.Kind.STATE, null);
    private final Region log = store.sparse("log", 64, Region.Kind.LOG, null);
    private final Region derived = store.dense("derived", 4, Region.Kind.DERIVED, null);

    @Test
    void anUntouchedCellIsZeroAndContributesNothing() {
        long empty = store.fingerprint();
        assertEquals(0, sparse.get((1L << 40) - 1));
        sparse.set(77, 5);
        assertNotEquals(empty, store.fingerprint());
        sparse.set(77, 0);
        assertEquals(empty, store.fingerprint());
    }

    @Test
    void aSparseRegionRefusesCellsItDoesNotHave() {
        assertThrows(IndexOutOfBoundsException.class, () -> sparse.get(1L << 40));
        assertThrows(IndexOutOfBoundsException.class, () -> sparse.set(-1, 1));
    }

    /** Whatever was there before, over the borders of pages, and taken back. */
    @Test
    void fillingIsSettingOneAfterTheOther() {
        Region other = store.sparse("other", 1L << 40, Region.Kind.STATE, null);
        for (long value : new long[] {0, 7, 0}) {
            for (long[] range : new long[][] {{0, 0}, {3, 1}, {510, 4}, {1_000, 3_000}, {(1L << 40) - 2, 2}}) {
                sparse.set(range[0], 1);
                other.set(range[0], 1);
                long mark = store.mark();
                sparse.fill(range[0], range[1], value);
                for (long cell = range[0]; cell < range[0] + range[1]; cell++) {
                    other.set(cell, value);
                }
                List<String> filled = new ArrayList<>();
                sparse.forEachNonZero((cell, each) -> filled.add(cell + "=" + each));
                List<String> set = new ArrayList<>();
                other.forEachNonZero((cell, each) -> set.add(cell + "=" + each));
                assertEquals(set, filled);
                store.rollback(mark);
                store.release();
                assertEquals(1, sparse.get(range[0]));
                sparse.fill(range[0], range[1], value);
                other.fill(range[0], range[1], value);
            }
        }
        assertThrows(IndexOutOfBoundsException.class, () -> sparse.fill((1L << 40) - 1, 2, 0));
        dense.fill(14, 2, 9);
        assertEquals(18, dense.get(14) + dense.get(15));
    }

    @Test
    void aRollbackRestoresStateAndLogsAndEmptiesDerivedRegions() {
        dense.set(3, 30);
        log.set(1, 7);
        long before = store.fingerprint();
        long mark = store.mark();
        dense.set(3, 31);
        sparse.set(1L << 30, 9);
        log.set(1, 8);
        derived.set(0, 1);
        store.rollback(mark);
        assertEquals(30, dense.get(3));
        assertEquals(0, sparse.get(1L << 30));
        assertEquals(7, log.get(1));
        assertEquals(0, derived.get(0));
        assertEquals(before, store.fingerprint());
        store.release();
        assertEquals(before, store.fingerprint());
    }

    @Test
    void theIncrementalFingerprintEqualsTheComputedOne() {
        store.mark();
        for (int i = 0; i < 500; i++) {
            dense.set(i * 7 % 16, i * 31L);
            sparse.set(i * 1_000_003L, i % 3 == 0 ? 0 : i);
            log.set(i % 64, i);
        }
        long incremental = store.fingerprint();
        store.release();
        assertEquals(store.fingerprint(), incremental);
    }

    @Test
    void logsAreNotPartOfTheFingerprint() {
        long before = store.fingerprint();
        log.set(5, 5);
        derived.set(1, 1);
        assertEquals(before, store.fingerprint());
    }

    @Test
    void anotherSeedGivesAnotherFingerprint() {
        dense.set(0, 1);
        long before = store.fingerprint();
        store.seed(42);
        assertNotEquals(before, store.fingerprint());
    }

    @Test
    void changesSinceAMarkNameEachChangedCellOnce() {
        dense.set(1, 10);
        long mark = store.mark();
        sparse.set(5, 50);
        dense.set(1, 11);
        dense.set(1, 12);
        dense.set(2, 1);
        dense.set(2, 0);
        log.set(0, 1);
        List<Store.Change> changes = store.changesSince(mark);
        assertEquals(List.of(new Store.Change(dense, 1, 10, 12), new Store.Change(sparse, 5, 0, 50)), changes);
        assertEquals("cell 1", changes.get(0).region().cellName(1));
    }

    @Test
    void theBoundedTrailForgetsTheOldestMarksAndSaysSo() {
        store.limitTrail(256);
        long first = store.mark();
        for (int i = 0; i < 1000; i++) {
            dense.set(0, i + 1);
        }
        long last = store.mark();
        dense.set(0, -1);
        assertFalse(store.reaches(first));
        assertThrows(IllegalStateException.class, () -> store.rollback(first));
        assertTrue(store.reaches(last));
        store.rollback(last);
        assertEquals(1000, dense.get(0));
    }

    @Test
    void marksNest() {
        long outer = store.mark();
        dense.set(0, 1);
        long inner = store.mark();
        dense.set(0, 2);
        store.rollback(inner);
        store.release();
        assertEquals(1, dense.get(0));
        store.rollback(outer);
        store.release();
        assertEquals(0, dense.get(0));
        assertThrows(IllegalStateException.class, store::release);
    }

    @Test
    void whatIsSavedIsLoaded() throws IOException {
        dense.set(4, -4);
        sparse.set(123_456_789, 6);
        log.set(2, 3);
        byte[] saved = saved(store);
        Store other = copy();
        other.load(new DataInputStream(new ByteArrayInputStream(saved)));
        assertEquals(store.fingerprint(), other.fingerprint());
        assertTrue(Arrays.equals(saved, saved(other)));
    }

    @Test
    void aSavedStoreThatIsCutOffOrOfAnotherMachineIsRefused() throws IOException {
        dense.set(4, -4);
        byte[] saved = saved(store);
        for (int length = 0; length < saved.length; length++) {
            byte[] cut = Arrays.copyOf(saved, length);
            assertThrows(IOException.class, () -> copy().load(new DataInputStream(new ByteArrayInputStream(cut))));
        }
        Store other = new Store();
        other.dense("dense", 17, Region.Kind.STATE, null);
        assertThrows(IOException.class, () -> other.load(new DataInputStream(new ByteArrayInputStream(saved))));
    }

    /** Sixteen bytes of a file must not cost a page each without bound. */
    @Test
    void aSavedStoreThatRepeatsCellsOrFillsTooManyPagesIsRefused() throws IOException {
        sparse.set(3, 1);
        sparse.set(1000, 2);
        byte[] saved = saved(store);
        System.arraycopy(saved, saved.length - 8 - 32, saved, saved.length - 8 - 16, 8);
        assertEquals("region sparse: no cell 3 after 3", refusal(saved));

        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.write(saved, 0, saved.length - 8 - 32 - 8);
        DataOutputStream out = new DataOutputStream(bytes);
        int pages = 200_000;
        out.writeLong(pages);
        for (long page = 0; page < pages; page++) {
            out.writeLong(page * Region.PAGE_CELLS);
            out.writeLong(1);
        }
        assertEquals("cells of more than 131072 pages", refusal(bytes.toByteArray()));
    }

    private static String refusal(byte[] saved) {
        return assertThrows(IOException.class,
                () -> copy().load(new DataInputStream(new ByteArrayInputStream(saved)))).getMessage();
    }

    @Test
    void aCopyIsEqualAndIndependent() {
        dense.set(4, -4);
        Store other = copy();
        other.copyFrom(store);
        assertEquals(store.fingerprint(), other.fingerprint());
        dense.set(4, 0);
        assertNotEquals(store.fingerprint(), other.fingerprint());
        assertThrows(IllegalArgumentException.class, () -> other.copyFrom(new Store()));
        other.mark();
        assertThrows(IllegalStateException.class, () -> other.copyFrom(store));
    }

    @Test
    void regionsAreDeclaredOnceAndBeforeAnyMark() {
        assertThrows(IllegalArgumentException.class, () -> store.dense("dense", 1, Region.Kind.STATE, null));
        assertThrows(IllegalArgumentException.class, () -> store.dense("empty", 0, Region.Kind.STATE, null));
        assertThrows(IllegalArgumentException.class,
                () -> store.sparse("endless", (1L << 48) + 1, Region.Kind.STATE, null));
        store.mark();
        assertThrows(IllegalStateException.class, () -> store.dense("late", 1, Region.Kind.STATE, null));
    }

    @Test
    void cellsAreVisitedInAscendingOrderInEveryKindOfRegion() {
        Region huge = store.sparse("huge", 1L << 48, Region.Kind.STATE, null);
        Region small = store.bulk("small", 1L << 12, Region.Kind.STATE, null);
        Region image = store.bulk("image", 1L << 30, Region.Kind.STATE, null);
        Region space = store.bulk("space", 1L << 48, Region.Kind.STATE, null);
        for (Region region : List.of(dense, sparse, huge, small, image, space)) {
            long last = region.cells() - 1;
            region.set(last, 1);
            region.set(2, 1);
            region.set(5, 0);
            List<Long> cells = new ArrayList<>();
            region.forEachNonZero((cell, value) -> cells.add(cell));
            assertEquals(List.of(2L, last), cells);
            assertEquals(0, region.get(last / 2));
        }
    }

    @Test
    void everyLayoutIsRolledBackCopiedAndCleared() {
        Region image = store.bulk("image", 1L << 30, Region.Kind.STATE, null);
        Region space = store.bulk("space", 1L << 48, Region.Kind.STATE, null);
        long mark = store.mark();
        image.set(1 << 29, 7);
        space.set(1L << 47, 8);
        store.rollback(mark);
        assertEquals(0, image.get(1 << 29) + space.get(1L << 47));
        assertEquals(0, store.fingerprint());
        store.release();
        image.set(1 << 29, 7);
        space.set(1L << 47, 8);
        Store other = copy();
        Region imageThere = other.bulk("image", 1L << 30, Region.Kind.STATE, null);
        Region spaceThere = other.bulk("space", 1L << 48, Region.Kind.STATE, null);
        spaceThere.set(3, 3);
        other.copyFrom(store);
        assertEquals(7, imageThere.get(1 << 29));
        assertEquals(8, spaceThere.get(1L << 47));
        assertEquals(0, spaceThere.get(3));
    }

    private static Store copy() {
        Store other = new Store();
        other.dense("dense", 16, Region.Kind.STATE, null);
        other.sparse("sparse", 1L << 40, Region.Kind.STATE, null);
        other.sparse("log", 64, Region.Kind.LOG, null);
        other.dense("derived", 4, Region.Kind.DERIVED, null);
        return other;
    }

    private static byte[] saved(Store store) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        store.save(new DataOutputStream(bytes));
        return bytes.toByteArray();
    }

    /** Whoever looks at all of a region conflicts with all that write there, and those do not with each other. */
    @Test
    void aScanConflictsWithWhoeverWritesInTheRegion() {
        Region scanned = store.sparse("scanned", 64, Region.Kind.STATE, null).scannable();
        scanned.set(5, 1);
        Footprint scan = noted(() -> scanned.forEachNonZero((cell, value) -> { }));
        assertFalse(scan.everything());
        Footprint write = noted(() -> scanned.set(7, 1));
        assertTrue(meet(scan, write) && meet(write, scan));
        assertFalse(meet(write, noted(() -> scanned.set(8, 1))));
        assertTrue(meet(write, noted(() -> scanned.set(7, 2))));
        assertFalse(meet(scan, noted(() -> scanned.get(7))));
        assertFalse(meet(scan, noted(() -> dense.set(7, 1))));
        assertTrue(noted(() -> sparse.forEachNonZero((cell, value) -> { })).everything());
        assertFalse(noted(() -> log.forEachNonZero((cell, value) -> { })).everything());
        assertTrue(Store.isWhole(scan.key(0)) && !Store.isWhole(write.key(0)));
    }

    @Test
    void aFootprintKnowsWhatWasWrittenBeforeItWasRead() {
        Footprint first = noted(() -> {
            dense.set(1, dense.get(2));
            dense.get(1);
            dense.store(24, 4, 1);
        });
        assertEquals(List.of(false, true, false), List.of(first.overwritten(0), first.overwritten(1),
                first.overwritten(2)));
        Footprint both = noted(() -> dense.get(1));
        both.addAll(first);
        both.addAll(noted(() -> dense.set(4, 1)));
        assertEquals(4, both.size());
        assertFalse(both.overwritten(0), "it was read first");
        assertTrue(both.overwritten(3));
        assertEquals(first.bytes(1), both.bytes(0));
        assertEquals(dense, store.regionOf(both.key(3)));
        assertEquals(4, Store.cellOf(both.key(3)));
        assertEquals(both.key(3), Store.key(dense, 4));
        assertEquals(null, store.regionOf(Footprint.outside(1)));
    }

    @Test
    void aRollbackMayBeToldTheFingerprint() {
        long outer = store.mark();
        dense.set(1, 1);
        long mark = store.mark();
        long then = store.fingerprint();
        dense.set(1, 2);
        sparse.set(9, 3);
        assertFalse(store.logged(mark));
        log.set(0, 1);
        assertTrue(store.logged(mark));
        store.rollback(mark, then);
        assertEquals(then, store.fingerprint());
        assertEquals(List.of(1L, 0L, 0L), List.of(dense.get(1), sparse.get(9), log.get(0)));
        store.release();
        store.rollback(outer);
        store.release();
    }

    private Footprint noted(Runnable step) {
        Footprint footprint = new Footprint();
        store.noteAccesses(true);
        store.note(footprint);
        step.run();
        store.noteAccesses(false);
        return footprint;
    }

    private static boolean meet(Footprint first, Footprint second) {
        for (int i = 0; i < first.size(); i++) {
            if (second.meets(first.key(i), first.bytes(i))) {
                return true;
            }
        }
        return false;
    }
}
