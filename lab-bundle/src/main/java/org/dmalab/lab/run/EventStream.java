package org.dmalab.lab.run;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

import org.dmalab.api.cpu.Op;
import org.dmalab.api.event.Actor;
import org.dmalab.api.event.EventSink;
import org.dmalab.api.store.Store;

/**
 * All events of a run as one rolling hash, with the hash at the end of every chunk, and the events of one window in
 * full: enough to say where two runs part.
 */
final class EventStream implements EventSink {
    static final int CHUNK = 1024;
    private static final int WINDOW = 1 << 18;
    private static final int WORDS = 7;

    private final long firstInWindow;
    private long[] window = new long[256 * WORDS];
    private long[] chunks = new long[16];
    private long count;
    private long hash;
    private boolean closed;
    /** Where the code stands that makes each event of the window; null if nobody wants to know. */
    private String[] places;
    private final Map<String, String> known = new HashMap<>();

    /** Keeps the events from this one on in full, counted from 0, as far as the window reaches. */
    EventStream(long firstInWindow) {
        this.firstInWindow = firstInWindow;
    }

    @Override
    public void event(int kind, int actor, long a, long b, long c, long d, long e, long result) {
        if (closed) {
            return;
        }
        long what = (long) kind << 32 | actor;
        long one = Store.mix(Store.mix(Store.mix(what, a), Store.mix(b, c)), Store.mix(Store.mix(d, e), result));
        hash = Store.mix(hash, one);
        long index = count - firstInWindow;
        if (index >= 0 && index < WINDOW) {
            keep((int) index * WORDS, what, a, b, c, d, e, result);
            keepPlace((int) index);
        }
        count++;
        if (count % CHUNK == 0) {
            int chunk = Math.toIntExact(count / CHUNK) - 1;
            if (chunk == chunks.length) {
                chunks = Arrays.copyOf(chunks, 2 * chunk);
            }
            chunks[chunk] = hash;
        }
    }

    private void keep(int at, long what, long a, long b, long c, long d, long e, long result) {
        if (at == window.length) {
            window = Arrays.copyOf(window, 2 * at);
        }
        window[at] = what;
        window[at + 1] = a;
        window[at + 2] = b;
        window[at + 3] = c;
        window[at + 4] = d;
        window[at + 5] = e;
        window[at + 6] = result;
    }

    private void keepPlace(int index) {
        if (places == null) {
            return;
        }
        if (index == places.length) {
            places = Arrays.copyOf(places, 2 * index);
        }
        places[index] = known.computeIfAbsent(Caller.place(), place -> place);
    }

    /** Notes where the code stands that makes each event of the window: far slower. */
    EventStream withPlaces() {
        places = new String[256];
        return this;
    }

    /** An empty stream that notes the same, with a window from another event on. */
    EventStream like(long newFirstInWindow) {
        EventStream stream = new EventStream(newFirstInWindow);
        return places == null ? stream : stream.withPlaces();
    }

    boolean hasPlaces() {
        return places != null;
    }

    /** Where the code stands that made an event of the window. */
    String place(long event) {
        long index = event - firstInWindow;
        return places == null || event >= count || index < 0 || index >= places.length ? "?" : places[(int) index];
    }

    /** What follows does not count. */
    void close() {
        closed = true;
    }

    long count() {
        return count;
    }

    long firstInWindow() {
        return firstInWindow;
    }

    boolean same(EventStream other) {
        return count == other.count && hash == other.hash;
    }

    /** The first event, from 0, that differs and that both have in their windows; -1 if there is none. */
    long firstDifference(EventStream other) {
        long kept = Math.min(Math.min(count, other.count) - firstInWindow, WINDOW);
        for (long i = 0; i < kept; i++) {
            int at = (int) i * WORDS;
            if (Arrays.mismatch(window, at, at + WORDS, other.window, at, at + WORDS) >= 0) {
                return firstInWindow + i;
            }
        }
        boolean oneEnds = count != other.count && kept >= 0 && kept < WINDOW;
        return oneEnds ? firstInWindow + kept : -1;
    }

    /** First event of the first chunk that differs. */
    long firstDifferentChunk(EventStream other) {
        int chunk = 0;
        long whole = Math.min(count, other.count) / CHUNK;
        while (chunk < whole && chunks[chunk] == other.chunks[chunk]) {
            chunk++;
        }
        return (long) chunk * CHUNK;
    }

    /** An event of the window in words, with its place if places are noted. */
    String describe(long event) {
        if (event >= count) {
            return "nothing";
        }
        return words(event) + (places == null ? "" : " at " + place(event));
    }

    private String words(long event) {
        int at = (int) (event - firstInWindow) * WORDS;
        int kind = (int) (window[at] >>> 32);
        String name = kind < Op.COUNT ? Op.name(kind) : "event " + kind;
        StringBuilder text = new StringBuilder(Actor.name((int) window[at])).append(' ').append(name).append('(');
        for (int i = 1; i <= 4; i++) {
            text.append(i == 1 ? "0x" : ", 0x").append(Long.toHexString(window[at + i]));
        }
        return text.append(") = 0x").append(Long.toHexString(window[at + 6])).toString();
    }
}
