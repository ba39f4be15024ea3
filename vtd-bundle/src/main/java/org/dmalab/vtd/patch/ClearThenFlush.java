package org.dmalab.vtd.patch;

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
import org.dmalab.vtd.kernel.Hw;
import org.dmalab.vtd.kernel.Mappings;
import org.dmalab.vtd.kernel.PasidTables;
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
    Variant.LAYOUT + "=copied-bitmap",
    Variant.STEPS + "=return if present and not in the bitmap of copied entries",
    Variant.STEPS + "=copied: clear the entry; flush context (old id, source-id), then IOTLB (old id); "
        + "clear the bit in the bitmap",
    Variant.STEPS + "=clear the entry; new domain-id, table, width, type, fault enable, present; clflush "
        + "if ECAP.C=0",
    Variant.STEPS + "=caching mode: flush context (id 0, source-id) and IOTLB (new id); else flush the "
        + "write buffer",
    Variant.STEPS + "=scalable mode: of a copied entry clflush if ECAP.C=0, flush context (source-id), then all of "
        + "PASID cache and IOTLB; the PASID table entry comes after the context entry",
    Variant.DEFECTS + "=no clflush between clear and flush: with ECAP.C=0 the unit may fetch the old entry "
        + "again from memory",
    Variant.DEFECTS + "=clears both halves of a present entry: the unit may fetch one half before and one "
        + "after",
    "service.description=copied_context_tear_down of 6.12: clears a copied entry, then "
        + "flushes with its old id"
})
public final class ClearThenFlush implements Iommu, CopiedBitmap {
    @Override
    public long attach(Cpu cpu, long device, long domain) {
        return ContextMapping.contextFirst(cpu, device, domain, ClearThenFlush::contextMappingOne);
    }

    @Override
    public long map(Cpu cpu, long domain, long busAddress, long physicalAddress, long sizeBytes, Direction direction) {
        return Mappings.map(cpu, domain, busAddress, physicalAddress, sizeBytes, direction);
    }

    @Override
    public long unmap(Cpu cpu, long domain, long busAddress, long sizeBytes, Direction direction) {
        return Mappings.unmap(cpu, domain, busAddress, sizeBytes);
    }

    /** {@code domain_context_mapping_one}, under its locks. */
    private static long contextMappingOne(Cpu cpu, long iommu, long domain, long entry, long sourceId) {
        boolean copied = CopiedTables.inBitmap(cpu, iommu, sourceId);
        if (ContextEntry.present(cpu, entry) && !copied) {
            return 0;
        }
        if (copied) {
            tearDown(cpu, iommu, entry, sourceId);
        }
        long result = ContextMapping.program(cpu, iommu, domain, entry, sourceId);
        if (result == 0) {
            ContextMapping.presentCacheFlush(cpu, iommu, domain, sourceId);
        }
        return result;
    }

    /** {@code copied_context_tear_down}, or in scalable mode that part of {@code device_pasid_table_setup}. */
    public static void tearDown(Cpu cpu, long iommu, long entry, long sourceId) {
        long oldId = ContextEntry.domainId(cpu, entry);
        ContextEntry.clear(cpu, entry);
        if (PasidTables.inUse(cpu, iommu)) {
            Hw.flushCache(cpu, iommu, entry, ContextEntry.BYTES);
            PasidTables.flushCopied(cpu, iommu, sourceId);
        } else if (ContextMapping.valid(cpu, iommu, oldId)) {
            Flush.context(cpu, iommu, oldId, sourceId, Scope.SELECTIVE);
            Flush.iotlb(cpu, iommu, oldId, 0, 0, Scope.DOMAIN);
        }
        CopiedTables.clearInBitmap(cpu, iommu, sourceId);
    }
}
