package org.dmalab.vtd.hardware;

/**
 * An entry of the IOTLB or of a device's TLB, for oracles and descriptions.
 *
 * @param sourceId whose it is; -1 where entries belong to a domain-id
 * @param domain its domain-id; -1 in a device's TLB
 * @param address first bus address
 * @param sizeBytes size of its page
 * @param physical where it leads
 * @param permissions bit 0 read, bit 1 write
 */
public record CachedTranslation(int sourceId, int domain, long address, long sizeBytes, long physical,
        long permissions) { }
