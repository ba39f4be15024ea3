package org.dmalab.pseries.kernel;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.kernel.KernelFunction;
import org.dmalab.api.service.Direction;
import org.dmalab.api.service.DmaWindows;
import org.dmalab.api.service.Iommu;
import org.dmalab.api.service.MemoryNotifier;
import org.dmalab.pseries.kernel.KernelLayout.PciDev;
import org.dmalab.pseries.kernel.KernelLayout.Table;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * The functions of the kernel that some version replaces, each under its C name, with the newest mainline text as their
 * body. A variant implements this, or extends the version that it is made from, and overrides what its patch changes;
 * everything else is called through here, so that one function of a variant finds the others of the same variant.
 *
 * <p>A function takes the locks that its C text takes: {@link #enable_ddw} the mutex of the making of windows,
 * {@link #iommu_mem_notifier} the lock of the list of windows, the caller none of them. Addresses are kernel virtual
 * addresses of the structs in {@link KernelLayout}; results are 0 or a negative error number or return code of the
 * hypervisor, as in C. The few steps of {@code enable_ddw} that versions changed without making functions of them have
 * names of their own here.
 */
@ConsumerType
public interface PseriesKernel extends DmaWindows, MemoryNotifier, Iommu {
    /** The newest mainline kernel, as it is. */
    record Mainline() implements PseriesKernel { }

    /** The kernel that a service object belongs to; the newest one for an object that provides the service alone. */
    static PseriesKernel of(Object service) {
        return service instanceof PseriesKernel kernel ? kernel : new Mainline();
    }

    @Override
    default long enable(Cpu cpu, long device, long dmaMask) {
        return iommu_bypass_supported_pSeriesLP(cpu, device, dmaMask);
    }

    @Override
    default long remove(Cpu cpu, long node) {
        return iommu_reconfig_notifier(cpu, node);
    }

    @Override
    default long notify(Cpu cpu, int action, long startPfn, long pageCount) {
        return iommu_mem_notifier(cpu, action, startPfn, pageCount);
    }

    /** The table's {@code it_ops->set}: the bus address, or H_NOT_ENOUGH_RESOURCES. */
    @Override
    default long map(Cpu cpu, long domain, long busAddress, long physicalAddress, long sizeBytes,
            Direction direction) {
        long shift = cpu.load(domain, Table.PAGE_SHIFT);
        long code = tce_buildmulti_pSeriesLP(cpu, domain, busAddress >>> shift, sizeBytes >>> shift, physicalAddress,
                direction);
        return code == Hvcall.H_SUCCESS ? busAddress : code;
    }

    /** The table's {@code it_ops->clear}: 0, whatever the hypervisor said. */
    @Override
    default long unmap(Cpu cpu, long domain, long busAddress, long sizeBytes, Direction direction) {
        long shift = cpu.load(domain, Table.PAGE_SHIFT);
        tce_freemulti_pSeriesLP(cpu, domain, busAddress >>> shift, sizeBytes >>> shift);
        return 0;
    }

    /**
     * Whether a device may bypass translation, asked when a driver sets a mask. Masks of more than 32 bits get a window
     * since 67dfc11982f7.
     *
     * @param cpu where it runs
     * @param device struct pci_dev
     * @param mask DMA mask
     * @return 1 or 0
     */
    @KernelFunction
    default long iommu_bypass_supported_pSeriesLP(Cpu cpu, long device, long mask) {
        return mask >>> 32 == 0 ? 0 : enable_ddw(cpu, device, cpu.load(device, PciDev.PDN), mask);
    }

    /**
     * Makes a dynamic DMA window for a device, or finds the one that its host bridge has. Takes dma_win_init_mutex.
     *
     * @param cpu where it runs
     * @param device struct pci_dev
     * @param pdn struct device_node with the DMA window properties
     * @param mask DMA mask
     * @return 1 if memory is mapped one to one, 0 if not
     */
    @KernelFunction
    default long enable_ddw(Cpu cpu, long device, long pdn, long mask) {
        return EnableDdw.run(this, cpu, device, pdn, mask);
    }

    /** The end of the memory that a direct window has to cover, read anew at every call (6aa989ab2bd0). */
    @KernelFunction
    default long ddw_memory_hotplug_max(Cpu cpu) {
        return DeviceTree.hotAddDrconfMemoryMax(cpu);
    }

    /** Step 2 of enable_ddw: whether a window that is found is direct (3bf983e4e93c). */
    @KernelFunction("find_existing_ddw")
    default boolean foundIsDirect(Cpu cpu, long window, int windowShift, int maxRamShift) {
        return WindowList.isDirect(cpu, window);
    }

    /** Step 7 of enable_ddw: an endpoint's single window, the default one, may be given up for a dynamic one. */
    @KernelFunction("enable_ddw")
    default boolean replacesDefault() {
        return true;
    }

    /** Steps 9 and 10 of enable_ddw: what window to ask for. */
    @KernelFunction("enable_ddw")
    default DdwPlan planWindow(Cpu cpu, DdwRequest request) {
        return EnableDdw.plan(this, cpu, request);
    }

    /** Step 10 of enable_ddw: the largest window of 2^largest bytes is too small for 2^needed bytes (67dfc11982f7). */
    @KernelFunction("enable_ddw")
    default boolean windowTooSmall(long largestBlockTces, int pageShift, int largest, int needed) {
        return largest < needed;
    }

    /** Step 10 of enable_ddw: what becomes of a window that can not be direct as a whole (ff5163bb7000). */
    @KernelFunction("enable_ddw")
    default DdwPlan notDirect(int pageShift, int length, int largest, int maxRamShift) {
        return DdwPlan.hybrid(pageShift, largest, maxRamShift);
    }

    /** Step 15 of enable_ddw: memory is mapped in a new direct window, up to the maximum (6aa989ab2bd0). */
    @KernelFunction("enable_ddw")
    default long premap(Cpu cpu, long window) {
        return premapBelow(cpu, ddw_memory_hotplug_max(cpu), window);
    }

    /** walk_system_ram_range from 0 to an end, with tce_setrange_multi_pSeriesLP_walk. */
    default long premapBelow(Cpu cpu, long end, long window) {
        return EnableDdw.walkSystemRam(this, cpu, end >>> Pages.PAGE_SHIFT, WindowList.prop(cpu, window));
    }

    /** Step 15 of enable_ddw: what is left of a window after an error is cleared. */
    @KernelFunction("enable_ddw")
    default void cleanAfterFailure(Cpu cpu, long pdn, long prop) {
        Ddw.clean(this, cpu, pdn, prop);
    }

    /** Step 18 of enable_ddw: the memory notifier sees the window from now on. */
    @KernelFunction("enable_ddw")
    default void publish(Cpu cpu, long window) {
        WindowList.add(cpu, window);
    }

    /** What enable_ddw answers after a failure, of which the plan was direct or not: the plan, since 5.17. */
    @KernelFunction("enable_ddw")
    default boolean directAfterFailure(boolean planned) {
        return planned;
    }

    /** The end of enable_ddw: whether a direct window limits what may go past translation (1471c517cf7d). */
    @KernelFunction("enable_ddw")
    default boolean limitsBus(boolean pmem, int windowShift) {
        return true;
    }

    /** The end of enable_ddw says what it did (67dfc11982f7). */
    @KernelFunction("enable_ddw")
    default void sayMapping(Cpu cpu, long device, boolean limited, boolean inForce, boolean direct) {
        Ddw.sayMapping(cpu, device, limited, inForce, direct);
    }

    /**
     * Asks the hypervisor at PCI setup what windows a host bridge can have (f431a8cde7f1).
     *
     * @param cpu where it runs
     * @param pdn the bridge's struct device_node
     * @param sourceId the first device behind it
     */
    @KernelFunction
    default void spapr_tce_init_table_group(Cpu cpu, long pdn, long sourceId) {
        Ddw.initTableGroup(cpu, pdn, sourceId);
    }

    /** Which window a kernel uses that finds a dynamic one in the tree: the default one (1304643a1c20). */
    @KernelFunction("pci_dma_find")
    default boolean prefersDefaultWindow() {
        return true;
    }

    /** A driver's mask is possible: 1, with the bypass always on where memory is mapped (1471c517cf7d), or 0. */
    @KernelFunction
    default long dma_iommu_dma_supported(Cpu cpu, long device, long mask) {
        return DmaMask.supported(cpu, device, mask, iommu_bypass_supported_pSeriesLP(cpu, device, mask) != 0, true);
    }

    /** A coherent allocation goes past translation (1471c517cf7d). */
    @KernelFunction
    default boolean arch_dma_alloc_direct(Cpu cpu, long device) {
        return cpu.load(device, PciDev.BYPASS) != 0 && cpu.load(device, PciDev.BUS_LIMIT) != 0;
    }

    /** A buffer that ends at a physical address goes past translation although the bypass is off. */
    @KernelFunction
    default boolean arch_dma_map_phys_direct(Cpu cpu, long device, long end) {
        long limit = cpu.load(device, PciDev.BUS_LIMIT);
        return limit != 0 && Long.compareUnsigned(limit, end + cpu.load(device, PciDev.DMA_OFFSET)) >= 0;
    }

    /** A bus address was given out past translation: there is no upper bound to it. */
    @KernelFunction
    default boolean arch_dma_unmap_phys_direct(Cpu cpu, long device, long busAddress) {
        return cpu.load(device, PciDev.BUS_LIMIT) != 0
                && Long.compareUnsigned(busAddress, cpu.load(device, PciDev.DMA_OFFSET)) >= 0;
    }

    /** OF_RECONFIG_DETACH_NODE: the windows of a node that goes are cleaned, removed and forgotten. Returns 0. */
    @KernelFunction
    default long iommu_reconfig_notifier(Cpu cpu, long node) {
        return RemoveDdw.run(this, cpu, node);
    }

    /**
     * Maps or clears memory that comes or goes in every direct window, if it starts below the maximum
     * (6aa989ab2bd0). Takes dma_win_list_lock.
     *
     * @param cpu where it runs
     * @param action one of the MEM_ constants
     * @param startPfn first page frame
     * @param pageCount number of page frames
     * @return {@link #NOTIFY_OK} or {@link #NOTIFY_BAD}
     */
    @KernelFunction
    default long iommu_mem_notifier(Cpu cpu, int action, long startPfn, long pageCount) {
        return MemNotifier.run(this, cpu, action, startPfn, pageCount, window -> WindowList.isDirect(cpu, window)
                && startPfn << Pages.PAGE_SHIFT < ddw_memory_hotplug_max(cpu));
    }

    /** Maps page frames one to one in a window; what was written before an error stays. */
    @KernelFunction
    default long tce_setrange_multi_pSeriesLP(Cpu cpu, long startPfn, long pageCount, long prop) {
        return TceRange.set(cpu, startPfn, pageCount, prop);
    }

    /** Clears page frames in a window; stops at the first error. */
    @KernelFunction
    default long tce_clearrange_multi_pSeriesLP(Cpu cpu, long startPfn, long pageCount, long prop) {
        return TceRange.clear(cpu, startPfn, pageCount, prop);
    }

    /**
     * Writes TCEs of a table.
     *
     * @param cpu where it runs
     * @param table struct iommu_table
     * @param firstTce number of the first one, counted from bus address 0
     * @param count how many
     * @param physical address that the first one points to
     * @param direction who writes; a device may read in every case
     * @return 0 or H_NOT_ENOUGH_RESOURCES; all else is printed and taken for success
     */
    @KernelFunction
    default long tce_buildmulti_pSeriesLP(Cpu cpu, long table, long firstTce, long count, long physical,
            Direction direction) {
        return TceBuild.buildMulti(this, cpu, table, firstTce, count, physical, direction);
    }

    /** Clears TCEs of a table, at most 512 in one hypercall (9d2ccf00bddc). */
    @KernelFunction
    default void tce_freemulti_pSeriesLP(Cpu cpu, long table, long firstTce, long count) {
        TceBuild.freeMulti(cpu, table, firstTce, count, Hvcall.MAX_TCES);
    }
}
