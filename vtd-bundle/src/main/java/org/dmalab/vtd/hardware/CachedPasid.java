package org.dmalab.vtd.hardware;

/**
 * An entry of the PASID cache, for oracles and descriptions.
 *
 * @param sourceId whose it is
 * @param pasid the PASID, of requests without one too
 * @param domain its domain-id
 * @param passThrough requests are passed through untranslated
 * @param levels levels of its second-level tables
 * @param table physical address of the top one
 */
public record CachedPasid(int sourceId, int pasid, int domain, boolean passThrough, int levels, long table) { }
