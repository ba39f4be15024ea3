/**
 * The silicon of a MIPS32 machine whose caches are not coherent with DMA, over regions of the store.
 *
 * <p>Can: the fixed segments (kuseg, kseg0, kseg1, kseg2 and 3); a write-back primary data cache per processor and a
 * shared secondary cache, both with data; a write buffer in front of memory; hit and index CACHE operations; a
 * software-managed TLB of even/odd page pairs per processor; DMA of real bytes that goes past all of them. Lines of
 * different processors are kept coherent with each other by write-invalidate. What hardware may do by itself
 * at any time (evict, prefetch, drain) are families of guarded commands for whoever explores.
 *
 * <p>Can't: instruction caches, read-ahead caches, aliases (the data cache is indexed as if by physical address),
 * address space identifiers, timing. The write buffer is one for the machine and SYNC empties it whoever executes it.
 * Uncached stores pass the buffer by. Replacement is least recently used, in the TLB round robin, where cores have a
 * random one.
 *
 * <p>Follows: MIPS32 Architecture For Programmers, volume III (privileged resource architecture), the chapters on
 * virtual memory, TLB and the CACHE instruction; facts on BMIPS5000 from boot logs. Knows no kernel: page table entries
 * come from a {@link org.dmalab.mips.hardware.PageTable} that is handed in at construction, as the refill exception
 * handler does on the real core.
 */
package org.dmalab.mips.hardware;
