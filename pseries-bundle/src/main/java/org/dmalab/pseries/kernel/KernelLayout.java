package org.dmalab.pseries.kernel;

import java.util.List;

import org.dmalab.api.cpu.Endian;
import org.dmalab.api.kernel.Field;
import org.dmalab.api.kernel.KernelMemory;
import org.dmalab.api.kernel.Struct;
import org.dmalab.api.kernel.Variable;
import org.dmalab.api.store.Store;

/**
 * The kernel's variables and structures, at the same addresses on every machine, with the fields that this code uses,
 * laid out as C does on a 64-bit machine. Numbers are little endian but for those of {@link WindowProp}, which are in
 * the device tree's order.
 */
public final class KernelLayout {
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

    /** 1 once a table was initialized. */
    public static final Variable WELCOMED = after(DEVICE_HOTPLUG_LOCK, "welcomed", 4, 1);
    /** 1 in a kernel that was started by one that crashed. */
    public static final Variable IS_KDUMP = after(WELCOMED, "is_kdump_kernel", 4, 1);
    /** struct list_head of the buffers that drivers keep mapped: next, prev. */
    public static final Variable DRIVER_BUFFERS = after(IS_KDUMP, "driver_buffers", 8, 2);
    /** Guards {@link #DRIVER_BUFFERS}. */
    public static final Variable DRIVER_BUFFERS_LOCK = after(DRIVER_BUFFERS, "driver_buffers_lock", 4, 1);

    /** The hypervisor has H_PUT_TCE_INDIRECT. */
    public static final long FEATURE_PUT_TCE_IND = 1;
    /** The hypervisor has H_STUFF_TCE. */
    public static final long FEATURE_STUFF_TCE = 2;

    private static final List<Variable> ALL = List.of(DMA_WIN_LIST, FAILED_DDW_PDN_LIST, DMA_WIN_LIST_LOCK,
            DMA_WIN_INIT_MUTEX, MEM_HOTPLUG_LOCK, RTAS_LOCK, TCE_PAGE, FIRMWARE_FEATURES, OF_ROOT, MEMBLOCK_COUNT,
            MEMBLOCK_START, MEMBLOCK_SIZE, MAX_PFN, MEMORY_BLOCK_SIZE, MEMORY_BLOCKS, MEMORY_CHAIN, PCI_DEVICES,
            NEXT_FREE_PAGE, RTAS_ARGS, SET_INDICATOR, RATELIMIT, FAIL_PAGE_ALLOC, FAIL_PAGE_EXT, BLOCK_CHANGES,
            SYSTEM_RUNNING, PCI_DEVICES_LOCK, DEVICE_HOTPLUG_LOCK, WELCOMED, IS_KDUMP, DRIVER_BUFFERS,
            DRIVER_BUFFERS_LOCK);
    private static final List<Variable> LIST_HEADS = List.of(DMA_WIN_LIST, FAILED_DDW_PDN_LIST, MEMORY_BLOCKS,
            PCI_DEVICES, DRIVER_BUFFERS);

    /** {@code struct list_head}. */
    private static final Struct LIST_HEAD = new Struct("list_head");

    static {
        LIST_HEAD.field("next", 8);
        LIST_HEAD.field("prev", 8);
    }

    /** The layouts of all objects that this kernel allocates. */
    private static final List<Struct> STRUCTS = List.of(DmaWin.STRUCT, WindowProp.STRUCT, FailedPdn.STRUCT,
            DeviceNode.STRUCT, Property.STRUCT, PciDev.STRUCT, Table.STRUCT,
            Table.MAP_WORD, MemoryBlock.STRUCT, NotifierBlock.STRUCT, Buffer.STRUCT);

    private KernelLayout() { }

    /** Declares the variables in a machine's store. */
    public static KernelMemory create(Store store) {
        KernelMemory memory = new KernelMemory(store, BASE, STATIC_BYTES, HEAP_BYTES, STRUCTS);
        for (Variable variable : ALL) {
            Variable declared = LIST_HEADS.contains(variable)
                    ? memory.structs(variable.name(), LIST_HEAD, 1)
                    : memory.array(variable.name(), variable.widthBytes(), variable.count());
            if (!declared.equals(variable)) {
                throw new IllegalStateException("kernel data is laid out otherwise: " + declared + ", expected "
                        + variable);
            }
        }
        return memory;
    }

    /** Tells whether an address is that of a variable or an object. */
    public static boolean isData(long address) {
        return address >= BASE && address < BASE + STATIC_BYTES + HEAP_BYTES;
    }

    private static Variable after(Variable previous, String name, int widthBytes, int count) {
        long end = previous.address() + (long) previous.widthBytes() * previous.count();
        return new Variable(name, (end + widthBytes - 1) & -widthBytes, widthBytes, count);
    }

    /** {@code struct dma_win}. */
    public static final class DmaWin {
        /** Its layout. */
        public static final Struct STRUCT = new Struct("dma_win");
        /** The node that the window belongs to. */
        public static final Field DEVICE = STRUCT.field("device", 8);
        /** Its {@link WindowProp}. */
        public static final Field PROP = STRUCT.field("prop", 8);
        /** Memory is mapped one to one; written by every version, read since 6.5. */
        public static final Field DIRECT = STRUCT.field("direct", 1);
        /** List, next. */
        public static final Field LIST = STRUCT.field("list.next", 8);
        /** List, prev. */
        public static final Field LIST_PREV = STRUCT.field("list.prev", 8);

        private DmaWin() { }
    }

    /** {@code struct property}. */
    public static final class Property {
        /** Its layout. */
        public static final Struct STRUCT = new Struct("property");
        /** Text id of the name. */
        public static final Field NAME = STRUCT.field("name", 8);
        /** Length in bytes. */
        public static final Field LENGTH = STRUCT.field("length", 4);
        /** Address of the value, in the flattened tree or in kernel data. */
        public static final Field VALUE = STRUCT.field("value", 8);
        /** Next. */
        public static final Field NEXT = STRUCT.field("next", 8);

        private Property() { }
    }

    /** {@code struct dynamic_dma_window_prop}. */
    public static final class WindowProp {
        /** Its layout, packed as in the device tree. */
        public static final Struct STRUCT = new Struct("dynamic_dma_window_prop", 20);
        /** LIOBN. */
        public static final Field LIOBN = STRUCT.at("liobn", 0, 4, Endian.BIG);
        /** Bus address of the window. */
        public static final Field DMA_BASE = STRUCT.at("dma_base", 4, 8, Endian.BIG);
        /** Binary logarithm of the page size. */
        public static final Field TCE_SHIFT = STRUCT.at("tce_shift", 12, 4, Endian.BIG);
        /** Binary logarithm of its size. */
        public static final Field WINDOW_SHIFT = STRUCT.at("window_shift", 16, 4, Endian.BIG);

        private WindowProp() { }
    }

    /** {@code struct failed_ddw_pdn}. */
    public static final class FailedPdn {
        /** Its layout. */
        public static final Struct STRUCT = new Struct("failed_ddw_pdn");
        /** The node that it failed for. */
        public static final Field PDN = STRUCT.field("pdn", 8);
        /** List, next. */
        public static final Field LIST = STRUCT.field("list.next", 8);
        /** List, prev. */
        public static final Field LIST_PREV = STRUCT.field("list.prev", 8);

        private FailedPdn() { }
    }

    /** {@code struct device_node}. */
    public static final class DeviceNode {
        /** Its layout. */
        public static final Struct STRUCT = new Struct("device_node");
        /** Text id of the name with unit address. */
        public static final Field NAME = STRUCT.field("name", 8);
        /** Text id of the full path. */
        public static final Field FULL_NAME = STRUCT.field("full_name", 8);
        /** First {@link Property}. */
        public static final Field PROPERTIES = STRUCT.field("properties", 8);
        /** Parent. */
        public static final Field PARENT = STRUCT.field("parent", 8);
        /** First child. */
        public static final Field CHILD = STRUCT.field("child", 8);
        /** Next sibling. */
        public static final Field SIBLING = STRUCT.field("sibling", 8);
        /** The iommu_table_group's tables[0], the default window. */
        public static final Field TABLE0 = STRUCT.field("table_group.tables[0]", 8);
        /** The iommu_table_group's tables[1], the dynamic window. */
        public static final Field TABLE1 = STRUCT.field("table_group.tables[1]", 8);

        private DeviceNode() { }
    }

    /** {@code struct pci_dev}. */
    public static final class PciDev {
        /** Its layout. */
        public static final Struct STRUCT = new Struct("pci_dev");
        /** Source-id. */
        public static final Field SOURCE_ID = STRUCT.field("devfn", 4);
        /** Text id of the name. */
        public static final Field NAME = STRUCT.field("dev.name", 8);
        /** Text id of the driver's name. */
        public static final Field DRIVER = STRUCT.field("dev.driver", 8);
        /** Device tree node with the DMA window property. */
        public static final Field PDN = STRUCT.field("pdn", 8);
        /** Dma_mask. */
        public static final Field DMA_MASK = STRUCT.field("dev.dma_mask", 8);
        /** Coherent_dma_mask. */
        public static final Field COHERENT_MASK = STRUCT.field("dev.coherent_dma_mask", 8);
        /** Bus_dma_limit; 0 for none. */
        public static final Field BUS_LIMIT = STRUCT.field("dev.bus_dma_limit", 8);
        /** Archdata.dma_offset. */
        public static final Field DMA_OFFSET = STRUCT.field("dev.archdata.dma_offset", 8);
        /** Archdata.iommu_table_base. */
        public static final Field TABLE = STRUCT.field("dev.archdata.iommu_table_base", 8);
        /** Dma_ops_bypass. */
        public static final Field BYPASS = STRUCT.field("dev.dma_ops_bypass", 1);
        /** List of devices, next. */
        public static final Field LIST = STRUCT.field("list.next", 8);
        /** List of devices, prev. */
        public static final Field LIST_PREV = STRUCT.field("list.prev", 8);

        private PciDev() { }
    }

    /** {@code struct iommu_table}. */
    public static final class Table {
        /** Its layout. */
        public static final Struct STRUCT = new Struct("iommu_table");
        /** LIOBN. */
        public static final Field INDEX = STRUCT.field("it_index", 8);
        /** Number of its first entry, counted from bus address 0. */
        public static final Field OFFSET = STRUCT.field("it_offset", 8);
        /** Number of entries. */
        public static final Field ENTRIES = STRUCT.field("it_size", 8);
        /** Binary logarithm of the page size. */
        public static final Field PAGE_SHIFT = STRUCT.field("it_page_shift", 8);
        /** Bitmap of entries in use. */
        public static final Field MAP = STRUCT.field("it_map", 8);
        /** First reserved entry. */
        public static final Field RESERVED_START = STRUCT.field("it_reserved_start", 8);
        /** Entry after the last reserved one. */
        public static final Field RESERVED_END = STRUCT.field("it_reserved_end", 8);
        /** Entries of one small pool. */
        public static final Field POOL_SIZE = STRUCT.field("poolsize", 8);
        /** Number of small pools. */
        public static final Field POOLS = STRUCT.field("nr_pools", 4);
        /** Guards bitmap and hints. */
        public static final Field LOCK = STRUCT.field("lock", 4);
        /** Where the large pool looks first. */
        public static final Field LARGE_HINT = STRUCT.field("large_pool.hint", 8);
        /** Where the first small pool looks first; the others follow. */
        public static final Field HINT = STRUCT.array("pools[0].hint", 8, IommuTable.MAX_POOLS);
        /** A word of iommu_table.it_map. */
        public static final Struct MAP_WORD = Struct.word("it_map", 8);

        private Table() { }
    }

    /** {@code struct memory_block}. */
    public static final class MemoryBlock {
        /** Its layout. */
        public static final Struct STRUCT = new Struct("memory_block");
        /** Start_section_nr in units of 16 MiB. */
        public static final Field SECTION = STRUCT.field("start_section_nr", 8);
        /** MEM_ONLINE, MEM_GOING_OFFLINE or MEM_OFFLINE. */
        public static final Field STATE = STRUCT.field("state", 8);
        /** Next. */
        public static final Field LIST = STRUCT.field("list.next", 8);
        /** Prev. */
        public static final Field LIST_PREV = STRUCT.field("list.prev", 8);

        private MemoryBlock() { }
    }

    /** {@code struct notifier_block}. */
    public static final class NotifierBlock {
        /** Its layout. */
        public static final Struct STRUCT = new Struct("notifier_block");
        /** Which function. */
        public static final Field CALL = STRUCT.field("notifier_call", 8);
        /** Next. */
        public static final Field NEXT = STRUCT.field("next", 8);

        private NotifierBlock() { }
    }

    /** A buffer that a driver keeps mapped. */
    public static final class Buffer {
        /** Its layout. */
        public static final Struct STRUCT = new Struct("driver_buffer");
        /** The driver's {@link PciDev}. */
        public static final Field DEVICE = STRUCT.field("device", 8);
        /** Source-id of the device. */
        public static final Field SOURCE_ID = STRUCT.field("devfn", 4);
        /** Who writes, as a number of enum dma_data_direction. */
        public static final Field DIRECTION = STRUCT.field("direction", 4);
        /** Bus address that the DMA API gave. */
        public static final Field BUS = STRUCT.field("dma_addr", 8);
        /** Physical address. */
        public static final Field PHYSICAL = STRUCT.field("phys_addr", 8);
        /** Bytes. */
        public static final Field LENGTH = STRUCT.field("length", 8);
        /** List, next. */
        public static final Field LIST = STRUCT.field("list.next", 8);
        /** List, prev. */
        public static final Field LIST_PREV = STRUCT.field("list.prev", 8);

        private Buffer() { }
    }
}
