package org.dmalab.pseries.kernel;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.cpu.Text;
import org.dmalab.api.kernel.KernelFunction;
import org.dmalab.api.service.Errno;
import org.dmalab.pseries.kernel.KernelLayout.Property;

/** Start of the kernel, as far as DMA and memory are concerned. */
public final class Boot {
    private static final long HYPERTAS_FUNCTIONS = Text.id("ibm,hypertas-functions");
    private static final long MULTI_TCE = Text.id("hcall-multi-tce");
    private static final long SET_INDICATOR = Text.id("set-indicator");
    private static final long RATELIMIT_BURST = 10;

    private Boot() { }

    /**
     * Boots.
     *
     * @param cpu the boot processor
     * @param tree linear-map address of the flattened device tree
     * @param multitce false for the kernel's option multitce=off
     * @return 0, or -EBUSY if the kernel runs already
     */
    public static long run(Cpu cpu, long tree, boolean multitce) {
        if (cpu.load(KernelLayout.SYSTEM_RUNNING) != 0) {
            return Errno.EBUSY;
        }
        ListHead.init(cpu, KernelLayout.DMA_WIN_LIST);
        ListHead.init(cpu, KernelLayout.FAILED_DDW_PDN_LIST);
        ListHead.init(cpu, KernelLayout.MEMORY_BLOCKS);
        ListHead.init(cpu, KernelLayout.PCI_DEVICES);
        ListHead.init(cpu, KernelLayout.DRIVER_BUFFERS);
        cpu.store(KernelLayout.NEXT_FREE_PAGE, Pages.FIRST_FREE);
        cpu.store(KernelLayout.RATELIMIT, RATELIMIT_BURST);
        DeviceTree.unflatten(cpu, tree);
        cpu.store(KernelLayout.IS_KDUMP, DeviceTree.startedByCrash(cpu) ? 1 : 0);
        scanMemory(cpu);
        cpu.store(KernelLayout.MEMORY_BLOCK_SIZE, DeviceTree.memoryBlockSize(cpu));
        boolean multi = multitce && DeviceTree.rtasHasString(cpu, HYPERTAS_FUNCTIONS, MULTI_TCE);
        cpu.store(KernelLayout.FIRMWARE_FEATURES,
                multi ? KernelLayout.FEATURE_PUT_TCE_IND | KernelLayout.FEATURE_STUFF_TCE : 0);
        cpu.store(KernelLayout.SET_INDICATOR, DeviceTree.token(cpu, SET_INDICATOR));
        cpu.store(KernelLayout.RTAS_ARGS, Pages.alloc(cpu));
        MemoryHotplug.registerNotifiers(cpu);
        PciSetup.all(cpu);
        cpu.store(KernelLayout.SYSTEM_RUNNING, 1);
        return 0;
    }

    @KernelFunction("early_init_dt_scan_memory")
    private static void scanMemory(Cpu cpu) {
        long node = DeviceTree.findByType(cpu, 0, DeviceTree.TYPE_MEMORY);
        while (node != 0) {
            long property = DeviceTree.property(cpu, node, DeviceTree.REG);
            long value = property == 0 ? 0 : cpu.load(property, Property.VALUE);
            long length = property == 0 ? 0 : cpu.load(property, Property.LENGTH);
            for (long at = value; at + 16 <= value + length; at += 16) {
                Memblock.add(cpu, BigEndian.load(cpu, at, 8), BigEndian.load(cpu, at + 8, 8));
            }
            node = DeviceTree.findByType(cpu, node, DeviceTree.TYPE_MEMORY);
        }
        cpu.store(KernelLayout.MAX_PFN, Memblock.endOfDram(cpu) >>> Pages.PAGE_SHIFT);
    }
}
