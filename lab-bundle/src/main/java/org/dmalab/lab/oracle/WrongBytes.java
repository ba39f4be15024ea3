package org.dmalab.lab.oracle;

import org.dmalab.api.Oracle;
import org.dmalab.api.store.Region;

/**
 * How the oracles of data report: the first byte of a step, with the number of all. State: bytes reported in this step.
 */
record WrongBytes(Oracle.Watch watch, Region reported) {
    static WrongBytes in(Oracle.Watch watch) {
        return new WrongBytes(watch, watch.memory("reported", 1));
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
    void report(long mask, String who, long physical, long found, long expected, String rule) {
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
        if (bytes != 0) {
            reported.set(0, 0);
        }
    }
}
