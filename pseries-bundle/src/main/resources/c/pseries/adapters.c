/* Between the lab and C text of arch/powerpc/platforms/pseries: where a function is not met by a method like it. */

//! iommu_mem_notifier(action, startPfn, pageCount): iommu_mem_notifier
{
	struct memory_notify data = { startPfn, pageCount, 0 };

	return iommu_mem_notifier(NULL, action, &data);
}
