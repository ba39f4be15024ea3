package example;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.service.CacheFlush.Scope;
import org.dmalab.api.service.Direction;
import org.dmalab.api.service.Iommu;
import org.dmalab.api.service.Variant;
import org.dmalab.vtd.kernel.ContextEntry;
import org.dmalab.vtd.kernel.ContextMapping;
import org.dmalab.vtd.kernel.CopiedBitmap;
import org.dmalab.vtd.kernel.CopiedTables;
import org.dmalab.vtd.kernel.Flush;
import org.dmalab.vtd.kernel.Mappings;
import org.osgi.service.component.annotations.Component;

/**
 * What if one did not look for the right domain-id at all? A copied context entry is cleared, then everything that the
 * unit caches is invalidated. The other devices pay for it: their next DMA has to walk the tables again.
 */
@Component(property = {
    Variant.ARCH + "=vtd",
    Variant.PATCH + "=global-flush",
    Variant.COMMIT + "=-",
    Variant.SINCE + "=2026",
    Variant.ORIGIN + "=local",
    Variant.LAYOUT + "=copied-bitmap",
    Variant.STEPS + "=return if present and not copied",
    Variant.STEPS + "=copied: clear the entry, then flush all contexts and the whole IOTLB",
    Variant.STEPS + "=program the entry; caching mode flush or write buffer flush",
    "service.description=an example: clears a copied entry, then flushes everything"
})
public final class GlobalFlush implements Iommu, CopiedBitmap {
    @Override
    public long attach(Cpu cpu, long device, long domain) {
        return ContextMapping.forEachSourceId(cpu, device, domain, GlobalFlush::contextMappingOne);
    }

    /** {@code domain_context_mapping_one}, under its locks. */
    private static long contextMappingOne(Cpu cpu, long iommu, long domain, long entry, long sourceId) {
        boolean copied = CopiedTables.inBitmap(cpu, iommu, sourceId);
        if (ContextEntry.present(cpu, entry) && !copied) {
            return 0;
        }
        if (copied) {
            ContextEntry.clear(cpu, entry);
            Flush.context(cpu, iommu, 0, 0, Scope.GLOBAL);
            Flush.iotlb(cpu, iommu, 0, 0, 0, Scope.GLOBAL);
            CopiedTables.clearInBitmap(cpu, iommu, sourceId);
        }
        long result = ContextMapping.program(cpu, iommu, domain, entry, sourceId);
        if (result == 0) {
            ContextMapping.presentCacheFlush(cpu, iommu, domain, sourceId);
        }
        return result;
    }

    @Override
    public long map(Cpu cpu, long domain, long busAddress, long physicalAddress, long sizeBytes,
            Direction direction) {
        return Mappings.map(cpu, domain, busAddress, physicalAddress, sizeBytes, direction);
    }

    @Override
    public long unmap(Cpu cpu, long domain, long busAddress, long sizeBytes, Direction direction) {
        return Mappings.unmap(cpu, domain, busAddress, sizeBytes);
    }
}
