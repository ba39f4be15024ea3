package org.dmalab.vtd.patch;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.service.CacheFlush.Scope;
import org.dmalab.api.service.Direction;
import org.dmalab.api.service.Errno;
import org.dmalab.api.service.Iommu;
import org.dmalab.api.service.Variant;
import org.dmalab.vtd.kernel.ContextEntry;
import org.dmalab.vtd.kernel.ContextMapping;
import org.dmalab.vtd.kernel.CopiedTables;
import org.dmalab.vtd.kernel.Devices;
import org.dmalab.vtd.kernel.Flush;
import org.dmalab.vtd.kernel.KernelLayout;
import org.dmalab.vtd.kernel.Mappings;
import org.osgi.service.component.annotations.Component;

/**
 * The helper of 6.12: a copied entry is cleared first and flushed then, with the old domain-id.
 */
@Component(property = {
    Variant.ARCH + "=vtd",
    Variant.PATCH + "=clear-then-flush",
    Variant.COMMIT + "=-",
    Variant.SINCE + "=6.12",
    Variant.ORIGIN + "=mainline",
    Variant.LAYOUT + "=copied-mark-and-bitmap",
    Variant.STEPS + "=return if present and not copied",
    Variant.STEPS + "=copied: clear the entry; flush context (old id, source-id), then IOTLB (old id); clear "
        + "the mark",
    Variant.STEPS + "=clear the entry; new domain-id, table, width, type, fault enable, present; clflush if ECAP.C=0",
    Variant.STEPS + "=caching mode: flush context (id 0, source-id) and IOTLB (new id); else flush the write buffer",
    Variant.DEFECTS + "=no clflush between clear and flush: with ECAP.C=0 the unit may fetch the old entry "
        + "again from memory",
    "service.description=copied_context_tear_down of 6.12: clears a copied entry, then flushes with its old id"
})
public final class ClearThenFlush implements Iommu {
    @Override
    public long attach(Cpu cpu, long device, long domain) {
        long iommu = cpu.load(device, KernelLayout.Device.IOMMU);
        for (int i = 0; i < Devices.sourceIds(cpu, device); i++) {
            long result = contextMappingOne(cpu, iommu, domain, Devices.sourceId(cpu, device, i));
            if (result < 0) {
                return result;
            }
        }
        return 0;
    }

    @Override
    public long map(Cpu cpu, long domain, long busAddress, long physicalAddress, long sizeBytes, Direction direction) {
        return Mappings.map(cpu, domain, busAddress, physicalAddress, sizeBytes, direction);
    }

    @Override
    public long unmap(Cpu cpu, long domain, long busAddress, long sizeBytes, Direction direction) {
        return Mappings.unmap(cpu, domain, busAddress, sizeBytes);
    }

    /** {@code domain_context_mapping_one}. */
    private static long contextMappingOne(Cpu cpu, long iommu, long domain, long sourceId) {
        long flags = ContextMapping.lock(cpu, iommu);
        try {
            long entry = ContextEntry.get(cpu, iommu, sourceId, true);
            if (entry == 0) {
                return Errno.ENOMEM;
            }
            boolean copied = CopiedTables.inBitmap(cpu, iommu, sourceId);
            if (ContextEntry.present(cpu, entry) && !copied) {
                return 0;
            }
            if (copied) {
                tearDown(cpu, iommu, entry, sourceId);
            }
            long result = ContextMapping.program(cpu, iommu, domain, entry);
            if (result == 0) {
                ContextMapping.presentCacheFlush(cpu, iommu, domain, sourceId);
            }
            return result;
        } finally {
            ContextMapping.unlock(cpu, iommu, flags);
        }
    }

    /** {@code copied_context_tear_down}. */
    private static void tearDown(Cpu cpu, long iommu, long entry, long sourceId) {
        long oldId = ContextEntry.domainId(cpu, entry);
        ContextEntry.clear(cpu, entry);
        if (ContextMapping.valid(cpu, iommu, oldId)) {
            Flush.context(cpu, iommu, oldId, sourceId, Scope.SELECTIVE);
            Flush.iotlb(cpu, iommu, oldId, 0, 0, Scope.DOMAIN);
        }
        CopiedTables.clearInBitmap(cpu, iommu, sourceId);
    }
}
