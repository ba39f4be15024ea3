package org.dmalab.mips.hardware;

import org.dmalab.api.Spontaneous;

/** The write buffer sends its oldest line to memory. One place: it is first in, first out. */
public record WriteBufferDrain(Caches caches) implements Spontaneous {
    @Override
    public String family() {
        return "write-buffer-drain";
    }

    @Override
    public String summary() {
        return "the write buffer sends its oldest line to memory";
    }

    @Override
    public int count() {
        return 1;
    }

    @Override
    public boolean enabled(int index) {
        return caches.buffered() > 0;
    }

    @Override
    public void take(int index) {
        caches.drainOne();
    }

    @Override
    public String describe(int index) {
        return "the write buffer sends a line to memory";
    }
}
