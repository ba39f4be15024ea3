package org.dmalab.vtd.kernel;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.cpu.Text;
import org.dmalab.api.service.MemoryNotifier;

/** {@code intel_iommu_memory_notifier} of 4.19: keeps the tables of the identity domain to the memory there is. */
public final class IdentityNotifier implements MemoryNotifier {
    private static final long FAILED = Text.id("DMAR: Failed to build identity map for [0x%llx-0x%llx]");

    @Override
    public long notify(Cpu cpu, int action, long startPfn, long pageCount) {
        if (action == MEM_GOING_ONLINE && IdentityDomain.map(cpu, startPfn, pageCount) < 0) {
            cpu.printk(FAILED, startPfn << 12, (startPfn + pageCount << 12) - 1);
            return NOTIFY_BAD;
        }
        if (action == MEM_OFFLINE || action == MEM_CANCEL_ONLINE) {
            IdentityDomain.clear(cpu, startPfn, pageCount);
            IdentityDomain.flush(cpu, startPfn, pageCount);
        }
        return NOTIFY_OK;
    }
}
