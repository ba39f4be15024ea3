#pragma once
/* What kernel code of drivers/iommu/intel names, as far as the lab has it. */

#define CONFIG_64BIT 1
#define CONFIG_X86_64 1
#define CONFIG_INTEL_IOMMU 1

#undef pr_fmt
#define pr_fmt(format) "DMAR: " format

#define PAGE_SHIFT 12
#define PAGE_SIZE (1UL << PAGE_SHIFT)
#define PAGE_MASK (~(PAGE_SIZE - 1))
#define PAGE_OFFSET 0xffff888000000000UL
#define VTD_PAGE_SHIFT 12
#define VTD_PAGE_SIZE (1UL << VTD_PAGE_SHIFT)
#define VTD_PAGE_MASK (((u64)-1) << VTD_PAGE_SHIFT)
#define virt_to_phys(p) ((unsigned long)(p) - PAGE_OFFSET)
#define phys_to_virt(p) ((void *)((unsigned long)(p) + PAGE_OFFSET))
#define PCI_DEVID(bus, devfn) ((((u16)(bus)) << 8) | (devfn))
#define PCI_SLOT(devfn) (((devfn) >> 3) & 0x1f)
#define PCI_FUNC(devfn) ((devfn) & 7)

/* Capabilities of a unit. */
#define cap_ndoms(c) (1UL << (4 + 2 * ((c) & 7)))
#define cap_caching_mode(c) (((c) >> 7) & 1)
#define cap_rwbf(c) (((c) >> 4) & 1)
#define cap_pgsel_inv(c) (((c) >> 39) & 1)
#define cap_max_amask_val(c) (((c) >> 48) & 0x3f)
#define ecap_coherent(e) ((e) & 1)
#define ecap_smts(e) (((e) >> 43) & 1)
#define sm_supported(iommu) (intel_iommu_sm && ecap_smts((iommu)->ecap))
#define ecs_enabled(iommu) 0

/* Context entries. */
#define CONTEXT_TT_MULTI_LEVEL 0
#define CONTEXT_TT_DEV_IOTLB 1
#define CONTEXT_TT_PASS_THROUGH 2
#define CONTEXT_PASIDE BIT_ULL(3)
#define PASID_RID2PASID 0
#define PASID_PDE_SHIFT 6
#define MAX_NR_PASID_BITS 20
struct pasid_table { void *table; int order; u32 max_pasid; };
extern struct context_entry *lab_context_addr(struct intel_iommu *iommu, u64 source_id, bool alloc)
	LAB_JAVA("org.dmalab.vtd.kernel.ContextEntry", get);
#define iommu_context_addr(iommu, bus, devfn, alloc) lab_context_addr(iommu, PCI_DEVID(bus, devfn), alloc)

/* Page table entries. */
#define dma_pte_addr(pte) ((pte)->val & VTD_PAGE_MASK)
#define dma_pte_present(pte) (((pte)->val & 3) != 0)

/* Domains and devices. */
#define domain_id_iommu(domain, iommu) ((u16)(domain)->iommu_did[(iommu)->seq_id])
#define domain_type_is_si(domain) ((domain) == si_domain)
extern struct device_domain_info *lab_with_source_id(struct intel_iommu *iommu, u64 source_id)
	LAB_JAVA("org.dmalab.vtd.kernel.Devices", withSourceId);
static inline struct device_domain_info *lab_device_with_tlb(struct intel_iommu *iommu, u8 bus, u8 devfn)
{
	struct device_domain_info *info = lab_with_source_id(iommu, PCI_DEVID(bus, devfn));

	return info && info->ats_cap && (info->source_id & 0xffff) == PCI_DEVID(bus, devfn) ? info : NULL;
}
#define domain_lookup_dev_info(domain, iommu, bus, devfn) lab_device_with_tlb(iommu, bus, devfn)
#define iommu_support_dev_iotlb(domain, iommu, bus, devfn) lab_device_with_tlb(iommu, bus, devfn)
#define ats_supported ats_cap
#define pri_supported ats_cap && 0
#define pasid_supported ats_cap && 0
/* The PASID directory of a device, as the functions that take one have it; it lives as long as the call. */
static inline struct pasid_table *lab_fill_pasid_table(struct pasid_table *table, struct intel_iommu *iommu,
		u8 bus, u8 devfn)
{
	struct device_domain_info *info = lab_with_source_id(iommu, PCI_DEVID(bus, devfn));

	table->table = info ? (void *)info->pasid_table : NULL;
	table->max_pasid = 1 << 15;
	return table;
}
#define lab_pasid_table(iommu, bus, devfn) \
	(intel_iommu_sm ? lab_fill_pasid_table(&(struct pasid_table){ 0 }, (struct intel_iommu *)(iommu), bus, devfn) : NULL)

/* Flushes: iommu->flush.flush_context(...) is a call through a table of this module, without a load of shared memory. */
#define DMA_CCMD_GLOBAL_INVL (((u64)1) << 61)
#define DMA_CCMD_DOMAIN_INVL (((u64)2) << 61)
#define DMA_CCMD_DEVICE_INVL (((u64)3) << 61)
#define DMA_CCMD_MASK_NOBIT 0
#define DMA_TLB_GLOBAL_FLUSH (((u64)1) << 60)
#define DMA_TLB_DSI_FLUSH (((u64)2) << 60)
#define DMA_TLB_PSI_FLUSH (((u64)3) << 60)
#define LAB_FLUSH "org.dmalab.vtd.kernel.Flush"
extern void lab_context_flush(struct intel_iommu *iommu, u64 did, u64 source_id, int scope)
	LAB_JAVA(LAB_FLUSH, context);
extern void lab_iotlb_flush(struct intel_iommu *iommu, u64 did, u64 address, u64 mask, int scope)
	LAB_JAVA(LAB_FLUSH, iotlb);
static void lab_flush_context(struct intel_iommu *iommu, u16 did, u16 source_id, u8 function_mask, u64 type)
{
	lab_context_flush(iommu, did, source_id, (int)(type >> 61));
}
static void lab_flush_iotlb(struct intel_iommu *iommu, u16 did, u64 address, unsigned int size_order, u64 type)
{
	lab_iotlb_flush(iommu, did, address, size_order, (int)(type >> 60));
}
struct iommu_flush {
	void (*flush_context)(struct intel_iommu *iommu, u16 did, u16 source_id, u8 function_mask, u64 type);
	void (*flush_iotlb)(struct intel_iommu *iommu, u16 did, u64 address, unsigned int size_order, u64 type);
};
static const struct iommu_flush lab_flush = { lab_flush_context, lab_flush_iotlb };
#define flush lab_none, lab_flush
extern void lab_flush_write_buffer(struct intel_iommu *iommu) LAB_JAVA("org.dmalab.vtd.kernel.Hw", flushWriteBuffer);
#define iommu_flush_write_buffer lab_flush_write_buffer
extern void lab_flush_cache(struct intel_iommu *iommu, void *address, u64 size)
	LAB_JAVA("org.dmalab.vtd.kernel.Hw", flushCache);
#define __iommu_flush_cache lab_flush_cache
extern void lab_cache(int operation, void *address) LAB_CPU(cache);
static inline void clflush_cache_range(void *address, unsigned int size)
{
	for (unsigned long line = (unsigned long)address & ~63UL; line < (unsigned long)address + size; line += 64)
		lab_cache(6, (void *)line);
}

/* What else of the same kernel a text may call: the lab's own, if the text has no such function. */
extern void lab_present_cache_flush(struct intel_iommu *iommu, u64 did, u64 bus, u64 devfn)
	LAB_SEAM(context_present_cache_flush);
extern void lab_copied_tear_down(struct intel_iommu *iommu, struct context_entry *context, u64 bus, u64 devfn)
	LAB_SEAM(copied_context_tear_down);
#define context_present_cache_flush lab_present_cache_flush
#define copied_context_tear_down lab_copied_tear_down
