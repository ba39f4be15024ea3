#pragma once
/* What kernel code of arch/mips names, as far as the lab has it. */

#define CONFIG_MIPS 1
#define CONFIG_HIGHMEM 1
#define CONFIG_DMA_NONCOHERENT 1
#define CONFIG_ARCH_HAS_SYNC_DMA_FOR_CPU 1

#define PAGE_SHIFT 12
#define PAGE_SIZE (1UL << PAGE_SHIFT)
#define PAGE_MASK (~(PAGE_SIZE - 1))
#define PAGE_OFFSET 0x80000000UL
#define CAC_BASE 0x80000000UL
#define UNCAC_BASE 0xa0000000UL
#define KSEG0 0x80000000UL
#define KSEG1 0xa0000000UL

/* Addresses of the linear map. */
#define __pa(x) ((unsigned long)(x) & 0x1fffffff)
#define __va(x) ((void *)((unsigned long)(x) + PAGE_OFFSET))
#define virt_to_phys(x) __pa(x)
#define phys_to_virt(x) __va(x)
#define UNCAC_ADDR(x) ((x) - PAGE_OFFSET + UNCAC_BASE)
#define CAC_ADDR(x) ((x) - UNCAC_BASE + PAGE_OFFSET)
#define virt_to_page(x) pfn_to_page(__pa(x) >> PAGE_SHIFT)

/* Pages. */
#define LAB_PAGES "org.dmalab.mips.kernel.Pages"
extern struct page *lab_pfn_to_page(unsigned long pfn) LAB_JAVA(LAB_PAGES, ofPfn);
extern unsigned long lab_page_to_pfn(struct page *page) LAB_JAVA(LAB_PAGES, pfn);
extern void *lab_lowmem_page_address(struct page *page) LAB_JAVA(LAB_PAGES, linear);
extern void *lab_page_address(struct page *page) LAB_JAVA(LAB_PAGES, address);
#define pfn_to_page lab_pfn_to_page
#define page_to_pfn lab_page_to_pfn
#define page_to_phys(page) ((phys_addr_t)lab_page_to_pfn(page) << PAGE_SHIFT)
#define phys_to_page(phys) lab_pfn_to_page((phys) >> PAGE_SHIFT)
#define lowmem_page_address lab_lowmem_page_address
#define page_address lab_page_address
#define PageHighMem(page) (((page)->flags >> 30) & 1)
#define nth_page(page, n) ((page) + (n))
#define sg_page(sg) ((struct page *)((sg)->page_link & ~3UL))

/*
 * Short mappings of a page. From 2.6.37 on the slots of a processor are a stack; before, the caller names its slot.
 */
extern void *lab_kmap_atomic(struct page *page, int type) LAB_SEAM(kmap_atomic);
extern void lab_kunmap_atomic(void *address) LAB_SEAM(kunmap_atomic);
#define LAB_SECOND(first, second, ...) second
#define kmap_atomic(...) lab_kmap_atomic(LAB_FIRST(__VA_ARGS__, 0), LAB_SECOND(__VA_ARGS__, 0, 0))
#define kunmap_atomic(...) lab_kunmap_atomic(LAB_FIRST(__VA_ARGS__, 0))
#define LAB_FIRST(first, ...) first
#define kmap_local_page(page) lab_kmap_atomic(page, 0)
#define kunmap_local(address) lab_kunmap_atomic((void *)((unsigned long)(address) & PAGE_MASK))
enum km_type {
	KM_USER0, KM_USER1, KM_BOUNCE_READ, KM_IRQ0, KM_IRQ1, KM_SOFTIRQ0, KM_SOFTIRQ1, KM_SYNC_ICACHE, KM_SYNC_DCACHE,
	KM_PPC_SYNC_PAGE, KM_L1_CACHE, KM_MIPS_SYNC_PAGE, KM_SYNC_USER, KM_SYNC_SOFTIRQ, KM_SYNC_IRQ, KM_TYPE_NR = 16
};

/* Long mappings. */
extern void *lab_kmap_high_get(struct page *page) LAB_SEAM(kmap_high_get);
extern void lab_kunmap_high(struct page *page) LAB_SEAM(kunmap_high);
#define kmap_high_get lab_kmap_high_get
#define kunmap_high lab_kunmap_high

/* Cache maintenance: caches of the R4000 kind have nothing that only writes back. */
extern void lab_dma_cache_wback_inv(unsigned long address, unsigned long size) LAB_SEAM(r4k_dma_cache_wback_inv);
extern void lab_dma_cache_inv(unsigned long address, unsigned long size) LAB_SEAM(r4k_dma_cache_inv);
extern void lab_flush_data_cache_page(unsigned long address)
	LAB_JAVA("org.dmalab.mips.kernel.CacheMaintenance", flushDataCachePage);
#define dma_cache_wback_inv lab_dma_cache_wback_inv
#define dma_cache_wback lab_dma_cache_wback_inv
#define dma_cache_inv lab_dma_cache_inv
#define flush_data_cache_page lab_flush_data_cache_page

/* The processor: what the probe of the lab's machine said of it. */
enum cpu_type_enum {
	CPU_R4K, CPU_R10000, CPU_R12000, CPU_BMIPS5000, CPU_LOONGSON2EF, CPU_XBURST
};
#define boot_cpu_type() (cpu_is_noncoherent_r10000 ? CPU_BMIPS5000 : CPU_R4K)
#define current_cpu_type() boot_cpu_type()
#define cpu_has_maar 0

struct device;
struct iommu_ops;

/* What else of the same kernel a text may call: the lab's own, if the text has no such function. */
extern void lab_dma_sync(struct page *page, unsigned long offset, size_t size, enum dma_data_direction direction)
	LAB_SEAM(__dma_sync);
extern void lab_dma_sync_virtual(void *address, size_t size, enum dma_data_direction direction)
	LAB_SEAM(__dma_sync_virtual);
extern void lab_arch_sync_dma_for_device(phys_addr_t physical, size_t size, enum dma_data_direction direction)
	LAB_SEAM(arch_sync_dma_for_device);
extern void lab_arch_sync_dma_for_cpu(phys_addr_t physical, size_t size, enum dma_data_direction direction)
	LAB_SEAM(arch_sync_dma_for_cpu);
extern bool lab_cpu_needs_post_dma_flush(void) LAB_SEAM(cpu_needs_post_dma_flush);
#define __dma_sync lab_dma_sync
#define __dma_sync_virtual lab_dma_sync_virtual
#define arch_sync_dma_for_device lab_arch_sync_dma_for_device
#define arch_sync_dma_for_cpu lab_arch_sync_dma_for_cpu
#define cpu_needs_post_dma_flush lab_cpu_needs_post_dma_flush
