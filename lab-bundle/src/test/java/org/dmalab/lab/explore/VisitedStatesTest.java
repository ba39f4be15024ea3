package org.dmalab.lab.explore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.dmalab.api.store.Store;
import org.junit.jupiter.api.Test;

class VisitedStatesTest {
    private static final int MANY = 100_000;

    @Test
    void eachFingerprintKeepsItsNoteWhileTheTableGrows() {
        VisitedStates visited = new VisitedStates(true);
        for (long i = 0; i < MANY; i++) {
            assertTrue(visited.add(Store.mix(1, i)));
            visited.note(i);
        }
        assertEquals(MANY, visited.size());
        for (long i = 0; i < MANY; i++) {
            assertFalse(visited.add(Store.mix(1, i)));
            assertEquals(i, visited.note());
        }
        assertEquals(MANY, visited.size());
        assertTrue(visited.bytes() <= 48L * MANY, () -> visited.bytes() + " bytes");
    }

    @Test
    void fingerprintsThatLieCloseAreToldApart() {
        VisitedStates visited = new VisitedStates(false);
        for (long i = 0; i < 1000; i++) {
            assertFalse(visited.contains(i));
            assertTrue(visited.add(i));
            assertFalse(visited.add(i));
        }
        assertEquals(1000, visited.size());
        assertFalse(visited.contains(1000));
    }

    /** Zero marks a free place. */
    @Test
    void zeroIsAFingerprint() {
        VisitedStates visited = new VisitedStates(true);
        assertFalse(visited.contains(0));
        assertTrue(visited.add(0));
        visited.note(7);
        assertFalse(visited.add(0));
        assertEquals(7, visited.note());
        assertEquals(1, visited.size());
    }
}
