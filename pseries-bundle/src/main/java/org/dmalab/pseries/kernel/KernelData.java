package org.dmalab.pseries.kernel;

import java.util.List;

import org.dmalab.api.kernel.KernelMemory;
import org.dmalab.api.kernel.Variable;
import org.dmalab.api.store.Store;

/** The kernel's variables, at the same addresses on every machine. */
public final class KernelData {
    /** Where the window of kernel data begins: in the vmalloc area of a radix kernel. */
    public static final long BASE = 0xc008000000000000L;
    /** Processors that per-cpu variables have room for. */
    public static final int MAX_PROCESSORS = 8;
    /** Ranges that memblock has room for. */
    public static final int MEMBLOCK_REGIONS = 128;
    private static final int STATIC_BYTES = 8192;
    private static final int HEAP_BYTES = 512 << 10;

    /** struct list_head dma_win_list: next, prev. */
    public static final Variable DMA_WIN_LIST = new Variable("dma_win_list", BASE, 8, 2);
    /** struct list_head failed_ddw_pdn_list: next, prev. */
    public static final Variable FAILED_DDW_PDN_LIST = after(DMA_WIN_LIST, "failed_ddw_pdn_list", 8, 2);
    /** Guards {@link #DMA_WIN_LIST}. */
    public static final Variable DMA_WIN_LIST_LOCK = after(FAILED_DDW_PDN_LIST, "dma_win_list_lock", 4, 1);
    /** Serializes the making of windows. */
    public static final Variable DMA_WIN_INIT_MUTEX = after(DMA_WIN_LIST_LOCK, "dma_win_init_mutex", 4, 1);
    /** Held from the start of adding or removing memory to its end. */
    public static final Variable MEM_HOTPLUG_LOCK = after(DMA_WIN_INIT_MUTEX, "mem_hotplug_lock", 4, 1);
    /** One RTAS call at a time. */
    public static final Variable RTAS_LOCK = after(MEM_HOTPLUG_LOCK, "rtas_lock", 4, 1);
    /** The per-cpu page for the list of H_PUT_TCE_INDIRECT, by linear-map address; 0 until it is needed. */
    public static final Variable TCE_PAGE = after(RTAS_LOCK, "tce_page", 8, MAX_PROCESSORS);
    /** Bits of {@link #FEATURE_PUT_TCE_IND} and {@link #FEATURE_STUFF_TCE}. */
    public static final Variable FIRMWARE_FEATURES = after(TCE_PAGE, "powerpc_firmware_features", 8, 1);
    /** Root of the device tree. */
    public static final Variable OF_ROOT = after(FIRMWARE_FEATURES, "of_root", 8, 1);
    /** Number of ranges in memblock.memory. */
    public static final Variable MEMBLOCK_COUNT = after(OF_ROOT, "memblock.memory.cnt", 8, 1);
    /** Starts of the ranges, ascending. */
    public static final Variable MEMBLOCK_START = after(MEMBLOCK_COUNT, "memblock.memory.base", 8, MEMBLOCK_REGIONS);
    /** Lengths of the ranges. */
    public static final Variable MEMBLOCK_SIZE = after(MEMBLOCK_START, "memblock.memory.size", 8, MEMBLOCK_REGIONS);
    /** Page frame after the last one that ever was in use. */
    public static final Variable MAX_PFN = after(MEMBLOCK_SIZE, "max_pfn", 8, 1);
    /** Size of a memory block in bytes. */
    public static final Variable MEMORY_BLOCK_SIZE = after(MAX_PFN, "memory_block_size", 8, 1);
    /** struct list_head of memory blocks that were touched after boot: next, prev. */
    public static final Variable MEMORY_BLOCKS = after(MEMORY_BLOCK_SIZE, "memory_blocks", 8, 2);
    /** First notifier of the memory chain. */
    public static final Variable MEMORY_CHAIN = after(MEMORY_BLOCKS, "memory_chain", 8, 1);
    /** struct list_head of the devices that were probed: next, prev. */
    public static final Variable PCI_DEVICES = after(MEMORY_CHAIN, "pci_devices", 8, 2);
    /** Page frames that the page allocator hands out next. */
    public static final Variable NEXT_FREE_PAGE = after(PCI_DEVICES, "next_free_page", 8, 1);
    /** RTAS argument block, by linear-map address. */
    public static final Variable RTAS_ARGS = after(NEXT_FREE_PAGE, "rtas_args", 8, 1);
    /** Token of set-indicator; -1 if there is none. */
    public static final Variable SET_INDICATOR = after(RTAS_ARGS, "set_indicator_token", 8, 1);
    /** Messages that printk_ratelimit still lets through. */
    public static final Variable RATELIMIT = after(SET_INDICATOR, "printk_ratelimit_left", 4, 1);
    /** Page allocations that are to fail: the kernel's fault injection. */
    public static final Variable FAIL_PAGE_ALLOC = after(RATELIMIT, "fail_page_alloc", 4, 1);
    /** Calls of the page_ext notifier that are to fail. */
    public static final Variable FAIL_PAGE_EXT = after(FAIL_PAGE_ALLOC, "fail_page_ext", 4, 1);
    /** Memory blocks that went on or off line, each counted as its state changed. */
    public static final Variable BLOCK_CHANGES = after(FAIL_PAGE_EXT, "memory_block_changes", 8, 1);
    /** 1 once the kernel is up. */
    public static final Variable SYSTEM_RUNNING = after(BLOCK_CHANGES, "system_running", 4, 1);
    /** Guards {@link #PCI_DEVICES}. */
    public static final Variable PCI_DEVICES_LOCK = after(SYSTEM_RUNNING, "pci_devices_lock", 4, 1);
    /** Held while memory is added, removed, put on line or taken off line. */
    public static final Variable DEVICE_HOTPLUG_LOCK = after(PCI_DEVICES_LOCK, "device_hotplug_lock", 4, 1);

    /** The hypervisor has H_PUT_TCE_INDIRECT. */
    public static final long FEATURE_PUT_TCE_IND = 1;
    /** The hypervisor has H_STUFF_TCE. */
    public static final long FEATURE_STUFF_TCE = 2;

    private static final List<Variable> ALL = List.of(DMA_WIN_LIST, FAILED_DDW_PDN_LIST, DMA_WIN_LIST_LOCK,
            DMA_WIN_INIT_MUTEX, MEM_HOTPLUG_LOCK, RTAS_LOCK, TCE_PAGE, FIRMWARE_FEATURES, OF_ROOT, MEMBLOCK_COUNT,
            MEMBLOCK_START, MEMBLOCK_SIZE, MAX_PFN, MEMORY_BLOCK_SIZE, MEMORY_BLOCKS, MEMORY_CHAIN, PCI_DEVICES,
            NEXT_FREE_PAGE, RTAS_ARGS, SET_INDICATOR, RATELIMIT, FAIL_PAGE_ALLOC, FAIL_PAGE_EXT, BLOCK_CHANGES,
            SYSTEM_RUNNING, PCI_DEVICES_LOCK, DEVICE_HOTPLUG_LOCK);
    private static final List<Variable> LIST_HEADS = List.of(DMA_WIN_LIST, FAILED_DDW_PDN_LIST, MEMORY_BLOCKS,
            PCI_DEVICES);

    private KernelData() { }

    /** Declares the variables in a machine's store. */
    public static KernelMemory create(Store store) {
        KernelMemory memory = new KernelMemory(store, BASE, STATIC_BYTES, HEAP_BYTES, Structs.ALL);
        for (Variable variable : ALL) {
            Variable declared = LIST_HEADS.contains(variable)
                    ? memory.structs(variable.name(), Structs.LIST_HEAD, 1)
                    : memory.array(variable.name(), variable.widthBytes(), variable.count());
            if (!declared.equals(variable)) {
                throw new IllegalStateException("kernel data is laid out otherwise: " + declared + ", expected "
                        + variable);
            }
        }
        return memory;
    }

    private static Variable after(Variable previous, String name, int widthBytes, int count) {
        long end = previous.address() + (long) previous.widthBytes() * previous.count();
        return new Variable(name, (end + widthBytes - 1) & -widthBytes, widthBytes, count);
    }
}
