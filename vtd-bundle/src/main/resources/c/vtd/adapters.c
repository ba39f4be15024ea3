/* Between the lab and C text of drivers/iommu/intel: where a function is not met by a method like it. */
