package org.dmalab.api.port;

import org.dmalab.api.cpu.CacheOp;
import org.dmalab.api.cpu.Endian;
import org.dmalab.api.cpu.TlbOp;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Machine memory as a processor sees it: with its TLB, caches and write buffer where the machine has them. Addresses
 * are what the kernel uses: linear-map or mapped virtual addresses.
 */
@ConsumerType
public interface Memory {
    /** Reads 1, 2, 4 or 8 bytes. */
    long read(int processor, long address, int widthBytes, Endian order);

    /** Writes 1, 2, 4 or 8 bytes. */
    void write(int processor, long address, int widthBytes, Endian order, long value);

    /** One cache operation. A machine whose caches are coherent has nothing to do. */
    default void cache(int processor, CacheOp operation, long address) { }

    /** One TLB operation. A machine without a modelled TLB has nothing to do. */
    default void tlb(int processor, TlbOp operation, long address) { }

    /** Drains the write buffer (SYNC), where there is one. */
    default void drain(int processor) { }
}
