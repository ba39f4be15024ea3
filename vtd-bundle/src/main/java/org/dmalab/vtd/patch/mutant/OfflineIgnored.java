package org.dmalab.vtd.patch.mutant;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.service.Direction;
import org.dmalab.api.service.Iommu;
import org.dmalab.api.service.MemoryNotifier;
import org.dmalab.api.service.Variant;
import org.dmalab.vtd.kernel.CopiedBitmap;
import org.dmalab.vtd.kernel.IdentityNotifier;
import org.dmalab.vtd.kernel.Mappings;
import org.dmalab.vtd.patch.ClearPresentFirst;
import org.osgi.service.component.annotations.Component;

/**
 * Clear-present-first whose memory notifier does nothing when memory goes.
 */
@Component(property = {
    Variant.ARCH + "=vtd",
    Variant.PATCH + "=offline-ignored",
    Variant.COMMIT + "=-",
    Variant.SINCE + "=-",
    Variant.ORIGIN + "=mutant",
    Variant.LAYOUT + "=copied-bitmap",
    Variant.STEPS + "=attach, map and unmap as clear-present-first",
    Variant.STEPS + "=memory goes on line: identity map of it; off line: nothing",
    Variant.DEFECTS + "=the tables of the identity domain lead to memory that is gone; it can't come back",
    "service.description=clear-present-first whose memory notifier does nothing when memory goes"
})
public final class OfflineIgnored implements Iommu, CopiedBitmap, MemoryNotifier {
    @Override
    public long attach(Cpu cpu, long device, long domain) {
        return new ClearPresentFirst().attach(cpu, device, domain);
    }

    @Override
    public long map(Cpu cpu, long domain, long busAddress, long physicalAddress, long sizeBytes, Direction direction) {
        return Mappings.map(cpu, domain, busAddress, physicalAddress, sizeBytes, direction);
    }

    @Override
    public long unmap(Cpu cpu, long domain, long busAddress, long sizeBytes, Direction direction) {
        return Mappings.unmap(cpu, domain, busAddress, sizeBytes);
    }

    @Override
    public long notify(Cpu cpu, int action, long startPfn, long pageCount) {
        return action == MEM_OFFLINE ? NOTIFY_OK : new IdentityNotifier().notify(cpu, action, startPfn, pageCount);
    }
}
