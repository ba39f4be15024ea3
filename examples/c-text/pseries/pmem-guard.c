// dmalab: arch=pseries from=pmem-guard
/*
 * The patch of the report: memory that begins above what hotplug can reach is not mapped in advance, as such memory is
 * persistent and lies where no window reaches. Written for dmalab.
 */
u64 ddw_memory_hotplug_max(void)
{
	return hot_add_drconf_memory_max();
}

static int for_direct_windows(struct memory_notify *range, bool comes)
{
	struct dma_win *window;
	int result = 0;

	spin_lock(&dma_win_list_lock);
	list_for_each_entry(window, &dma_win_list, list) {
		if (!window->direct || (range->start_pfn << PAGE_SHIFT) >= ddw_memory_hotplug_max())
			continue;
		if (comes)
			result |= tce_setrange_multi_pSeriesLP(range->start_pfn, range->nr_pages, window->prop);
		else
			result |= tce_clearrange_multi_pSeriesLP(range->start_pfn, range->nr_pages, window->prop);
	}
	spin_unlock(&dma_win_list_lock);
	return result;
}

int iommu_mem_notifier(struct notifier_block *block, unsigned long action, void *data)
{
	int result = 0;

	switch (action) {
	case MEM_GOING_ONLINE:
		result = for_direct_windows(data, true);
		break;
	case MEM_CANCEL_ONLINE:
	case MEM_OFFLINE:
		result = for_direct_windows(data, false);
		break;
	}
	return result && action != MEM_CANCEL_ONLINE ? NOTIFY_BAD : NOTIFY_OK;
}
