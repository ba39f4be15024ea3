/**
 * The kernel around the patch: a 32-bit Linux of 2010 with HIGHMEM on a noncoherent MIPS core, as far as DMA
 * maintenance depends on it.
 *
 * <p>Can: struct pages and a small page allocator, the page cache's readahead and the SATA read path, kmap with its
 * pool and lazy unmapping, kmap_atomic with fixed types and with a stack, TLB shootdown by inter-processor interrupt,
 * cache maintenance by range with its rounding, edge lines, whole-cache blasts and SYNC, the DMA API's entry points.
 * Everything goes through {@link org.dmalab.api.cpu.Cpu}; loops are bounded; nothing is remembered outside the store.
 *
 * <p>Can't: page sizes other than 4096, aliases, instruction caches, sleeping other than for a free kmap entry. The
 * buddy entry of a page table pair is not marked global (no commit 46011e6ea392). Address spaces are one small page
 * table of user mappings per processor. {@code page->virtual} is a field of struct page, not a hash.
 *
 * <p>Follows: the kernel's Documentation/core-api/dma-api, and the mails and commits that the variants name.
 */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("0.1.0")
package org.dmalab.mips.kernel;
