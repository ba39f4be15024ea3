package org.dmalab.lab.oracle;

import org.dmalab.api.Oracle;
import org.dmalab.api.cpu.Op;
import org.dmalab.api.event.Actor;
import org.dmalab.api.event.EventKind;
import org.dmalab.api.service.Direction;
import org.dmalab.api.store.Region;

/**
 * What the three oracles of data have in common: they follow buffers and writes, compare, and report the first byte of
 * a step with the number of all. State: bytes reported in this step.
 *
 * <p>Firmware and remapping hardware that write memory by themselves announce it as {@link EventKind#CPU_WRITE} by
 * {@link Actor#MACHINE}; the argument block of an RTAS call is unknown after the call in any case.
 */
record DataShadow(Oracle.Watch watch, Buffers buffers, IdealMemory ideal, Region reported) {
    /** Token, counts and 16 words of an RTAS argument block, in which the firmware writes its results. */
    private static final int RTAS_BLOCK_BYTES = 4 * (3 + 16);

    static DataShadow in(Oracle.Watch watch) {
        return new DataShadow(watch, Buffers.in(watch), IdealMemory.in(watch), watch.memory("reported", 1));
    }

    /** Follows one event; operands as in {@link EventKind}. */
    void follow(int kind, int actor, long a, long b, long c, long d) {
        switch (kind) {
            case EventKind.CPU_WRITE -> ideal.write(a, (int) b, c, IdealMemory.CPU);
            case EventKind.DMA_WRITE -> ideal.write(wanted(actor, a, b, (int) c), (int) c, d, IdealMemory.DEVICE);
            case EventKind.BUFFER_TO_DEVICE -> {
                buffers.give(a, b, c, d);
                if (direction(d) == Direction.FROM_DEVICE) {
                    ideal.forget(c, Buffers.lengthOf(d), false);
                }
            }
            case EventKind.BUFFER_TO_CPU -> {
                buffers.take(a, b, d);
                if (direction(d) != Direction.TO_DEVICE) {
                    ideal.forget(c, Buffers.lengthOf(d), true);
                }
            }
            case Op.RTAS -> ideal.forget(a, RTAS_BLOCK_BYTES, true);
            case EventKind.ACTION_END -> endOfStep();
            default -> { }
        }
    }

    static Direction direction(long lengthAndDirection) {
        return Direction.of(lengthAndDirection >>> 56);
    }

    /** The physical address that an access of a device should have: the kernel's mapping, else where it went. */
    long wanted(int actor, long bus, long physical, int widthBytes) {
        int buffer = buffers.find(Actor.sourceIdOf(actor), bus, widthBytes);
        return buffer < 0 ? physical : buffers.physicalOf(buffer, bus);
    }

    /**
     * Reports bytes that differ.
     *
     * @param mask all bits of the differing bytes set
     * @param who who sees them
     * @param physical address of the access
     * @param found what was seen
     * @param expected what should have been seen
     * @param rule says whose value was expected
     */
    void differ(long mask, String who, long physical, long found, long expected, String rule) {
        if (mask == 0) {
            return;
        }
        long before = reported.get(0);
        reported.set(0, before + Long.bitCount(mask) / 8);
        if (before == 0) {
            int shift = Long.numberOfTrailingZeros(mask) & ~7;
            watch.violation(who + " 0x" + hex(found >>> shift) + " at 0x" + Long.toHexString(physical + shift / 8)
                    + ", " + rule + " 0x" + hex(expected >>> shift));
        }
    }

    private static String hex(long value) {
        return String.format("%02x", value & 0xff);
    }

    /** Completes what was reported in this step with the number of bytes. */
    void endOfStep() {
        long bytes = reported.get(0);
        if (bytes > 1) {
            LabWatch.complete(watch, "; " + bytes + " bytes in this step");
        }
        reported.set(0, 0);
    }
}
