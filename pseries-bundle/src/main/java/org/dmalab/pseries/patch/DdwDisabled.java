package org.dmalab.pseries.patch;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.service.Direction;
import org.dmalab.api.service.DmaWindows;
import org.dmalab.api.service.Iommu;
import org.dmalab.api.service.MemoryNotifier;
import org.dmalab.api.service.Variant;
import org.dmalab.pseries.kernel.DynamicTces;
import org.dmalab.pseries.kernel.RemoveDdw;
import org.osgi.framework.Constants;
import org.osgi.service.component.annotations.Component;

/**
 * A kernel with the guard, booted with disable_ddw: no device gets a dynamic window, so the notifier finds an
 * empty list; only windows from before a swap are looked after.
 */
@Component(service = {DmaWindows.class, MemoryNotifier.class, Iommu.class}, property = {
    Variant.ARCH + "=pseries", Variant.PATCH + "=ddw-disabled", Variant.COMMIT + "=-",
    Variant.SINCE + "=2011, option disable_ddw", Variant.ORIGIN + "=mainline", Variant.LAYOUT + "=dma_win",
    Constants.SERVICE_DESCRIPTION + "=The kernel booted with disable_ddw: no dynamic window, "
        + "every buffer is mapped in the default one",
    Variant.STEPS + "=enable_ddw is never called: no RTAS call, the device uses its default window",
    Variant.STEPS + "=Every buffer is mapped and unmapped in the default window",
    Variant.STEPS + "=The notifier is the one of pmem-guard, over an empty list",
    Variant.DEFECTS + "=Every buffer takes TCEs of the small default window, which can run out"})
public final class DdwDisabled implements DmaWindows, MemoryNotifier, Iommu {
    @Override
    public long enable(Cpu cpu, long device, long dmaMask) {
        return 0;
    }

    @Override
    public long remove(Cpu cpu, long node) {
        return RemoveDdw.run(cpu, node);
    }

    @Override
    public long notify(Cpu cpu, int action, long startPfn, long pageCount) {
        return GuardedNotifier.notify(cpu, action, startPfn, pageCount);
    }

    @Override
    public long map(Cpu cpu, long domain, long busAddress, long physicalAddress, long sizeBytes,
            Direction direction) {
        return DynamicTces.map(cpu, domain, busAddress, physicalAddress, sizeBytes, direction, true);
    }

    @Override
    public long unmap(Cpu cpu, long domain, long busAddress, long sizeBytes, Direction direction) {
        return DynamicTces.unmap(cpu, domain, busAddress, sizeBytes, true);
    }
}
