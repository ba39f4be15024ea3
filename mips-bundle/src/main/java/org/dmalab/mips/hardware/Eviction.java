package org.dmalab.mips.hardware;

import org.dmalab.api.Spontaneous;

/** The replacement takes a line out of a cache: written back if dirty, then dropped. One place for each line slot. */
public record Eviction(Caches caches) implements Spontaneous {
    @Override
    public String family() {
        return "eviction";
    }

    @Override
    public String summary() {
        return "a cache evicts a line: writes it back if it is dirty, then drops it";
    }

    @Override
    public int count() {
        return caches.slots();
    }

    @Override
    public boolean enabled(int index) {
        return caches.slotUsed(index);
    }

    @Override
    public void take(int index) {
        caches.evictSlot(index);
    }

    @Override
    public String describe(int index) {
        return caches.slotUsed(index)
                ? String.format("evict line 0x%08x of %s", caches.slotLine(index), caches.slotCache(index))
                : "evict a line of " + caches.slotCache(index);
    }
}
