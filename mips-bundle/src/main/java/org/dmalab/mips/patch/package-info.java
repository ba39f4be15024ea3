/**
 * The variants of the DMA maintenance patch, one class each, named after what they do.
 *
 * <p>Each does what its kernel did at its time, in that kernel's order, defects included, by overriding functions of
 * {@link org.dmalab.mips.kernel.MipsKernel}. All compute one operation per line over a virtual range of a page; they
 * differ in how they get a virtual address for a high page. Secondary caches are maintained through the same address,
 * also by the ports of ARM and PowerPC code, whose own machines use physical addresses or have none.
 *
 * <p>Can't: variants of the cache operations themselves; these are the kernel's.
 */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("0.1.0")
package org.dmalab.mips.patch;
