package org.dmalab.lab.explore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.dmalab.api.store.Footprint;
import org.junit.jupiter.api.Test;

class PrivateCellsTest {
    private static final int ALL = Footprint.ALL_BYTES;

    private final PrivateCells cells = new PrivateCells();

    private static Footprint touching(long key, int read, int written) {
        Footprint footprint = new Footprint();
        footprint.add(key, read, written);
        return footprint;
    }

    /** A context takes a step; tells whether it can go alone. */
    private boolean step(int context, long key, int read, int written) {
        cells.learn(touching(key, read, written), context);
        return cells.alone(touching(key, read, written));
    }

    @Test
    void whatOneContextTouchesIsItsOwn() {
        assertTrue(step(1, 7, ALL, 0));
        assertTrue(step(1, 7, 0, ALL));
        assertTrue(step(2, 8, ALL, ALL));
        assertFalse(cells.wrong());
    }

    @Test
    void whatAllOnlyReadIsNobodys() {
        assertTrue(step(1, 7, ALL, 0));
        assertTrue(step(2, 7, ALL, 0));
        assertFalse(cells.wrong());
        assertFalse(step(2, 7, 0, ALL), "it is written by one of two");
        assertTrue(cells.wrong(), "steps that read it went alone");
    }

    @Test
    void whatSeveralTouchIsSharedOnceItIsWrittenWhoeverCameFirst() {
        assertTrue(step(1, 7, 0, ALL));
        assertFalse(step(2, 7, ALL, 0));
        assertTrue(cells.wrong(), "the step that wrote it went alone");
        cells.begin();
        assertFalse(cells.wrong());
        assertFalse(step(1, 7, ALL, 0));
        assertFalse(step(2, 7, 0, ALL));
        assertFalse(cells.wrong(), "nothing goes alone there any more");
    }

    @Test
    void bytesOfACellHaveOwnersOfTheirOwn() {
        assertTrue(step(1, 7, 0, 0x0f));
        assertTrue(step(2, 7, 0, 0xf0));
        assertTrue(step(1, 7, 0x0f, 0));
        assertFalse(step(1, 7, 0x1f, 0));
        assertTrue(step(2, 7, 0, 0xe0), "the others are still its own");
        assertTrue(cells.wrong());
    }

    @Test
    void whatEverybodyTouchesBelongsToNobody() {
        assertFalse(step(255, 7, 0, ALL));
        assertFalse(step(1, 7, ALL, 0));
        assertTrue(step(255, 8, ALL, 0));
        assertFalse(step(1, 8, 0, ALL));
        assertTrue(cells.wrong());
    }

    @Test
    void whatGoesAloneInOneRoundCountsInThatRound() {
        assertTrue(step(1, 7, 0, ALL));
        cells.begin();
        assertFalse(step(2, 7, ALL, 0));
        assertFalse(cells.wrong(), "it went alone in an earlier round");
    }

    @Test
    void whereAStepTouchesEverythingNothingIsPrivate() {
        assertTrue(step(1, 7, 0, ALL));
        Footprint everything = new Footprint();
        everything.addEverything();
        assertFalse(cells.alone(everything));
        assertTrue(cells.alone(touching(7, 0, ALL)));
        cells.learn(everything, 2);
        assertTrue(cells.wrong());
        cells.begin();
        assertFalse(step(1, 7, 0, ALL));
        cells.learn(everything, 1);
        assertFalse(cells.wrong(), "it is known");
    }

    @Test
    void afterGivingUpNothingIsPrivateAndNothingIsWrong() {
        cells.giveUp();
        assertFalse(step(1, 7, 0, ALL));
        assertFalse(cells.wrong());
    }

    @Test
    void whatIsOutsideTheStoreIsNobodys() {
        assertTrue(step(1, Footprint.outside(1), 0, 1));
        assertTrue(step(2, Footprint.outside(1), 0, 1));
        assertFalse(cells.wrong());
    }

    @Test
    void thereMayBeManyCells() {
        for (long key = 0; key < 5_000; key++) {
            assertEquals(true, step(1 + (int) key % 200, key * 3, ALL, ALL));
        }
        assertFalse(cells.wrong());
        for (long key = 0; key < 5_000; key++) {
            assertEquals(false, step(1 + (int) (key + 1) % 200, key * 3, ALL, 0), "key " + key);
        }
        assertTrue(cells.wrong());
    }
}
