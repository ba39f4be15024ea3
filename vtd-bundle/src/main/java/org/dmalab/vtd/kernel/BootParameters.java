package org.dmalab.vtd.kernel;

/**
 * What firmware, boot loader and command line tell a kernel.
 *
 * @param ramBytes size of memory
 * @param dmarTable physical address of the DMAR table
 * @param deferredUnmap flush in batches what was unmapped ({@code iommu.strict=0})
 * @param identity give devices all memory at its own address ({@code iommu=pt})
 * @param scalable use scalable mode where a unit has it ({@code intel_iommu=sm_on})
 */
public record BootParameters(long ramBytes, long dmarTable, boolean deferredUnmap, boolean identity,
        boolean scalable) { }
