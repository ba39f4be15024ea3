package org.dmalab.api.kernel;

import org.dmalab.api.cpu.Endian;

/**
 * What lies at an address of the kernel's data.
 *
 * @param name {@code variable}, {@code array[3]}, {@code dma_win[0].prop}: the field of an allocated object, counted
 *     from 0 among all of its kind that were ever allocated; an address in hexadecimal if it has no name
 * @param address where it begins
 * @param widthBytes its size; any number for padding
 * @param order in which its bytes make a number
 */
public record Place(String name, long address, int widthBytes, Endian order) {
    /** A place in the order of loads and stores. */
    public Place(String name, long address, int widthBytes) {
        this(name, address, widthBytes, Endian.LITTLE);
    }
}
