package org.dmalab.vtd.patch.mutant;

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
import org.dmalab.vtd.kernel.Domains;
import org.dmalab.vtd.kernel.Flush;
import org.dmalab.vtd.kernel.Hw;
import org.dmalab.vtd.kernel.Mappings;
import org.dmalab.vtd.kernel.PasidTables;
import org.dmalab.vtd.patch.ClearPresentFirst;
import org.osgi.service.component.annotations.Component;

/**
 * Clear-present-first that flushes the context only and gives the old domain-id back.
 */
@Component(property = {
    Variant.ARCH + "=vtd",
    Variant.PATCH + "=old-id-freed",
    Variant.COMMIT + "=-",
    Variant.SINCE + "=-",
    Variant.ORIGIN + "=mutant",
    Variant.LAYOUT + "=copied-bitmap",
    Variant.STEPS + "=return if present and not in the bitmap of copied entries",
    Variant.STEPS + "=copied: clear only the present bit; write barrier; clflush if ECAP.C=0; flush context "
        + "(old id, source-id); clear the entry; clear the bit in the bitmap; free the old id",
    Variant.STEPS + "=clear the entry; new domain-id, table, width, type, fault enable, present; clflush if "
        + "ECAP.C=0",
    Variant.STEPS + "=caching mode: flush context (id 0, source-id) and IOTLB (new id); else flush the write "
        + "buffer",
    Variant.DEFECTS + "=the next owner of the old id finds its translations in the IOTLB",
    "service.description=clear-present-first that flushes the context only and gives the old domain-id back"
})
public final class OldIdFreed implements Iommu, CopiedBitmap {
    @Override
    public long attach(Cpu cpu, long device, long domain) {
        return ContextMapping.contextFirst(cpu, device, domain, OldIdFreed::contextMappingOne);
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

    private static void tearDown(Cpu cpu, long iommu, long entry, long sourceId) {
        if (PasidTables.inUse(cpu, iommu)) {
            ClearPresentFirst.tearDown(cpu, iommu, entry, sourceId); // there it flushes with no domain-id
            return;
        }
        long oldId = ContextEntry.domainId(cpu, entry);
        ContextEntry.clearPresent(cpu, entry);
        cpu.barrier(Barrier.WRITE);
        Hw.flushCache(cpu, iommu, entry, ContextEntry.BYTES);
        if (ContextMapping.valid(cpu, iommu, oldId)) {
            Flush.context(cpu, iommu, oldId, sourceId, Scope.SELECTIVE);
            Domains.freeId(cpu, iommu, oldId);
        }
        ContextEntry.clear(cpu, entry);
        CopiedTables.clearInBitmap(cpu, iommu, sourceId);
    }
}
