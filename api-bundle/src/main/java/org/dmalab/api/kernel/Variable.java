package org.dmalab.api.kernel;

/**
 * A kernel variable, or an array of them: the same cells by name in Java and by address in C.
 *
 * @param name the kernel's name
 * @param address kernel virtual address of (the first) one
 * @param widthBytes 1, 2, 4 or 8
 * @param count number of elements, 1 for a plain variable
 */
public record Variable(String name, long address, int widthBytes, int count) {
    /** Address of one element; the index is checked, as the kernel does not. */
    public long element(long index) {
        if (index < 0 || index >= count) {
            throw new IndexOutOfBoundsException(name + "[" + index + "] of " + count);
        }
        return address + index * widthBytes;
    }
}
