/**
 * The versions of the kernel's code for dynamic DMA windows and memory hotplug, one class each: enable_ddw with its
 * rules, the memory notifier in full, and TCE build and free.
 *
 * <p>Can: what each version did, its defects included. Can't: keep anything; all versions share one layout of
 * {@code struct dma_win}, although the field {@code direct} came with 6.5 and the version before only writes it.
 */
package org.dmalab.pseries.patch;
