package org.dmalab.vtd.hardware;

import org.dmalab.api.Spontaneous;
import org.dmalab.api.cpu.CacheOp;
import org.dmalab.api.cpu.Endian;
import org.dmalab.api.cpu.KernelBug;
import org.dmalab.api.cpu.Level;
import org.dmalab.api.event.Actor;
import org.dmalab.api.event.Emitter;
import org.dmalab.api.event.EventKind;
import org.dmalab.api.port.Memory;
import org.dmalab.api.store.Region;
import org.dmalab.api.store.Store;

/**
 * Machine memory of a PC: below 3 GiB, and the rest above 4 GiB; between them there are devices.
 *
 * <p>A processor reaches it by physical address or through the kernel's linear map. Its writes may stay in its caches
 * for a time ({@code cpuCacheLines}); then only what snoops the caches sees them before they are flushed.
 */
public final class MachineMemory implements Memory {
    /** Where the kernel's linear map of physical memory starts. */
    public static final long LINEAR_MAP = 0xffff888000000000L;
    /** End of memory below 4 GiB. */
    public static final long LOW_END = 0xc0000000L;
    private static final long HIGH_START = 1L << 32;
    private static final long LINEAR_MAP_BYTES = 1L << 46;
    private static final long SMALLEST = 1L << 26;
    private static final long LARGEST = 1L << 40;
    private final Region cells;
    private final DirtyLines lines;
    private final Emitter emitter;
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
        this.emitter = emitter;
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
                || physicalAddress >= HIGH_START && end <= highEnd);
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

    @Override
    public long read(int processor, long address, int widthBytes, Endian order) {
        long physical = physical(processor, address, widthBytes);
        long value = lines.load(physical, widthBytes);
        emitter.emit(EventKind.CPU_READ, Actor.processor(processor, Level.USER), physical,
                widthBytes, value, 0);
        return order.swap(value, widthBytes);
    }

    @Override
    public void write(int processor, long address, int widthBytes, Endian order, long value) {
        long physical = physical(processor, address, widthBytes);
        long bytes = order.swap(value, widthBytes);
        lines.store(physical, widthBytes, bytes);
        emitter.emit(EventKind.CPU_WRITE, Actor.processor(processor, Level.USER), physical,
                widthBytes, bytes, 0);
    }

    @Override
    public void cache(int processor, CacheOp operation, long address) {
        if (operation == CacheOp.FLUSH_LINE) {
            lines.writeBack(physical(processor, address & -DirtyLines.BYTES, DirtyLines.BYTES), DirtyLines.BYTES, 0);
        }
    }

    /** Where nothing is in the kernel's linear map a processor takes a page fault, and the kernel an oops. */
    private long physical(int processor, long address, int widthBytes) {
        long offset = address - LINEAR_MAP;
        long physical = offset >= 0 && offset < LINEAR_MAP_BYTES ? offset : address;
        if (!isRam(physical, widthBytes)) {
            emitter.emit(VtdEvent.PAGE_FAULT, Actor.processor(processor, Level.USER), address, widthBytes, 0, 0);
            throw new KernelBug("unable to handle page fault for address: 0x" + Long.toHexString(address)
                    + ", on processor " + processor);
        }
        return physical;
    }
}
