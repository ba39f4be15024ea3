package org.dmalab.pseries.kernel;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.kernel.Field;
import org.dmalab.api.kernel.KernelFunction;
import org.dmalab.pseries.kernel.KernelLayout.DeviceNode;
import org.dmalab.pseries.kernel.KernelLayout.WindowProp;

/** What happens to the windows of a node that is detached: OF_RECONFIG_DETACH_NODE. */
final class RemoveDdw {
    private RemoveDdw() { }

    /** Cleans and removes the direct window, else the dynamic one; frees the tables, forgets the window. Returns 0. */
    @KernelFunction("iommu_reconfig_notifier")
    static long run(PseriesKernel kernel, Cpu cpu, long pdn) {
        if (!remove(kernel, cpu, pdn, DeviceTree.DIRECT64)) {
            remove(kernel, cpu, pdn, DeviceTree.DMA64);
        }
        freeTable(cpu, pdn, DeviceNode.TABLE0);
        freeTable(cpu, pdn, DeviceNode.TABLE1);
        WindowList.remove(cpu, pdn);
        return 0;
    }

    /** remove_ddw: the property stays on the node, which goes. */
    @KernelFunction("remove_ddw")
    private static boolean remove(PseriesKernel kernel, Cpu cpu, long pdn, long name) {
        long prop = DeviceTree.value(cpu, pdn, name, WindowProp.STRUCT.sizeBytes());
        if (prop == 0) {
            return false;
        }
        Ddw.clean(kernel, cpu, pdn, prop);
        Ddw.remove(cpu, pdn, BigEndian.load(cpu, prop, WindowProp.LIOBN));
        return true;
    }

    @KernelFunction("iommu_pseries_free_group")
    private static void freeTable(Cpu cpu, long pdn, Field field) {
        long table = cpu.load(pdn, field);
        if (table != 0) {
            IommuTable.free(cpu, table);
            cpu.store(pdn, field, 0);
        }
    }
}
