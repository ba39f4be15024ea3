package org.dmalab.pseries.hardware;

import org.dmalab.api.event.Actor;
import org.dmalab.api.event.Emitter;
import org.dmalab.api.store.Region;
import org.dmalab.api.store.Store;

/**
 * The partition's memory: 2^51 bytes of real addresses of which granules of 16 MiB are present or not. Processors'
 * caches are coherent with devices, so there is nothing between a processor and this.
 */
public final class MachineMemory {
    /** Width of a physical address. */
    public static final int ADDRESS_BITS = 51;
    /** Memory comes and goes in pieces of this size. */
    public static final int GRANULE_SHIFT = 24;
    /** The end of the physical address space. */
    static final long END = 1L << ADDRESS_BITS;
    private static final long ADDRESS_MASK = END - 1;

    private final Region bytes;
    private final Region present;
    private final Emitter emitter;

    /** Declares it in a store; no memory is present. */
    public MachineMemory(Store store, Emitter emitter) {
        this.bytes = store.bulk("memory", 1L << (ADDRESS_BITS - 3), Region.Kind.STATE,
                cell -> "memory 0x" + Long.toHexString(cell * 8));
        this.present = store.sparse("memory.present", 1L << (ADDRESS_BITS - GRANULE_SHIFT - 6), Region.Kind.STATE,
                cell -> "memory present from 0x" + Long.toHexString(cell << (GRANULE_SHIFT + 6)));
        this.emitter = emitter;
    }

    /** Tells whether memory is behind a physical address. */
    public boolean isPresent(long physicalAddress) {
        if ((physicalAddress & ~ADDRESS_MASK) != 0) {
            return false;
        }
        long granule = physicalAddress >>> GRANULE_SHIFT;
        return (present.get(granule >>> 6) >>> (granule & 63) & 1) != 0;
    }

    /** Makes a range present or not; both ends are rounded inward to granules. */
    public void assign(long start, long length, boolean gained) {
        long first = (start + (1L << GRANULE_SHIFT) - 1) >>> GRANULE_SHIFT;
        long end = (start + length) >>> GRANULE_SHIFT;
        for (long granule = first; granule < end; granule++) {
            long cell = present.get(granule >>> 6);
            long bit = 1L << (granule & 63);
            present.set(granule >>> 6, gained ? cell | bit : cell & ~bit);
        }
        emitter.emit(HardwareEvent.MEMORY_ASSIGNED, Actor.MACHINE, start, length, gained ? 1 : 0, 0);
    }

    /** Reads at a real address where memory is present, least significant byte first. */
    public long load(long physicalAddress, int widthBytes) {
        return bytes.load(physicalAddress, widthBytes);
    }

    /** Writes at a real address where memory is present, least significant byte first. */
    public void store(long physicalAddress, int widthBytes, long value) {
        bytes.store(physicalAddress, widthBytes, value);
    }

    /** Puts a blob into memory, as firmware does before the kernel starts. */
    public void place(long physicalAddress, byte[] blob) {
        for (int i = 0; i < blob.length; i++) {
            bytes.store(physicalAddress + i, 1, blob[i]);
        }
    }
}
