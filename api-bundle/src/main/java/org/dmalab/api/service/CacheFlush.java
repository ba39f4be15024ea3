package org.dmalab.api.service;

import org.dmalab.api.cpu.Cpu;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Make one agent's writes visible to another: a processor's to a device, a device's to a processor, or table writes to
 * the remapping hardware that caches them. A machine needs either the first two (MIPS) or the last two (VT-d).
 */
@ConsumerType
public interface CacheFlush {
    /** Scope of an invalidation, with VT-d's granularity numbers. */
    enum Scope {
        /** Not used by hardware. */
        NONE,
        /** Everything. */
        GLOBAL,
        /** One domain-id. */
        DOMAIN,
        /** One device (context cache) or one page range (IOTLB). */
        SELECTIVE
    }

    /**
     * Before a device may touch a buffer.
     *
     * @param cpu where it runs
     * @param page kernel address of the first page's struct page
     * @param offsetBytes start of the buffer in its first page
     * @param sizeBytes size of the buffer
     * @param direction who writes
     */
    default void forDevice(Cpu cpu, long page, long offsetBytes, long sizeBytes, Direction direction) {
        throw new UnsupportedOperationException("no cache maintenance by buffer on this machine");
    }

    /** After a device is done with a buffer, before a processor may touch it. */
    default void forCpu(Cpu cpu, long page, long offsetBytes, long sizeBytes, Direction direction) {
        throw new UnsupportedOperationException("no cache maintenance by buffer on this machine");
    }

    /**
     * Invalidates the context cache: {@code iommu->flush.flush_context}.
     *
     * @param cpu where it runs
     * @param iommu kernel address of the remapping unit's structure
     * @param domainId the domain-id that was programmed in the entries
     * @param sourceId bus, device and function
     * @param functionMask which function bits to ignore, 0 to 3
     * @param scope how much
     */
    default void context(Cpu cpu, long iommu, long domainId, long sourceId, long functionMask, Scope scope) {
        throw new UnsupportedOperationException("no context cache on this machine");
    }

    /**
     * Invalidates the IOTLB: {@code iommu->flush.flush_iotlb}.
     *
     * @param cpu where it runs
     * @param iommu kernel address of the remapping unit's structure
     * @param domainId the domain-id
     * @param address first address, page aligned
     * @param addressMask log2 of the number of pages
     * @param scope how much
     */
    default void iotlb(Cpu cpu, long iommu, long domainId, long address, long addressMask, Scope scope) {
        throw new UnsupportedOperationException("no IOTLB on this machine");
    }
}
