package org.dmalab.api.kernel;

/**
 * A field of a kernel structure.
 *
 * @param name {@code struct.field}
 * @param offset bytes from the start of the structure, as on the real kernel's word size
 * @param widthBytes 1, 2, 4 or 8
 */
public record Field(String name, int offset, int widthBytes) { }
