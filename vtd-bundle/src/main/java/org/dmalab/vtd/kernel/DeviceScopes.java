package org.dmalab.vtd.kernel;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.kernel.KernelFunction;
import org.dmalab.vtd.kernel.KernelLayout.Bridge;
import org.dmalab.vtd.kernel.KernelLayout.DeviceScope;
import org.dmalab.vtd.kernel.KernelLayout.IntelIommu;

/** Which remapping unit serves a device, as the DMAR table says. */
final class DeviceScopes {
    private static final long NOTHING = 0xffffffffL;

    private DeviceScopes() { }

    /** {@code dmar_insert_dev_scope}: a scope's device, if there is one, and the buses behind it if it is a bridge. */
    @KernelFunction("dmar_insert_dev_scope")
    static void insert(Cpu cpu, long scope, long sourceId) {
        boolean there = cpu.readConfig(sourceId, 0, 4) != NOTHING;
        long bridge = there ? Bridges.find(cpu, sourceId) : 0;
        cpu.store(scope, DeviceScope.SOURCE_ID, there ? sourceId : NOTHING);
        cpu.store(scope, DeviceScope.FIRST_BUS, bridge == 0 ? 1 : cpu.load(bridge, Bridge.FIRST_BUS));
        cpu.store(scope, DeviceScope.LAST_BUS, bridge == 0 ? 0 : cpu.load(bridge, Bridge.LAST_BUS));
    }

    /**
     * {@code device_to_iommu}: the first unit of the device's segment whose scopes name it or a bridge before it, or
     * that takes all the others, which is the last of the list; 0 if there is none.
     */
    @KernelFunction("device_to_iommu")
    static long unitOf(Cpu cpu, long sourceId) {
        for (long iommu = cpu.load(KernelLayout.IOMMUS); iommu != 0; iommu = cpu.load(iommu, IntelIommu.NEXT)) {
            if (cpu.load(iommu, IntelIommu.SEGMENT) == Bridges.segment(sourceId)
                    && (names(cpu, iommu, sourceId) || cpu.load(iommu, IntelIommu.INCLUDE_ALL) != 0)) {
                return iommu;
            }
        }
        return 0;
    }

    private static boolean names(Cpu cpu, long iommu, long sourceId) {
        long count = cpu.load(iommu, IntelIommu.DEVICE_COUNT);
        for (long i = 0; i < count; i++) {
            long scope = cpu.load(iommu, IntelIommu.DEVICES) + i * DeviceScope.STRUCT.sizeBytes();
            long bus = Bridges.bus(sourceId);
            if (cpu.load(scope, DeviceScope.SOURCE_ID) == sourceId || (cpu.load(scope, DeviceScope.FIRST_BUS) <= bus
                    && bus <= cpu.load(scope, DeviceScope.LAST_BUS))) {
                return true;
            }
        }
        return false;
    }
}
