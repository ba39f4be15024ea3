package org.dmalab.vtd.kernel;

import java.util.List;

/**
 * What firmware, boot loader and command line tell a kernel.
 *
 * @param ramBytes size of memory
 * @param dmarTable physical address of the DMAR table
 * @param deferredUnmap flush in batches what was unmapped ({@code iommu.strict=0})
 * @param identity give devices all memory at its own address ({@code iommu=pt})
 * @param scalable use scalable mode where a unit has it ({@code intel_iommu=sm_on})
 * @param bridges what enumerating PCI has found
 */
public record BootParameters(long ramBytes, long dmarTable, boolean deferredUnmap, boolean identity,
        boolean scalable, List<Bridge> bridges) {
    /** Copies the list. */
    public BootParameters {
        bridges = List.copyOf(bridges);
    }

    /**
     * A bridge, as its configuration space has it.
     *
     * @param sourceId its bus, device and function, with the segment above them
     * @param firstBus the bus behind it
     * @param lastBus the last bus behind it
     * @param alias the source-id that requests from behind it carry; -1 if each carries its own
     */
    public record Bridge(long sourceId, int firstBus, int lastBus, long alias) { }
}
