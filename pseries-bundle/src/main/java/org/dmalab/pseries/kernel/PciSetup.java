package org.dmalab.pseries.kernel;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.cpu.Text;
import org.dmalab.api.kernel.KernelFunction;
import org.dmalab.api.service.Binding;
import org.dmalab.pseries.kernel.KernelLayout.DeviceNode;
import org.dmalab.pseries.kernel.KernelLayout.WindowProp;

/** What the kernel does with a PCI host bridge before any driver: the table of its window, and its devices. */
final class PciSetup {
    private static final long PANIC = Text.id("Kernel panic - not syncing: Failed to initialize iommu table");
    private static final long GROUP = Text.id("pci %s: Adding to iommu group %d");
    private static final int DEFAULT_SHIFT = 12;

    private PciSetup() { }

    /** All host bridges, and their devices. */
    static void all(Cpu cpu) {
        findExistingWindows(cpu, DeviceTree.DIRECT64);
        findExistingWindows(cpu, DeviceTree.DMA64);
        long group = 0;
        long node = DeviceTree.firstTop(cpu);
        while (node != 0) {
            if (DeviceTree.isBridge(cpu, node)) {
                bridge(cpu, node, group++);
            }
            node = cpu.load(node, DeviceNode.SIBLING);
        }
    }

    /** One host bridge with its devices; panics without memory. */
    static void bridge(Cpu cpu, long node, long group) {
        Binding variant = cpu.services().enter();
        try {
            PseriesKernel kernel = PseriesKernel.of(variant.iommu());
            busSetup(kernel, cpu, node);
            deviceSetup(PseriesKernel.of(variant.dmaWindows()), cpu, node, group);
        } finally {
            cpu.services().leave();
        }
    }

    /** The window that the tree names; of two, in a kernel that was started by another one, the version chooses. */
    @KernelFunction("pci_dma_bus_setup_pSeriesLP")
    private static void busSetup(PseriesKernel kernel, Cpu cpu, long node) {
        long dynamic = DeviceTree.dynamicWindow(cpu, node);
        long defaultWindow = DeviceTree.value(cpu, node, DeviceTree.DMA_WINDOW, 20);
        boolean useDefault = dynamic == 0 || (defaultWindow != 0 && kernel.prefersDefaultWindow());
        long table = useDefault ? defaultTable(cpu, defaultWindow) : dynamicTable(cpu, dynamic);
        if (table == 0 || !IommuTable.init(kernel, cpu, table, 0, 0)) {
            cpu.bug(PANIC);
        }
        cpu.store(node, DeviceNode.TABLE0, table);
    }

    private static long defaultTable(Cpu cpu, long window) {
        return IommuTable.alloc(cpu, BigEndian.load(cpu, window, 4), BigEndian.load(cpu, window + 4, 8),
                DEFAULT_SHIFT, BigEndian.load(cpu, window + 12, 8) >>> DEFAULT_SHIFT);
    }

    private static long dynamicTable(Cpu cpu, long prop) {
        long shift = BigEndian.load(cpu, prop, WindowProp.TCE_SHIFT);
        return IommuTable.alloc(cpu, BigEndian.load(cpu, prop, WindowProp.LIOBN),
                BigEndian.load(cpu, prop, WindowProp.DMA_BASE), shift,
                1L << (BigEndian.load(cpu, prop, WindowProp.WINDOW_SHIFT) - shift));
    }

    /** The first device of a bridge makes the kernel ask what windows the bridge can have. */
    @KernelFunction("pci_dma_dev_setup_pSeriesLP")
    private static void deviceSetup(PseriesKernel kernel, Cpu cpu, long node, long group) {
        boolean first = true;
        for (long device = cpu.load(node, DeviceNode.CHILD); device != 0;
                device = cpu.load(device, DeviceNode.SIBLING)) {
            long sourceId = DeviceTree.sourceId(cpu, device);
            if (sourceId < 0) {
                continue;
            }
            if (first) {
                kernel.spapr_tce_init_table_group(cpu, node, sourceId);
                first = false;
            }
            cpu.printk(GROUP, PciDevices.name(sourceId), group);
        }
    }

    /** Windows that the tree names at boot were made by the kernel before: all are taken for dynamic ones. */
    @KernelFunction("find_existing_ddw_windows")
    private static void findExistingWindows(Cpu cpu, long name) {
        for (long node = DeviceTree.firstTop(cpu); node != 0; node = cpu.load(node, DeviceNode.SIBLING)) {
            long prop = DeviceTree.value(cpu, node, name, WindowProp.STRUCT.sizeBytes());
            long window = prop == 0 ? 0 : WindowList.create(cpu, node, prop);
            if (window != 0) {
                WindowList.add(cpu, window);
            }
        }
    }
}
