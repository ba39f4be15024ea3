package org.dmalab.pseries.kernel;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.cpu.Text;
import org.dmalab.api.kernel.KernelFunction;
import org.dmalab.api.service.Binding;
import org.dmalab.api.service.Errno;
import org.dmalab.pseries.kernel.KernelLayout.DeviceNode;
import org.dmalab.pseries.kernel.KernelLayout.Property;

/** Start of the kernel, as far as DMA and memory are concerned. */
public final class Boot {
    private static final long HYPERTAS_FUNCTIONS = Text.id("ibm,hypertas-functions");
    private static final long MULTI_TCE = Text.id("hcall-multi-tce");
    private static final long SET_INDICATOR = Text.id("set-indicator");
    private static final long TABLE_READY = Text.id("IOMMU table initialized, virtual merging enabled");
    private static final long NO_MEMORY = Text.id("Kernel panic - not syncing: no memory for iommu tables");
    private static final long RATELIMIT_BURST = 10;
    private static final int DEFAULT_SHIFT = 12;

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
        cpu.store(KernelLayout.NEXT_FREE_PAGE, Pages.FIRST_FREE);
        cpu.store(KernelLayout.RATELIMIT, RATELIMIT_BURST);
        DeviceTree.unflatten(cpu, tree);
        scanMemory(cpu);
        cpu.store(KernelLayout.MEMORY_BLOCK_SIZE, DeviceTree.memoryBlockSize(cpu));
        boolean multi = multitce && DeviceTree.rtasHasString(cpu, HYPERTAS_FUNCTIONS, MULTI_TCE);
        cpu.store(KernelLayout.FIRMWARE_FEATURES,
                multi ? KernelLayout.FEATURE_PUT_TCE_IND | KernelLayout.FEATURE_STUFF_TCE : 0);
        cpu.store(KernelLayout.SET_INDICATOR, DeviceTree.token(cpu, SET_INDICATOR));
        cpu.store(KernelLayout.RTAS_ARGS, Pages.alloc(cpu));
        MemoryHotplug.registerNotifiers(cpu);
        setUpBridges(cpu);
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

    /** pci_dma_bus_setup_pSeriesLP: a table for each bridge's default window, which is cleared. */
    @KernelFunction("pci_dma_bus_setup_pSeriesLP")
    private static void setUpBridges(Cpu cpu) {
        long node = cpu.load(cpu.load(KernelLayout.OF_ROOT), DeviceNode.CHILD);
        while (node != 0) {
            long window = DeviceTree.value(cpu, node, DeviceTree.DMA_WINDOW, 20);
            if (window != 0) {
                long liobn = BigEndian.load(cpu, window, 4);
                long busAddress = BigEndian.load(cpu, window + 4, 8);
                long entries = BigEndian.load(cpu, window + 12, 8) >>> DEFAULT_SHIFT;
                long table = IommuTable.create(cpu, liobn, busAddress, DEFAULT_SHIFT, entries, 0, 0);
                if (table == 0) {
                    cpu.bug(NO_MEMORY);
                }
                clear(cpu, table, busAddress >>> DEFAULT_SHIFT, entries);
                cpu.store(node, DeviceNode.TABLE0, table);
                cpu.printk(TABLE_READY);
            }
            node = cpu.load(node, DeviceNode.SIBLING);
        }
    }

    private static void clear(Cpu cpu, long table, long firstTce, long entries) {
        Binding variant = cpu.services().enter();
        try {
            PseriesKernel.of(variant.iommu()).tce_freemulti_pSeriesLP(cpu, table, firstTce, entries);
        } finally {
            cpu.services().leave();
        }
    }
}
