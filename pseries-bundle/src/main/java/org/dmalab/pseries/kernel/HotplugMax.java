package org.dmalab.pseries.kernel;

import org.dmalab.api.cpu.Cpu;

/** ddw_memory_hotplug_max: the end of the memory that a direct window has to cover, read anew at every call. */
public final class HotplugMax {
    private HotplugMax() { }

    /** Since 6aa989ab: hot_add_drconf_memory_max. */
    public static long drconf(Cpu cpu) {
        return DeviceTree.hotAddDrconfMemoryMax(cpu);
    }

    /** Before: the largest of that, memblock_end_of_DRAM and the ends of all memory nodes. */
    public static long everything(Cpu cpu) {
        long max = Math.max(DeviceTree.hotAddDrconfMemoryMax(cpu), Memblock.endOfDram(cpu));
        long node = DeviceTree.findByType(cpu, 0, DeviceTree.TYPE_MEMORY);
        while (node != 0) {
            long reg = DeviceTree.value(cpu, node, DeviceTree.REG, 16);
            if (reg != 0) {
                max = Math.max(max, BigEndian.load(cpu, reg, 8) + BigEndian.load(cpu, reg + 8, 8));
            }
            node = DeviceTree.findByType(cpu, node, DeviceTree.TYPE_MEMORY);
        }
        return max;
    }

    static long of(Cpu cpu, DdwRules rules) {
        return rules.hotplugMax() == DdwRules.HotplugMax.DRCONF ? drconf(cpu) : everything(cpu);
    }
}
