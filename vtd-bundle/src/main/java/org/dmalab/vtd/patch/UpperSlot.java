package org.dmalab.vtd.patch;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.service.Direction;
import org.dmalab.api.service.Iommu;
import org.dmalab.api.service.Variant;
import org.dmalab.vtd.kernel.ContextMapping;
import org.dmalab.vtd.kernel.CopiedBitmap;
import org.dmalab.vtd.kernel.Mappings;
import org.dmalab.vtd.kernel.UpperTableSlot;
import org.osgi.service.component.annotations.Component;

/**
 * A later version of 2026: clear-present-first, and the capture kernel copies the upper context table of a bus to its
 * own place also if the bus has no lower one.
 */
@Component(property = {
    Variant.ARCH + "=vtd",
    Variant.PATCH + "=upper-slot",
    Variant.COMMIT + "=686bd59429ff",
    Variant.SINCE + "=2026",
    Variant.ORIGIN + "=mainline",
    Variant.LAYOUT + "=copied-bitmap",
    Variant.STEPS + "=attach, map and unmap as clear-present-first",
    Variant.STEPS + "=scalable mode, copying the tables: the half of the bus says where a context table goes, not "
        + "whether a lower one was copied before",
    "service.description=clear-present-first, and upper context tables are copied to their own place"
})
public final class UpperSlot implements Iommu, CopiedBitmap, UpperTableSlot {
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
}
