package org.dmalab.mips.hardware;

import org.dmalab.api.event.Actor;
import org.dmalab.api.event.Emitter;
import org.dmalab.api.event.EventKind;
import org.dmalab.api.port.DmaMaster;

/**
 * Devices on a bus without translation: a bus address is a physical address, and neither caches nor the write buffer
 * are asked. An access outside memory ends in a master abort.
 *
 * <p>On a speculating machine processor 0 fetches each line right before a device writes to its first byte: the worst
 * that a core with speculative fills can do to a buffer that was invalidated before the transfer only.
 */
public final class BusMaster implements DmaMaster {
    private final Emitter emitter;
    private final PhysicalMemory memory;
    private final Caches caches;
    private final boolean speculates;
    private final boolean stores;

    /**
     * Puts the parts together.
     *
     * @param speculates whether processor 0 fetches each line right before a device writes to it
     * @param stores whether it leaves such a line dirty
     */
    public BusMaster(Emitter emitter, PhysicalMemory memory, Caches caches, boolean speculates, boolean stores) {
        this.stores = stores;
        this.emitter = emitter;
        this.memory = memory;
        this.caches = caches;
        this.speculates = speculates;
    }

    @Override
    public Access read(long sourceId, long busAddress, int widthBytes) {
        if (!memory.contains(busAddress, widthBytes)) {
            return abort(sourceId, busAddress, widthBytes, 0);
        }
        long value = memory.load(busAddress, widthBytes);
        emitter.emit(EventKind.DMA_READ, Actor.device(sourceId), busAddress, busAddress, widthBytes, value);
        return new Access(Outcome.OK, value, busAddress);
    }

    @Override
    public Access write(long sourceId, long busAddress, int widthBytes, long value) {
        if (!memory.contains(busAddress, widthBytes)) {
            return abort(sourceId, busAddress, widthBytes, 1);
        }
        if (speculates && (busAddress & (caches.shape().primary().lineBytes() - 1)) == 0) {
            speculate(busAddress);
        }
        memory.store(busAddress, widthBytes, value);
        emitter.emit(EventKind.DMA_WRITE, Actor.device(sourceId), busAddress, busAddress, widthBytes, value);
        return new Access(Outcome.OK, 0, busAddress);
    }

    private void speculate(long line) {
        if (stores) {
            caches.speculativeStore(0, line);
        } else {
            caches.prefetch(0, line);
        }
    }

    private Access abort(long sourceId, long busAddress, int widthBytes, long isWrite) {
        emitter.emit(EventKind.DMA_ABORT, Actor.device(sourceId), busAddress, busAddress, widthBytes, isWrite);
        return new Access(Outcome.DROPPED, -1, busAddress);
    }
}
