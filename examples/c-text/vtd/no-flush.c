// dmalab: arch=vtd from=no-flush
/*
 * Before the patch: the new entry is written over the one that was copied from the old kernel, and nothing is
 * flushed of what the unit may have cached of it.
 * Written for dmalab.
 */
/* Halves of a context entry are read and written one at a time. */
static inline bool entry_present(struct context_entry *entry)
{
	return entry->lo & 1;
}

static inline bool entry_copied(struct context_entry *entry)
{
	return entry->hi & (1ULL << 3);
}

static inline u16 entry_domain_id(struct context_entry *entry)
{
	return (entry->hi >> 8) & 0xffff;
}

/* Clears the entry and fills it in, present last: 0, or -ENOMEM if a table is missing on the way to the unit's first. */
static int fill_entry(struct dmar_domain *domain, struct intel_iommu *iommu, struct context_entry *entry, u16 did,
		      u8 bus, u8 devfn)
{
	bool through = si_domain == domain && hw_pass_through;
	struct device_domain_info *info = lab_with_source_id(iommu, PCI_DEVID(bus, devfn));
	bool own_tlb = info && info->ats_cap && (info->source_id & 0xffff) == PCI_DEVID(bus, devfn);

	entry->lo = 0;
	entry->hi = 0;
	if (sm_supported(iommu)) {
		entry->lo = virt_to_phys(info->pasid_table) | (2 << 9) | (own_tlb ? 1 << 2 : 0);
	} else {
		struct dma_pte *table = domain->pgd;
		int agaw = through ? iommu->msagaw : iommu->agaw;

		entry->hi |= (u64)did << 8;
		if (!through) {
			for (int width = domain->agaw; width > agaw; width--) {
				u64 value = table->val;

				if (!(value & 3))
					return -ENOMEM;
				table = phys_to_virt(value & VTD_PAGE_MASK);
			}
			entry->lo = (entry->lo & ~VTD_PAGE_MASK) | virt_to_phys(table);
		}
		entry->hi |= agaw & 7;
		entry->lo = (entry->lo & ~(3ULL << 2))
			| (through ? CONTEXT_TT_PASS_THROUGH : own_tlb ? CONTEXT_TT_DEV_IOTLB : CONTEXT_TT_MULTI_LEVEL) << 2;
	}
	entry->lo &= ~2ULL;
	entry->lo |= 1;
	__iommu_flush_cache(iommu, entry, sizeof(*entry));
	return 0;
}

int domain_context_mapping_one(struct dmar_domain *domain, struct intel_iommu *iommu, u8 bus, u8 devfn)
{
	u16 source_id = PCI_DEVID(bus, devfn);
	struct context_entry *entry;
	unsigned long flags;
	int result = 0;

	spin_lock_irqsave(&device_domain_lock, flags);
	spin_lock(&iommu->lock);
	entry = iommu_context_addr(iommu, bus, devfn, true);
	if (!entry) {
		result = -ENOMEM;
		goto out;
	}
	if (entry_present(entry) && !entry_copied(entry))
		goto out;
	u16 did = domain->iommu_did[iommu->seq_id];

	result = fill_entry(domain, iommu, entry, did, bus, devfn);
	if (!result)
		context_present_cache_flush(iommu, did, bus, devfn);
out:
	spin_unlock(&iommu->lock);
	spin_unlock_irqrestore(&device_domain_lock, flags);
	return result;
}
