package org.dmalab.vtd.patch.mutant;

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
import org.dmalab.vtd.kernel.PasidTables;
import org.dmalab.vtd.patch.ClearThenFlush;
import org.osgi.service.component.annotations.Component;

/**
 * Clear-then-flush that reads the domain-id after the entry is cleared.
 */
@Component(property = {
    Variant.ARCH + "=vtd",
    Variant.PATCH + "=new-id-after-clear",
    Variant.COMMIT + "=-",
    Variant.SINCE + "=-",
    Variant.ORIGIN + "=mutant",
    Variant.LAYOUT + "=copied-bitmap",
    Variant.STEPS + "=return if present and not in the bitmap of copied entries",
    Variant.STEPS + "=copied: clear the entry; flush context and IOTLB with the id that the cleared entry "
        + "has, 0; clear the bit in the bitmap",
    Variant.STEPS + "=clear the entry; new domain-id, table, width, type, fault enable, present; clflush "
        + "if ECAP.C=0",
    Variant.STEPS + "=caching mode: flush context (id 0, source-id) and IOTLB (new id); else flush the "
        + "write buffer",
    Variant.DEFECTS + "=flushes id 0",
    "service.description=clear-then-flush that reads the domain-id after the entry is cleared"
})
public final class NewIdAfterClear implements Iommu, CopiedBitmap {
    @Override
    public long attach(Cpu cpu, long device, long domain) {
        return ContextMapping.contextFirst(cpu, device, domain, NewIdAfterClear::contextMappingOne);
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
        if (copied && PasidTables.inUse(cpu, iommu)) {
            ClearThenFlush.tearDown(cpu, iommu, entry, sourceId); // there it flushes with no domain-id
        } else if (copied) {
            ContextEntry.clear(cpu, entry);
            long oldId = ContextEntry.domainId(cpu, entry);
            Flush.context(cpu, iommu, oldId, sourceId, Scope.SELECTIVE);
            Flush.iotlb(cpu, iommu, oldId, 0, 0, Scope.DOMAIN);
            CopiedTables.clearInBitmap(cpu, iommu, sourceId);
        }
        long result = ContextMapping.program(cpu, iommu, domain, entry, sourceId);
        if (result == 0) {
            ContextMapping.presentCacheFlush(cpu, iommu, domain, sourceId);
        }
        return result;
    }
}
