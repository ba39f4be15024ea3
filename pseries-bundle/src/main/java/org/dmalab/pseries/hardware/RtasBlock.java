package org.dmalab.pseries.hardware;

import org.dmalab.api.cpu.Endian;

/**
 * An RTAS argument block in memory (LoPAR 7.2.3): be32 token, number of arguments, number of results, arguments,
 * results of which the first is the status. Where the partition has no memory it reads as zeros and nothing is written.
 */
final class RtasBlock {
    private static final int TOKEN = 0;
    private static final int ARGUMENTS = 1;
    private static final int RESULTS = 2;
    private static final int FIRST = 3;

    private final MachineMemory memory;

    RtasBlock(MachineMemory memory) {
        this.memory = memory;
    }

    long token(long block) {
        return cell(block, TOKEN);
    }

    /** Tells whether a call has the numbers of arguments and results that it needs. */
    boolean hasCounts(long block, int arguments, int results) {
        return arguments(block) == arguments && results(block) == results;
    }

    long arguments(long block) {
        return cell(block, ARGUMENTS);
    }

    long results(long block) {
        return cell(block, RESULTS);
    }

    long argument(long block, int index) {
        return cell(block, FIRST + index);
    }

    /** Two arguments as one number, the first one high. */
    long wideArgument(long block, int index) {
        return (argument(block, index) << Integer.SIZE) | argument(block, index + 1);
    }

    void setResult(long block, int index, long value) {
        long address = block + Integer.BYTES * (FIRST + arguments(block) + index);
        if (memory.isPresent(address)) {
            memory.store(address, Integer.BYTES, Endian.BIG.swap(value & 0xffffffffL, Integer.BYTES));
        }
    }

    private long cell(long block, int index) {
        long address = block + (long) Integer.BYTES * index;
        return memory.isPresent(address) ? Endian.BIG.swap(memory.load(address, Integer.BYTES), Integer.BYTES) : 0;
    }
}
