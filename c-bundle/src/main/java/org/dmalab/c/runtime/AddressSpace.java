package org.dmalab.c.runtime;

import java.util.ArrayList;
import java.util.List;

import org.dmalab.api.kernel.KernelMemory;

/**
 * Which kernel addresses C code can reach. A module works with 32 bits of an address; on a 64-bit kernel the rest
 * follows from them, by ranges that the architecture gives.
 *
 * @param wide whether the kernel has 64-bit addresses
 * @param modules low 32 bits of where the module space begins
 * @param ranges of 64-bit addresses; the first that has an address goes
 */
public record AddressSpace(boolean wide, int modules, List<Range> ranges) {
    /** Bytes of the module space that one module has: data, then a gap, then its stack. */
    public static final int MODULE_BYTES = 128 << 10;
    /** How many modules there is room for. */
    public static final int MODULES = KernelMemory.MODULES_BYTES / MODULE_BYTES;
    /** Of them, bytes for constants and variables. */
    public static final int DATA_BYTES = 60 << 10;
    /** Bytes of the stack, at the end. */
    public static final int STACK_BYTES = 64 << 10;
    private static final long LOW = 0xffffffffL;

    /** Copies the ranges. */
    public AddressSpace {
        ranges = List.copyOf(ranges);
    }

    /**
     * A range of kernel addresses that lies within 4 GiB.
     *
     * @param first its first address
     * @param last its last one
     */
    public record Range(long first, long last) { }

    /**
     * Reads what an architecture says.
     *
     * @param wordBits 32 or 64
     * @param kernelBase where the kernel's data begins
     * @param ranges {@code FIRST-LAST} in hexadecimal, separated by blanks; the module space is always one
     */
    public static AddressSpace of(int wordBits, long kernelBase, String ranges) {
        long start = kernelBase + KernelMemory.MODULES_OFFSET;
        List<Range> all = new ArrayList<>(List.of(new Range(start, start + KernelMemory.MODULES_BYTES - 1)));
        for (String range : ranges.isBlank() ? new String[0] : ranges.trim().split("\\s+")) {
            int dash = range.indexOf('-');
            all.add(new Range(Long.parseUnsignedLong(range.substring(0, dash), 16),
                    Long.parseUnsignedLong(range.substring(dash + 1), 16)));
        }
        return new AddressSpace(wordBits == Long.SIZE, (int) start, all);
    }

    /** Low 32 bits of where a module's part of the module space begins. */
    public int start(int slot) {
        return modules + slot * MODULE_BYTES;
    }

    /** The kernel address that has these low bits. */
    long full(int address) {
        long low = address & LOW;
        if (!wide) {
            return low;
        }
        for (Range range : ranges) {
            long offset = low - (range.first() & LOW);
            if (offset >= 0 && offset <= range.last() - range.first()) {
                return range.first() + offset;
            }
        }
        return low;
    }

    /**
     * Tells whether the low bits of an address say all, so that what C code computed is what it reaches: on a 32-bit
     * kernel always; else if it is in one of the ranges, or that of a module's own data or stack, which have no
     * upper half.
     */
    boolean reaches(long address) {
        if (!wide) {
            return true;
        }
        boolean own = address >>> Integer.SIZE == 0;
        Range first = ranges.get(0);
        return own ? address - (first.first() & LOW) >= 0 && address - (first.first() & LOW)
                < KernelMemory.MODULES_BYTES : full((int) address) == address;
    }
}
