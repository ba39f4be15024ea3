package org.dmalab.pseries.kernel;

import org.dmalab.api.kernel.Field;
import org.dmalab.api.kernel.Struct;

/**
 * The kernel's structures, with the fields that this code uses, laid out as C does on a 64-bit machine. Numbers are
 * little endian but for those marked be, which are in the device tree's order.
 */
public final class Structs {
    private static final Struct DMA_WIN_STRUCT = new Struct("dma_win");
    /** struct dma_win: struct device_node *device. */
    public static final Field DMA_WIN_DEVICE = DMA_WIN_STRUCT.field("device", 8);
    /** struct dma_win: const struct dynamic_dma_window_prop *prop. */
    public static final Field DMA_WIN_PROP = DMA_WIN_STRUCT.field("prop", 8);
    /** struct dma_win: bool direct; written by every version, read since 6.5. */
    public static final Field DMA_WIN_DIRECT = DMA_WIN_STRUCT.field("direct", 1);
    /** struct dma_win: struct list_head list, its next. */
    public static final Field DMA_WIN_LIST = DMA_WIN_STRUCT.field("list.next", 8);
    /** struct dma_win: struct list_head list, its prev. */
    public static final Field DMA_WIN_LIST_PREV = DMA_WIN_STRUCT.field("list.prev", 8);
    /** sizeof(struct dma_win). */
    public static final int DMA_WIN_SIZE = DMA_WIN_STRUCT.sizeBytes();

    /** struct dynamic_dma_window_prop, packed as in the device tree: be32 liobn. */
    public static final Field PROP_LIOBN = new Field("dynamic_dma_window_prop.liobn", 0, 4);
    /** struct dynamic_dma_window_prop: be64 dma_base. */
    public static final Field PROP_DMA_BASE = new Field("dynamic_dma_window_prop.dma_base", 4, 8);
    /** struct dynamic_dma_window_prop: be32 tce_shift. */
    public static final Field PROP_TCE_SHIFT = new Field("dynamic_dma_window_prop.tce_shift", 12, 4);
    /** struct dynamic_dma_window_prop: be32 window_shift. */
    public static final Field PROP_WINDOW_SHIFT = new Field("dynamic_dma_window_prop.window_shift", 16, 4);
    /** Bytes of the property's value. */
    public static final int PROP_SIZE = 20;

    private static final Struct FAILED_STRUCT = new Struct("failed_ddw_pdn");
    /** struct failed_ddw_pdn: struct device_node *pdn. */
    public static final Field FAILED_PDN = FAILED_STRUCT.field("pdn", 8);
    /** struct failed_ddw_pdn: struct list_head list, its next. */
    public static final Field FAILED_LIST = FAILED_STRUCT.field("list.next", 8);
    /** struct failed_ddw_pdn: struct list_head list, its prev. */
    public static final Field FAILED_LIST_PREV = FAILED_STRUCT.field("list.prev", 8);
    /** sizeof(struct failed_ddw_pdn). */
    public static final int FAILED_SIZE = FAILED_STRUCT.sizeBytes();

    private static final Struct NODE_STRUCT = new Struct("device_node");
    /** struct device_node: text id of the name with unit address. */
    public static final Field NODE_NAME = NODE_STRUCT.field("name", 8);
    /** struct device_node: text id of the full path. */
    public static final Field NODE_FULL_NAME = NODE_STRUCT.field("full_name", 8);
    /** struct device_node: struct property *properties. */
    public static final Field NODE_PROPERTIES = NODE_STRUCT.field("properties", 8);
    /** struct device_node: parent. */
    public static final Field NODE_PARENT = NODE_STRUCT.field("parent", 8);
    /** struct device_node: first child. */
    public static final Field NODE_CHILD = NODE_STRUCT.field("child", 8);
    /** struct device_node: next sibling. */
    public static final Field NODE_SIBLING = NODE_STRUCT.field("sibling", 8);
    /** struct device_node: the iommu_table_group's tables[0], the default window. */
    public static final Field NODE_TABLE0 = NODE_STRUCT.field("table_group.tables[0]", 8);
    /** struct device_node: the iommu_table_group's tables[1], the dynamic window. */
    public static final Field NODE_TABLE1 = NODE_STRUCT.field("table_group.tables[1]", 8);
    /** sizeof(struct device_node). */
    public static final int NODE_SIZE = NODE_STRUCT.sizeBytes();

    private static final Struct PROPERTY_STRUCT = new Struct("property");
    /** struct property: text id of the name. */
    public static final Field PROPERTY_NAME = PROPERTY_STRUCT.field("name", 8);
    /** struct property: length in bytes. */
    public static final Field PROPERTY_LENGTH = PROPERTY_STRUCT.field("length", 4);
    /** struct property: address of the value, in the flattened tree or in kernel data. */
    public static final Field PROPERTY_VALUE = PROPERTY_STRUCT.field("value", 8);
    /** struct property: next. */
    public static final Field PROPERTY_NEXT = PROPERTY_STRUCT.field("next", 8);
    /** sizeof(struct property). */
    public static final int PROPERTY_SIZE = PROPERTY_STRUCT.sizeBytes();

    private static final Struct DEVICE_STRUCT = new Struct("pci_dev");
    /** struct pci_dev: source-id. */
    public static final Field DEVICE_SOURCE_ID = DEVICE_STRUCT.field("devfn", 4);
    /** struct pci_dev: text id of the name. */
    public static final Field DEVICE_NAME = DEVICE_STRUCT.field("dev.name", 8);
    /** struct pci_dev: text id of the driver's name. */
    public static final Field DEVICE_DRIVER = DEVICE_STRUCT.field("dev.driver", 8);
    /** struct pci_dev: device tree node with the DMA window property. */
    public static final Field DEVICE_PDN = DEVICE_STRUCT.field("pdn", 8);
    /** struct pci_dev: dma_mask. */
    public static final Field DEVICE_DMA_MASK = DEVICE_STRUCT.field("dev.dma_mask", 8);
    /** struct pci_dev: coherent_dma_mask. */
    public static final Field DEVICE_COHERENT_MASK = DEVICE_STRUCT.field("dev.coherent_dma_mask", 8);
    /** struct pci_dev: bus_dma_limit; 0 for none. */
    public static final Field DEVICE_BUS_LIMIT = DEVICE_STRUCT.field("dev.bus_dma_limit", 8);
    /** struct pci_dev: archdata.dma_offset. */
    public static final Field DEVICE_DMA_OFFSET = DEVICE_STRUCT.field("dev.archdata.dma_offset", 8);
    /** struct pci_dev: archdata.iommu_table_base. */
    public static final Field DEVICE_TABLE = DEVICE_STRUCT.field("dev.archdata.iommu_table_base", 8);
    /** struct pci_dev: dma_ops_bypass. */
    public static final Field DEVICE_BYPASS = DEVICE_STRUCT.field("dev.dma_ops_bypass", 1);
    /** struct pci_dev: list of devices, next. */
    public static final Field DEVICE_LIST = DEVICE_STRUCT.field("list.next", 8);
    /** struct pci_dev: list of devices, prev. */
    public static final Field DEVICE_LIST_PREV = DEVICE_STRUCT.field("list.prev", 8);
    /** sizeof(struct pci_dev). */
    public static final int DEVICE_SIZE = DEVICE_STRUCT.sizeBytes();

    private static final Struct TABLE_STRUCT = new Struct("iommu_table");
    /** struct iommu_table: LIOBN. */
    public static final Field TABLE_INDEX = TABLE_STRUCT.field("it_index", 8);
    /** struct iommu_table: number of its first entry, counted from bus address 0. */
    public static final Field TABLE_OFFSET = TABLE_STRUCT.field("it_offset", 8);
    /** struct iommu_table: number of entries. */
    public static final Field TABLE_ENTRIES = TABLE_STRUCT.field("it_size", 8);
    /** struct iommu_table: binary logarithm of the page size. */
    public static final Field TABLE_PAGE_SHIFT = TABLE_STRUCT.field("it_page_shift", 8);
    /** struct iommu_table: bitmap of entries in use. */
    public static final Field TABLE_MAP = TABLE_STRUCT.field("it_map", 8);
    /** struct iommu_table: first reserved entry. */
    public static final Field TABLE_RESERVED_START = TABLE_STRUCT.field("it_reserved_start", 8);
    /** struct iommu_table: entry after the last reserved one. */
    public static final Field TABLE_RESERVED_END = TABLE_STRUCT.field("it_reserved_end", 8);
    /** struct iommu_table: entries of one small pool. */
    public static final Field TABLE_POOL_SIZE = TABLE_STRUCT.field("poolsize", 8);
    /** struct iommu_table: number of small pools. */
    public static final Field TABLE_POOLS = TABLE_STRUCT.field("nr_pools", 4);
    /** struct iommu_table: guards bitmap and hints. */
    public static final Field TABLE_LOCK = TABLE_STRUCT.field("lock", 4);
    /** struct iommu_table: where the large pool looks first. */
    public static final Field TABLE_LARGE_HINT = TABLE_STRUCT.field("large_pool.hint", 8);
    /** struct iommu_table: where the first small pool looks first; the others follow. */
    public static final Field TABLE_HINT = TABLE_STRUCT.field("pools[0].hint", 8);
    /** sizeof(struct iommu_table). */
    public static final int TABLE_SIZE = TABLE_STRUCT.sizeBytes() + 8 * (IommuTable.MAX_POOLS - 1);

    private static final Struct BLOCK_STRUCT = new Struct("memory_block");
    /** struct memory_block: start_section_nr in units of 16 MiB. */
    public static final Field BLOCK_SECTION = BLOCK_STRUCT.field("start_section_nr", 8);
    /** struct memory_block: MEM_ONLINE, MEM_GOING_OFFLINE or MEM_OFFLINE. */
    public static final Field BLOCK_STATE = BLOCK_STRUCT.field("state", 8);
    /** struct memory_block: next. */
    public static final Field BLOCK_LIST = BLOCK_STRUCT.field("list.next", 8);
    /** struct memory_block: prev. */
    public static final Field BLOCK_LIST_PREV = BLOCK_STRUCT.field("list.prev", 8);
    /** sizeof(struct memory_block). */
    public static final int BLOCK_SIZE = BLOCK_STRUCT.sizeBytes();

    private static final Struct NOTIFIER_STRUCT = new Struct("notifier_block");
    /** struct notifier_block: which function. */
    public static final Field NOTIFIER_CALL = NOTIFIER_STRUCT.field("notifier_call", 8);
    /** struct notifier_block: next. */
    public static final Field NOTIFIER_NEXT = NOTIFIER_STRUCT.field("next", 8);
    /** sizeof(struct notifier_block). */
    public static final int NOTIFIER_SIZE = NOTIFIER_STRUCT.sizeBytes();

    private Structs() { }
}
