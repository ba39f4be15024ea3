package org.dmalab.lab;

/**
 * A cell that is not as it was.
 *
 * @param region name of the region
 * @param cell name of the cell in the field's terms; in kernel data of the variable or field
 * @param before value before
 * @param after value after
 */
public record Changed(String region, String cell, long before, long after) {
    @Override
    public String toString() {
        return region + " " + cell + ": 0x" + Long.toHexString(before) + " -> 0x" + Long.toHexString(after);
    }
}
