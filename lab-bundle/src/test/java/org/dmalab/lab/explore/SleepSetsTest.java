package org.dmalab.lab.explore;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.dmalab.api.store.Footprint;
import org.junit.jupiter.api.Test;

class SleepSetsTest {
    private static final int ALL = Footprint.ALL_BYTES;
    private static final int ID = 5;

    private final SleepSets sleepers = new SleepSets();
    private final Reduction point = new Reduction(SleepSets.MAX);
    private final int[] into = new int[SleepSets.MAX];

    private static Footprint touching(long key, int read, int written) {
        Footprint footprint = new Footprint();
        footprint.add(key, read, written);
        return footprint;
    }

    private static Footprint everything() {
        Footprint footprint = new Footprint();
        footprint.addEverything();
        return footprint;
    }

    /** One sleeper is put to sleep with what it touched; tells whether it still sleeps after another transition. */
    private boolean sleeps(Footprint sleeper, Footprint taken) {
        sleepers.keep(sleeper, 0, -1);
        point.asleep = 1L << ID;
        point.footprints()[ID] = 0;
        return sleepers.stillAsleep(point, into, taken) != 0;
    }

    @Test
    void whoMeetsWhatItTouchedIsWoken() {
        assertEquals(true, sleeps(touching(7, ALL, 0), touching(7, ALL, 0)), "both only read");
        assertEquals(false, sleeps(touching(7, ALL, 0), touching(7, 0, ALL)));
        assertEquals(false, sleeps(touching(7, 0, ALL), touching(7, ALL, 0)));
        assertEquals(false, sleeps(touching(7, 0, ALL), touching(7, 0, ALL)));
        assertEquals(true, sleeps(touching(7, 0, ALL), touching(8, 0, ALL)));
        assertEquals(true, sleeps(touching(7, 0, 0x0f), touching(7, 0xf0, 0xf0)), "other bytes");
    }

    @Test
    void everythingMeetsAll() {
        assertEquals(false, sleeps(everything(), touching(7, ALL, 0)));
        assertEquals(false, sleeps(touching(7, ALL, 0), everything()));
        assertEquals(false, sleeps(everything(), new Footprint()));
    }

    @Test
    void manyCellsAreLikeEverything() {
        Footprint many = new Footprint();
        for (int key = 0; key < 5_000; key++) {
            many.add(key, 0, ALL);
        }
        assertEquals(false, sleeps(many, touching(4_999, ALL, 0)));
        assertEquals(false, sleeps(many, touching(10_000, ALL, 0)));
    }

    /** The footprints of all outcomes of a step lie one behind the other. */
    @Test
    void anyOutcomeWakes() {
        int end = sleepers.keep(touching(1, 0, ALL), 0, -1);
        end = sleepers.keep(touching(2, 0, ALL), end, 0);
        int third = sleepers.keep(touching(3, 0, ALL), end, 0);
        int next = sleepers.keep(touching(4, 0, ALL), third, -1);
        assertEquals(true, next > third);
        point.asleep = 1L << ID | 1L << ID + 1;
        point.footprints()[ID] = 0;
        point.footprints()[ID + 1] = third;
        for (int key = 1; key <= 5; key++) {
            long last = key == 4 ? 1L << ID : point.asleep;
            long expected = key <= 3 ? 1L << ID + 1 : last;
            assertEquals(expected, sleepers.stillAsleep(point, into, touching(key, ALL, 0)), "cell " + key);
        }
    }
}
