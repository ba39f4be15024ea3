package org.dmalab.mips.hardware;

import org.dmalab.api.store.Store;

/**
 * The read-ahead cache of BMIPS33xx and 43xx cores, between the primary caches and memory: a line that is fetched
 * brings the next one along, and both stay. What a processor writes back takes its line out; devices don't, so the
 * kernel has to flush it as a whole after a transfer ({@code arch_sync_dma_for_cpu_all}).
 */
final class ReadAheadCache {
    private final Cache lines;
    private final WriteBuffer buffer;
    private final PhysicalMemory memory;

    /**
     * Declares it in a store.
     *
     * @param count lines it holds, 1 to 16
     * @param lineBytes line size of the cache in front of memory
     */
    ReadAheadCache(Store store, int count, int lineBytes, WriteBuffer buffer, PhysicalMemory memory) {
        this.lines = new Cache(store, "rac", 1, new CacheGeometry(1, count, lineBytes));
        this.buffer = buffer;
        this.memory = memory;
    }

    /** Brings a line to a cache, and the next one here. */
    void fill(Cache to, int slot, long line) {
        int lineBytes = lines.geometry().lineBytes();
        int found = fetch(line);
        for (int i = 0; i < lineBytes; i += 8) {
            to.store(slot, line + i, 8, lines.load(found, line + i, 8));
        }
        if (memory.contains(line + lineBytes, lineBytes)) {
            fetch(line + lineBytes);
        }
    }

    private int fetch(long line) {
        int slot = lines.find(0, line, line);
        if (slot < 0) {
            slot = lines.victim(0, line);
            if (lines.valid(slot)) {
                lines.drop(slot);
            }
            lines.install(slot, line);
            buffer.fill(lines, slot, line);
        }
        return slot;
    }

    /** A processor's line goes to memory. */
    void written(long line) {
        int slot = lines.find(0, line, line);
        if (slot >= 0) {
            lines.drop(slot);
        }
    }

    /** Forgets all lines; returns how many there were. */
    int flush() {
        int count = 0;
        for (int slot = 0; slot < lines.slots(); slot++) {
            if (lines.valid(slot)) {
                lines.drop(slot);
                count++;
            }
        }
        return count;
    }
}
