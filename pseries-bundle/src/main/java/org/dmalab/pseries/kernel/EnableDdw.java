package org.dmalab.pseries.kernel;

import org.dmalab.api.cpu.Cpu;
import org.dmalab.api.cpu.Text;
import org.dmalab.api.kernel.KernelFunction;
import org.dmalab.pseries.kernel.KernelLayout.DeviceNode;
import org.dmalab.pseries.kernel.KernelLayout.DmaWin;
import org.dmalab.pseries.kernel.KernelLayout.PciDev;
import org.dmalab.pseries.kernel.KernelLayout.WindowProp;

/**
 * enable_ddw: makes a dynamic DMA window for a device, or finds the one that its host bridge has. The steps are
 * numbered as in {@code docs/pseries.md}. After a failure the answer is still what was planned, so a first
 * call can say direct although there is no window.
 */
final class EnableDdw {
    private static final long SKIPPING = Text.id("%s %s: Skipping ibm,pmemory");
    private static final long IN_USE = Text.id("%s %s: current IOMMU table in use, can't be replaced.");
    private static final long MAP_FAILED = Text.id("%s %s: failed to map DMA window for %s: %d");
    private static final long REMOVED_DEFAULT = Text.id("%s %s: Removed default DMA window for %s");
    private static final long MMIO32_START = 0x80000000L;
    private static final long MMIO32_END = 0x100000000L;

    private EnableDdw() { }

    /** What the function works with, besides what it finds out on the way. */
    private record Call(PseriesKernel kernel, Cpu cpu, long device, long pdn, long mask, boolean pmem,
            int maxRamShift) {
        boolean limited() {
            return mask != -1L;
        }

        long driver() {
            return cpu.load(device, PciDev.DRIVER);
        }

        long name() {
            return cpu.load(device, PciDev.NAME);
        }
    }

    /** What came of it, as the end of the function sees it: limited addresses were asked for, and are in force. */
    private record Outcome(boolean direct, int windowShift, boolean limited, boolean inForce) {
        static Outcome no(boolean limited, boolean inForce) {
            return new Outcome(false, 0, limited, inForce);
        }
    }

    /** The function, see {@link PseriesKernel#enable_ddw}. */
    @KernelFunction("enable_ddw")
    static long run(PseriesKernel kernel, Cpu cpu, long device, long pdn, long mask) {
        // Step 1: is there persistent memory?
        boolean pmem = DeviceTree.findByType(cpu, 0, DeviceTree.TYPE_PMEMORY) != 0;
        cpu.lock(KernelLayout.DMA_WIN_INIT_MUTEX);
        int maxRamShift = Ddw.orderBase2(kernel.ddw_memory_hotplug_max(cpu));
        Call call = new Call(kernel, cpu, device, pdn, mask, pmem, maxRamShift);
        Outcome outcome = locked(call);
        cpu.unlock(KernelLayout.DMA_WIN_INIT_MUTEX);
        if (outcome.direct() && kernel.limitsBus(pmem, outcome.windowShift())) {
            cpu.store(device, PciDev.BUS_LIMIT, cpu.load(device, PciDev.DMA_OFFSET) + (1L << maxRamShift));
        }
        kernel.sayMapping(cpu, device, outcome.limited(), outcome.inForce(), outcome.direct());
        return outcome.direct() ? 1 : 0;
    }

    private static Outcome locked(Call call) {
        Cpu cpu = call.cpu();
        long pdn = call.pdn();
        // Step 2: a window that the host bridge has already, the first one on the list.
        long window = WindowList.find(cpu, pdn);
        if (window != 0) {
            return found(call, window);
        }
        // Step 3: no second try.
        if (WindowList.failedBefore(cpu, pdn)) {
            return Outcome.no(false, false);
        }
        // Steps 4 and 5: tokens, and what the hypervisor has.
        if (Ddw.token(cpu, pdn, 0) < 0) {
            return fail(call, false, Outcome.no(false, false));
        }
        Ddw.Query query = Ddw.query(cpu, call.device(), pdn);
        if (query.status() != 0) {
            return fail(call, false, Outcome.no(false, false));
        }
        // Step 6: limited addresses.
        if (call.limited() && Ddw.limit(cpu, call.device(), pdn) != 0) {
            return fail(call, false, Outcome.no(true, false));
        }
        // Step 7: the endpoint has a single window, and the default one has it.
        boolean defaultRemoved = false;
        if (query.available() == 0) {
            defaultRemoved = call.kernel().replacesDefault() && removeDefault(call);
            query = defaultRemoved ? Ddw.query(cpu, call.device(), pdn) : query;
            if (query.status() != 0 || query.available() == 0) {
                return fail(call, defaultRemoved || call.limited(), Outcome.no(call.limited(), call.limited()));
            }
        }
        return create(call, plan(call, query, defaultRemoved), defaultRemoved);
    }

    private static Outcome found(Call call, long window) {
        Cpu cpu = call.cpu();
        long prop = WindowList.prop(cpu, window);
        cpu.store(call.device(), PciDev.DMA_OFFSET, BigEndian.load(cpu, prop, WindowProp.DMA_BASE));
        int windowShift = (int) BigEndian.load(cpu, prop, WindowProp.WINDOW_SHIFT);
        return new Outcome(call.kernel().foundIsDirect(cpu, window, windowShift, call.maxRamShift()), windowShift,
                false, false);
    }

    /** FAIL: undo what was done to the endpoint, and do not try again. */
    private static Outcome fail(Call call, boolean reset, Outcome outcome) {
        if (reset) {
            Ddw.reset(call.cpu(), call.device(), call.pdn());
        }
        WindowList.rememberFailure(call.cpu(), call.pdn());
        return outcome;
    }

    /** Step 7: true if the default window is gone. */
    private static boolean removeDefault(Call call) {
        Cpu cpu = call.cpu();
        long pdn = call.pdn();
        long table = cpu.load(pdn, DeviceNode.TABLE0);
        if (table != 0 && IommuTable.inUse(cpu, table)) {
            cpu.printk(IN_USE, call.driver(), call.name());
            return false;
        }
        long value = DeviceTree.value(cpu, pdn, DeviceTree.DMA_WINDOW, 20);
        if (value == 0 || Ddw.extension(cpu, pdn, Ddw.EXT_RESET) < 0) {
            return false;
        }
        // The property is taken for a dynamic_dma_window_prop: its size stands where the shifts would.
        Ddw.clean(call.kernel(), cpu, pdn, value);
        Ddw.remove(cpu, pdn, BigEndian.load(cpu, value, WindowProp.LIOBN));
        return true;
    }

    /** Step 8: page size and largest window; steps 9 and 10 are the version's. */
    private static DdwPlan plan(Call call, Ddw.Query query, boolean defaultRemoved) {
        int pageShift = Ddw.pageShift(query.pageMask());
        if (pageShift == 0) {
            return DdwPlan.NONE;
        }
        long tces = query.largestBlockTces();
        int deviceMax = Long.SIZE - Long.numberOfLeadingZeros(call.mask());
        int largest = Math.min(Ddw.orderBase2(tces << pageShift), deviceMax);
        return call.kernel().planWindow(call.cpu(), new DdwRequest(call.device(), tces, pageShift, largest, call.pmem(),
                defaultRemoved, call.maxRamShift()));
    }

    /** Steps 9 and 10 since 5.17: see {@link PseriesKernel#planWindow}. */
    static DdwPlan plan(PseriesKernel kernel, Cpu cpu, DdwRequest request) {
        int pageShift = request.pageShift();
        int largest = request.largest();
        long tces = request.largestBlockTces();
        int length = request.maxRamShift();
        // Step 9: persistent memory can be anywhere.
        if (request.pmem()) {
            if (!kernel.windowTooSmall(tces, pageShift, largest, Pages.MAX_PHYSMEM_BITS)) {
                length = Pages.MAX_PHYSMEM_BITS;
            } else {
                cpu.printk(SKIPPING, cpu.load(request.device(), PciDev.DRIVER),
                        cpu.load(request.device(), PciDev.NAME));
            }
        }
        // Step 10: direct if all of it fits.
        if (kernel.windowTooSmall(tces, pageShift, largest, length)) {
            return DdwPlan.dynamic(pageShift, largest);
        }
        boolean direct = !request.defaultRemoved() || length == Pages.MAX_PHYSMEM_BITS
                || (!request.pmem() && length == request.maxRamShift());
        return direct ? DdwPlan.direct(pageShift, length)
                : kernel.notDirect(pageShift, length, largest, request.maxRamShift());
    }

    /** Steps 11 to 19. */
    private static Outcome create(Call call, DdwPlan plan, boolean defaultRemoved) {
        Cpu cpu = call.cpu();
        long pdn = call.pdn();
        Outcome outcome = new Outcome(plan.direct(), plan.windowShift(), call.limited(), call.limited());
        Outcome failed = new Outcome(call.kernel().directAfterFailure(plan.direct()), plan.windowShift(),
                call.limited(), call.limited());
        boolean reset = defaultRemoved || call.limited();
        if (plan.pageShift() == 0) {
            return fail(call, reset, failed);
        }
        // Step 11.
        Ddw.Created created = Ddw.create(cpu, call.device(), pdn, plan.pageShift(), plan.windowShift());
        if (created.status() != 0) {
            return fail(call, reset, failed);
        }
        // Steps 12 and 13: the property that says what the window is, also to a kernel that is started by this one.
        long name = plan.direct() ? DeviceTree.DIRECT64 : DeviceTree.DMA64;
        long prop = property(cpu, pdn, name, created, plan);
        if (prop == 0) {
            Ddw.remove(cpu, pdn, created.liobn());
            return fail(call, reset, failed);
        }
        // Step 14.
        long window = WindowList.create(cpu, pdn, prop);
        if (window == 0 || !fill(call, window, prop, plan, defaultRemoved)) {
            if (window != 0) {
                cpu.free(window);
            }
            DeviceTree.remove(cpu, pdn, name);
            cpu.free(prop);
            Ddw.remove(cpu, pdn, created.liobn());
            return fail(call, reset, failed);
        }
        // Step 17.
        if (defaultRemoved) {
            saveDefault(cpu, pdn);
            cpu.printk(REMOVED_DEFAULT, call.driver(), call.name(), cpu.load(pdn, DeviceNode.FULL_NAME));
        }
        // Step 18: only now does the memory notifier see the window.
        call.kernel().publish(cpu, window);
        // Step 19.
        cpu.store(call.device(), PciDev.DMA_OFFSET, created.busAddress());
        return outcome;
    }

    @KernelFunction("ddw_property_create")
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
    private static boolean fill(Call call, long window, long prop, DdwPlan plan, boolean defaultRemoved) {
        Cpu cpu = call.cpu();
        cpu.store(window, DmaWin.DIRECT, plan.direct() ? 1 : 0);
        if (plan.direct()) {
            // Step 15: all memory that there is now.
            long code = call.kernel().premap(cpu, window);
            if (code != 0) {
                cpu.printk(MAP_FAILED, call.driver(), call.name(), cpu.load(call.pdn(), DeviceNode.FULL_NAME), code);
                call.kernel().cleanAfterFailure(cpu, call.pdn(), prop);
                return false;
            }
            if (defaultRemoved) {
                IommuTable.free(cpu, cpu.load(call.pdn(), DeviceNode.TABLE0));
                cpu.store(call.pdn(), DeviceNode.TABLE0, 0);
                cpu.store(call.device(), PciDev.TABLE, 0);
            }
        }
        return !plan.dynamic() || dynamicTable(call, prop, plan, defaultRemoved);
    }

    /** Step 16. Whether the table got its bitmap is not looked at. */
    private static boolean dynamicTable(Call call, long prop, DdwPlan plan, boolean defaultRemoved) {
        Cpu cpu = call.cpu();
        int shift = plan.pageShift();
        long start = BigEndian.load(cpu, prop, WindowProp.DMA_BASE) + plan.dynamicOffset();
        long entries = ((1L << plan.windowShift()) - plan.dynamicOffset()) >>> shift;
        long table = IommuTable.alloc(cpu, BigEndian.load(cpu, prop, WindowProp.LIOBN), start, shift, entries);
        if (table == 0) {
            return false;
        }
        IommuTable.init(call.kernel(), cpu, table, MMIO32_START >>> shift, MMIO32_END >>> shift);
        cpu.store(call.pdn(), defaultRemoved ? DeviceNode.TABLE0 : DeviceNode.TABLE1, table);
        cpu.store(call.device(), PciDev.TABLE, table);
        return true;
    }

    /** Every range of memory below an end is mapped, up to the first error: see {@link PseriesKernel#premap}. */
    @KernelFunction("walk_system_ram_range")
    static long walkSystemRam(PseriesKernel kernel, Cpu cpu, long endPfn, long prop) {
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
        if (DeviceTree.property(cpu, pdn, DeviceTree.DMA_WINDOW_SAVED) == 0) {
            long value = DeviceTree.value(cpu, pdn, DeviceTree.DMA_WINDOW, 20);
            DeviceTree.add(cpu, pdn, DeviceTree.DMA_WINDOW_SAVED, value, 20);
        }
        DeviceTree.remove(cpu, pdn, DeviceTree.DMA_WINDOW);
    }
}
