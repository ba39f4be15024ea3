/**
 * The versions of the kernel's code for dynamic DMA windows and memory hotplug, one class each. A version is made from
 * the one before it and overrides the functions that its patch changed; the newest is what
 * {@link org.dmalab.pseries.kernel.PseriesKernel} has.
 *
 * <p>Can: what each version did, its defects included. Can't: keep anything; all versions share one layout of
 * {@code struct dma_win}, although the field {@code direct} came with 6.5 and the version before only writes it.
 */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("0.1.0")
package org.dmalab.pseries.patch;
