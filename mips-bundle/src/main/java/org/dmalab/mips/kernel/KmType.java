package org.dmalab.mips.kernel;

/** The fixed slots of {@code kmap_atomic} before the stack: two contexts must never use the same one on a processor. */
public enum KmType {
    /** Copies in process context. */
    KM_USER0,
    /** A second copy in process context. */
    KM_USER1,
    /** Bounce buffers. */
    KM_BOUNCE_READ,
    /** Interrupt handlers. */
    KM_IRQ0,
    /** A second one of interrupt handlers. */
    KM_IRQ1,
    /** Bottom halves. */
    KM_SOFTIRQ0,
    /** A second one of bottom halves. */
    KM_SOFTIRQ1,
    /** Instruction cache maintenance. */
    KM_SYNC_ICACHE,
    /** Data cache maintenance (the seed's patch). */
    KM_SYNC_DCACHE,
    /** Data cache maintenance on PowerPC. */
    KM_PPC_SYNC_PAGE,
    /** Data cache maintenance on ARM, shared by all contexts of a processor. */
    KM_L1_CACHE,
    /** Data cache maintenance of a page without kmap (Diao, July 2010); where it stood in the list is not known. */
    KM_MIPS_SYNC_PAGE,
    /** Data cache maintenance in process context (Baechle's three types, October 2010; the names are ours). */
    KM_SYNC_USER,
    /** The same in bottom halves. */
    KM_SYNC_SOFTIRQ,
    /** The same in interrupt handlers. */
    KM_SYNC_IRQ;

    /** Slots of each processor ({@code KM_TYPE_NR}); the stack of later kernels has as many. */
    public static final int COUNT = 16;
}
