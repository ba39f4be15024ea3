// dmalab: arch=pseries from=all-windows-chunked
/*
 * The memory notifier that maps memory which comes into the windows that map memory one to one, and into no other, as in
 * 6.5: any range is taken for memory that such a window covers. Written for dmalab.
 */
static int for_direct_windows(struct memory_notify *range, bool comes)
{
	struct dma_win *window;
	int result = 0;

	spin_lock(&dma_win_list_lock);
	list_for_each_entry(window, &dma_win_list, list) {
		if (!window->direct)
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
