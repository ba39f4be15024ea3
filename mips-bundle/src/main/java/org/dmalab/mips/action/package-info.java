/**
 * The actions: what a kernel, its programs, a driver, caches and the disk controller do, one event each.
 *
 * <p>Can: pages, kmap, every entry point of the DMA API for buffers of the page cache, line by line transfers, what
 * caches may do by themselves. Can't: act on pages outside the page cache.
 */
package org.dmalab.mips.action;
