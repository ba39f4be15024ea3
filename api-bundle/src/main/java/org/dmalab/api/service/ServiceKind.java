package org.dmalab.api.service;

/** The four services, by number. */
public enum ServiceKind {
    /** {@link Iommu}. */
    IOMMU(Iommu.class),
    /** {@link DmaWindows}. */
    DMA_WINDOWS(DmaWindows.class),
    /** {@link CacheFlush}. */
    CACHE_FLUSH(CacheFlush.class),
    /** {@link MemoryNotifier}. */
    MEMORY_NOTIFIER(MemoryNotifier.class);

    private final Class<?> type;

    ServiceKind(Class<?> type) {
        this.type = type;
    }

    /** The service interface. */
    public Class<?> type() {
        return type;
    }
}
