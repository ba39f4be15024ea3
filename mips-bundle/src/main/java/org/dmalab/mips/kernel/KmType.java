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
    KM_L1_CACHE;

    /** Slots of each processor ({@code KM_TYPE_NR}); the stack of later kernels has as many. */
    public static final int COUNT = 16;
}
