// dmalab: arch=mips
/*
 * Cache maintenance of a buffer that may lie in high memory, as it was first proposed in 2010: each high page gets a
 * fixed slot of its own kind while interrupts are off. Written for dmalab.
 */
static void sync_address(unsigned long address, size_t size, enum dma_data_direction direction)
{
	switch (direction) {
	case DMA_FROM_DEVICE:
		dma_cache_inv(address, size);
		break;
	case DMA_TO_DEVICE:
	case DMA_BIDIRECTIONAL:
		dma_cache_wback_inv(address, size);
		break;
	default:
		BUG();
	}
}

void __dma_sync(struct page *page, unsigned long offset, size_t size, enum dma_data_direction direction)
{
	page += offset >> PAGE_SHIFT;
	offset &= PAGE_SIZE - 1;
	while (size) {
		size_t part = size;
		unsigned long flags;
		void *address;

		if (!PageHighMem(page)) {
			sync_address((unsigned long)lowmem_page_address(page) + offset, part, direction);
			return;
		}
		if (part > PAGE_SIZE - offset)
			part = PAGE_SIZE - offset;
		local_irq_save(flags);
		address = kmap_atomic(page, KM_SYNC_DCACHE);
		sync_address((unsigned long)address + offset, part, direction);
		kunmap_atomic(address, KM_SYNC_DCACHE);
		local_irq_restore(flags);
		size -= part;
		offset = 0;
		page++;
	}
}
