package org.dmalab.mips.kernel;

/**
 * What the kernel finds out about the machine at boot, and options of its build.
 *
 * @param processors on line
 * @param dcacheLineBytes line of the data cache
 * @param dcacheWayBytes bytes of a way of it
 * @param dcacheWays its ways
 * @param scacheLineBytes line of the secondary cache, 0 if there is none or it is bypassed
 * @param scacheWayBytes bytes of a way of it
 * @param scacheWays its ways
 * @param inclusive whether it includes the data caches
 * @param noncoherentR10000 whether the kernel takes the processor for one that fills lines speculatively
 * @param syncAfterFlush whether range operations end with SYNC
 * @param edgeWriteback whether an invalidation first writes back the lines at the edges
 * @param tlbPairs entries of the TLB
 * @param tlbBroadcast whether TLB maintenance reaches other processors without an interrupt
 * @param pkmapEntries size of the kmap pool, a power of two
 * @param nestedHardirqs whether handlers of hard interrupts run with interrupts on
 * @param more the rest of it
 */
public record BootConfig(int processors, long dcacheLineBytes, long dcacheWayBytes, long dcacheWays,
        long scacheLineBytes, long scacheWayBytes, long scacheWays, boolean inclusive, boolean noncoherentR10000,
        boolean syncAfterFlush, boolean edgeWriteback, long tlbPairs, boolean tlbBroadcast, long pkmapEntries,
        boolean nestedHardirqs, More more) {
    /** Checks what the kernel's tables have room for. */
    public BootConfig {
        if (processors < 1 || processors > KernelLayout.MAX_CPUS) {
            throw new IllegalArgumentException("processors: " + processors + ", expected 1 to "
                    + KernelLayout.MAX_CPUS);
        }
        if (Long.bitCount(pkmapEntries) != 1 || pkmapEntries < 1 || pkmapEntries > KernelLayout.PKMAP_MAX) {
            throw new IllegalArgumentException("pkmapEntries: " + pkmapEntries
                    + ", expected a power of two up to " + KernelLayout.PKMAP_MAX);
        }
    }

    /**
     * More of the same.
     *
     * @param icacheLineBytes line of the instruction cache, 0 if there is none
     * @param icFillsFromDc whether it is filled from the data cache
     * @param dcAliases whether the data cache has aliases
     * @param scacheEdgeWriteback whether an invalidation of a secondary cache saves the lines at its edges
     * @param highmem whether the kernel is built with CONFIG_HIGHMEM
     * @param highPages page frames from HIGHMEM_START on, 0 or less if memory ends before
     * @param borderMemory whether there is memory right below HIGHMEM_START
     * @param coldCaches whether the machine comes from power-on, and a boot loader sets the caches up
     * @param readAheadCache whether there is a read-ahead cache
     */
    public record More(long icacheLineBytes, boolean icFillsFromDc, boolean dcAliases, boolean scacheEdgeWriteback,
            boolean highmem, long highPages, boolean borderMemory, boolean coldCaches, boolean readAheadCache) { }
}
