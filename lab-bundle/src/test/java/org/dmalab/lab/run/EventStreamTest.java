package org.dmalab.lab.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class EventStreamTest {
    private static EventStream stream(long from, int events, int different) {
        EventStream stream = new EventStream(from);
        for (int i = 0; i < events; i++) {
            stream.event(1, 0, i, 0, 0, 0, 0, i == different ? 1 : 0);
        }
        return stream;
    }

    @Test
    void equalStreams() {
        assertTrue(stream(0, 5000, -1).same(stream(0, 5000, -1)));
        assertEquals(-1, stream(0, 5000, -1).firstDifference(stream(0, 5000, -1)));
    }

    @Test
    void differenceInTheWindowIsNamed() {
        EventStream a = stream(0, 5000, -1);
        EventStream b = stream(0, 5000, 3000);
        assertFalse(a.same(b));
        assertEquals(3000, a.firstDifference(b));
        assertEquals("cpu0 store(0xbb8, 0x0, 0x0, 0x0) = 0x0", a.describe(3000));
        assertEquals("cpu0 store(0xbb8, 0x0, 0x0, 0x0) = 0x1", b.describe(3000));
    }

    @Test
    void shorterStreamEndsWithNothing() {
        EventStream a = stream(0, 10, -1);
        EventStream b = stream(0, 12, -1);
        assertEquals(10, a.firstDifference(b));
        assertEquals("nothing", a.describe(10));
        assertEquals("cpu0 store(0xa, 0x0, 0x0, 0x0) = 0x0", b.describe(10));
    }

    @Test
    void differenceBehindTheWindowIsFoundByChunkAndThenNamed() {
        int late = 300_000;
        EventStream a = stream(0, 400_000, -1);
        EventStream b = stream(0, 400_000, late);
        assertFalse(a.same(b));
        assertEquals(-1, a.firstDifference(b));
        long chunk = a.firstDifferentChunk(b);
        assertEquals(late / EventStream.CHUNK * EventStream.CHUNK, chunk);
        assertEquals(late, stream(chunk, 400_000, -1).firstDifference(stream(chunk, 400_000, late)));
    }
}
