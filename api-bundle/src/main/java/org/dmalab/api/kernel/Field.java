package org.dmalab.api.kernel;

import org.dmalab.api.cpu.Endian;

/**
 * A field of a kernel structure.
 *
 * @param name {@code struct.field}
 * @param offset bytes from the start of the structure, as on the real kernel's word size
 * @param widthBytes 1, 2, 4 or 8
 * @param order in which its bytes make a number; loads and stores are little endian all the same
 */
public record Field(String name, int offset, int widthBytes, Endian order) {
    /** A field in the order of loads and stores. */
    public Field(String name, int offset, int widthBytes) {
        this(name, offset, widthBytes, Endian.LITTLE);
    }
}
