package org.dmalab.vtd.patch;

import org.dmalab.api.cpu.Barrier;
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
 * The version of 2026: the present bit of a copied entry goes first and reaches memory before the flushes; the
 * rest of the entry is cleared when no cache can hold it. Of the commit the part for scalable mode was read; for legacy
 * mode, whether it writes the line back between is inferred from that and from the commit that it follows
 * (c1e4f1dccbe9).
 */
@Component(property = {
    Variant.ARCH + "=vtd",
    Variant.PATCH + "=clear-present-first",
    Variant.COMMIT + "=f532c57985b1",
    Variant.SINCE + "=2026",
    Variant.ORIGIN + "=mainline",
    Variant.LAYOUT + "=copied-bitmap",
    Variant.STEPS + "=return if present and not in the bitmap of copied entries",
    Variant.STEPS + "=copied: clear only the present bit; write barrier; clflush if ECAP.C=0; flush "
        + "context (old id, source-id), then IOTLB (old id); clear the entry; clear the bit in "
        + "the bitmap",
    Variant.STEPS + "=clear the entry; new domain-id, table, width, type, fault enable, present; clflush "
        + "if ECAP.C=0",
    Variant.STEPS + "=caching mode: flush context (id 0, source-id) and IOTLB (new id); else flush the "
        + "write buffer",
    Variant.STEPS + "=scalable mode: of a copied entry flush context (source-id), then all of PASID cache and IOTLB; "
        + "the PASID table entry comes after the context entry",
    Variant.DEFECTS + "=scalable mode: an upper context table is copied to the lower one's place if the bus has none",
    "service.description=copied entries lose their present bit first, are flushed with the "
        + "old id, and are cleared then"
})
public final class ClearPresentFirst implements Iommu, CopiedBitmap {
    @Override
    public long attach(Cpu cpu, long device, long domain) {
        return ContextMapping.contextFirst(cpu, device, domain, ClearPresentFirst::contextMappingOne);
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
    public static long contextMappingOne(Cpu cpu, long iommu, long domain, long entry, long sourceId) {
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

    /**
     * {@code copied_context_tear_down}, or in scalable mode that part of {@code device_pasid_table_setup}: the
     * handshake of the specification, Guidance to Software for Invalidations.
     */
    public static void tearDown(Cpu cpu, long iommu, long entry, long sourceId) {
        long oldId = ContextEntry.domainId(cpu, entry);
        ContextEntry.clearPresent(cpu, entry);
        cpu.barrier(Barrier.WRITE);
        Hw.flushCache(cpu, iommu, entry, ContextEntry.BYTES);
        if (PasidTables.inUse(cpu, iommu)) {
            PasidTables.flushCopied(cpu, iommu, sourceId);
        } else if (ContextMapping.valid(cpu, iommu, oldId)) {
            Flush.context(cpu, iommu, oldId, sourceId, Scope.SELECTIVE);
            Flush.iotlb(cpu, iommu, oldId, 0, 0, Scope.DOMAIN);
        }
        ContextEntry.clear(cpu, entry);
        CopiedTables.clearInBitmap(cpu, iommu, sourceId);
    }
}
