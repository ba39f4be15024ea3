package org.dmalab.api.port;

import org.osgi.annotation.versioning.ConsumerType;

/** Memory-mapped registers of devices. */
@ConsumerType
public interface Registers {
    /**
     * Reads a register.
     *
     * @param address physical address
     * @param widthBytes 1, 2, 4 or 8
     */
    long read(long address, int widthBytes);

    /** Writes a register. */
    void write(long address, int widthBytes, long value);
}
