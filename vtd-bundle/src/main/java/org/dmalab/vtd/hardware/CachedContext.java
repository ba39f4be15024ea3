package org.dmalab.vtd.hardware;

/**
 * An entry of the context cache, for oracles and descriptions.
 *
 * @param sourceId whose it is
 * @param low lower half as it was fetched
 * @param high upper half
 */
public record CachedContext(int sourceId, long low, long high) {
    /** Tells whether it is an entry of scalable mode, which has no domain-id. */
    public boolean scalable() {
        return high < 0;
    }
}
