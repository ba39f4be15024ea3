package org.dmalab.pseries.patch;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.service.DmaWindows;
import org.dmalab.api.service.Iommu;
import org.dmalab.api.service.MemoryNotifier;
import org.dmalab.api.service.Origin;
import org.dmalab.api.service.Patch;
import org.dmalab.pseries.kernel.BigEndian;
import org.dmalab.pseries.kernel.DdwPlan;
import org.dmalab.pseries.kernel.DeviceTree;
import org.dmalab.pseries.kernel.DmaMask;
import org.dmalab.pseries.kernel.KernelLayout.PciDev;
import org.dmalab.pseries.kernel.MemNotifier;
import org.dmalab.pseries.kernel.Memblock;
import org.dmalab.pseries.kernel.Pages;
import org.dmalab.pseries.kernel.PseriesKernel;
import org.dmalab.pseries.kernel.TceBuild;
import org.osgi.service.component.annotations.Component;

/**
 * Linux 5.17 to 6.4: the memory notifier takes every window of the list for a direct one, and every range for memory
 * that the windows cover. The other versions are made from this one, each by what its patch changed.
 */
@Component(service = {DmaWindows.class, MemoryNotifier.class, Iommu.class})
@Patch(arch = "pseries", id = "all-windows", commit = "ad3976025b31", since = "5.17 to 6.4", date = "2022-03-20",
    origin = Origin.MAINLINE, layout = "dma_win",
    description = "The notifier maps and clears hotplugged memory in every window of the list",
    steps = {
        "ddw_memory_hotplug_max: the largest of lrdr-capacity, memblock and all memory nodes",
        "enable_ddw: a direct window is mapped up to memblock_end_of_DRAM",
        "enable_ddw: a window that is found is direct if all memory would fit into it",
        "Windows of the list in turn, newest first, under dma_win_list_lock; the results are ORed",
        "GOING_ONLINE: set the range in every window",
        "CANCEL_ONLINE, OFFLINE: clear the range in every window",
        "Clearing of tables: one H_STUFF_TCE with any count"},
    defects = {
        "Persistent memory beyond the window: H_PARAMETER, and the memory can not be put on line (fixed by "
            + "6aa989ab2bd0)",
        "Dynamic windows are treated as direct ones: removing memory wipes unrelated TCEs (fixed by "
            + "d61cd13e732c)",
        "The second mask call takes a dynamic window for a direct one if all memory would fit into it (fixed "
            + "by 3bf983e4e93c)",
        "More than 512 TCEs in one H_STUFF_TCE, which newer firmware refuses (fixed by 9d2ccf00bddc)"})
public class AllWindows implements PseriesKernel {
    @Override
    public long iommu_bypass_supported_pSeriesLP(Cpu cpu, long device, long mask) {
        return mask == -1L ? enable_ddw(cpu, device, cpu.load(device, PciDev.PDN), mask) : 0;
    }

    /** The largest of hot_add_drconf_memory_max, memblock_end_of_DRAM and the ends of all memory nodes. */
    @Override
    public long ddw_memory_hotplug_max(Cpu cpu) {
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

    /** Inferred from the size: {@code direct_mapping = (len >= max_ram_len)}. */
    @Override
    public boolean foundIsDirect(Cpu cpu, long window, int windowShift, int maxRamShift) {
        return windowShift >= maxRamShift;
    }

    /**
     * {@code largest_available_block < (1ULL << (len - page_shift))}, which a compiler for ppc64 makes a shift to the
     * right of: it looks at seven bits of the count, so a negative count leaves nothing.
     */
    @Override
    public boolean windowTooSmall(long largestBlockTces, int pageShift, int largest, int needed) {
        int count = (needed - pageShift) & 127;
        return count >= Long.SIZE || largestBlockTces >>> count == 0;
    }

    @Override
    public DdwPlan notDirect(int pageShift, int length, int largest, int maxRamShift) {
        return DdwPlan.dynamic(pageShift, length);
    }

    @Override
    public long premap(Cpu cpu, long window) {
        return premapBelow(cpu, Memblock.endOfDram(cpu), window);
    }

    /** Only with persistent memory that the window does not cover. */
    @Override
    public boolean limitsBus(boolean pmem, int windowShift) {
        return pmem && windowShift != Pages.MAX_PHYSMEM_BITS;
    }

    @Override
    public void sayMapping(Cpu cpu, long device, boolean limited, boolean inForce, boolean direct) {
        // it says nothing
    }

    @Override
    public void spapr_tce_init_table_group(Cpu cpu, long pdn, long sourceId) {
        // it does not ask before a driver needs a window
    }

    @Override
    public boolean prefersDefaultWindow() {
        return false;
    }

    /** A limit turns the bypass off. */
    @Override
    public long dma_iommu_dma_supported(Cpu cpu, long device, long mask) {
        return DmaMask.supported(cpu, device, mask, iommu_bypass_supported_pSeriesLP(cpu, device, mask) != 0, false);
    }

    @Override
    public boolean arch_dma_alloc_direct(Cpu cpu, long device) {
        return false;
    }

    @Override
    public long iommu_mem_notifier(Cpu cpu, int action, long startPfn, long pageCount) {
        return MemNotifier.run(this, cpu, action, startPfn, pageCount, window -> true);
    }

    /** One hypercall, whatever the count. */
    @Override
    public void tce_freemulti_pSeriesLP(Cpu cpu, long table, long firstTce, long count) {
        TceBuild.freeMulti(cpu, table, firstTce, count, Long.MAX_VALUE);
    }
}
