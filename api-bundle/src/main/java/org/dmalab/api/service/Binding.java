package org.dmalab.api.service;

/**
 * The service objects of the variant or variants in use; null where the machine needs none.
 *
 * @param iommu attach, map, unmap
 * @param dmaWindows DMA windows
 * @param cacheFlush cache maintenance
 * @param memoryNotifier memory hotplug
 */
public record Binding(Iommu iommu, DmaWindows dmaWindows, CacheFlush cacheFlush, MemoryNotifier memoryNotifier) {
    /** The service object of a kind; null if there is none. */
    public Object get(ServiceKind kind) {
        return switch (kind) {
            case IOMMU -> iommu;
            case DMA_WINDOWS -> dmaWindows;
            case CACHE_FLUSH -> cacheFlush;
            case MEMORY_NOTIFIER -> memoryNotifier;
        };
    }
}
