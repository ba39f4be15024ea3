package org.dmalab.pseries.kernel;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.cpu.Text;
import org.dmalab.api.kernel.KernelFunction;
import org.dmalab.pseries.kernel.KernelLayout.DeviceNode;
import org.dmalab.pseries.kernel.KernelLayout.DmaWin;
import org.dmalab.pseries.kernel.KernelLayout.PciDev;
import org.dmalab.pseries.kernel.KernelLayout.WindowProp;

/**
 * enable_ddw: makes a dynamic DMA window for a device, or finds the one that its host bridge has. After a failure
 * the answer is still what was planned, so a first call can say direct although there is no window; with
 * persistent memory it also leaves a limit of the bus address, below which DMA is not translated.
 */
final class EnableDdw {
    private static final long SKIPPING = Text.id("%s %s: Skipping ibm,pmemory");
    private static final long IN_USE = Text.id("%s %s: current IOMMU table in use, can't be replaced.");
    private static final long MAP_FAILED = Text.id("%s %s: failed to map DMA window for %s: %d");
    private static final long MMIO32_START = 0x80000000L;
    private static final long MMIO32_END = 0x100000000L;

    private EnableDdw() { }

    /** What came of it, as the end of the function sees it. */
    private record Outcome(boolean direct, int length, int maxRamLength) { }

    /** The function, see {@link PseriesKernel#enable_ddw}. */
    @KernelFunction("enable_ddw")
    static long run(PseriesKernel kernel, Cpu cpu, long device, long pdn, long mask) {
        boolean pmem = DeviceTree.findByType(cpu, 0, DeviceTree.TYPE_PMEMORY) != 0;
        cpu.lock(KernelLayout.DMA_WIN_INIT_MUTEX);
        Outcome outcome = locked(kernel, cpu, device, pdn, mask, pmem);
        cpu.unlock(KernelLayout.DMA_WIN_INIT_MUTEX);
        if (pmem && outcome.direct() && outcome.length() != Pages.MAX_PHYSMEM_BITS) {
            cpu.store(device, PciDev.BUS_LIMIT,
                    cpu.load(device, PciDev.DMA_OFFSET) + (1L << outcome.maxRamLength()));
        }
        return outcome.direct() ? 1 : 0;
    }

    private static Outcome locked(PseriesKernel kernel, Cpu cpu, long device, long pdn, long mask, boolean pmem) {
        int maxRam = Ddw.orderBase2(kernel.ddw_memory_hotplug_max(cpu));
        long window = WindowList.find(cpu, pdn);
        if (window != 0) {
            long prop = WindowList.prop(cpu, window);
            cpu.store(device, PciDev.DMA_OFFSET, BigEndian.load(cpu, prop, WindowProp.DMA_BASE));
            return new Outcome(WindowList.isDirect(cpu, window),
                    (int) BigEndian.load(cpu, prop, WindowProp.WINDOW_SHIFT), maxRam);
        }
        if (WindowList.failedBefore(cpu, pdn)) {
            return new Outcome(false, 0, maxRam);
        }
        if (Ddw.token(cpu, pdn, 0) < 0) {
            return fail(cpu, device, pdn, false, new Outcome(false, 0, maxRam));
        }
        Ddw.Query query = Ddw.query(cpu, device, pdn);
        if (query.status() != 0) {
            return fail(cpu, device, pdn, false, new Outcome(false, 0, maxRam));
        }
        boolean limited = mask != -1L;
        if (limited && Ddw.limit(cpu, device, pdn) != 0) {
            return fail(cpu, device, pdn, false, new Outcome(false, 0, maxRam));
        }
        boolean defaultRemoved = false;
        if (query.available() == 0) {
            defaultRemoved = removeDefault(kernel, cpu, device, pdn);
            query = defaultRemoved ? Ddw.query(cpu, device, pdn) : query;
            if (query.status() != 0 || query.available() == 0) {
                return fail(cpu, device, pdn, defaultRemoved || limited, new Outcome(false, 0, maxRam));
            }
        }
        return create(kernel, cpu, device, pdn, plan(kernel, cpu, device, query, mask, pmem, defaultRemoved, maxRam),
                defaultRemoved, limited, maxRam);
    }

    /** FAIL: undo what was done to the endpoint, and do not try again. */
    private static Outcome fail(Cpu cpu, long device, long pdn, boolean reset, Outcome outcome) {
        if (reset) {
            Ddw.reset(cpu, device, pdn);
        }
        WindowList.rememberFailure(cpu, pdn);
        return outcome;
    }

    /** Step 7, for an endpoint with a single window: true if the default window is gone. */
    private static boolean removeDefault(PseriesKernel kernel, Cpu cpu, long device, long pdn) {
        long table = cpu.load(pdn, DeviceNode.TABLE0);
        if (table != 0 && IommuTable.inUse(cpu, table)) {
            cpu.printk(IN_USE, cpu.load(device, PciDev.DRIVER), cpu.load(device, PciDev.NAME));
            return false;
        }
        long value = DeviceTree.value(cpu, pdn, DeviceTree.DMA_WINDOW, 20);
        if (value == 0 || Ddw.extension(cpu, pdn, Ddw.EXT_RESET) < 0) {
            return false;
        }
        // The property is taken for a dynamic_dma_window_prop: its size stands where the shifts would.
        Ddw.clean(kernel, cpu, pdn, value);
        Ddw.remove(cpu, pdn, BigEndian.load(cpu, value, WindowProp.LIOBN));
        return true;
    }

    /** Steps 8 to 10. */
    private static DdwPlan plan(PseriesKernel kernel, Cpu cpu, long device, Ddw.Query query, long mask, boolean pmem,
            boolean defaultRemoved, int maxRam) {
        int pageShift = Ddw.pageShift(query.pageMask());
        if (pageShift == 0) {
            return new DdwPlan(0, 0, false, false, 0);
        }
        int deviceMax = 64 - Long.numberOfLeadingZeros(mask);
        long tces = query.largestBlockTces();
        int largest = Math.min(Ddw.orderBase2(tces << pageShift), deviceMax);
        int length = maxRam;
        if (pmem) {
            if (!kernel.windowTooSmall(tces, pageShift, largest, Pages.MAX_PHYSMEM_BITS)) {
                length = Pages.MAX_PHYSMEM_BITS;
            } else {
                cpu.printk(SKIPPING, cpu.load(device, PciDev.DRIVER), cpu.load(device, PciDev.NAME));
            }
        }
        if (kernel.windowTooSmall(tces, pageShift, largest, length)) {
            return DdwPlan.dynamic(pageShift, largest);
        }
        boolean direct = !defaultRemoved || length == Pages.MAX_PHYSMEM_BITS || (!pmem && length == maxRam);
        return direct ? DdwPlan.direct(pageShift, length) : kernel.notDirect(pageShift, length, largest, maxRam);
    }

    /** Steps 11 to 19. */
    private static Outcome create(PseriesKernel kernel, Cpu cpu, long device, long pdn, DdwPlan plan,
            boolean defaultRemoved, boolean limited, int maxRam) {
        Outcome outcome = new Outcome(plan.direct(), plan.windowShift(), maxRam);
        Outcome failed = new Outcome(kernel.directAfterFailure(plan.direct()), plan.windowShift(), maxRam);
        boolean reset = defaultRemoved || limited;
        if (plan.pageShift() == 0) {
            return fail(cpu, device, pdn, reset, failed);
        }
        Ddw.Created created = Ddw.create(cpu, device, pdn, plan.pageShift(), plan.windowShift());
        if (created.status() != 0) {
            return fail(cpu, device, pdn, reset, failed);
        }
        long name = plan.direct() ? DeviceTree.DIRECT64 : DeviceTree.DMA64;
        long prop = property(cpu, pdn, name, created, plan);
        if (prop == 0) {
            Ddw.remove(cpu, pdn, created.liobn());
            return fail(cpu, device, pdn, reset, failed);
        }
        long window = WindowList.create(cpu, pdn, prop);
        if (window == 0 || !fill(kernel, cpu, device, pdn, window, prop, plan, defaultRemoved)) {
            if (window != 0) {
                cpu.free(window);
            }
            DeviceTree.remove(cpu, pdn, name);
            cpu.free(prop);
            Ddw.remove(cpu, pdn, created.liobn());
            return fail(cpu, device, pdn, reset, failed);
        }
        if (defaultRemoved) {
            saveDefault(cpu, pdn);
        }
        WindowList.add(cpu, window);
        cpu.store(device, PciDev.DMA_OFFSET, created.busAddress());
        return outcome;
    }

    private static long property(Cpu cpu, long pdn, long name, Ddw.Created created, DdwPlan plan) {
        long prop = cpu.alloc(WindowProp.STRUCT);
        if (prop == 0) {
            return 0;
        }
        BigEndian.store(cpu, prop, WindowProp.LIOBN, created.liobn());
        BigEndian.store(cpu, prop, WindowProp.DMA_BASE, created.busAddress());
        BigEndian.store(cpu, prop, WindowProp.TCE_SHIFT, plan.pageShift());
        BigEndian.store(cpu, prop, WindowProp.WINDOW_SHIFT, plan.windowShift());
        if (DeviceTree.add(cpu, pdn, name, prop, WindowProp.STRUCT.sizeBytes()) == 0) {
            cpu.free(prop);
            return 0;
        }
        return prop;
    }

    /** Steps 15 and 16: true if the window can be used. */
    private static boolean fill(PseriesKernel kernel, Cpu cpu, long device, long pdn, long window, long prop,
            DdwPlan plan, boolean defaultRemoved) {
        cpu.store(window, DmaWin.DIRECT, plan.direct() ? 1 : 0);
        if (plan.direct()) {
            long code = walkSystemRam(kernel, cpu, kernel.walkEnd(cpu) >>> Pages.PAGE_SHIFT, prop);
            if (code != 0) {
                cpu.printk(MAP_FAILED, cpu.load(device, PciDev.DRIVER),
                        cpu.load(device, PciDev.NAME), cpu.load(pdn, DeviceNode.FULL_NAME), code);
                Ddw.clean(kernel, cpu, pdn, prop);
                return false;
            }
            if (defaultRemoved) {
                cpu.store(pdn, DeviceNode.TABLE0, 0);
                cpu.store(device, PciDev.TABLE, 0);
            }
        }
        return !plan.dynamic() || dynamicTable(cpu, device, pdn, prop, plan, defaultRemoved);
    }

    private static boolean dynamicTable(Cpu cpu, long device, long pdn, long prop, DdwPlan plan,
            boolean defaultRemoved) {
        int shift = plan.pageShift();
        long start = BigEndian.load(cpu, prop, WindowProp.DMA_BASE) + plan.dynamicOffset();
        long entries = ((1L << plan.windowShift()) - plan.dynamicOffset()) >>> shift;
        long table = IommuTable.create(cpu, BigEndian.load(cpu, prop, WindowProp.LIOBN), start, shift, entries,
                MMIO32_START >>> shift, MMIO32_END >>> shift);
        if (table == 0) {
            return false;
        }
        cpu.store(pdn, defaultRemoved ? DeviceNode.TABLE0 : DeviceNode.TABLE1, table);
        cpu.store(device, PciDev.TABLE, table);
        return true;
    }

    /** walk_system_ram_range with tce_setrange_multi_pSeriesLP_walk: every range of memory below an end. */
    @KernelFunction("walk_system_ram_range")
    private static long walkSystemRam(PseriesKernel kernel, Cpu cpu, long endPfn, long prop) {
        long count = Memblock.count(cpu);
        for (long i = 0; i < count; i++) {
            long start = Memblock.start(cpu, i) >>> Pages.PAGE_SHIFT;
            long end = Math.min(endPfn, Memblock.end(cpu, i) >>> Pages.PAGE_SHIFT);
            long code = start < end ? kernel.tce_setrange_multi_pSeriesLP(cpu, start, end - start, prop) : 0;
            if (code != 0) {
                return code;
            }
        }
        return 0;
    }

    /** Step 17: the default window is gone; its property is kept under another name. */
    private static void saveDefault(Cpu cpu, long pdn) {
        long value = DeviceTree.value(cpu, pdn, DeviceTree.DMA_WINDOW, 20);
        DeviceTree.add(cpu, pdn, DeviceTree.DMA_WINDOW_SAVED, value, 20);
        DeviceTree.remove(cpu, pdn, DeviceTree.DMA_WINDOW);
    }
}
