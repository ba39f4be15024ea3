package org.dmalab.mips.hardware;

import java.util.List;

import org.dmalab.api.store.Region;
import org.dmalab.api.store.Store;

/** The memory chips: byte-addressed, with holes between the ranges. */
public final class PhysicalMemory {
    /** The 32-bit space and one page of cells more: so large a region keeps its pages in a map and starts for free. */
    private static final long CELLS = (1L << 29) + 512;
    private static final long END = 1L << 32;
    private static final long OFFSET = Segment.PAGE_BYTES - 1;

    /**
     * A range of memory.
     *
     * @param start first physical address
     * @param sizeBytes its size, 0 if there is none
     */
    public record Range(long start, long sizeBytes) {
        /** Checks that the range lies in the 32-bit space. */
        public Range {
            if (start < 0 || start > END || (start & OFFSET) != 0) {
                throw new IllegalArgumentException("start: 0x" + Long.toHexString(start)
                        + ", expected a page below 4 GiB");
            }
            if (sizeBytes < 0 || sizeBytes > END - start || (sizeBytes & OFFSET) != 0) {
                throw new IllegalArgumentException("sizeBytes: " + sizeBytes + ", expected whole pages from 0x"
                        + Long.toHexString(start) + " to 4 GiB at most");
            }
        }

        private boolean contains(long address, long lengthBytes) {
            return address >= start && address + lengthBytes <= start + sizeBytes;
        }
    }

    private final Region cells;
    private final List<Range> ranges;

    /** Declares the memory in a store. */
    public PhysicalMemory(Store store, List<Range> ranges) {
        this.ranges = List.copyOf(ranges);
        this.cells = store.bulk("memory", CELLS, Region.Kind.STATE,
                cell -> String.format("memory 0x%08x", cell << 3));
    }

    /** The ranges with memory behind them. */
    public List<Range> ranges() {
        return ranges;
    }

    /** Tells whether there is memory at an address. */
    public boolean contains(long address, long lengthBytes) {
        for (Range range : ranges) {
            if (range.contains(address, lengthBytes)) {
                return true;
            }
        }
        return false;
    }

    /** Reads what the chips hold, whatever caches hold; least significant byte first. */
    public long load(long address, int widthBytes) {
        return cells.load(address, widthBytes);
    }

    /** Writes the chips. */
    public void store(long address, int widthBytes, long value) {
        cells.store(address, widthBytes, value);
    }
}
