package org.dmalab.vtd.patch.mutant;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.service.Iommu;
import org.dmalab.api.service.MemoryNotifier;
import org.dmalab.api.service.Origin;
import org.dmalab.api.service.Patch;
import org.dmalab.vtd.kernel.Flush;
import org.dmalab.vtd.kernel.IdentityDomain;
import org.dmalab.vtd.kernel.KernelLayout;
import org.dmalab.vtd.patch.ClearPresentFirst;
import org.osgi.service.component.annotations.Component;

/**
 * Clear-present-first whose memory notifier flushes the first unit only.
 */
@Component(service = {Iommu.class, MemoryNotifier.class})
@Patch(arch = "vtd", id = "offline-first-unit", origin = Origin.MUTANT, layout = "copied-bitmap",
    description = "clear-present-first whose memory notifier flushes the first unit only",
    steps = {
        "attach, map and unmap as clear-present-first",
        "memory goes on line: identity map of it; off line: clear the table entries, flush the pages "
            + "of the first unit"},
    defects = "devices of the identity domain on other units reach memory that is gone")
public final class OfflineFirstUnit extends ClearPresentFirst {
    @Override
    public long intel_iommu_memory_notifier(Cpu cpu, int action, long startPfn, long pageCount) {
        if (action == MEM_OFFLINE) {
            IdentityDomain.clear(cpu, startPfn, pageCount);
            Flush.iotlbPages(cpu, cpu.load(KernelLayout.IOMMUS), cpu.load(KernelLayout.SI_DOMAIN), startPfn, pageCount,
                    false);
            return NOTIFY_OK;
        }
        return super.intel_iommu_memory_notifier(cpu, action, startPfn, pageCount);
    }
}
