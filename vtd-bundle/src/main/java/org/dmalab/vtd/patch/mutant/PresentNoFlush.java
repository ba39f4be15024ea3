package org.dmalab.vtd.patch.mutant;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.service.Direction;
import org.dmalab.api.service.Iommu;
import org.dmalab.api.service.Variant;
import org.dmalab.vtd.kernel.ContextEntry;
import org.dmalab.vtd.kernel.ContextMapping;
import org.dmalab.vtd.kernel.CopiedBitmap;
import org.dmalab.vtd.kernel.CopiedTables;
import org.dmalab.vtd.kernel.Hw;
import org.dmalab.vtd.kernel.Mappings;
import org.dmalab.vtd.patch.ClearPresentFirst;
import org.osgi.service.component.annotations.Component;

/**
 * Clear-present-first that does not flush a new context entry in caching mode.
 */
@Component(property = {
    Variant.ARCH + "=vtd",
    Variant.PATCH + "=present-no-flush",
    Variant.COMMIT + "=-",
    Variant.SINCE + "=-",
    Variant.ORIGIN + "=mutant",
    Variant.LAYOUT + "=copied-bitmap",
    Variant.STEPS + "=return if present and not in the bitmap of copied entries",
    Variant.STEPS + "=copied: clear only the present bit; write barrier; clflush if ECAP.C=0; flush context "
        + "(old id, source-id), then IOTLB (old id); clear the entry; clear the bit in the bitmap",
    Variant.STEPS + "=clear the entry; new domain-id, table, width, type, fault enable, present; clflush if "
        + "ECAP.C=0",
    Variant.STEPS + "=flush the write buffer",
    Variant.DEFECTS + "=with CAP.CM=1 an entry that was not present stays cached",
    "service.description=clear-present-first that does not flush a new context entry in caching mode"
})
public final class PresentNoFlush implements Iommu, CopiedBitmap {
    @Override
    public long attach(Cpu cpu, long device, long domain) {
        return ContextMapping.contextFirst(cpu, device, domain, PresentNoFlush::contextMappingOne);
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
            ClearPresentFirst.tearDown(cpu, iommu, entry, sourceId);
        }
        long result = ContextMapping.program(cpu, iommu, domain, entry, sourceId);
        Hw.flushWriteBuffer(cpu, iommu);
        return result;
    }
}
