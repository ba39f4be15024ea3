package org.dmalab.vtd.hardware;

import org.dmalab.api.Spontaneous;
import org.dmalab.api.event.Emitter;
import org.dmalab.api.store.Region;
import org.dmalab.api.store.Store;

/**
 * Machine memory of a PC: below 3 GiB, and the rest above 4 GiB; between them there are devices.
 *
 * <p>All addresses are physical. What a processor writes may stay in its caches for a time ({@code cpuCacheLines});
 * then only what snoops the caches sees it before it is flushed.
 */
public final class MachineMemory {
    /** End of memory below 4 GiB. */
    public static final long LOW_END = 0xc0000000L;
    private static final long HIGH_START = 1L << 32;
    private static final long SMALLEST = 1L << 26;
    private static final long LARGEST = 1L << 40;
    private final Region cells;
    private final DirtyLines lines;
    private final long ramBytes;
    private final long highEnd;

    /** Declares memory of a size in a store; processors write through to it. */
    public MachineMemory(Store store, Emitter emitter, long ramBytes) {
        this(store, emitter, ramBytes, 0);
    }

    /** Declares memory of a size in a store, and how many dirty lines the processors' caches hold before it. */
    public MachineMemory(Store store, Emitter emitter, long ramBytes, int cpuCacheLines) {
        if (ramBytes < SMALLEST || ramBytes > LARGEST || (ramBytes & 0xfff) != 0) {
            throw new IllegalArgumentException("ramBytes: " + ramBytes + ", expected whole pages, 64M to 1T");
        }
        this.ramBytes = ramBytes;
        this.highEnd = ramBytes > LOW_END ? HIGH_START + ramBytes - LOW_END : 0;
        this.cells = store.bulk("memory", Math.max(highEnd, Math.min(ramBytes, LOW_END)) >>> 3, Region.Kind.STATE,
                cell -> "memory 0x" + Long.toHexString(cell * 8));
        this.lines = new DirtyLines(store, cells, emitter, cpuCacheLines);
    }

    /** The lines that may be written back at any moment. */
    public Spontaneous dirtyLines() {
        return lines;
    }

    /** Tells whether a range of physical addresses is all memory. */
    public boolean isRam(long physicalAddress, long lengthBytes) {
        long end = physicalAddress + lengthBytes;
        return physicalAddress >= 0 && end >= physicalAddress && (end <= Math.min(ramBytes, LOW_END)
                || (physicalAddress >= HIGH_START && end <= highEnd));
    }

    /** Reads memory past the processors' caches: physical address, least significant byte first; must be memory. */
    public long fetch(long physicalAddress, int widthBytes) {
        return cells.load(physicalAddress, widthBytes);
    }

    /** Reads as hardware does that snoops the processors' caches. */
    public long snoop(long physicalAddress, int widthBytes) {
        return lines.load(physicalAddress, widthBytes);
    }

    /** Writes as a device does: dirty lines go to memory first. */
    void snoopedPut(long physicalAddress, int widthBytes, long value) {
        lines.writeBack(physicalAddress, widthBytes, DirtyLines.SNOOPED);
        cells.store(physicalAddress, widthBytes, value);
    }

    /** Writes to memory past the processors' caches. */
    public void put(long physicalAddress, int widthBytes, long value) {
        cells.store(physicalAddress, widthBytes, value);
    }

    /** Writes as a processor does: its caches may keep the line for a time. */
    public void store(long physicalAddress, int widthBytes, long value) {
        lines.store(physicalAddress, widthBytes, value);
    }

    /** A processor writes a line back, if its caches have it: CLFLUSH. */
    public void flushLine(long physicalAddress) {
        lines.writeBack(physicalAddress, DirtyLines.BYTES, 0);
    }
}
