// dmalab: arch=mips
/*
 * Cache maintenance of a buffer that may lie in high memory, as it was merged in 2011: every context takes the next
 * slot of its processor's stack of short mappings, and interrupts stay on. Written for dmalab.
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
	while (size) {
		size_t part = size;
		void *address;

		if (!PageHighMem(page)) {
			/* All of low memory is mapped side by side: the rest goes at once. */
			sync_address((unsigned long)lowmem_page_address(page) + offset, part, direction);
			return;
		}
		if (part > PAGE_SIZE - offset)
			part = PAGE_SIZE - offset;
		address = kmap_atomic(page);
		sync_address((unsigned long)address + offset, part, direction);
		kunmap_atomic(address);
		size -= part;
		offset = 0;
		page++;
	}
}
