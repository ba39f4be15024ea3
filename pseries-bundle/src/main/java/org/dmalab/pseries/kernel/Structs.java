package org.dmalab.pseries.kernel;

import java.util.List;

import org.dmalab.api.cpu.Endian;
import org.dmalab.api.kernel.Field;
import org.dmalab.api.kernel.Struct;

/**
 * The kernel's structures, with the fields that this code uses, laid out as C does on a 64-bit machine. Numbers are
 * little endian but for those marked be, which are in the device tree's order.
 */
public final class Structs {
    /** struct dma_win. */
    public static final Struct DMA_WIN = new Struct("dma_win");
    /** struct dma_win: struct device_node *device. */
    public static final Field DMA_WIN_DEVICE = DMA_WIN.field("device", 8);
    /** struct dma_win: const struct dynamic_dma_window_prop *prop. */
    public static final Field DMA_WIN_PROP = DMA_WIN.field("prop", 8);
    /** struct dma_win: bool direct; written by every version, read since 6.5. */
    public static final Field DMA_WIN_DIRECT = DMA_WIN.field("direct", 1);
    /** struct dma_win: struct list_head list, its next. */
    public static final Field DMA_WIN_LIST = DMA_WIN.field("list.next", 8);
    /** struct dma_win: struct list_head list, its prev. */
    public static final Field DMA_WIN_LIST_PREV = DMA_WIN.field("list.prev", 8);

    /** struct dynamic_dma_window_prop, packed as in the device tree. */
    public static final Struct PROP = new Struct("dynamic_dma_window_prop", 20);
    /** struct dynamic_dma_window_prop: be32 liobn. */
    public static final Field PROP_LIOBN = PROP.at("liobn", 0, 4, Endian.BIG);
    /** struct dynamic_dma_window_prop: be64 dma_base. */
    public static final Field PROP_DMA_BASE = PROP.at("dma_base", 4, 8, Endian.BIG);
    /** struct dynamic_dma_window_prop: be32 tce_shift. */
    public static final Field PROP_TCE_SHIFT = PROP.at("tce_shift", 12, 4, Endian.BIG);
    /** struct dynamic_dma_window_prop: be32 window_shift. */
    public static final Field PROP_WINDOW_SHIFT = PROP.at("window_shift", 16, 4, Endian.BIG);

    /** struct failed_ddw_pdn. */
    public static final Struct FAILED = new Struct("failed_ddw_pdn");
    /** struct failed_ddw_pdn: struct device_node *pdn. */
    public static final Field FAILED_PDN = FAILED.field("pdn", 8);
    /** struct failed_ddw_pdn: struct list_head list, its next. */
    public static final Field FAILED_LIST = FAILED.field("list.next", 8);
    /** struct failed_ddw_pdn: struct list_head list, its prev. */
    public static final Field FAILED_LIST_PREV = FAILED.field("list.prev", 8);

    /** struct device_node. */
    public static final Struct NODE = new Struct("device_node");
    /** struct device_node: text id of the name with unit address. */
    public static final Field NODE_NAME = NODE.field("name", 8);
    /** struct device_node: text id of the full path. */
    public static final Field NODE_FULL_NAME = NODE.field("full_name", 8);
    /** struct device_node: struct property *properties. */
    public static final Field NODE_PROPERTIES = NODE.field("properties", 8);
    /** struct device_node: parent. */
    public static final Field NODE_PARENT = NODE.field("parent", 8);
    /** struct device_node: first child. */
    public static final Field NODE_CHILD = NODE.field("child", 8);
    /** struct device_node: next sibling. */
    public static final Field NODE_SIBLING = NODE.field("sibling", 8);
    /** struct device_node: the iommu_table_group's tables[0], the default window. */
    public static final Field NODE_TABLE0 = NODE.field("table_group.tables[0]", 8);
    /** struct device_node: the iommu_table_group's tables[1], the dynamic window. */
    public static final Field NODE_TABLE1 = NODE.field("table_group.tables[1]", 8);

    /** struct property. */
    public static final Struct PROPERTY = new Struct("property");
    /** struct property: text id of the name. */
    public static final Field PROPERTY_NAME = PROPERTY.field("name", 8);
    /** struct property: length in bytes. */
    public static final Field PROPERTY_LENGTH = PROPERTY.field("length", 4);
    /** struct property: address of the value, in the flattened tree or in kernel data. */
    public static final Field PROPERTY_VALUE = PROPERTY.field("value", 8);
    /** struct property: next. */
    public static final Field PROPERTY_NEXT = PROPERTY.field("next", 8);

    /** struct pci_dev. */
    public static final Struct DEVICE = new Struct("pci_dev");
    /** struct pci_dev: source-id. */
    public static final Field DEVICE_SOURCE_ID = DEVICE.field("devfn", 4);
    /** struct pci_dev: text id of the name. */
    public static final Field DEVICE_NAME = DEVICE.field("dev.name", 8);
    /** struct pci_dev: text id of the driver's name. */
    public static final Field DEVICE_DRIVER = DEVICE.field("dev.driver", 8);
    /** struct pci_dev: device tree node with the DMA window property. */
    public static final Field DEVICE_PDN = DEVICE.field("pdn", 8);
    /** struct pci_dev: dma_mask. */
    public static final Field DEVICE_DMA_MASK = DEVICE.field("dev.dma_mask", 8);
    /** struct pci_dev: coherent_dma_mask. */
    public static final Field DEVICE_COHERENT_MASK = DEVICE.field("dev.coherent_dma_mask", 8);
    /** struct pci_dev: bus_dma_limit; 0 for none. */
    public static final Field DEVICE_BUS_LIMIT = DEVICE.field("dev.bus_dma_limit", 8);
    /** struct pci_dev: archdata.dma_offset. */
    public static final Field DEVICE_DMA_OFFSET = DEVICE.field("dev.archdata.dma_offset", 8);
    /** struct pci_dev: archdata.iommu_table_base. */
    public static final Field DEVICE_TABLE = DEVICE.field("dev.archdata.iommu_table_base", 8);
    /** struct pci_dev: dma_ops_bypass. */
    public static final Field DEVICE_BYPASS = DEVICE.field("dev.dma_ops_bypass", 1);
    /** struct pci_dev: list of devices, next. */
    public static final Field DEVICE_LIST = DEVICE.field("list.next", 8);
    /** struct pci_dev: list of devices, prev. */
    public static final Field DEVICE_LIST_PREV = DEVICE.field("list.prev", 8);

    /** struct iommu_table. */
    public static final Struct TABLE = new Struct("iommu_table");
    /** struct iommu_table: LIOBN. */
    public static final Field TABLE_INDEX = TABLE.field("it_index", 8);
    /** struct iommu_table: number of its first entry, counted from bus address 0. */
    public static final Field TABLE_OFFSET = TABLE.field("it_offset", 8);
    /** struct iommu_table: number of entries. */
    public static final Field TABLE_ENTRIES = TABLE.field("it_size", 8);
    /** struct iommu_table: binary logarithm of the page size. */
    public static final Field TABLE_PAGE_SHIFT = TABLE.field("it_page_shift", 8);
    /** struct iommu_table: bitmap of entries in use. */
    public static final Field TABLE_MAP = TABLE.field("it_map", 8);
    /** struct iommu_table: first reserved entry. */
    public static final Field TABLE_RESERVED_START = TABLE.field("it_reserved_start", 8);
    /** struct iommu_table: entry after the last reserved one. */
    public static final Field TABLE_RESERVED_END = TABLE.field("it_reserved_end", 8);
    /** struct iommu_table: entries of one small pool. */
    public static final Field TABLE_POOL_SIZE = TABLE.field("poolsize", 8);
    /** struct iommu_table: number of small pools. */
    public static final Field TABLE_POOLS = TABLE.field("nr_pools", 4);
    /** struct iommu_table: guards bitmap and hints. */
    public static final Field TABLE_LOCK = TABLE.field("lock", 4);
    /** struct iommu_table: where the large pool looks first. */
    public static final Field TABLE_LARGE_HINT = TABLE.field("large_pool.hint", 8);
    /** struct iommu_table: where the first small pool looks first; the others follow. */
    public static final Field TABLE_HINT = TABLE.array("pools[0].hint", 8, IommuTable.MAX_POOLS);

    /** A word of iommu_table.it_map. */
    public static final Struct MAP = Struct.word("it_map", 8);

    /** struct memory_block. */
    public static final Struct BLOCK = new Struct("memory_block");
    /** struct memory_block: start_section_nr in units of 16 MiB. */
    public static final Field BLOCK_SECTION = BLOCK.field("start_section_nr", 8);
    /** struct memory_block: MEM_ONLINE, MEM_GOING_OFFLINE or MEM_OFFLINE. */
    public static final Field BLOCK_STATE = BLOCK.field("state", 8);
    /** struct memory_block: next. */
    public static final Field BLOCK_LIST = BLOCK.field("list.next", 8);
    /** struct memory_block: prev. */
    public static final Field BLOCK_LIST_PREV = BLOCK.field("list.prev", 8);

    /** struct notifier_block. */
    public static final Struct NOTIFIER = new Struct("notifier_block");
    /** struct notifier_block: which function. */
    public static final Field NOTIFIER_CALL = NOTIFIER.field("notifier_call", 8);
    /** struct notifier_block: next. */
    public static final Field NOTIFIER_NEXT = NOTIFIER.field("next", 8);

    /** struct list_head. */
    static final Struct LIST_HEAD = new Struct("list_head");

    static {
        LIST_HEAD.field("next", 8);
        LIST_HEAD.field("prev", 8);
    }

    /** The layouts of all objects that this kernel allocates. */
    static final List<Struct> ALL = List.of(DMA_WIN, PROP, FAILED, NODE, PROPERTY, DEVICE, TABLE, MAP, BLOCK, NOTIFIER);

    private Structs() { }
}
