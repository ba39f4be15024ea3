#pragma once
/* What kernel code of arch/powerpc/platforms/pseries names, as far as the lab has it. */

#define CONFIG_PPC64 1
#define CONFIG_PPC_PSERIES 1

#define PAGE_SHIFT 16
#define PAGE_SIZE (1UL << PAGE_SHIFT)
#define PAGE_MASK (~(PAGE_SIZE - 1))
#define PAGE_OFFSET 0xc000000000000000UL
#define MAX_PHYSMEM_BITS 51
#define __va(x) ((void *)((unsigned long)(x) + PAGE_OFFSET))
#define __pa(x) ((unsigned long)(x) & ~PAGE_OFFSET)
#define PFN_PHYS(x) ((phys_addr_t)(x) << PAGE_SHIFT)
#define PHYS_PFN(x) ((unsigned long)((x) >> PAGE_SHIFT))

extern unsigned long lab_get_free_page(void) LAB_JAVA("org.dmalab.pseries.kernel.Pages", alloc);
#define __get_free_page(flags) lab_get_free_page()
#define __this_cpu_read(var) ((typeof(lab_type_##var) *)(var))[lab_processor()]
#define __this_cpu_write(var, value) ((void)(((typeof(lab_type_##var) *)(var))[lab_processor()] = (value)))
extern __be64 *lab_type_tce_page;
#define DEFINE_PER_CPU(type, name) extern type lab_per_cpu_##name

/* The hypervisor. */
extern long lab_hcall(u64 number, u64 a, u64 b, u64 c, u64 d) LAB_CPU(hcall);
extern u64 lab_hcall_result(int index) LAB_CPU(hcallResult);
#define H_SUCCESS 0
#define H_HARDWARE -1
#define H_FUNCTION -2
#define H_PRIVILEGE -3
#define H_PARAMETER -4
#define H_NOT_ENOUGH_RESOURCES -44
#define plpar_tce_get(liobn, address, value) ({ long lab_rc = lab_hcall(0x1c, liobn, address, 0, 0); \
	*(value) = lab_hcall_result(0); lab_rc; })
#define plpar_tce_put(liobn, address, value) lab_hcall(0x20, liobn, address, value, 0)
#define plpar_tce_stuff(liobn, address, value, count) lab_hcall(0x138, liobn, address, value, count)
#define plpar_tce_put_indirect(liobn, address, list, count) lab_hcall(0x13c, liobn, address, list, count)
#define FW_FEATURE_PUT_TCE_IND 1
#define FW_FEATURE_STUFF_TCE 2
#define firmware_has_feature(feature) ((powerpc_firmware_features & (feature)) != 0)

/* Translation control entries. */
#define TCE_ENTRY_SIZE 8
#define TCE_PCI_WRITE 2
#define TCE_PCI_READ 1
#define TCE_RPN_MASK 0xfffffffffffULL
#define TCE_RPN_BITS 52
#define IOMMU_PAGE_SHIFT_4K 12
#define IOMMU_PAGE_SIZE(table) (1UL << (table)->it_page_shift)

/* Memory. */
extern u64 lab_memblock_end_of_DRAM(void) LAB_JAVA("org.dmalab.pseries.kernel.Memblock", endOfDram);
extern u64 lab_hot_add_drconf_memory_max(void)
	LAB_JAVA("org.dmalab.pseries.kernel.DeviceTree", hotAddDrconfMemoryMax);
#define memblock_end_of_DRAM lab_memblock_end_of_DRAM
#define hot_add_drconf_memory_max lab_hot_add_drconf_memory_max
#define memory_hotplug_max() max(lab_hot_add_drconf_memory_max(), lab_memblock_end_of_DRAM())

/* The device tree. A name is the id of its text. */
extern u64 lab_text(const char *text) LAB_TIME(text);
extern struct device_node *lab_find_node_by_type(struct device_node *from, u64 type)
	LAB_JAVA("org.dmalab.pseries.kernel.DeviceTree", findByType);
extern struct property *lab_find_property(const struct device_node *node, u64 name)
	LAB_JAVA("org.dmalab.pseries.kernel.DeviceTree", property);
#define of_find_node_by_type(from, type) lab_find_node_by_type(from, lab_text(type))
#define for_each_node_by_type(node, type) \
	for (node = of_find_node_by_type(NULL, type); node; node = of_find_node_by_type(node, type))
#define of_node_put(node) ((void)(node))
#define of_node_get(node) (node)
#define of_n_addr_cells(node) 2
#define of_n_size_cells(node) 2
static inline const void *of_get_property(const struct device_node *node, const char *name, int *length)
{
	struct property *property = lab_find_property(node, lab_text(name));

	if (!property)
		return NULL;
	if (length)
		*length = property->length;
	return property->value;
}
static inline u64 of_read_number(const __be32 *cell, int size)
{
	u64 number = 0;

	for (; size--; cell++)
		number = number << 32 | be32_to_cpu(*cell);
	return number;
}

/* What else of the same kernel a text may call: the lab's own, if the text has no such function. */
extern long lab_tce_setrange(unsigned long pfn, unsigned long pages, const void *window)
	LAB_SEAM(tce_setrange_multi_pSeriesLP);
extern long lab_tce_clearrange(unsigned long pfn, unsigned long pages, const void *window)
	LAB_SEAM(tce_clearrange_multi_pSeriesLP);
extern u64 lab_ddw_memory_hotplug_max(void) LAB_SEAM(ddw_memory_hotplug_max);
#define tce_setrange_multi_pSeriesLP lab_tce_setrange
#define tce_clearrange_multi_pSeriesLP lab_tce_clearrange
#define ddw_memory_hotplug_max lab_ddw_memory_hotplug_max
