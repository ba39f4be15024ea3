// dmalab: arch=mips from=kmap-high-get
/*
 * Cache maintenance of a high page through the mapping that it has, and if it has none through a fixed slot with
 * interrupts on, where the offset is added to what is flushed, as it was tried in July 2010. Written for dmalab.
 */
void __dma_sync(struct page *page, unsigned long offset, size_t size, enum dma_data_direction direction)
{
	while (size) {
		size_t part = size;

		if (PageHighMem(page)) {
			void *address;

			if (part > PAGE_SIZE - offset)
				part = PAGE_SIZE - offset;
			address = kmap_high_get(page);
			if (address) {
				__dma_sync_virtual(address + offset, part, direction);
				kunmap_high(page);
			} else {
				address = kmap_atomic(page, KM_MIPS_SYNC_PAGE);
				flush_data_cache_page((unsigned long)address + offset);
				kunmap_atomic(address, KM_MIPS_SYNC_PAGE);
			}
		} else {
			__dma_sync_virtual(lowmem_page_address(page) + offset, part, direction);
			return;
		}
		size -= part;
		offset = 0;
		page++;
	}
}
