/**
 * MIPS32 cores with caches that are not coherent with DMA, and a kernel with high memory on them.
 *
 * <p>Can: the presets and profiles of {@link org.dmalab.mips.MipsArchitecture}; actions on pages, caches, the DMA API
 * and a disk controller; two oracles of this architecture. Can't: anything that its {@code hardware} and {@code kernel}
 * packages say they can't.
 */
package org.dmalab.mips;
